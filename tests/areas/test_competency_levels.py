"""Held levels, gaps, job fit and the map of a branch, over HTTP."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import EvidenceSource
from asn_api.rules.credits import CreditLevel
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.tables.credits import FunctionalTerm
from asn_api.tables.organization import Appointment
from tests.areas.qualifying import (
    NINE,
    appointment,
    assessed,
    becomes,
    entered,
    heat_map,
    line,
    position,
    profile,
    revised,
    standard,
)
from tests.factories import City
from tests.matrix import add
from tests.matrix.competencies import seen


async def test_an_assessment_gives_gap_and_job_fit(city: City) -> None:
    await becomes(city, "staff", kind=PositionKind.STRUCTURAL, echelon="31")
    for code, level in zip(NINE, [4, 4, 2, 2, 2, 2, 2, 2, 2], strict=True):
        await entered(city, competency_code=code, level=level)
    shown = await profile(city)
    assert shown["fit"] == {
        "percentage": "81.48",
        "category": "MEETS_REQUIREMENT",
        "held": 22,
        "required": 27,
        "capped": False,
        "missing": [],
    }
    assert Counter(each["status"] for each in shown["competencies"]) == {"EXCEEDS": 2, "GAP": 7}
    short = line(shown, NINE[-1])
    assert (short["held"], short["gap"], short["urgency"], short["source"]) == (2, -1, 1, "ASSESSMENT_CENTRE")
    assert (short["assessed_on"], short["valid_until"]) == ("2026-05-01", "2029-05-01")


async def test_a_region_may_cap_the_job_fit(city: City) -> None:
    await becomes(city, "staff", kind=PositionKind.STRUCTURAL, echelon="31")
    for code, level in zip(NINE, [4, 4, 2, 2, 2, 2, 2, 2, 2], strict=True):
        await seen(city, competency_code=code, level=level, assessed_on=date(2026, 5, 1))
    await revised(city, fit_capped=True)
    assert (await profile(city))["fit"] | {"held": 0} == {
        "percentage": "74.07",
        "category": "PARTLY_MEETS",
        "held": 0,
        "required": 27,
        "capped": True,
        "missing": [],
    }


async def test_the_job_fit_waits_for_what_is_unknown(city: City) -> None:
    for code in NINE[1:]:
        await entered(city, competency_code=code)
    fit = (await profile(city))["fit"]
    assert (fit["percentage"], fit["category"], fit["missing"]) == (None, None, ["INTEGRITY"])


async def test_learning_raises_an_assessed_level_by_one(city: City) -> None:
    await entered(city, level=1)
    await entered(city, level=4, source="TRAINING", assessed_on="2026-08-01")
    found = line(await profile(city), "INTEGRITY")
    assert (found["held"], found["source"], found["raised"]) == (2, "ASSESSMENT_CENTRE", True)
    assert line(await profile(city, as_of="2026-07-31"), "INTEGRITY")["held"] == 1


async def test_whoever_moves_takes_what_he_holds_along_and_is_asked_for_the_new_post(city: City) -> None:
    await entered(city, level=2)
    await standard(city, position_id=position(city, "other_staff"), level=4, valid_from="2020-01-01")
    async with city.database.sessions() as db, db.begin():
        old = await db.get(Appointment, (city.region.id, city.posts["staff"].id))
        assert old is not None
        old.valid = Range(date(2020, 1, 1), date(2026, 9, 1))
    await add(city, appointment(city, "staff", "other_staff", date(2026, 9, 1)))
    before, after = await profile(city, as_of="2026-08-31"), await profile(city)
    assert (line(before, "INTEGRITY")["required"], line(after, "INTEGRITY")["required"]) == (1, 4)
    assert (line(before, "INTEGRITY")["held"], line(after, "INTEGRITY")["held"]) == (2, 2)
    assert after["position"]["unit_name"] == "Roads"
    async with city.call_as("other_head") as new_head, city.call_as("head") as old_head:
        url = f"/v1/employees/{city.id('staff')}/competencies"
        assert (await new_head.get(url)).status_code == 200
        assert (await old_head.get(url)).status_code == 404


async def test_an_acting_post_asks_for_nothing(city: City) -> None:
    await standard(city, position_id=position(city, "chief"), level=5, valid_from="2020-01-01")
    await add(
        city, appointment(city, "staff", "chief", date(2026, 1, 1), kind=AppointmentKind.PLT, is_head=True)
    )
    found = await profile(city)
    assert line(found, "INTEGRITY")["required"] == 1
    assert found["position"]["tier"] == "PELAKSANA"


async def test_people_without_a_post_or_level_are_asked_for_nothing(city: City) -> None:
    await entered(city, level=2)
    await becomes(city, "staff", kind=PositionKind.FUNCTIONAL, title="Guru")
    unknown = await profile(city)
    assert (unknown["no_standard"], unknown["position"]["tier"]) == ("TIER_UNKNOWN", None)
    assert [(each["held"], each["required"], each["status"]) for each in unknown["competencies"]] == [
        (2, None, None)
    ]
    assert unknown["fit"]["percentage"] is None
    await standard(city, position_id=position(city), competency_code="COOPERATION")
    assert line(await profile(city), "COOPERATION")["required"] == 3, "its own standards hold all the same"
    term = FunctionalTerm(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id("staff"),
        level=CreditLevel.AHLI_MADYA,
        valid=Range(date(2026, 1, 1), None),
        decree_number="K/1",
        decree_date=date(2026, 1, 1),
    )
    await add(city, term)
    assert line(await profile(city), "INTEGRITY")["required"] == 4
    nobody = await profile(city, as_of="2019-12-31")
    assert (nobody["position"], nobody["no_standard"]) == (None, "NO_POSITION")


async def test_the_explanation_names_every_piece_and_what_became_of_it(city: City) -> None:
    held = await standard(city, position_id=position(city), level=4, criticality=3, valid_from="2020-01-01")
    centre = await entered(city, level=2)
    course = await entered(city, level=5, source="TRAINING", assessed_on="2026-06-01")
    own = (await assessed(city, "staff", level=5)).json()["data"][0]
    old = await entered(city, level=5, assessed_on="2020-01-01")
    async with city.call_as("staff") as staff:
        answer = await staff.get(f"/v1/employees/{city.id('staff')}/competencies/explanation")
    shown = answer.json()
    (found,) = [each for each in shown["competencies"] if each["competency_code"] == "INTEGRITY"]
    assert {each["evidence_id"]: each["use"] for each in found["evidence"]} == {
        centre["id"]: "DECIDES",
        course["id"]: "RAISES",
        own["id"]: "NOT_COUNTED",
        old["id"]: "EXPIRED",
    }
    assert (found["standard_id"], found["standard_version"]) == (held["id"], 1)
    assert found["steps"] == [
        "ASSESSMENT_CENTRE 2026-05-01: 2",
        "TRAINING 2026-06-01: min(5, 2 + 1) = 3",
        "POSITION: 4 × 3",
        "3 − 4 = -1 → GAP, 3",
    ]
    assert shown["policy_id"]
    assert shown["article"] == "PermenPANRB 38/2017"
    assert len(shown["fit"]) == 1, "eight are unknown"


async def test_the_map_of_a_branch_adds_up(city: City) -> None:
    await standard(city, tier="PELAKSANA", level=3, criticality=2, valid_from="2020-01-01")
    await entered(city, "staff", level=1)
    await entered(city, "other_staff", level=4)
    whole = await heat_map(city, "root")
    assert [(each["unit_name"], each["people"]) for each in whole["parts"]] == [("Health", 5), ("Works", 3)]
    assert (whole["total"]["people"], whole["total"]["without_standard"]) == (8, 4), "heads without echelon"
    (cell,) = [each for each in whole["total"]["cells"] if each["competency_code"] == "INTEGRITY"]
    assert cell == {
        "competency_code": "INTEGRITY",
        "people": 4,
        "assessed": 2,
        "below": 1,
        "missing_levels": 2,
        "urgency": 4,
        "mean_required": "3.00",
        "mean_held": "2.50",
    }
    ward = await heat_map(city, "ward", "head")
    assert [each["unit_name"] for each in ward["parts"]] == ["Ward"], "what is the unit's own"
    assert ward["total"]["people"] == 3
    assert len((await heat_map(city, "root", group="SOCIO_CULTURAL"))["total"]["cells"]) == 1
    empty = await heat_map(city, "root", as_of="2019-12-31")
    assert (empty["total"]["people"], empty["parts"]) == (0, [])


async def test_the_people_behind_the_map_come_most_urgent_first(city: City) -> None:
    await standard(city, tier="PELAKSANA", level=3, criticality=2, valid_from="2020-01-01")
    await entered(city, "staff", level=1)
    await entered(city, "colleague", level=2)
    await entered(city, "other_staff", level=4)
    url = "/v1/competency-gaps?competency_code=INTEGRITY"

    async def found(viewer: str, more: str = "") -> list[tuple[str, str, int]]:
        async with city.call_as(viewer) as caller:
            answer = await caller.get(url + more)
        assert answer.status_code == 200, answer.text
        return [(each["employee"]["name"], each["status"], each["urgency"]) for each in answer.json()["data"]]

    assert await found("admin", "&status=GAP") == [("STAFF", "GAP", 4), ("COLLEAGUE", "GAP", 2)]
    assert await found("other_head", "&status=EXCEEDS") == [("OTHER STAFF", "EXCEEDS", 0)]
    assert await found("supervisor", "&team=true") == [("STAFF", "GAP", 4), ("COLLEAGUE", "GAP", 2)]
    assert await found("staff") == [("STAFF", "GAP", 4)]
    assert await found("admin", f"&unit_id={city.units['works'].id}&status=NOT_ASSESSED") == [
        ("ADMIN", "NOT_ASSESSED", 0)
    ]
    async with city.call_as("admin") as admin:
        first = (await admin.get(url + "&limit=1")).json()
        second = (await admin.get(url + f"&limit=1&cursor={first['page']['next']}")).json()
        assert second["data"][0]["employee"]["name"] == "COLLEAGUE"
        file = await admin.get(url, headers={"Accept": "text/csv"})
    assert "Below the standard" in file.text


async def test_a_map_is_for_those_who_lead_the_branch(city: City) -> None:
    for viewer in ("staff", "supervisor", "other_head"):
        async with city.call_as(viewer) as caller:
            answer = await caller.get(f"/v1/units/{city.units['ward'].id}/competency-map")
        assert answer.status_code == 404, viewer


@pytest.mark.parametrize("seed", range(3))
async def test_the_map_holds_the_levels_that_profiles_explain(city: City, seed: int) -> None:
    """What SQL finds for many is what the rule finds for each, from any evidence on any day."""
    chance = random.Random(seed)
    people = ["staff", "colleague", "other_staff"]
    for person in people:
        for _ in range(14):
            source = chance.choice(list(EvidenceSource))
            day = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
            until = chance.choice([None, day + timedelta(days=chance.randrange(200))])
            gone = chance.random() < 0.15
            by = {
                EvidenceSource.SELF: {"assessor_id": city.id(person), "assessor": None},
                EvidenceSource.SUPERIOR: {"assessor_id": city.id("head"), "assessor": None},
            }
            try:
                await seen(
                    city,
                    person,
                    source,
                    level=chance.randint(1, 5),
                    competency_code=chance.choice(NINE[:2]),
                    assessed_on=day,
                    valid_until=until,
                    withdrawn_at=city.now if gone else None,
                    withdrawal_reason="Keliru" if gone else None,
                    **by.get(source, {}),
                )
            except IntegrityError:
                continue
    for asked in ("2026-03-01", "2026-06-15", "2026-10-01", "2026-11-20"):
        expected: Counter[tuple[str, str]] = Counter()
        for person in people:
            for each in (await profile(city, person, as_of=asked))["competencies"]:
                code = each["competency_code"]
                expected[code, "assessed"] += each["held"] is not None
                expected[code, "below"] += each["status"] == "GAP"
                expected[code, "urgency"] += each["urgency"]
                expected[code, "sum"] += each["held"] or 0
        found: Counter[tuple[str, str]] = Counter()
        for cell in (await heat_map(city, "root", as_of=asked))["total"]["cells"]:
            code = cell["competency_code"]
            found[code, "assessed"] += cell["assessed"]
            found[code, "below"] += cell["below"]
            found[code, "urgency"] += cell["urgency"]
            mean = float(cell["mean_held"] or 0)
            found[code, "sum"] += round(mean * cell["assessed"])
        assert +found == +expected, asked
