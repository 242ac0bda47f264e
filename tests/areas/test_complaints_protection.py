"""A supervisory complaint is kept from whom it is about and from everybody in his branch, by every way to it."""

import asyncio
import inspect
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.access.grants import Permission
from asn_api.areas.complaints import jobs
from asn_api.areas.events.kinds import KINDS
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.rules.identity import GrantedRole
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.complaints import Complaint
from asn_api.tables.notifications import Notification
from asn_api.tables.organization import Appointment
from tests.architecture.operations import Operation, blueprint, operations
from tests.areas.complaining import (
    HOLE,
    SUPERVISORY,
    act,
    add_grant,
    answered,
    contact,
    coordinator,
    ids,
    named,
    ok,
    received,
    sent,
    supervisory,
    track,
)
from tests.factories import City
from tests.matrix import add

OPERATIONS = [
    each
    for each in operations(blueprint())
    if each.documented and each.endpoint.__module__ == "asn_api.areas.complaints.router"
]
OF_ONE = [each for each in OPERATIONS if "/complaints/{id}" in each.path]
OPEN311 = [
    each
    for each in operations(blueprint())
    if each.documented and each.method == "GET" and each.endpoint.__module__ == "asn_api.areas.open311.router"
]
BODIES: dict[str, Any] = {
    "verify_complaint": {},
    "hold_complaint": {"text": "Di mana?"},
    "reject_complaint": {"action": "ARCHIVE", "text": "Tidak jelas"},
    "merge_complaint": {"parent_id": str(uuid7())},
    "name_complaint_subjects": {"subjects": []},
    "dispose_complaint": {"agency_id": str(uuid7())},
    "recall_complaint": {"text": "Salah"},
    "reveal_reporter": {"reason": "Perlu"},
    "assign_complaint": {"officer_id": None},
    "answer_complaint": {"text": "Selesai"},
    "give_complaint_back": {"text": "Bukan kami"},
    "note_on_complaint": {"text": "Catatan"},
}
EVERY_ROLE = (
    GrantedRole.COMPLAINT_COORDINATOR,
    GrantedRole.COMPLAINT_CONTACT,
    GrantedRole.REGIONAL_ADMIN,
)


async def empower(city: City, *names: str) -> None:
    """All roles there are, at the root: what is kept from them is not kept by a lack of rights."""
    async with city.database.sessions() as db, db.begin():
        for name in names:
            for role in EVERY_ROLE:
                await add_grant(db, city, name, role, "root")
            await announce(db, "account", city.accounts[name].id)
    # The news is pushed; a token that has not been seen yet asks the database.
    await asyncio.sleep(0.1)


async def answer_to(city: City, who: str, operation: Operation, id: str) -> tuple[int, str]:
    async with city.call_as(who) as client:
        response = await client.request(
            operation.method,
            operation.path.format(id=id, file_id=uuid7()),
            params={} if operation.method == "GET" else {"validate_only": "true"},
            json=BODIES.get(operation.id),
            headers={"If-Match": '"1"'},
        )
    return response.status_code, response.json().get("code", "") if response.content else ""


def test_every_operation_on_one_complaint_has_a_body_here() -> None:
    writing = {each.id for each in OF_ONE if each.method != "GET"}
    assert writing == BODIES.keys() | {"start_complaint", "hide_complaint"}


@pytest.fixture
async def about_staff(city: City) -> str:
    """About `staff` of the ward, handled by the other agency."""
    await coordinator(city)
    id = await supervisory(city)
    await act(city, "coordinator", id, "disposition", agency_id=str(city.units["works"].id))
    return id


async def test_by_no_operation_whatever_their_roles(city: City, about_staff: str) -> None:
    """Generated from the routes: with all roles at the root, those of the branch get what a stranger gets."""
    branch = ("staff", "colleague", "supervisor")
    await empower(city, *branch, "chief")
    unknown = str(uuid7())
    for operation in OF_ONE:
        for who in branch:
            found = await answer_to(city, who, operation, about_staff)
            assert found == await answer_to(city, who, operation, unknown), (operation.id, who)
            assert found == (404, "NOT_FOUND"), (operation.id, who)
        # The same roles outside of the branch do reach it.
        status, _ = await answer_to(city, "chief", operation, about_staff)
        if "file_id" not in inspect.signature(operation.endpoint).parameters:
            assert status != 404, operation.id


async def test_not_in_lists_counts_search_filters_and_exports(city: City, about_staff: str) -> None:
    await empower(city, "colleague", "chief")
    ways: list[dict[str, Any]] = [
        {},
        {"q": "pungutan"},
        {"status": "FORWARDED"},
        {"kind": SUPERVISORY},
        {"agency_id": str(city.units["works"].id)},
        {"is_open": "true"},
        {"due_on[lte]": "2027-12-31"},
    ]
    for query in ways:
        for who, seen in (("colleague", False), ("chief", True)):
            async with city.call_as(who) as client:
                found = ok(await client.get("/v1/complaints", params={**query, "count": "exact"}))
                table = await client.get("/v1/complaints", params=query, headers={"Accept": "text/csv"})
            assert (about_staff in ids(found)) is seen, (query, who)
            assert found["page"]["total"] == int(seen), (query, who)
            assert ("Pungutan" in table.text) is seen, (query, who)


async def test_not_in_the_journal_nor_among_the_events(city: City, about_staff: str) -> None:
    await empower(city, "colleague", "chief")
    for who, seen in (("colleague", False), ("chief", True)):
        async with city.call_as(who) as client:
            found = ok(await client.get("/v1/journal", params={"entity": "complaint"}))
        assert bool(found["data"]) is seen, who
    rows = KINDS["complaint"].rows
    assert rows is not None
    for who, seen in (("colleague", False), ("chief", True)):
        access = await access_of(city, who)
        statement = select(rows.table.id).where(rows.within(access))
        async with city.database.sessions() as db:
            assert (UUID(about_staff) in set(await db.scalars(statement))) is seen, who


async def access_of(city: City, who: str) -> Any:
    actor = await city.app.state.authority.actor(city.tokens[who], city.now)
    permission = Permission.COMPLAINTS_READ
    return Access(actor, permission, actor.permissions[permission], city.now)


async def test_an_admin_reads_no_journal_of_what_nobody_is_named_in_yet(city: City) -> None:
    await coordinator(city)
    await received(city, kind=SUPERVISORY)
    async with city.call_as("admin") as client:
        assert ok(await client.get("/v1/journal", params={"entity": "complaint"}))["data"] == []
    await received(city)
    async with city.call_as("admin") as client:
        assert ok(await client.get("/v1/journal", params={"entity": "complaint"}))["data"]


async def test_the_public_names_a_unit_and_its_people_never_see_it(city: City) -> None:
    await coordinator(city)
    await empower(city, "chief", "other_head")
    receipt = await sent(city, kind=SUPERVISORY, about_unit_id=str(city.units["health"].id))
    assert receipt["secret"] is True
    for who, seen in (("chief", 0), ("other_head", 1), ("coordinator", 1)):
        async with city.call_as(who) as client:
            found = ok(await client.get("/v1/complaints", params={"code": receipt["code"]}))
        assert len(found["data"]) == seen, who


async def test_a_new_post_of_the_official_widens_what_it_is_kept_from(city: City, about_staff: str) -> None:
    await empower(city, "other_staff")
    async with city.call_as("other_staff") as client:
        assert (await client.get(f"/v1/complaints/{about_staff}")).status_code == 200
    post = city.posts["other_staff"]
    await add(
        city,
        Appointment(
            region_id=city.region.id,
            id=uuid7(),
            employee_id=city.id("staff"),
            position_id=post.position_id,
            unit_id=post.unit_id,
            is_head=False,
            kind=AppointmentKind.PLT,
            valid=Range(city.now.date(), None),
        ),
    )
    async with city.call_as("other_staff") as client:
        assert (await client.get(f"/v1/complaints/{about_staff}")).status_code == 404


async def test_about_who_leads_the_region_the_others_still_hear(city: City) -> None:
    """The branch of the root is not the region."""
    await coordinator(city)
    id, _ = await received(city, kind=SUPERVISORY, about_unit_id=str(city.units["root"].id))
    async with city.call_as("coordinator") as client:
        assert (await client.get(f"/v1/complaints/{id}")).status_code == 200


async def test_it_goes_nowhere_before_somebody_is_named_and_never_to_them(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city, kind=SUPERVISORY)
    await act(city, "coordinator", id, "verification")
    works = str(city.units["works"].id)
    refused = await act(city, "coordinator", id, "disposition", 409, agency_id=works)
    assert refused["code"] == "COMPLAINT_SUBJECT_REQUIRED"
    await act(city, "coordinator", id, "subjects", 204, subjects=named(city, "staff"))
    for unit, officer in (("ward", None), ("health", "colleague")):
        body = {"agency_id": str(city.units[unit].id), "officer_id": officer and str(city.id(officer))}
        refused = await act(city, "coordinator", id, "disposition", 409, **body)
        assert refused["code"] == "COMPLAINT_WITH_NAMED"
    await act(city, "coordinator", id, "disposition", agency_id=works)
    refused = await act(city, "coordinator", id, "subjects", 409, subjects=named(city, None, "works"))
    assert refused["code"] == "COMPLAINT_WITH_NAMED"
    refused = await act(city, "coordinator", id, "subjects", 409, subjects=[])
    assert refused["code"] == "COMPLAINT_SUBJECT_REQUIRED"


async def test_a_coordinator_who_names_his_own_unit_is_blind_from_then_on(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city, kind=SUPERVISORY)
    await act(city, "coordinator", id, "subjects", 204, subjects=named(city, None, "secretariat"))
    async with city.call_as("coordinator") as client:
        assert (await client.get(f"/v1/complaints/{id}")).status_code == 404


async def test_only_supervisory_complaints_name_somebody(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    refused = await act(city, "coordinator", id, "subjects", 409, subjects=named(city, "staff"))
    assert refused["code"] == "COMPLAINT_NOT_SUPERVISORY"
    await act(city, "coordinator", id, "verification", kind=SUPERVISORY)
    async with city.call_as("coordinator") as client:
        assert ok(await client.get(f"/v1/complaints/{id}"))["is_secret"] is True


async def test_reminders_pass_those_by_from_whom_it_is_kept(city: City, about_staff: str) -> None:
    """The contact of the handling agency acts for the named official meanwhile."""
    await contact(city, "desk", "works")
    await act(city, "coordinator", about_staff, "recall", text="Ulangi")
    await act(city, "coordinator", about_staff, "disposition", agency_id=str(city.units["works"].id))
    post = city.posts["staff"]
    await add(
        city,
        Appointment(
            region_id=city.region.id,
            id=uuid7(),
            employee_id=city.id("other_head"),
            position_id=post.position_id,
            unit_id=post.unit_id,
            is_head=False,
            kind=AppointmentKind.PLT,
            valid=Range(city.now.date(), None),
        ),
    )
    means = Means(city.database, city.app.state.keyring, lambda: city.now + timedelta(days=10))
    await jobs.remind(means, region_id=str(city.region.id))
    names = {employee.id: name for name, employee in city.people.items()}
    async with city.database.sessions() as db:
        rows = await db.scalars(
            select(Notification.employee_id).where(
                Notification.region_id == city.region.id, Notification.kind == "COMPLAINT_OVERDUE"
            )
        )
        assert {names[each] for each in rows} == set()


async def test_a_batch_of_an_officer_finds_nothing_of_it(city: City, about_staff: str) -> None:
    """To join it is refused like joining what does not exist."""
    await empower(city, "colleague", "chief")
    told = []
    for who in ("colleague", "chief"):
        for id in (about_staff, str(uuid7())):
            item = {**HOLE, "key": str(uuid4()), "joins": id}
            async with city.call_as(who) as client:
                (result,) = ok(await client.post("/v1/complaints/batches", json={"items": [item]}))["results"]
            told.append((result["code"], result["errors"]))
    assert told == [told[0]] * 4
    assert told[0][1][0]["code"] == "NOT_FOUND"


async def test_nothing_of_it_is_shown_to_the_public(city: City, about_staff: str) -> None:
    async with city.call_as("anonymous") as client:
        found = ok(
            await client.post(
                "/v1/public/complaints/similar",
                json={"region": city.region.code, "subject": "Pungutan liar loket pelayanan"},
            )
        )
    assert found["data"] == []
    async with city.call_as("coordinator") as client:
        code = ok(await client.get(f"/v1/complaints/{about_staff}"))["code"]
    assert (await track(city, {"code": code, "pin": ""}, pin=None)).status_code == 404


FILTERS: list[dict[str, str]] = [
    {},
    {"status": "open"},
    {"status": "open,closed"},
    {"service_code": "LOKET"},
    {"service_request_id": "{service_request_id}"},
    {"service_request_id": "{service_request_id},{service_request_id}", "status": "open"},
    {"start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-30T00:00:00Z", "page_size": "1000"},
]


async def told_by_open311(city: City, names: dict[str, str]) -> list[tuple[str, int, str]]:
    """Every reading operation in both formats, the lists narrowed in every way."""
    found = []
    async with city.call_as("anonymous") as client:
        for operation in OPEN311:
            for form in ("json", "xml"):
                for query in FILTERS if "list" in operation.id else [{}]:
                    asked = {name: value.format(**names) for name, value in query.items()}
                    answer = await client.get(
                        operation.path.format(form=form, **names),
                        params={"jurisdiction_id": city.region.code, **asked},
                    )
                    found.append((f"{operation.id} {form} {query}", answer.status_code, answer.text))
    return found


@pytest.mark.parametrize(
    "kept", ["supervisory", "secret", "supervisory, though the region keeps it no secret"]
)
async def test_open311_answers_about_it_as_about_nothing(city: City, kept: str) -> None:
    """Generated from the routes: with its id and its code, lists and counts are what they are without it."""
    await coordinator(city)
    async with city.call_as("coordinator") as client:
        body = {"code": "LOKET", "name": "Loket"}
        assert (await client.post("/v1/complaint-categories", json=body)).status_code == 201
    told = {"category": "LOKET", "subject": "Pungutan liar di loket pelayanan"}
    if kept == "secret":
        id, receipt = await answered(city, secret=True, **told)
    else:
        id, receipt = await received(city, kind=SUPERVISORY, **told)
        await act(city, "coordinator", id, "subjects", 204, subjects=named(city, "staff"))
        await act(city, "coordinator", id, "verification")
        await act(city, "coordinator", id, "disposition", agency_id=str(city.units["works"].id))
    if "no secret" in kept:
        async with city.database.sessions.begin() as db:
            await db.execute(update(Complaint).where(Complaint.id == UUID(id)).values(is_secret=False))
    names = {"service_request_id": id, "token": receipt["code"], "service_code": "LOKET"}
    unknown = {"service_request_id": str(uuid7()), "token": "AAAA-AAAA-AAAA-AAAA", "service_code": "LOKET"}
    answers = await told_by_open311(city, names)
    assert {each.id for each in OPEN311} == {what.split()[0] for what, _, _ in answers}
    assert answers == await told_by_open311(city, unknown)
    for what, _, text in answers:
        assert "Pungutan" not in text, what
        assert id not in text, what
        assert receipt["code"] not in text, what
    # The same of one that anybody may know of is told by each of them.
    id, receipt = await answered(city, **told)
    seen = await told_by_open311(city, {**names, "service_request_id": id, "token": receipt["code"]})
    for what, status, text in seen:
        assert status == 200, what
        told_of_it = what.split()[0] not in (
            "discover_open311",
            "list_open311_services",
            "define_open311_service",
        )
        assert (id in text) is told_of_it, what
