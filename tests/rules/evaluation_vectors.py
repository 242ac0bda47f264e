"""The worked examples of ratings, distributions, transitions and deadlines."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from asn_api.rules.distribution import (
    DistributionFault,
    Finding,
    Limits,
    check_distribution,
)
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.evaluations import (
    Deadlines,
    EvaluationAction,
    EvaluationActor,
    EvaluationStatus,
    check_transition,
    refusal,
)
from asn_api.rules.labels import external_code, label
from asn_api.rules.objections import objection_due
from asn_api.rules.plans import ResultKind
from asn_api.rules.ratings import Expectation, OrganisationPredicate, Predicate, predicate
from asn_api.rules.suggestions import RatedResult, suggest_work_result
from tests.rules.samples import activity_policy, place, policy_values

Row = Mapping[str, Any]


def evaluation_policy(**changes: object) -> EvaluationPolicy:
    return EvaluationPolicy.from_mapping(policy_values("evaluations", **changes))


def limits() -> Limits:
    policy = evaluation_policy()
    return Limits(
        policy.distribution_most_limit,
        policy.distribution_main_floor,
        policy.distribution_next_floor,
        policy.distribution_top_limit,
    )


def check_cell(row: Row) -> None:
    work_result, behaviour = Expectation(row["work_result"]), Expectation(row["behaviour"])
    found = predicate(work_result, behaviour)
    assert found == row["predicate"]
    codes = [external_code(each) for each in (work_result, behaviour, found)]
    assert codes == [str(row[name]) for name in ("work_result_code", "behaviour_code", "predicate_code")]
    assert label(found, "id") == row["predicate_id"].removesuffix("/misconduct")


def check_wrong_cell(row: Row) -> None:
    """Where others went wrong the table does not."""
    if isinstance(row["wrong_cells"], str):
        return
    for cell in row["wrong_cells"]:
        found = external_code(predicate(Expectation(cell["work_result"]), Expectation(cell["behaviour"])))
        assert found == str(cell["must_be"]) != str(cell["returns"])


def check_work_result(row: Row) -> None:
    results = [RatedResult(ResultKind.PRIMARY, Expectation(each)) for each in row["primary"]]
    results += [RatedResult(ResultKind.ADDITIONAL, Expectation(each)) for each in row["additional"]]
    policy = evaluation_policy()
    assert suggest_work_result(results, policy.most_share, policy.small_part_share).rating == row["expected"]


def worded(finding: Finding) -> str:
    """As the examples say it."""
    names = " or ".join(finding.predicates)
    percent = f"{int(100 * (finding.limit or 0))}%"
    return {
        DistributionFault.NOT_THE_MODE: f"{names} is not the mode",
        DistributionFault.ABOVE_LIMIT: f"{names}>{percent}",
        DistributionFault.BELOW_FLOOR: f"{names}<{percent}",
        DistributionFault.MISSING: f"no {names}",
        DistributionFault.NOT_ALLOWED: f"{names} must be 0",
    }[finding.fault]


def check_distribution_case(row: Row) -> None:
    counts = {Predicate(name): count for name, count in row["counts"].items()}
    found = check_distribution(OrganisationPredicate(row["organisation_rating"]), counts, limits())
    assert [worded(each) for each in found] == row["violations"]
    assert row["conforms"] is not bool(found)


PATTERNS: Mapping[str, tuple[dict[str, int], dict[str, int]]] = {
    "mode=VERY_GOOD and VERY_GOOD<=70%": ({"VERY_GOOD": 70, "GOOD": 30}, {"VERY_GOOD": 71, "GOOD": 29}),
    "mode=GOOD and GOOD<=70%; NEEDS_IMPROVEMENT+POOR>0; VERY_GOOD and VERY_POOR allowed": (
        {"GOOD": 70, "VERY_GOOD": 28, "POOR": 1, "VERY_POOR": 1},
        {"GOOD": 70, "VERY_GOOD": 29, "VERY_POOR": 1},
    ),
    "NEEDS_IMPROVEMENT>=60%; VERY_GOOD<=10%": (
        {"NEEDS_IMPROVEMENT": 60, "VERY_GOOD": 10, "GOOD": 30},
        {"NEEDS_IMPROVEMENT": 60, "VERY_GOOD": 11, "GOOD": 29},
    ),
    "POOR>=60%; NEEDS_IMPROVEMENT>=10%; VERY_GOOD<=10%": (
        {"POOR": 60, "NEEDS_IMPROVEMENT": 10, "VERY_GOOD": 10, "GOOD": 20},
        {"POOR": 60, "NEEDS_IMPROVEMENT": 9, "VERY_GOOD": 10, "GOOD": 21},
    ),
    "VERY_POOR>=60%; POOR+NEEDS_IMPROVEMENT>=10%; GOOD allowed; VERY_GOOD=0": (
        {"VERY_POOR": 60, "POOR": 5, "NEEDS_IMPROVEMENT": 5, "GOOD": 30},
        {"VERY_POOR": 60, "POOR": 5, "NEEDS_IMPROVEMENT": 4, "GOOD": 31},
    ),
}
"""For each published pattern people who just conform, and people who just do not."""


def check_pattern(row: Row) -> None:
    organisation = OrganisationPredicate(row["organisation_rating"])
    assert label(organisation, "id") == row["id"].removesuffix("/Cukup")
    conforming, departing = PATTERNS[row["rule"]]
    assert not check_distribution(organisation, {Predicate(k): n for k, n in conforming.items()}, limits())
    assert check_distribution(organisation, {Predicate(k): n for k, n in departing.items()}, limits())


ACTIONS = {
    "self_report": EvaluationAction.REPORT,
    "rate": EvaluationAction.RATE,
    "acknowledge": EvaluationAction.ACKNOWLEDGE,
    "object": EvaluationAction.OBJECT,
    "decide": EvaluationAction.DECIDE,
    "deadline_14d_passed": EvaluationAction.FINALISE,
}


def check_evaluation_transition(row: Row) -> None:
    """On a day on which no window stands in the way: only the table decides."""
    delivered = date(2026, 7, 10)
    today = delivered + timedelta(days=15 if row["action"].startswith("deadline") else 1)
    when = Deadlines(today, date(2026, 6, 30), date(2026, 7, 7), delivered + timedelta(days=14))
    status, actor = EvaluationStatus(row["from"]), EvaluationActor(row["actor"])
    action = ACTIONS[row["action"]]
    if row["allowed"]:
        assert check_transition(status, action, {actor}, when, reason="Bukti belum dilihat") == row["to"]
    else:
        assert refusal(status, action, {actor}, when)


def check_deadline(row: Row) -> None:
    day = date(2026, 7, 10)
    match row["event"]:
        case "objection_to_rating":
            assert objection_due(day, evaluation_policy(), place()).day - day == timedelta(row["days"])
        case "evaluation_document_delivery":
            policy = evaluation_policy(objection_days=row["working_days"], objection_day_type="WORKING")
            assert objection_due(day, policy, place()).day == date(2026, 7, 30)
        case "daily_log_verification":
            assert activity_policy().verify_sla_working_days == row["working_days"]
        case "daily_log_approval_cutoff":
            assert f"day {activity_policy().period_lock_day} of next month" in row["rule"]
        case other:
            assert other == "pdp_breach_notice", "a deadline without a rule"


CHECKERS: Mapping[str, Callable[[Row], None]] = {
    "rating_matrix": check_cell,
    "rating_matrix_wrong_implementations": check_wrong_cell,
    "work_result_rating": check_work_result,
    "distribution_checks": check_distribution_case,
    "distribution_rules": check_pattern,
    "evaluation_transitions": check_evaluation_transition,
    "deadlines": check_deadline,
}
