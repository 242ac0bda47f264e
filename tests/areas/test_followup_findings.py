"""Who needs guidance and who excels, over HTTP: from final evaluations, by the region's criteria."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from asn_api.core.mapping import uuid7
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.feedback import FeedbackPolarity, Relation, Visibility
from asn_api.tables.policies import Policy
from tests.areas.evaluating import agreed_plan, at
from tests.areas.following_up import (
    GOOD,
    LOW,
    POOR,
    STARTS,
    VERY_GOOD,
    A,
    B,
    M,
    evaluation,
    found,
    quarter,
    quarters,
    year,
)
from tests.areas.test_performance import done, refused, send
from tests.factories import City
from tests.matrix.monitoring import told

Json = dict[str, Any]


async def revised(city: City, **changes: object) -> None:
    """A later revision of the criteria, in force since 2025."""
    async with city.database.sessions() as db, db.begin():
        content = await db.scalar(
            select(Policy.content).where(Policy.region_id == city.region.id, Policy.area == "followup")
        )
        db.add(
            Policy(
                region_id=city.region.id,
                id=uuid7(),
                area="followup",
                valid_from=date(2025, 1, 1),
                revision=2,
                content={**(content or {}), **changes},
                source="test",
                created_at=city.now,
            )
        )


def met(finding: Json, group: str) -> dict[str, tuple[int, bool]]:
    return {each["criterion"]: (each["value"], each["met"]) for each in finding[group]}


async def test_people_are_found_by_their_final_evaluations(city: City) -> None:
    await quarters(city, "staff", GOOD, GOOD, LOW)
    await quarters(city, "colleague", GOOD, VERY_GOOD, VERY_GOOD)
    await quarters(city, "supervisor", VERY_GOOD, GOOD, VERY_GOOD)
    people = await found(city, "head")
    assert {name: each["findings"] for name, each in people.items()} == {
        "staff": ["GUIDANCE"],
        "colleague": ["EXCELLENCE"],
        "supervisor": [],
        "chief": ["NO_DATA"],
        "head": ["NO_DATA"],
    }
    assert met(people["colleague"], "excellence") == {
        "HIGH_PREDICATE": (2, True),
        "BEHAVIOUR_ABOVE": (2, True),
    }
    assert met(people["supervisor"], "excellence")["HIGH_PREDICATE"] == (1, False)
    assert met(people["staff"], "guidance")["LOW_PREDICATE"] == (1, True)
    assert (people["staff"]["latest_predicate"], people["staff"]["latest_period_end"]) == (
        "NEEDS_IMPROVEMENT",
        "2026-09-30",
    )
    earlier = await found(city, "head", number=2)
    assert (earlier["staff"]["findings"], earlier["colleague"]["findings"]) == ([], [])
    assert earlier["colleague"]["latest_predicate"] == "VERY_GOOD"


async def test_what_is_not_final_or_missing_is_told_apart_and_never_bad(city: City) -> None:
    await quarters(city, "staff", LOW, LOW, None)
    plan = await agreed_plan(city, "colleague")
    await evaluation(city, plan, quarter(2), VERY_GOOD)
    await evaluation(city, plan, quarter(3), POOR, EvaluationStatus.OBJECTED)
    people = await found(city, "head")
    assert (people["staff"]["findings"], people["staff"]["no_data"]) == (["NO_DATA"], "NOT_EVALUATED")
    assert (people["colleague"]["findings"], people["colleague"]["no_data"]) == (["NO_DATA"], "NOT_FINAL")
    assert not any(each["met"] for name in people for each in people[name]["guidance"])
    guided = await found(city, "head", finding="GUIDANCE")
    assert guided == {}
    whole_year = await found(city, "head", number=None)
    assert whole_year["staff"]["findings"] == ["GUIDANCE"]


async def test_a_gap_neither_counts_nor_breaks_a_run(city: City) -> None:
    await quarters(city, "staff", VERY_GOOD, None, VERY_GOOD)
    assert (await found(city, "supervisor"))["staff"]["findings"] == ["EXCELLENCE"]


async def test_runs_do_not_go_back_further_than_the_policy(city: City) -> None:
    old = await agreed_plan(city, "staff", date(2023, 1, 1), date(2023, 12, 31))
    await evaluation(city, old, quarter(4, 2023), VERY_GOOD)
    await quarters(city, "staff", None, None, VERY_GOOD)
    assert (await found(city, "supervisor"))["staff"]["findings"] == []
    await revised(city, looked_back_years=4)
    assert (await found(city, "supervisor"))["staff"]["findings"] == ["EXCELLENCE"]


async def test_a_failed_year_shows_the_time_to_improve_and_nothing_else(city: City) -> None:
    id = await year(city, "staff", POOR)
    shown = (await found(city, "staff"))["staff"]
    assert shown["findings"] == ["GUIDANCE", "NO_DATA"]
    assert shown["improvement"] == {
        "evaluation_id": str(id),
        "year": 2025,
        "start": "2026-06-30",
        "until": "2026-12-30",
        "over": False,
    }
    async with at(city, "2026-12-31"):
        assert (await found(city, "staff"))["staff"]["improvement"]["over"] is True
    await year(city, "staff", GOOD, of=2026)
    better = (await found(city, "staff", number=None, kind="YEARLY"))["staff"]
    assert (better["findings"], better["improvement"]) == ([], None)


async def test_feedback_that_the_person_reads_counts_and_nothing_hidden(city: City) -> None:
    await quarters(city, "staff", GOOD, GOOD, GOOD)
    constructive = {"polarity": FeedbackPolarity.CONSTRUCTIVE, "day": date(2026, 8, 20)}
    for _ in range(4):
        await feedback(city, **constructive)
    await feedback(city, **constructive | {"day": date(2026, 6, 30)})
    await feedback(city, **constructive, withdrawn_at=city.now)
    hidden = {"relation": Relation.SUPERIOR, "visibility": Visibility.SUPERIOR_ONLY, "giver": "supervisor"}
    await feedback(city, **constructive, **hidden)
    assert met((await found(city, "head"))["staff"], "guidance")["CONSTRUCTIVE_FEEDBACK"] == (4, False)
    await feedback(city, **constructive)
    assert (await found(city, "head", finding="GUIDANCE")).keys() == {"staff"}


async def feedback(city: City, giver: str = "colleague", **changes: Any) -> None:
    row = await told(city, giver=giver)
    async with city.database.sessions() as db, db.begin():
        stored = await db.get(type(row), (row.region_id, row.id))
        for name, value in changes.items():
            setattr(stored, name, value)


async def test_everybody_sees_himself_and_nobody_a_colleague(city: City) -> None:
    await quarters(city, "staff", GOOD, GOOD, LOW)
    assert (await found(city, "staff")).keys() == {"staff"}
    assert (await found(city, "colleague")).keys() == {"colleague"}
    assert (await found(city, "supervisor")).keys() == {"staff", "colleague", "supervisor"}
    assert (await found(city, "supervisor", team=True)).keys() == {"staff", "colleague"}
    assert (await found(city, "other_head")).keys() == {"other_head", "other_staff", "admin"}
    path = f"/performance-findings/{city.id('staff')}/explanation"
    for stranger in ("colleague", "other_staff", "other_head", "chief"):
        answer = await send(city, stranger, "GET", path, params={"year": 2026})
        await refused(answer, 404, "NOT_FOUND")


async def test_a_unit_holds_all_below_it(city: City) -> None:
    unit = {"unit_id": str(city.units["clinic"].id)}
    assert (await found(city, "admin", **unit)).keys() == {"chief", "supervisor", "staff", "colleague"}
    assert (await found(city, "head", unit_id=str(city.units["roads"].id))) == {}


async def test_the_explanation_names_every_input(city: City) -> None:
    ids = await quarters(city, "staff", GOOD, GOOD, LOW)
    yearly = await year(city, "staff", POOR)
    path = f"/performance-findings/{city.id('staff')}/explanation"
    shown = await done(city, "staff", "GET", path, params={"year": 2026, "number": 3})
    assert shown["value"] == ["GUIDANCE"]
    *evaluations, failed, policy = shown["inputs"]
    assert [each["id"] for each in evaluations] == [str(id) for id in reversed(ids)]
    assert evaluations[0]["predicate"] == "NEEDS_IMPROVEMENT"
    assert (failed["id"], policy["area"], policy["version"]) == (str(yearly), "followup", 1)
    assert "any: LOW_PREDICATE 1 ≥ 1: yes" in shown["steps"]
    assert any(step.endswith("until 2026-12-30") for step in shown["steps"])


async def test_the_criteria_are_the_regions(city: City) -> None:
    await quarters(city, "staff", GOOD, (M, A), (A, M))
    assert (await found(city, "staff"))["staff"]["findings"] == []
    none = {"PERIODIC": 0, "YEARLY": 0}
    await revised(city, excellence_predicates=["VERY_GOOD", "GOOD"], behaviour_above_in_a_row=none)
    assert (await found(city, "staff"))["staff"]["findings"] == ["EXCELLENCE"]


@pytest.mark.parametrize(("number", "kind"), [(5, "PERIODIC"), (2, "YEARLY")])
async def test_a_period_that_the_year_does_not_have_is_named(city: City, number: int, kind: str) -> None:
    query = {"year": 2026, "number": number, "kind": kind}
    problem = await refused(
        await send(city, "staff", "GET", "/performance-findings", params=query), 422, "REQUEST_INVALID"
    )
    assert [each["code"] for each in problem["errors"]] == ["EVALUATION_NUMBER_UNKNOWN"]


async def test_the_list_comes_in_pages_and_as_a_table(city: City) -> None:
    await quarters(city, "staff", GOOD, GOOD, LOW)
    query: Json = {"year": 2026, "number": 3, "limit": 2}
    names, cursor = [], None
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        shown = await done(city, "head", "GET", "/performance-findings", params=asked)
        names += [each["employee"]["name"] for each in shown["data"]]
        cursor = shown["page"]["next"]
        if cursor is None:
            break
    assert names == ["CHIEF", "COLLEAGUE", "HEAD", "STAFF", "SUPERVISOR"]
    async with city.call_as("head", Accept="text/csv") as client:
        table = await client.get("/v1/performance-findings", params=query)
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    (line,) = [each for each in rows if each["Name"] == "STAFF"]
    assert (line["Needs guidance"], line["Excels"], line["Low predicates in a row"]) == ("true", "false", "1")
    assert (line["Latest predicate"], line["No data because"]) == ("Needs improvement", "")
    async with city.call_as("head", Accept="application/x-ndjson") as client:
        lines = await client.get("/v1/performance-findings", params=query)
    assert len(lines.text.splitlines()) == 5


rated = st.one_of(st.none(), st.tuples(st.sampled_from((A, M, B)), st.sampled_from((A, M, B))))
PEOPLE = ("staff", "colleague", "supervisor", "chief")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(rated, min_size=4, max_size=4), min_size=4, max_size=4), st.integers(1, 4))
async def test_the_filter_finds_whom_the_rule_finds(city: City, years: list[Any], number: int) -> None:
    """The page is cut by SQL, the criteria are shown by the rule: both say the same."""
    plans = [await agreed_plan(city, person, kinds=()) for person in PEOPLE]
    for plan, ratings in zip(plans, years, strict=True):
        for place, each in enumerate(ratings):
            if each is not None:
                period = quarter(place + 1)
                assert period.lower == STARTS[place]
                await evaluation(city, plan, period, each)
    everybody = await found(city, "head", number=number)
    for finding in ("GUIDANCE", "EXCELLENCE", "NO_DATA"):
        expected = {name for name, each in everybody.items() if finding in each["findings"]}
        assert (await found(city, "head", number=number, finding=finding)).keys() == expected
    async with city.database.sessions() as db, db.begin():
        for table in ("evaluations", "plan_revisions", "plans"):
            await db.execute(delete_from(table, city))


def delete_from(name: str, city: City) -> Any:
    from asn_api.core.mapping import Table

    table = Table.metadata.tables[name]
    return table.delete().where(table.c.region_id == city.region.id)
