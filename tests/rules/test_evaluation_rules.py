"""Ratings, suggestions, states, windows and years: boundaries by name, and what holds for all inputs."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from asn_api.errors import Problem
from asn_api.rules.annual import Segment, months_of, year_result
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.distribution import check_distribution, percentages
from asn_api.rules.entries import Place
from asn_api.rules.evaluation_periods import spans_of
from asn_api.rules.evaluation_policy import AnnualCombination
from asn_api.rules.evaluations import (
    TRANSITIONS,
    Deadlines,
    EvaluationAction,
    EvaluationActor,
    EvaluationKind,
    EvaluationStatus,
    Periodicity,
    allowed_actions,
    check_transition,
    refusal,
)
from asn_api.rules.objections import objection_due
from asn_api.rules.outages import Outages
from asn_api.rules.plans import ResultKind
from asn_api.rules.ratings import NINE_CELLS, Expectation, OrganisationPredicate, Predicate, predicate
from asn_api.rules.suggestions import (
    RatedResult,
    Suggestion,
    SuggestionReason,
    suggest_behaviour,
    suggest_work_result,
)
from tests.rules.evaluation_vectors import evaluation_policy, limits
from tests.rules.samples import place

RANK = {each: place for place, each in enumerate(reversed(Expectation))}
"""The higher the better."""
WORST_FIRST = list(reversed(Predicate))
MOST, SMALL = Decimal("0.5"), Decimal("0.34")
ABOVE, MEETS, BELOW = Expectation.ABOVE, Expectation.MEETS, Expectation.BELOW
ratings = st.sampled_from(Expectation)


@given(ratings, ratings, ratings, ratings)
def test_a_better_rating_on_either_side_never_makes_a_worse_predicate(
    result: Expectation, behaviour: Expectation, other_result: Expectation, other_behaviour: Expectation
) -> None:
    if RANK[other_result] >= RANK[result] and RANK[other_behaviour] >= RANK[behaviour]:
        before, after = predicate(result, behaviour), predicate(other_result, other_behaviour)
        assert WORST_FIRST.index(after) >= WORST_FIRST.index(before)


def test_the_table_has_nine_cells_and_its_invariants_hold() -> None:
    assert len(NINE_CELLS) == 9
    for (result, behaviour), found in NINE_CELLS.items():
        assert behaviour is not BELOW or found in (Predicate.POOR, Predicate.VERY_POOR)
        assert result is not BELOW or found not in (Predicate.GOOD, Predicate.VERY_GOOD)
        assert (found is Predicate.VERY_GOOD) == ((result, behaviour) == (ABOVE, ABOVE))


def suggested(
    primary: Sequence[Expectation | None], additional: Sequence[Expectation | None] = ()
) -> Suggestion:
    results = [RatedResult(ResultKind.PRIMARY, each) for each in primary]
    results += [RatedResult(ResultKind.ADDITIONAL, each) for each in additional]
    return suggest_work_result(results, MOST, SMALL)


@pytest.mark.parametrize(
    ("primary", "additional", "expected", "reason"),
    [
        ([ABOVE, ABOVE, MEETS], [], ABOVE, SuggestionReason.MOST_ABOVE),
        ([ABOVE, MEETS], [], MEETS, SuggestionReason.MOST_AS_EXPECTED),
        ([ABOVE, ABOVE, ABOVE, BELOW], [], MEETS, SuggestionReason.MOST_AS_EXPECTED),
        ([ABOVE, ABOVE], [BELOW], ABOVE, SuggestionReason.MOST_ABOVE),
        ([MEETS, MEETS, BELOW], [], MEETS, SuggestionReason.MOST_AS_EXPECTED),
        ([MEETS, MEETS, MEETS, BELOW, BELOW], [], None, SuggestionReason.BETWEEN),
        ([MEETS, BELOW], [], None, SuggestionReason.BETWEEN),
        ([BELOW, BELOW], [ABOVE, ABOVE, ABOVE], None, SuggestionReason.BETWEEN),
        ([BELOW, BELOW, MEETS], [], BELOW, SuggestionReason.MOST_BELOW),
        ([MEETS], [BELOW, BELOW], BELOW, SuggestionReason.MOST_BELOW),
        ([None, None, MEETS], [], MEETS, SuggestionReason.MOST_AS_EXPECTED),
        ([None], [ABOVE], None, SuggestionReason.NO_PRIMARY_RATED),
        ([], [], None, SuggestionReason.NO_PRIMARY_RATED),
    ],
)
def test_work_results_suggest(
    primary: list[Expectation | None],
    additional: list[Expectation | None],
    expected: Expectation | None,
    reason: SuggestionReason,
) -> None:
    found = suggested(primary, additional)
    assert (found.rating, found.reason) == (expected, reason)


def level(suggestion: Suggestion) -> int:
    """What lies between two categories lies between BELOW and MEETS."""
    order = {BELOW: 0, None: 1, MEETS: 2, ABOVE: 3}
    return order[suggestion.rating]


@given(
    st.lists(ratings, min_size=1, max_size=9),
    st.lists(ratings, max_size=6),
    st.integers(0, 100),
    ratings,
)
def test_improving_one_result_never_worsens_the_suggestion(
    primary: list[Expectation], additional: list[Expectation], which: int, better: Expectation
) -> None:
    before = suggested(primary, additional)
    items = [*primary, *additional]
    which %= len(items)
    if RANK[better] >= RANK[items[which]]:
        items[which] = better
    after = suggested(items[: len(primary)], items[len(primary) :])
    assert level(after) >= level(before)


@given(st.lists(ratings, min_size=7, max_size=7), st.integers(0, 6), ratings)
def test_improving_one_value_never_worsens_the_suggestion(
    values: list[Expectation], which: int, better: Expectation
) -> None:
    before = suggest_behaviour(values, MOST)
    if RANK[better] >= RANK[values[which]]:
        values = [*values[:which], better, *values[which + 1 :]]
    after = suggest_behaviour(values, MOST)
    assert before.rating is not None
    assert after.rating is not None
    assert RANK[after.rating] >= RANK[before.rating]


@given(st.lists(st.one_of(st.none(), ratings), min_size=7, max_size=7), st.data())
def test_no_blank_could_have_changed_what_was_suggested(
    values: list[Expectation | None], data: st.DataObject
) -> None:
    found = suggest_behaviour(values, MOST)
    filled = [each or data.draw(ratings) for each in values]
    if found.rating is not None:
        assert suggest_behaviour(filled, MOST).rating is found.rating


@pytest.mark.parametrize(
    ("above", "meets", "below", "expected"),
    [
        (4, 0, 3, ABOVE),
        (3, 4, 0, MEETS),
        (3, 1, 3, MEETS),
        (0, 3, 4, BELOW),
        (3, 2, 1, None),
        (0, 6, 0, MEETS),
    ],
)
def test_behaviour_is_the_majority_of_the_seven(
    above: int, meets: int, below: int, expected: Expectation | None
) -> None:
    blank = 7 - above - meets - below
    values = [ABOVE] * above + [MEETS] * meets + [BELOW] * below + [None] * blank
    assert suggest_behaviour(values, MOST).rating is expected


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, DAYS, st.sampled_from(Periodicity))
def test_the_periods_of_a_plan_cover_its_days_exactly_once(
    one: date, other: date, periodicity: Periodicity
) -> None:
    first, last = sorted((one, other))
    *periodic, year = spans_of(first, last, periodicity)
    assert (year.kind, year.first, year.last) == (EvaluationKind.YEARLY, first, last)
    assert (periodic[0].first, periodic[-1].last) == (first, last)
    for before, after in itertools.pairwise(periodic):
        assert after.first == before.last + ONE_DAY
        assert after.number == before.number + 1


def test_a_plan_of_a_part_of_the_year_has_shorter_periods() -> None:
    found = [
        (each.first.isoformat(), each.last.isoformat(), each.number)
        for each in spans_of(date(2026, 2, 15), date(2026, 8, 3), Periodicity.QUARTER)
    ]
    assert found == [
        ("2026-02-15", "2026-03-31", 1),
        ("2026-04-01", "2026-06-30", 2),
        ("2026-07-01", "2026-08-03", 3),
        ("2026-02-15", "2026-08-03", 1),
    ]


DELIVERED = date(2026, 7, 10)


def outage(*days: date) -> Place:
    zone = place().zone
    spans = [
        (
            datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
            datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
        )
        for day in days
    ]
    here = place()
    return Place(zone, here.days_per_week, here.calendar, Outages.of(spans, zone))


def test_objections_have_fourteen_calendar_days_after_the_delivery() -> None:
    assert objection_due(DELIVERED, evaluation_policy(), place()).day == date(2026, 7, 24)


def test_an_outage_within_the_window_adds_its_days_and_one_after_it_does_not() -> None:
    policy = evaluation_policy()
    assert objection_due(DELIVERED, policy, outage(DELIVERED)).day == date(2026, 7, 25)
    assert objection_due(DELIVERED, policy, outage(date(2026, 7, 24))).day == date(2026, 7, 25)
    assert objection_due(DELIVERED, policy, outage(date(2026, 7, 24), date(2026, 7, 25))).day == date(
        2026, 7, 26
    )
    assert objection_due(DELIVERED, policy, outage(date(2026, 7, 25))).day == date(2026, 7, 24)


@given(
    st.lists(st.dates(date(2026, 7, 1), date(2026, 8, 31)), max_size=8),
    st.sampled_from(["CALENDAR", "WORKING"]),
)
def test_outages_never_bring_a_deadline_forward(days: list[date], day_type: str) -> None:
    policy = evaluation_policy(objection_day_type=day_type)
    plain = objection_due(DELIVERED, policy, place()).day
    assert objection_due(DELIVERED, policy, outage(*days)).day >= plain


OPEN_WINDOWS = Deadlines(
    today=date(2026, 7, 20),
    period_last=date(2026, 6, 30),
    report_until=date(2026, 7, 7),
    objection_until=date(2026, 7, 24),
)


def when(**changes: date) -> Deadlines:
    values = {
        "today": OPEN_WINDOWS.today,
        "period_last": OPEN_WINDOWS.period_last,
        "report_until": OPEN_WINDOWS.report_until,
        "objection_until": OPEN_WINDOWS.objection_until,
        "statement_until": OPEN_WINDOWS.statement_until,
    }
    return Deadlines(**{**values, **changes})  # type: ignore[arg-type]


EMPLOYEE, EVALUATOR = EvaluationActor.EMPLOYEE, EvaluationActor.EVALUATOR
SUPERIOR, SYSTEM = EvaluationActor.EVALUATOR_SUPERIOR, EvaluationActor.SYSTEM


@pytest.mark.parametrize(
    ("status", "action", "actor", "days", "code"),
    [
        ("OPEN", "RATE", EVALUATOR, {"today": date(2026, 6, 30)}, "EVALUATION_PERIOD_RUNNING"),
        ("REPORTED", "RATE", EVALUATOR, {"today": date(2026, 6, 30)}, "EVALUATION_PERIOD_RUNNING"),
        ("REPORTED", "RATE", EVALUATOR, {"today": date(2026, 7, 1)}, None),
        ("OPEN", "RATE", EVALUATOR, {"today": date(2026, 7, 7)}, "EVALUATION_REPORT_AWAITED"),
        ("OPEN", "RATE", EVALUATOR, {"today": date(2026, 7, 8)}, None),
        ("RATED", "OBJECT", EMPLOYEE, {"today": date(2026, 7, 24)}, None),
        ("RATED", "OBJECT", EMPLOYEE, {"today": date(2026, 7, 25)}, "OBJECTION_TOO_LATE"),
        ("RATED", "AMEND", EVALUATOR, {"today": date(2026, 7, 25)}, "EVALUATION_RATING_STANDS"),
        ("RATED", "FINALISE", SYSTEM, {"today": date(2026, 7, 24)}, "EVALUATION_OBJECTION_POSSIBLE"),
        ("RATED", "FINALISE", SYSTEM, {"today": date(2026, 7, 25)}, None),
        ("ACKNOWLEDGED", "FINALISE", SYSTEM, {}, None),
        ("ACKNOWLEDGED", "AMEND", EVALUATOR, {}, "EVALUATION_WRONG_STATUS"),
        ("OBJECTED", "AMEND", EVALUATOR, {}, "EVALUATION_WRONG_STATUS"),
        (
            "OBJECTED",
            "DECIDE",
            SUPERIOR,
            {"statement_until": date(2026, 7, 20)},
            "OBJECTION_STATEMENT_AWAITED",
        ),
        ("OBJECTED", "DECIDE", SUPERIOR, {"statement_until": date(2026, 7, 19)}, None),
        ("OBJECTED", "DECIDE", EVALUATOR, {}, "EVALUATION_WRONG_ACTOR"),
        ("OPEN", "RATE", EMPLOYEE, {}, "SELF_EVALUATION"),
        ("OBJECTED", "DECIDE", EMPLOYEE, {}, "SELF_EVALUATION"),
    ],
)
def test_windows_and_actors(
    status: str, action: str, actor: EvaluationActor, days: dict[str, date], code: str | None
) -> None:
    assert refusal(EvaluationStatus(status), EvaluationAction(action), {actor}, when(**days)) == code


@pytest.mark.parametrize("status", EvaluationStatus)
@pytest.mark.parametrize("action", [EvaluationAction.RATE, EvaluationAction.AMEND, EvaluationAction.DECIDE])
def test_whoever_is_judged_never_judges_whatever_else_he_is(
    status: EvaluationStatus, action: EvaluationAction
) -> None:
    assert refusal(status, action, set(EvaluationActor), OPEN_WINDOWS) in (
        "SELF_EVALUATION",
        "EVALUATION_WRONG_STATUS",
    )


def test_a_reason_is_demanded_where_one_is_needed() -> None:
    with pytest.raises(Problem) as refused:
        check_transition(
            EvaluationStatus.RATED, EvaluationAction.AMEND, {EVALUATOR}, OPEN_WINDOWS, reason="  "
        )
    assert [fault.code for fault in refused.value.faults] == ["EVALUATION_REASON_REQUIRED"]


class Lives(RuleBasedStateMachine):
    """Anybody tries anything on any day: only the table's ways are gone."""

    def __init__(self) -> None:
        super().__init__()
        self.status = EvaluationStatus.OPEN
        self.today = date(2026, 6, 20)
        self.ways = {(status, each.next) for (status, _), each in TRANSITIONS.items()}

    @rule(days=st.integers(0, 12))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(
        action=st.sampled_from(EvaluationAction),
        actors=st.sets(st.sampled_from(EvaluationActor)),
        reason=st.sampled_from([None, "", "Sebab"]),
        window=st.one_of(st.none(), st.dates(date(2026, 6, 20), date(2026, 9, 30))),
    )
    def somebody_tries(
        self, action: EvaluationAction, actors: set[EvaluationActor], reason: str | None, window: date | None
    ) -> None:
        days = Deadlines(self.today, date(2026, 6, 30), date(2026, 7, 7), window, window)
        allowed = {each.action: each.refused for each in allowed_actions(self.status, actors, days)}
        before, refused = self.status, None
        try:
            self.status = check_transition(self.status, action, actors, days, reason=reason)
        except Problem as problem:
            refused = problem
        if refused is not None:
            assert refused.status in (409, 422)
            assert allowed.get(action) in (refused.code, None)
            return
        assert (before, self.status) in self.ways
        assert allowed.get(action) is None
        assert before is not EvaluationStatus.FINAL

    @invariant()
    def the_status_is_one_of_the_table(self) -> None:
        assert self.status in EvaluationStatus


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=30)


@given(
    st.dictionaries(st.sampled_from(Predicate), st.integers(0, 300)), st.sampled_from(OrganisationPredicate)
)
def test_percentages_of_everybody_sum_to_a_hundred_and_nothing_is_found_among_nobody(
    counts: dict[Predicate, int], organisation: OrganisationPredicate
) -> None:
    shares = percentages(counts)
    if not sum(counts.values()):
        assert set(shares.values()) == {None}
        assert check_distribution(organisation, counts, limits()) == ()
        return
    total = sum(share for share in shares.values() if share is not None)
    assert abs(total - 100) <= Decimal("0.5")


def segment(
    number: int, first: date, last: date, result: Expectation | None, behaviour: Expectation | None = MEETS
) -> Segment:
    return Segment(UUID(int=number), first, last, result, behaviour)


SPRING = (date(2026, 1, 1), date(2026, 8, 14))
AUTUMN = (date(2026, 8, 15), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("combination", "expected", "counted"),
    [
        (AnnualCombination.LAST_PLAN, Predicate.NEEDS_IMPROVEMENT, (2,)),
        (AnnualCombination.LONGEST, Predicate.VERY_GOOD, (1,)),
        (AnnualCombination.MONTH_WEIGHTED, Predicate.VERY_GOOD, (1, 2)),
    ],
)
def test_the_year_by_each_way_to_combine(
    combination: AnnualCombination, expected: Predicate, counted: tuple[int, ...]
) -> None:
    segments = [segment(2, *AUTUMN, BELOW), segment(1, *SPRING, ABOVE, ABOVE)]
    found = year_result(segments, combination)
    assert found.predicate is expected
    assert found.counted == tuple(UUID(int=each) for each in counted)
    assert months_of(segments) == {UUID(int=1): 7, UUID(int=2): 5}


def test_a_missing_rating_leaves_the_year_open_where_it_counts_and_only_there() -> None:
    segments = [segment(1, *SPRING, None), segment(2, *AUTUMN, MEETS)]
    assert year_result(segments, AnnualCombination.LAST_PLAN).predicate is Predicate.GOOD
    for way in (AnnualCombination.LONGEST, AnnualCombination.MONTH_WEIGHTED):
        found = year_result(segments, way)
        assert (found.predicate, found.missing) == (None, (UUID(int=1),))
    assert year_result([], AnnualCombination.LAST_PLAN).predicate is None


@given(
    st.lists(st.dates(date(2026, 1, 2), date(2026, 12, 31)), max_size=4, unique=True),
    st.lists(st.tuples(ratings, ratings), min_size=5, max_size=5),
    st.integers(0, 4),
    ratings,
    st.sampled_from(AnnualCombination),
)
def test_a_better_segment_never_makes_a_worse_year(
    cuts: list[date],
    judged: list[tuple[Expectation, Expectation]],
    which: int,
    better: Expectation,
    combination: AnnualCombination,
) -> None:
    bounds = [date(2026, 1, 1), *sorted(cuts), date(2027, 1, 1)]

    def of(pairs: list[tuple[Expectation, Expectation]]) -> Predicate:
        segments = [
            segment(number, first, after - ONE_DAY, *pairs[number])
            for number, (first, after) in enumerate(itertools.pairwise(bounds))
        ]
        assert sum(months_of(segments).values()) == 12
        found = year_result(segments, combination).predicate
        assert found is not None
        return found

    improved = list(judged)
    if RANK[better] >= RANK[judged[which][0]]:
        improved[which] = (better, judged[which][1])
    assert WORST_FIRST.index(of(improved)) >= WORST_FIRST.index(of(judged))
