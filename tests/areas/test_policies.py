"""Policies: dated, complete, changed by the whole region's admin only, and at once in force."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from tests.areas.races import at_once
from tests.factories import City, stand_at


async def current(city: City, area: str = "activities", **params: str) -> dict[str, Any]:
    async with city.call_as("staff") as client:
        answer = await client.get(f"/v1/policies/{area}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def revised(
    city: City, person: str = "admin", status: int = 201, area: str = "activities", **fields: Any
) -> Any:
    content = fields.pop("content", None) or (await current(city, area))["content"]
    body = {"valid_from": "2026-11-20", "content": content, "source": "Perwali 1/2026", **fields}
    async with city.call_as(person) as client:
        answer = await client.post(f"/v1/policies/{area}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("person", "read", "write"),
    [
        ("anonymous", 401, 401),
        ("staff", 200, 403),
        ("head", 200, 403),
        ("partner", 403, 403),
        ("admin", 200, 201),
    ],
)
async def test_everyone_reads_policies_and_only_an_admin_changes_them(
    city: City, person: str, read: int, write: int
) -> None:
    content = (await current(city))["content"]
    async with city.call_as(person) as client:
        assert (await client.get("/v1/policies")).status_code == read
        assert (await client.get("/v1/policies/activities")).status_code == read
        assert (await client.get("/v1/policies/activities/history")).status_code == read
    await revised(city, person, write, content=content)


async def test_an_admin_of_one_agency_changes_no_policy(city: City) -> None:
    await stand_at(city, "works")
    assert (await revised(city, status=403))["code"] == "POLICY_NEEDS_WHOLE_REGION"


async def test_a_revision_applies_from_its_day_on_and_not_before(city: City) -> None:
    content = {**(await current(city))["content"], "warn_day_minutes": 500}
    made = await revised(city, content=content, valid_from="2026-12-01")
    assert (await current(city))["content"]["warn_day_minutes"] == 600
    assert (await current(city, on="2026-11-30"))["content"]["warn_day_minutes"] == 600
    assert (await current(city, on="2026-12-01"))["id"] == made["id"]


async def test_the_later_revision_of_the_same_day_applies_at_once(city: City) -> None:
    content = (await current(city))["content"]
    first = await revised(city, content={**content, "warn_day_minutes": 500})
    second = await revised(city, content={**content, "warn_day_minutes": 400})
    assert second["revision"] == first["revision"] + 1
    assert (await current(city))["content"]["warn_day_minutes"] == 400


async def test_before_the_first_policy_there_is_none(city: City) -> None:
    async with city.call_as("staff") as client:
        assert (await client.get("/v1/policies/activities?on=2017-12-31")).status_code == 404
        assert (await client.get("/v1/policies?on=2017-12-31")).json() == {"on": "2017-12-31", "data": []}
        assert (await client.get("/v1/policies/unheard-of")).status_code == 404
    await revised(city, status=404, area="unheard-of", content={"a": 1})


async def test_a_day_that_has_passed_needs_a_reason(city: City) -> None:
    refused = await revised(city, status=422, valid_from="2026-11-19")
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("POLICY_REASON_REQUIRED", "/reason")
    await revised(city, valid_from="2026-11-19", reason="Salah ketik dalam keputusan")


async def test_a_wrong_value_is_named_with_its_place_in_the_body(city: City) -> None:
    content = (await current(city))["content"]
    del content["overlap"]
    problem = await revised(city, status=422, content={**content, "warn_day_minutes": "many", "extra": 1})
    assert problem["code"] == "POLICY_INVALID"
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/content/extra", "POLICY_KEY_UNKNOWN"),
        ("/content/overlap", "POLICY_KEY_MISSING"),
        ("/content/warn_day_minutes", "POLICY_VALUE_INVALID"),
    ]


async def test_a_revision_is_journalled_with_what_changed(city: City) -> None:
    content = {**(await current(city))["content"], "warn_day_minutes": 500}
    made = await revised(city, content=content, valid_from="2026-11-01", reason="Perbaikan")
    async with city.database.sessions() as db:
        entry = (
            await db.scalars(
                select(JournalEntry).where(
                    JournalEntry.region_id == city.region.id, JournalEntry.entity == "policy"
                )
            )
        ).one()
    assert str(entry.entity_id) == made["id"]
    assert entry.actor_id == city.id("admin")
    assert entry.changes["content"] == {"warn_day_minutes": [600, 500]}
    assert entry.changes["reason"] == "Perbaikan"


async def test_the_same_revision_sent_again_is_given_back(city: City) -> None:
    id = str(uuid7())
    content = (await current(city))["content"]
    first = await revised(city, id=id, content=content)
    assert await revised(city, status=200, id=id, content=content) == first
    other = {**content, "warn_day_minutes": 1}
    assert (await revised(city, status=409, id=id, content=other))["code"] == "POLICY_ID_TAKEN"


async def test_a_dry_run_changes_nothing(city: City) -> None:
    before = await current(city)
    body = {
        "valid_from": "2026-11-20",
        "content": {**before["content"], "warn_day_minutes": 1},
        "source": "x",
    }
    async with city.call_as("admin") as client:
        assert (await client.post("/v1/policies/activities?validate_only=true", json=body)).status_code == 201
    assert await current(city) == before


async def test_revisions_made_at_once_get_numbers_of_their_own(city: City) -> None:
    content = (await current(city))["content"]
    body = {"valid_from": "2026-11-20", "content": content, "source": "Perwali 1/2026"}
    async with city.call_as("admin") as client:
        answers = await at_once(city, *[client.post("/v1/policies/activities", json=body) for _ in range(3)])
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert sorted(answer.json()["revision"] for answer in answers) == [2, 3, 4]


async def test_the_history_goes_back_page_by_page(city: City) -> None:
    content = (await current(city))["content"]
    for day in ("2026-12-01", "2026-12-02"):
        await revised(city, content=content, valid_from=day)
    async with city.call_as("staff") as client:
        first = (await client.get("/v1/policies/activities/history?limit=2&count=exact")).json()
        rest = (
            await client.get(f"/v1/policies/activities/history?limit=2&cursor={first['page']['next']}")
        ).json()
    assert first["page"]["total"] == 3
    assert [row["valid_from"] for row in first["data"] + rest["data"]] == [
        "2026-12-02",
        "2026-12-01",
        "2025-01-01",
    ]


async def test_an_unchanged_policy_is_not_sent_again(city: City) -> None:
    async with city.call_as("staff") as client:
        etag = (await client.get("/v1/policies/activities")).headers["etag"]
        again = await client.get("/v1/policies/activities", headers={"If-None-Match": etag})
        await revised(city)
        changed = await client.get("/v1/policies/activities", headers={"If-None-Match": etag})
    assert (again.status_code, changed.status_code) == (304, 200)


async def test_demanding_a_second_factor_holds_at_once(city: City) -> None:
    content = {**(await current(city, "identity"))["content"], "otp_required_roles": ["REGIONAL_ADMIN"]}
    await revised(city, area="identity", content=content)
    async with city.call_as("admin") as client:
        for _ in range(50):
            answer = await client.get("/v1/policies")
            if answer.status_code == 403:
                break
            await asyncio.sleep(0.02)
    assert answer.json()["code"] == "OTP_ENROLMENT_REQUIRED"
