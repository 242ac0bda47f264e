"""Agencies suggested from the category and from where complaints of the same words went."""

from typing import Any

from asn_api.rules.identity import GrantedRole
from tests.areas.complaining import (
    SUPERVISORY,
    act,
    add_grant,
    coordinator,
    forwarded,
    named,
    ok,
    received,
)
from tests.factories import City, add_person, sign_in

NAMELESS: dict[str, Any] = {"reporter": None, "anonymous": True}
LAMP = {"subject": "Lampu penerangan jalan padam", "text": "Gelap sejak kemarin.", **NAMELESS}


async def suggested(city: City, id: str, who: str = "coordinator") -> dict[str, Any]:
    async with city.call_as(who) as client:
        return ok(await client.get(f"/v1/complaints/{id}/agency-suggestions"))


def agencies(city: City, found: dict[str, Any]) -> list[str]:
    names = {str(unit.id): name for name, unit in city.units.items()}
    return [names[each["agency"]["id"]] for each in found["data"]]


async def started(city: City, agency: str, officer: str, **given: Any) -> str:
    id, _ = await forwarded(city, agency, officer, **{**LAMP, **given})
    await act(city, officer, id, "start")
    return id


async def category(city: City, agency: str) -> dict[str, Any]:
    async with city.call_as("admin") as client:
        body = {"code": "LAMPU", "name": "Lampu", "agency_id": str(city.units[agency].id)}
        return ok(await client.post("/v1/complaint-categories", json=body))


async def test_where_the_same_words_went_and_why(city: City) -> None:
    await coordinator(city)
    for _ in range(2):
        await started(city, "works", "other_staff")
    await started(city, "health", "staff", subject="Lampu penerangan puskesmas padam")
    id, _ = await received(city, **{**LAMP, "subject": "Lampu jalan padam: penerangan gang"})
    found = await suggested(city, id)
    assert agencies(city, found) == ["works", "health"]
    best, other = found["data"]
    # Two complaints with the same four words; one with three of them.
    assert (best["points"], best["complaints"], len(best["words"])) == (8, 2, 4)
    assert (other["points"], other["complaints"], other["of_category"]) == (3, 1, False)
    assert set(best["words"]) <= set(found["words"])
    assert (found["compared"], found["category_points"]) == (3, 5)


async def test_the_category_weighs_like_a_past_complaint(city: City) -> None:
    await coordinator(city)
    await category(city, "health")
    await started(city, "works", "other_staff")
    id, _ = await received(city, **LAMP, category="LAMPU")
    found = await suggested(city, id)
    assert agencies(city, found) == ["health", "works"]
    assert (found["data"][0]["points"], found["data"][0]["complaints"]) == (5, 0)
    assert found["data"][0]["of_category"] is True
    await started(city, "works", "other_staff")
    assert agencies(city, await suggested(city, id)) == ["works", "health"]


async def test_what_was_only_forwarded_or_given_back_says_nothing(city: City) -> None:
    await coordinator(city)
    await forwarded(city, "works", "other_staff", **LAMP)
    back, _ = await forwarded(city, "health", "staff", **LAMP)
    await act(city, "staff", back, "return", 204, text="Bukan kami")
    id, _ = await received(city, **LAMP)
    found = await suggested(city, id)
    assert (found["data"], found["compared"]) == ([], 0)


async def test_other_words_and_its_own_say_nothing(city: City) -> None:
    await coordinator(city)
    id = await started(city, "works", "other_staff", subject="Sampah menumpuk dekat pasar")
    assert (await suggested(city, id))["data"] == []
    other, _ = await received(city, **LAMP)
    assert (await suggested(city, other))["data"] == []


async def test_who_it_is_about_is_never_suggested(city: City) -> None:
    """Neither by past complaints nor by the category."""
    await coordinator(city)
    await category(city, "works")
    given = {"kind": SUPERVISORY, **NAMELESS, "subject": "Pungutan liar loket perizinan"}
    past, _ = await received(city, **given)
    await act(city, "coordinator", past, "subjects", 204, subjects=named(city, "staff"))
    await act(city, "coordinator", past, "verification")
    body: dict[str, Any] = {
        "agency_id": str(city.units["works"].id),
        "officer_id": str(city.id("other_staff")),
    }
    await act(city, "coordinator", past, "disposition", **body)
    await act(city, "other_staff", past, "start")
    id, _ = await received(city, **given, category="LAMPU")
    assert agencies(city, await suggested(city, id)) == ["works"]
    await act(city, "coordinator", id, "subjects", 204, subjects=named(city, "other_head", "works"))
    assert agencies(city, await suggested(city, id)) == []


async def test_what_is_kept_from_the_coordinator_is_not_counted(city: City) -> None:
    """A second coordinator works in the ward that the past complaint is about."""
    await coordinator(city)
    given = {"kind": SUPERVISORY, **NAMELESS, "subject": "Pungutan liar loket perizinan"}
    past, _ = await received(city, **given)
    await act(city, "coordinator", past, "subjects", 204, subjects=named(city, "other_staff", "roads"))
    await act(city, "coordinator", past, "verification")
    body: dict[str, Any] = {"agency_id": str(city.units["health"].id), "officer_id": str(city.id("staff"))}
    await act(city, "coordinator", past, "disposition", **body)
    await act(city, "staff", past, "start")
    id, _ = await received(city, **given)
    assert agencies(city, await suggested(city, id)) == ["health"]
    await coordinator_in(city, "second", "roads")
    found = await suggested(city, id, "second")
    assert (found["data"], found["compared"]) == ([], 0)


async def test_supervisory_ones_and_others_do_not_speak_for_each_other(city: City) -> None:
    await coordinator(city)
    await started(city, "works", "other_staff")
    id, _ = await received(city, **LAMP, kind=SUPERVISORY)
    assert (await suggested(city, id))["data"] == []


async def test_a_closed_agency_is_not_suggested(city: City) -> None:
    await coordinator(city)
    await started(city, "works", "other_staff")
    id, _ = await received(city, **LAMP)
    async with city.database.sessions() as db, db.begin():
        unit = await db.merge(city.units["works"])
        unit.closed_on = city.now.date()
    assert (await suggested(city, id))["data"] == []


async def coordinator_in(city: City, name: str, unit: str) -> None:
    """Coordinates at the root, works in a unit."""
    async with city.database.sessions() as db, db.begin():
        await add_person(db, city, name, unit)
        await add_grant(db, city, name, GrantedRole.COMPLAINT_COORDINATOR, "root")
        await sign_in(db, city, name)
