"""The professionalism index over HTTP: four parts from the records, what is missing said and not invented."""

from datetime import date
from typing import Any

import pytest

from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseKind
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.ratings import Predicate
from asn_api.tables.policies import Policy
from tests.areas.crediting import evaluated
from tests.areas.learning import completed, course, employee_becomes, got, verified
from tests.factories import City
from tests.matrix import add
from tests.rules.samples import policy_values

Json = dict[str, Any]
YEAR = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}


async def index(city: City, person: str = "staff", year: int = 2025, viewer: str | None = None) -> Json:
    path = f"/v1/employees/{city.id(person)}/professionalism-index"
    return await got(city, viewer or person, path, year=year)


def parts(shown: Json) -> dict[str, str | None]:
    return {each["dimension"]: each["points"] or each["missing"] for each in shown["parts"]}


async def learned(city: City, kind: CourseKind = CourseKind.TECHNICAL, jp: int = 20, **changes: Any) -> None:
    days = {"starts_on": "2025-05-05", "ends_on": "2025-05-07", "issued_on": "2025-05-08"}
    await verified(
        city, number=str(uuid7()), title=str(uuid7()), **{**days, "kind": kind, "jp": jp, **changes}
    )


async def vouched(city: City) -> None:
    """The region says that it records all sanctions."""
    await add(
        city,
        Policy(
            region_id=city.region.id,
            id=uuid7(),
            area="professionalism",
            valid_from=date(2024, 1, 1),
            revision=1,
            content=policy_values("professionalism", discipline_without_record="NONE"),
            source="test",
            created_at=city.now,
        ),
    )


async def test_the_worked_example_by_the_records(city: City) -> None:
    await vouched(city)
    await employee_becomes(city, "staff", education_level_code="40")
    await evaluated(city, **YEAR)
    await learned(city)
    shown = await index(city)
    assert parts(shown) == {
        "QUALIFICATION": "15",
        "COMPETENCE": "22.5",
        "PERFORMANCE": "25",
        "DISCIPLINE": "5",
    }
    assert (shown["total"], shown["category"], shown["complete"]) == ("67.5", "LOW", True)
    await learned(city, CourseKind.SEMINAR, 0)
    assert (await index(city))["total"] == "85.0"


async def test_nothing_is_invented_where_nothing_is_recorded(city: City) -> None:
    shown = await index(city)
    assert parts(shown) == {
        "QUALIFICATION": "EDUCATION_UNKNOWN",
        "COMPETENCE": "0",
        "PERFORMANCE": "NOT_EVALUATED",
        "DISCIPLINE": "NO_DISCIPLINE_RECORDS",
    }
    assert (shown["total"], shown["at_most"], shown["category"]) == ("0", "60", "VERY_LOW")
    assert shown["complete"] is False


async def test_a_sanction_of_unknown_weight_is_not_guessed(city: City) -> None:
    await vouched(city)
    await employee_becomes(city, "staff", legal_standing_code="15")
    assert parts(await index(city))["DISCIPLINE"] == "SANCTION_LEVEL_UNKNOWN"


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (EvaluationStatus.OPEN, "NOT_EVALUATED"),
        (EvaluationStatus.RATED, "NOT_FINAL"),
        (EvaluationStatus.OBJECTED, "NOT_FINAL"),
        (EvaluationStatus.ACKNOWLEDGED, "30"),
        (EvaluationStatus.FINAL, "30"),
    ],
)
async def test_only_an_accepted_evaluation_gives_points(
    city: City, status: EvaluationStatus, found: str
) -> None:
    await evaluated(city, **YEAR, result=Predicate.VERY_GOOD, status=status)
    assert parts(await index(city))["PERFORMANCE"] == found


async def test_a_year_of_two_plans_is_judged_as_the_region_combines_them(city: City) -> None:
    await evaluated(city, first=date(2025, 1, 1), last=date(2025, 3, 31), result=Predicate.POOR)
    await evaluated(city, first=date(2025, 4, 1), last=date(2025, 12, 31), result=Predicate.GOOD)
    year = await got(city, "staff", f"/v1/employees/{city.id('staff')}/performance-years/2025")
    assert year["predicate"] == "GOOD"
    assert parts(await index(city))["PERFORMANCE"] == "25"


async def test_each_certificate_serves_one_component(city: City) -> None:
    await learned(city, CourseKind.SEMINAR, 20)
    assert parts(await index(city))["COMPETENCE"] == "17.5", "a seminar is not training of twenty hours too"
    await learned(city, CourseKind.STRUCTURAL, 900)
    assert parts(await index(city))["COMPETENCE"] == "17.5", "nor is leadership training"
    await learned(city, CourseKind.TECHNICAL, 19)
    assert parts(await index(city))["COMPETENCE"] == "17.5"
    await learned(city, CourseKind.E_LEARNING, 1)
    assert parts(await index(city))["COMPETENCE"] == "40.0"


@pytest.mark.parametrize(
    ("ended", "points"),
    [("2023-12-31", "0"), ("2024-01-01", "17.5"), ("2025-12-31", "17.5"), ("2026-01-01", "0")],
)
async def test_a_seminar_counts_for_two_years(city: City, ended: str, points: str) -> None:
    days = {"starts_on": ended, "ends_on": ended, "issued_on": ended}
    await learned(city, CourseKind.WORKSHOP, 4, **days)
    assert parts(await index(city))["COMPETENCE"] == points


async def test_leadership_training_counts_for_heads_for_good(city: City) -> None:
    taught = await course(city, CourseKind.STRUCTURAL, 900)
    days = {"first": date(2021, 3, 1), "last": date(2021, 7, 1)}
    await completed(city, "supervisor", "staff", course_id=taught, jp=900, **days)
    assert parts(await index(city, "supervisor"))["COMPETENCE"] == "15"
    assert parts(await index(city))["COMPETENCE"] == "0", "it is not asked of general staff"


async def test_the_index_of_a_unit_is_the_mean_of_its_people(city: City) -> None:
    await vouched(city)
    for person, code in (("staff", "40"), ("colleague", "50"), ("supervisor", "45")):
        await employee_becomes(city, person, education_level_code=code)
    await evaluated(city, **YEAR)
    await evaluated(city, "colleague", **YEAR, result=Predicate.VERY_GOOD)
    await learned(city)
    people = [await index(city, person) for person in ("staff", "colleague", "supervisor")]
    shown = await got(city, "head", f"/v1/units/{city.units['ward'].id}/professionalism-index", year=2025)
    assert (shown["people"], shown["complete"]) == (3, 2)
    assert shown["total"] == f"{sum(float(each['total']) for each in people) / 3:.2f}"
    assert shown["at_most"] == f"{sum(float(each['at_most']) for each in people) / 3:.2f}"
    performance = next(each for each in shown["parts"] if each["dimension"] == "PERFORMANCE")
    assert (performance["mean"], performance["known"], performance["unknown"]) == ("27.50", 2, 1)
    spread = {each["category"]: each["people"] for each in shown["categories"]}
    assert sum(spread.values()) == 3
    for each in people:
        assert spread[each["category"]] > 0


async def test_the_explanation_names_the_records(city: City) -> None:
    await employee_becomes(city, "staff", education_level_code="40")
    await evaluated(city, **YEAR)
    await learned(city)
    shown = await got(
        city, "supervisor", f"/v1/employees/{city.id('staff')}/professionalism-index/explanation", year=2025
    )
    assert shown["value"] == "62.5"
    assert [each["entity"] for each in shown["inputs"]] == ["employee", "evaluation", "certificate"]
    assert (shown["inputs"][1]["predicate"], shown["inputs"][1]["version"]) == ("GOOD", 1)
    assert "DISCIPLINE: NO_DISCIPLINE_RECORDS (0 … 5)" in shown["steps"]
    assert shown["article"] == "Peraturan BKN 8/2019"


async def test_a_year_before_evaluations_has_no_performance(city: City) -> None:
    assert parts(await index(city, year=2020))["PERFORMANCE"] == "NOT_EVALUATED"
