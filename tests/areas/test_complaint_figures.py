"""Figures of complaints over HTTP: counted at night, told to anybody without small numbers, to heads in sums."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asn_api.areas.complaints import jobs
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.rules.complaints import ComplaintActor, ComplaintKind, ComplaintStatus
from asn_api.tables.complaints import Complaint, ComplaintTransition
from tests.areas.complaining import act, answered, contact, coordinator, ok, reply, supervisory
from tests.factories import City
from tests.matrix import add

S = ComplaintStatus
JUNE = datetime(2026, 6, 8, 3, tzinfo=UTC)
IN_TIME = (
    (1, S.VERIFIED),
    (1, S.FORWARDED),
    (3, S.IN_PROGRESS),
    (4, S.ANSWERED),
    (5, S.CLOSED),
)
LATE = ((1, S.VERIFIED), (1, S.FORWARDED), (60, S.ANSWERED), (61, S.CLOSED))
WAITING = ((1, S.VERIFIED), (1, S.FORWARDED))
YEAR = {"from": "2026-01", "to": "2026-12"}


async def had(
    city: City,
    unit: str | None,
    many: int,
    way: tuple[tuple[int, S], ...] = IN_TIME,
    rating: int | None = None,
    kind: ComplaintKind = ComplaintKind.COMPLAINT_NON_SUPERVISORY,
    at: datetime = JUNE,
) -> None:
    """So many complaints that went this way, by days after their receipt."""
    states = [(0, S.RECEIVED), *way]
    for _ in range(many):
        row = Complaint(
            region_id=city.region.id,
            id=uuid7(),
            version=len(states),
            code=secrets.token_hex(8).upper(),
            pin_digest=b"",
            kind=kind,
            status=states[-1][1],
            is_anonymous=True,
            is_secret=False,
            subject="Lampu jalan padam",
            content="Sudah seminggu.",
            received_at=at,
            # So that each count sees it, whenever it was made.
            changed_at=at + timedelta(days=1000),
            agency_id=city.units[unit].id if unit else None,
            answered_at=at if S.ANSWERED in [status for _, status in states] else None,
            closed_at=at if states[-1][1] is S.CLOSED else None,
            rating=rating,
            rated_at=None if rating is None else at + timedelta(days=states[-1][0]),
        )
        entries = [
            ComplaintTransition(
                region_id=city.region.id,
                id=uuid7(),
                complaint_id=row.id,
                version=version,
                at=at + timedelta(days=days),
                day=(at + timedelta(days=days)).date(),
                status=status,
                actor=ComplaintActor.SYSTEM,
            )
            for version, (days, status) in enumerate(states, 1)
        ]
        await add(city, row)
        await add(city, *entries)


async def count(city: City, now: datetime | None = None) -> None:
    means = Means(city.database, city.app.state.keyring, lambda: now or city.now)
    await jobs.keep(means, region_id=str(city.region.id))


async def statistics(city: City, **query: Any) -> dict[str, Any]:
    async with city.call_as("anonymous") as client:
        params = {"region": city.region.code, **query}
        return ok(await client.get("/v1/public/complaint-statistics", params=params))


async def results(city: City, who: str, unit: str, **query: str) -> dict[str, Any]:
    async with city.call_as(who) as client:
        return ok(await client.get(f"/v1/units/{city.units[unit].id}/complaint-results", params=query))


def lines(found: dict[str, Any]) -> dict[str, Any]:
    return {each["agency"]["name"]: each for each in found["agencies"]}


async def test_anybody_reads_what_agencies_did_of_units_below_them_too(city: City) -> None:
    await had(city, "health", 3, rating=4)
    await had(city, "ward", 3, rating=5)
    await had(city, "ward", 2, LATE)
    await had(city, "roads", 6, WAITING)
    await had(city, None, 5, ())
    await count(city)
    found = await statistics(city)
    assert found["until"] == "2026-10-31"
    assert (found["received"], found["others_received"], found["least"]) == (19, 5, 5)
    health, works = lines(found)["Health"], lines(found)["Works"]
    assert (health["received"], health["answered"], health["on_time_percent"]) == (8, 8, 75.0)
    assert (health["closed"], health["reopened"]) == (8, None)
    assert (health["rated"], health["rating_mean"]) == (6, 4.5)
    assert health["median_days"] == {"VERIFY": 1, "AGENCY_FIRST_FOLLOW_UP": 2, "RESOLVE": 4}
    assert (works["received"], works["answered"], works["on_time_percent"]) == (6, None, None)
    assert (found["region"]["answered"], found["region"]["rating_mean"]) == (8, 4.5)


async def test_an_agency_with_few_is_not_told_and_does_not_follow_from_the_sum(city: City) -> None:
    await had(city, "health", 6)
    await had(city, "works", 4, rating=1)
    await count(city)
    found = await statistics(city)
    assert list(lines(found)) == ["Health"]
    assert (found["received"], found["others_received"]) == (None, None)
    assert found["region"]["rated"] is None
    await had(city, None, 3, ())
    await count(city)
    found = await statistics(city)
    assert list(lines(found)) == ["Health"]
    assert (found["received"], found["others_received"]) == (13, 7)


async def test_the_figure_from_which_on_is_told_is_the_regions_own(city: City) -> None:
    await had(city, "works", 4)
    await count(city)
    async with city.call_as("admin") as client:
        policy = ok(await client.get("/v1/policies/complaints"))
        given = {
            "valid_from": "2026-11-20",
            "content": {**policy["content"], "least_public": 3},
            "source": "SK",
        }
        ok(await client.post("/v1/policies/complaints", json=given))
    assert lines(await statistics(city))["Works"]["received"] == 4


async def test_the_month_that_is_not_over_is_not_published(city: City) -> None:
    await had(city, "health", 6, (), at=city.now - timedelta(days=2))
    await count(city)
    assert lines(await statistics(city)) == {}
    await count(city, datetime(2026, 12, 1, 18, 7, tzinfo=UTC))
    found = await statistics(city)
    assert (found["until"], lines(found)["Health"]["received"]) == ("2026-11-30", 6)


async def test_only_a_month_in_which_something_changed_is_counted_anew(city: City) -> None:
    """What goes on in a complaint is told after the next night; a rating too, though it moves nothing."""
    await coordinator(city)
    _, receipt = await answered(city)
    await had(city, "health", 5)
    await count(city)
    before = await results(city, "head", "health", **{"from": "2026-11"})
    assert (before["received"], before["answered"], before["rated"]) == (1, 1, 0)
    await reply(city, receipt, "satisfaction", rating=2)
    await count(city, city.now + timedelta(minutes=1))
    after = await results(city, "head", "health", **{"from": "2026-11"})
    assert (after["closed"], after["rated"], after["rating_mean"]) == (1, 1, 2.0)
    june = await results(city, "head", "health", **{"from": "2026-06"})
    assert june["received"] == 5
    assert june["as_of"] == after["as_of"]


async def test_it_is_cheap_to_ask_again(city: City) -> None:
    await had(city, "health", 6)
    await count(city)
    async with city.call_as("anonymous") as client:
        url, params = "/v1/public/complaint-statistics", {"region": city.region.code}
        first = await client.get(url, params=params)
        assert first.headers["cache-control"] == "public, max-age=300"
        again = await client.get(url, params=params, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_year_without_figures_is_empty_and_a_wrong_one_refused(city: City) -> None:
    found = await statistics(city, year=2019)
    assert (found["as_of"], found["received"], found["agencies"]) == (None, None, [])
    async with city.call_as("anonymous") as client:
        params = {"region": city.region.code, "year": 1999}
        answer = await client.get("/v1/public/complaint-statistics", params=params)
        assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")
        answer = await client.get("/v1/public/complaint-statistics", params={"region": "nowhere"})
        assert answer.json()["errors"][0]["code"] == "REGION_UNKNOWN"


async def test_a_head_reads_all_figures_of_his_units_an_admin_what_is_public(city: City) -> None:
    await had(city, "health", 4, rating=4)
    await had(city, "ward", 1, LATE, rating=1)
    await had(city, "roads", 4, WAITING)
    await count(city)
    whole = await results(city, "head", "health", **YEAR)
    assert (whole["received"], whole["on_time_percent"], whole["rating_mean"]) == (5, 80.0, 3.4)
    assert whole["withheld"] is False
    ward = await results(city, "head", "ward", **YEAR)
    assert (ward["received"], ward["on_time_percent"], ward["unit"]["name"]) == (1, 0.0, "Ward")
    told = await results(city, "admin", "health", **YEAR)
    assert (told["received"], told["rating_mean"], told["withheld"]) == (5, 3.4, True)
    assert (await results(city, "admin", "works", **YEAR))["received"] is None


@pytest.mark.parametrize(
    ("unit", "span"), [("ward", YEAR), ("health", {"from": "2026-01", "to": "2026-11"}), ("root", YEAR)]
)
async def test_an_admin_gets_no_parts_that_could_be_subtracted(
    city: City, unit: str, span: dict[str, str]
) -> None:
    await had(city, "ward", 20, rating=4)
    await count(city)
    found = await results(city, "admin", unit, **span)
    assert {found[name] for name in ("received", "answered", "closed", "rated", "rating_mean")} == {None}
    assert set(found["median_days"].values()) == {None}


async def test_a_superior_without_a_branch_gets_none_and_other_heads_not_this_one(city: City) -> None:
    for who in ("supervisor", "other_head"):
        async with city.call_as(who) as client:
            answer = await client.get(f"/v1/units/{city.units['ward'].id}/complaint-results")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), who


@pytest.mark.parametrize("span", [{"from": "2026-06", "to": "2026-05"}, {"from": "2025-11", "to": "2026-11"}])
async def test_the_span_is_twelve_months_at_most(city: City, span: dict[str, str]) -> None:
    async with city.call_as("head") as client:
        answer = await client.get(f"/v1/units/{city.units['ward'].id}/complaint-results", params=span)
    assert answer.json()["errors"][0]["code"] == "MONTHS_OUT_OF_RANGE"


async def test_supervisory_complaints_are_in_no_figure_whoever_asks(city: City) -> None:
    """Not even in the region's sum: from it, the others subtracted, a named branch would learn that there is one."""
    await coordinator(city)
    await contact(city, "desk", "works")
    await had(city, "health", 7)
    await had(city, "works", 7)
    await had(city, None, 7, ())
    later = city.now + timedelta(days=30)

    async def everything() -> list[dict[str, Any]]:
        await count(city, later)
        asked = [("head", "health"), ("other_head", "works"), ("admin", "works"), ("admin", "root")]
        spans = [YEAR, {"from": "2026-11"}]
        public = await statistics(city)
        found = [public, *[await results(city, who, unit, **span) for who, unit in asked for span in spans]]
        return [{name: value for name, value in each.items() if name != "as_of"} for each in found]

    await everything()
    before = await everything()
    id = await supervisory(city)
    assert await everything() == before
    await act(city, "coordinator", id, "disposition", agency_id=str(city.units["works"].id))
    await act(city, "desk", id, "answer", text="Sudah diperiksa.")
    await had(city, "works", 5, rating=1, kind=ComplaintKind.COMPLAINT_SUPERVISORY)
    assert await everything() == before


async def test_what_turns_out_to_be_supervisory_goes_out_of_the_figures(city: City) -> None:
    await coordinator(city)
    await had(city, None, 6, ())
    async with city.call_as("coordinator") as client:
        id = ok(await client.get("/v1/complaints"))["data"][0]["id"]
    await count(city)
    assert (await statistics(city))["received"] == 6
    await act(city, "coordinator", id, "verification", kind="COMPLAINT_SUPERVISORY")
    await count(city)
    assert (await statistics(city))["received"] == 5
