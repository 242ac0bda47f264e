"""What agencies achieved, over HTTP: set one level up, and the distribution of predicates against it."""

from datetime import date
from typing import Any

from asn_api.areas.organization.lines import rebuild
from asn_api.core.mapping import uuid7
from asn_api.rules.organization import PositionKind
from asn_api.rules.plans import PlanStatus, PlanType
from asn_api.tables.organization import Position
from asn_api.tables.performance import Plan
from tests.areas.evaluating import LETTER, agreed_plan, at, opened, rated, rating_of, reported
from tests.areas.test_evaluations import faults, transferred
from tests.areas.test_performance import done, journal, refused, send
from tests.factories import City, add_person, sign_in

Json = dict[str, Any]


def achievement(city: City, **changes: Any) -> Json:
    given = {
        "unit_id": str(city.units["health"].id),
        "year": 2026,
        "kind": "PERIODIC",
        "number": 3,
        "predicate": "GOOD",
        "basis": "Rencana aksi triwulan III tercapai",
    }
    return given | changes


async def secretary(city: City) -> None:
    """The regional secretary, above the heads of the agencies."""
    async with city.database.sessions() as db, db.begin():
        seat = city.headships["root"] = Position(
            region_id=city.region.id,
            id=uuid7(),
            unit_id=city.units["root"].id,
            kind=PositionKind.STRUCTURAL,
            title="Sekretaris Daerah",
            is_head=True,
        )
        db.add(seat)
        await db.flush()
        await add_person(db, city, "secretary", "root", is_head=True)
        await rebuild(db, city.region.id)
    async with city.database.sessions() as db, db.begin():
        await sign_in(db, city, "secretary")


async def test_the_superior_of_the_head_rates_the_agency_and_changes_it_with_a_reason(city: City) -> None:
    await secretary(city)
    made = await done(city, "secretary", "POST", "/organisation-ratings", json=achievement(city))
    assert (made["period_start"], made["period_end"]) == ("2026-07-01", "2026-09-30")
    assert made["rater"]["name"] == "SECRETARY"
    answer = await send(city, "secretary", "POST", "/organisation-ratings", json=achievement(city))
    await refused(answer, 409, "ORGANISATION_RATED_ALREADY")
    change = {"predicate": "EXCELLENT", "basis": "Data akhir", "reason": "Angka final lebih tinggi"}
    changed = await done(
        city, "secretary", "PUT", f"/organisation-ratings/{made['id']}", made["version"], json=change
    )
    assert (changed["predicate"], changed["version"]) == ("EXCELLENT", 2)
    action, changes = (await journal(city, "organisation_rating"))[-1]
    assert (action, changes["predicate"], changes["reason"]) == (
        "AMEND",
        ["GOOD", "EXCELLENT"],
        "Angka final lebih tinggi",
    )
    answer = await send(
        city, "secretary", "PUT", f"/organisation-ratings/{made['id']}", made["version"], json=change
    )
    await refused(answer, 412, "VERSION_STALE")


async def test_nobody_rates_his_own_agency_and_an_admin_only_records_letters(city: City) -> None:
    body = achievement(city)
    await refused(
        await send(city, "head", "POST", "/organisation-ratings", json=body), 409, "SELF_EVALUATION"
    )
    for stranger in ("chief", "staff", "other_head"):
        answer = await send(city, stranger, "POST", "/organisation-ratings", json=body)
        await refused(answer, 404, "NOT_FOUND")
    answer = await send(city, "admin", "POST", "/organisation-ratings", json=body)
    assert await faults(answer) == [("/letter", "ORGANISATION_LETTER_REQUIRED")]
    future = body | {"letter": LETTER | {"letter_date": "2026-11-21"}}
    answer = await send(city, "admin", "POST", "/organisation-ratings", json=future)
    assert await faults(answer) == [("/letter_date", "PLAN_LETTER_IN_FUTURE")]
    made = await done(city, "admin", "POST", "/organisation-ratings", json=body | {"letter": LETTER})
    assert (made["rated_by"], made["rater"]["letter_number"]) == (None, "800/12/2026")
    await secretary(city)
    answer = await send(
        city, "admin", "POST", "/organisation-ratings", json=achievement(city, number=2, letter=LETTER)
    )
    await refused(answer, 409, "ORGANISATION_HAS_SUPERIOR")
    answer = await send(
        city, "secretary", "POST", "/organisation-ratings", json=achievement(city, number=2, letter=LETTER)
    )
    assert await faults(answer) == [("/letter", "ORGANISATION_LETTER_NOT_NEEDED")]


async def test_an_agency_is_rated_for_periods_that_are_over_and_exist(city: City) -> None:
    body = achievement(city, letter=LETTER)
    for number, code in ((4, "EVALUATION_PERIOD_RUNNING"), (5, "REQUEST_INVALID")):
        answer = await send(city, "admin", "POST", "/organisation-ratings", json=body | {"number": number})
        assert answer.json()["code"] == code
    unit = body | {"unit_id": str(city.units["ward"].id)}
    answer = await send(city, "admin", "POST", "/organisation-ratings", json=unit)
    assert await faults(answer) == [("/unit_id", "GOAL_UNIT_NOT_AGENCY")]
    named = body | {"id": str(uuid7())}
    first = await done(city, "admin", "POST", "/organisation-ratings", json=named)
    again = await done(city, "admin", "POST", "/organisation-ratings", json=named)
    assert again == first
    answer = await send(
        city, "admin", "POST", "/organisation-ratings", json=named | {"predicate": "EXCELLENT"}
    )
    await refused(answer, 409, "ORGANISATION_RATING_ID_TAKEN")


async def distribution(city: City, unit: str, person: str = "admin", number: int = 3) -> Json:
    path = f"/units/{city.units[unit].id}/rating-distribution?year=2026&kind=PERIODIC&number={number}"
    return await done(city, person, "GET", path)


async def test_a_distribution_is_counted_and_its_departures_are_warnings(city: City) -> None:
    empty = await distribution(city, "health")
    assert (empty["conforms"], empty["rated"], empty["shares"][0]["percent"]) == (None, 0, None)
    await rated(city, results="ABOVE", values="ABOVE")
    await rated(city, await reported(city, person="colleague"))
    await reported(city, person="supervisor")
    made = await done(city, "admin", "POST", "/organisation-ratings", json=achievement(city, letter=LETTER))
    found = await distribution(city, "health", "head")
    assert (found["rated"], found["unrated"], found["final"], found["conforms"]) == (2, 1, 0, False)
    shares = {each["predicate"]: (each["count"], each["percent"]) for each in found["shares"]}
    assert shares["VERY_GOOD"] == shares["GOOD"] == (1, "50.0")
    assert [(each["fault"], each["predicates"]) for each in found["findings"]] == [
        ("MISSING", ["NEEDS_IMPROVEMENT", "POOR"])
    ]
    assert found["organisation_rating"]["version"] == made["version"]
    assert (await distribution(city, "works"))["rated"] == 0
    for person in ("staff", "supervisor"):
        path = f"/units/{city.units['ward'].id}/rating-distribution?year=2026&kind=PERIODIC&number=3"
        await refused(await send(city, person, "GET", path), 404, "NOT_FOUND")
    change = {
        "predicate": "GOOD",
        "basis": "Rencana aksi",
        "justification": "Unit kecil: persentase tidak mungkin dipenuhi",
        "reason": "Menjelaskan distribusi",
        "letter": LETTER,
    }
    await done(city, "admin", "PUT", f"/organisation-ratings/{made['id']}", made["version"], json=change)
    found = await distribution(city, "health")
    assert found["organisation_rating"]["justification"].startswith("Unit kecil")


async def test_a_person_with_two_segments_in_a_period_is_counted_once_by_the_later(city: City) -> None:
    plan = await agreed_plan(city, last=date(2026, 8, 14), status=PlanStatus.ENDED)
    await rated(city, await reported(city, await opened(city, plan, day="2026-08-14")), results="ABOVE")
    later = await agreed_plan(city, first=date(2026, 8, 15))
    await rated(city, await reported(city, await opened(city, later)), results="BELOW", values="ABOVE")
    found = await distribution(city, "ward")
    assert found["rated"] == 1
    assert next(each["count"] for each in found["shares"] if each["predicate"] == "NEEDS_IMPROVEMENT") == 1


async def test_for_the_head_the_achievement_of_his_agency_is_suggested(city: City) -> None:
    await secretary(city)
    plan = await agreed_plan(city, "head")
    async with city.database.sessions() as db, db.begin():
        row = await db.get_one(Plan, (city.region.id, plan.id))
        row.plan_type = PlanType.JPT_OR_UNIT_HEAD
    await done(
        city, "secretary", "POST", "/organisation-ratings", json=achievement(city, predicate="EXCELLENT")
    )
    evaluation = await reported(city, await opened(city, plan, "head"), "head")
    assert evaluation["organisation_predicate"] == "EXCELLENT"
    items = rating_of(evaluation)
    asked = {name: items[name] for name in ("results", "values")}
    suggested = await done(
        city, "secretary", "POST", f"/evaluations/{evaluation['id']}/suggestion", json=asked
    )
    assert (suggested["work_result"]["rating"], suggested["work_result"]["reason"]) == (
        "ABOVE",
        "ORGANISATION_RATING",
    )
    # The staff of the agency see it in their own form; for them nothing is suggested by it.
    theirs = await reported(city)
    assert theirs["organisation_predicate"] == "EXCELLENT"


async def test_ratings_of_agencies_are_listed_within_reach(city: City) -> None:
    await secretary(city)
    made = await done(city, "secretary", "POST", "/organisation-ratings", json=achievement(city))
    for person, sees in (
        ("secretary", True),
        ("head", True),
        ("admin", True),
        ("other_head", False),
        ("staff", False),
    ):
        found = await done(city, person, "GET", "/organisation-ratings?year=2026")
        assert [each["id"] for each in found["data"]] == ([made["id"]] if sees else [])


async def test_years_of_several_segments_list_them_all(city: City) -> None:
    plan = await transferred(city)
    later = await agreed_plan(city, first=date(2026, 7, 1))
    async with at(city, "2027-01-04"):
        first = await opened(city, plan, day="2026-06-30", kind="YEARLY")
        await rated(city, await reported(city, first), results="ABOVE", values="ABOVE")
        path = f"/employees/{city.id('staff')}/performance-years/2026"
        year = await done(city, "staff", "GET", path)
    assert [(each["months"], each["counts"], each["predicate"]) for each in year["segments"]] == [
        (6, False, "VERY_GOOD"),
        (6, True, None),
    ]
    assert (year["predicate"], year["missing"]) == (None, [str(later.id)])
