"""The audit trail over HTTP: who may read which entries, and that they tell what happened."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.authority import announce
from asn_api.core.journal import Author, Change, record
from asn_api.core.mapping import uuid7
from asn_api.rules.identity import GrantedRole
from asn_api.tables.identity import RoleGrant
from asn_api.tables.organization import Appointment
from tests.factories import LONG_AGO, City, sign_in


async def entries(city: City, person: str, query: str = "") -> Any:
    async with city.call_as(person) as client:
        return await client.get(f"/v1/journal{query}")


async def happened(city: City, *changes: Change, at: datetime | None = None) -> None:
    async with city.database.sessions() as db, db.begin():
        author = Author(city.region.id, city.accounts["admin"].id, city.id("admin"), None, "request-1")
        await record(db, author, at or city.now, *changes)


def thing(action: str, unit_id: UUID | None = None, employee_id: UUID | None = None) -> Change:
    return Change("thing", uuid7(), 1, action, {"name": ["a", "b"]}, unit_id=unit_id, employee_id=employee_id)


async def grant_at(city: City, person: str, unit: str) -> None:
    """Make this person admin of a branch."""
    async with city.database.sessions() as db, db.begin():
        db.add(
            RoleGrant(
                region_id=city.region.id,
                id=uuid7(),
                account_id=city.accounts[person].id,
                role=GrantedRole.REGIONAL_ADMIN,
                unit_id=city.units[unit].id,
                valid=Range(LONG_AGO, None),
            )
        )
        await announce(db, "account", city.accounts[person].id)
        await db.flush()
        await sign_in(db, city, person)


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("admin", 200),
        ("head", 403),
        ("supervisor", 403),
        ("staff", 403),
        ("partner", 403),
        ("anonymous", 401),
    ],
)
async def test_only_admins_read_the_journal(city: City, person: str, status: int) -> None:
    assert (await entries(city, person)).status_code == status


async def test_an_entry_tells_who_did_what_newest_first(city: City) -> None:
    await happened(city, thing("first"), thing("second", city.units["ward"].id, city.id("staff")))
    rows = (await entries(city, "admin", "?entity=thing")).json()["data"]
    assert [row["action"] for row in rows] == ["second", "first"]
    assert rows[0]["changes"] == {"name": ["a", "b"]}
    assert rows[0]["author"] == {
        "account_id": str(city.accounts["admin"].id),
        "employee_id": str(city.id("admin")),
        "name": "ADMIN",
        "client_id": None,
    }
    assert (rows[0]["request_id"], rows[0]["employee_id"]) == ("request-1", str(city.id("staff")))


async def test_an_admin_of_a_branch_reads_only_what_happened_in_it(city: City) -> None:
    await grant_at(city, "chief", "clinic")
    await happened(
        city,
        thing("in the branch", city.units["ward"].id, city.id("staff")),
        thing("about a unit of the branch", city.units["clinic"].id),
        thing("about a person of the branch", None, city.id("staff")),
        thing("above the branch", city.units["health"].id, city.id("head")),
        thing("elsewhere", city.units["roads"].id, city.id("other_staff")),
        thing("elsewhere by who came since", city.units["roads"].id, city.id("staff")),
        thing("about a person elsewhere", None, city.id("other_staff")),
        thing("about the region"),
    )
    rows = (await entries(city, "chief", "?entity=thing")).json()["data"]
    assert [row["action"] for row in rows] == [
        "about a person of the branch",
        "about a unit of the branch",
        "in the branch",
    ]
    assert len((await entries(city, "admin", "?entity=thing")).json()["data"]) == 8


async def test_a_branch_keeps_what_was_done_in_it_by_who_has_left(city: City) -> None:
    await grant_at(city, "chief", "clinic")
    await happened(
        city, thing("then", city.units["ward"].id, city.id("staff")), thing("now", None, city.id("staff"))
    )
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Appointment)
            .where(Appointment.id == city.posts["staff"].id)
            .values(unit_id=city.units["roads"].id)
        )
    rows = (await entries(city, "chief", "?entity=thing")).json()["data"]
    assert [row["action"] for row in rows] == ["then"]


async def test_another_region_is_not_in_it(city: City) -> None:
    await happened(city, thing("here"))
    rows = (await entries(city, "admin")).json()["data"]
    assert {row["action"] for row in rows} == {"here"}


async def test_filters_narrow_and_pages_go_on(city: City) -> None:
    other = thing("other")
    await happened(city, thing("old"), at=datetime(2026, 1, 1, tzinfo=UTC))
    await happened(city, thing("new", employee_id=city.id("staff")), other)
    for query, actions in {
        f"?entity_id={other.entity_id}": ["other"],
        f"?employee_id={city.id('staff')}": ["new"],
        f"?account_id={city.accounts['admin'].id}&action=old": ["old"],
        f"?account_id={city.accounts['staff'].id}": [],
        "?at[gte]=2026-06-01T00:00:00%2B07:00": ["other", "new"],
        "?at[lt]=2026-06-01T00:00:00Z": ["old"],
        "?entity=nothing": [],
    }.items():
        answer = await entries(city, "admin", query)
        assert [row["action"] for row in answer.json()["data"]] == actions, query
    first = (await entries(city, "admin", "?limit=2")).json()
    rest = (await entries(city, "admin", f"?limit=2&cursor={first['page']['next']}")).json()
    assert [row["action"] for row in first["data"] + rest["data"]] == ["other", "new", "old"]


@pytest.mark.parametrize("query", ["?at[gte]=2026-06-01T00:00:00", "?entity_id=x", "?who=me", "?seq=1"])
async def test_a_wrong_filter_is_named(city: City, query: str) -> None:
    answer = await entries(city, "admin", query)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["pointer"].startswith("?")
