"""A scripted year of a small agency through the HTTP API, and what it is to show.

`examples/demo_year/small.json` is an earlier play, kept by `python -m examples.demo_year small`, which plays twice
and compares. Playing once here and comparing byte by byte is therefore the same year again. A change of rules
changes it, knowingly; the diff shows whose result.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from examples.demo_year.playing import played
from examples.demo_year.year import SMALL

RESULT = Path(__file__).parents[2] / "examples" / "demo_year" / "small.json"
MATRIX = Path(__file__).parents[1] / "vectors" / "rating_matrix.json"
QUARTERS = [
    "2026-01-01/2026-03-31",
    "2026-04-01/2026-06-30",
    "2026-07-01/2026-09-30",
    "2026-10-01/2026-12-31",
]

Json = dict[str, Any]


@pytest.fixture(scope="module")
def year() -> Json:
    result: Json = orjson.loads(RESULT.read_bytes())
    return result


def evaluations(year: Json, **wanted: Any) -> list[Json]:
    found = [each for person in year["people"].values() for each in person["evaluations"]]
    return [each for each in found if all(each[name] == value for name, value in wanted.items())]


@pytest.mark.timeout(900)
async def test_the_same_year_comes_to_the_same_result_byte_by_byte(postgres: str, tmp_path: Path) -> None:
    result = await played(postgres, tmp_path.as_uri(), SMALL, "year", print)
    assert orjson.loads(result) == orjson.loads(RESULT.read_bytes())
    assert result == RESULT.read_bytes()


def test_everybody_is_evaluated_in_four_quarters_and_for_the_year(year: Json) -> None:
    assert len(year["people"]) == SMALL.people
    for person in year["people"].values():
        quarterly = [each for each in person["evaluations"] if each["kind"] == "PERIODIC"]
        assert [each["period"] for each in quarterly] == QUARTERS
        assert {each["status"] for each in person["evaluations"]} == {"FINAL"}
        assert person["year"]["final"]
        assert person["year"]["predicate"]


def test_all_nine_cells_are_rated_and_each_gives_the_predicate_of_the_table(year: Json) -> None:
    seen = {
        (each["work_result"], each["behaviour"]): each["predicate"]
        for each in evaluations(year, kind="PERIODIC")
    }
    # A cell may be seen in a rating that an objection changed: what was contested counts too.
    for each in evaluations(year):
        if each["objection"] is not None:
            before = each["objection"]["before"]
            seen.setdefault((before["work_result"], before["behaviour"]), before["predicate"])
    rows = orjson.loads(MATRIX.read_bytes())
    assert seen == {(row["work_result"], row["behaviour"]): row["predicate"] for row in rows}


def test_one_person_moves_in_mid_year_and_is_judged_where_he_was_and_where_he_is(year: Json) -> None:
    moved = year["story"]["transfer"]
    person = year["people"][moved["nip"]]
    old, new = person["plans"]
    assert (old["status"], old["ended_on"], old["unit_name"]) == ("ENDED", moved["day"], moved["from"])
    assert (old["period_end"], new["period_start"]) == ("2026-06-30", "2026-07-01")
    assert (new["status"], new["unit_name"]) == ("CLOSED", moved["to"])
    first, second = [each for each in person["evaluations"] if each["kind"] == "YEARLY"]
    assert (first["unit"], second["unit"]) == (moved["from"], moved["to"])
    assert first["evaluator"] == old["evaluator"] != second["evaluator"] == new["evaluator"]
    assert [each["counts"] for each in person["year"]["segments"]] == [False, True]


def test_an_objection_changes_a_rating_and_another_does_not(year: Json) -> None:
    changed, upheld = [each for each in evaluations(year) if each["objection"] is not None]
    if changed["objection"]["decision"] != "CHANGED":
        changed, upheld = upheld, changed
    assert changed["objection"]["decision"] == "CHANGED"
    assert changed["objection"]["before"]["predicate"] == "NEEDS_IMPROVEMENT"
    assert (changed["work_result"], changed["predicate"]) == ("MEETS", "GOOD")
    assert {each["rating"] for each in changed["results"]} == {"MEETS"}
    assert upheld["objection"]["decision"] == "UPHELD"
    for name in ("work_result", "behaviour", "predicate"):
        assert upheld[name] == upheld["objection"]["before"][name]
    for each in (changed, upheld):
        assert each["objection"]["decider"] not in (each["evaluator"], None)


def test_the_deputy_of_a_head_who_is_away_rates_in_his_place(year: Json) -> None:
    name = year["story"]["away"]["deputy"]
    rated: defaultdict[str, int] = defaultdict(int)
    for each in evaluations(year, kind="PERIODIC"):
        if f"{name}, Plh. KEPALA SEKSI 1" in each["evaluator"]:
            rated[each["period"]] += 1
    assert rated.keys() == {QUARTERS[2]}
    assert rated[QUARTERS[2]] >= 3


def test_whoever_does_not_report_is_rated_after_the_days_to_report(year: Json) -> None:
    silent = evaluations(year, self_report_missing=True)
    assert silent
    for each in silent:
        assert each["reported_at"] is None
        assert each["rated_at"] > min(other["rated_at"] for other in evaluations(year, period=each["period"]))


def test_a_rating_beside_the_suggestion_has_its_reason(year: Json) -> None:
    beside = [each for each in evaluations(year) if each["departure_reason"] is not None]
    assert beside
    for each in beside:
        assert not each["suggestion"]["work_result"].startswith(each["work_result"])


def test_the_years_distribution_departs_from_the_pattern_and_is_justified(year: Json) -> None:
    found = year["agency"]["distributions"]["YEARLY 1"]
    assert not found["conforms"]
    assert found["findings"]
    assert found["agency"]["justification"]
    assert sum(each["count"] for each in found["shares"]) == found["rated"] == found["final"]


def test_credit_points_follow_the_years_predicate(year: Json) -> None:
    share = {"VERY_GOOD": 150, "GOOD": 100, "NEEDS_IMPROVEMENT": 75, "POOR": 50, "VERY_POOR": 25}
    accounts = [each for each in year["people"].values() if each["credits"] is not None]
    assert len({each["credits"]["total"] for each in accounts}) > 1
    for person in accounts:
        (credit,) = person["credits"]["credits"]
        assert credit["predicate"] == person["year"]["predicate"]
        assert float(credit["amount"]) == 12.5 * share[credit["predicate"]] / 100
