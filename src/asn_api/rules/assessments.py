"""The 360° assessment: who is asked about whom, what the answers come to, and what of it may be shown.

It advises the evaluator and never changes a predicate. Form and bands follow the practice of regional personnel
agencies (the regulation, PermenPANRB 6/2022, asks for feedback from all sides and sets no formula).
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from uuid import UUID

from asn_api.rules.ratings import CoreValue

LOWEST, HIGHEST = 1, 10
"""The scale of one answer."""
_POINTS = 10
"""A mean of answers becomes a score of at most 100."""


class RaterGroup(StrEnum):
    """How a rater stands to the person: evaluator, same superior, or a report of his."""

    SUPERIOR = "SUPERIOR"
    PEERS = "PEERS"
    SUBORDINATES = "SUBORDINATES"


class AssessmentForm(StrEnum):
    """HEAD for whoever leads others on the day the round opens."""

    STAFF = "STAFF"
    HEAD = "HEAD"


class AssessmentCategory(StrEnum):
    VERY_GOOD = "VERY_GOOD"
    GOOD = "GOOD"
    FAIR = "FAIR"
    POOR = "POOR"
    PENDING = "PENDING"


class RoundStatus(StrEnum):
    """CLOSING takes no more answers while the results are being made."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


class RoundAction(StrEnum):
    CHANGE = "CHANGE"
    CLOSE = "CLOSE"
    REMOVE = "REMOVE"


class TaskStatus(StrEnum):
    WAITING = "WAITING"
    ANSWERED = "ANSWERED"
    CONFLICT = "CONFLICT"


class ConflictKind(StrEnum):
    FAMILY = "FAMILY"
    DISPUTE = "DISPUTE"
    OWN_INTEREST = "OWN_INTEREST"
    CANNOT_JUDGE = "CANNOT_JUDGE"


class AssessmentReason(StrEnum):
    """Why there is no result, or why a part of it is left out or not shown."""

    ROUND_NOT_CLOSED = "ROUND_NOT_CLOSED"
    TOO_FEW_ANSWERS = "TOO_FEW_ANSWERS"
    TOO_FEW_FOR_ANONYMITY = "TOO_FEW_FOR_ANONYMITY"
    NOBODY_TO_ASK = "NOBODY_TO_ASK"
    ITEMS_LEFT_OUT = "ITEMS_LEFT_OUT"
    GROUP_WITHHELD = "GROUP_WITHHELD"
    VALUES_WITHHELD = "VALUES_WITHHELD"
    COMMENTS_WITHHELD = "COMMENTS_WITHHELD"


@dataclass(frozen=True)
class Rule:
    """What of the policy the computation needs; see rules/assessment_policy.py for each number's meaning."""

    weights: Mapping[AssessmentForm, Mapping[RaterGroup, Decimal]]
    min_answers: Mapping[RaterGroup, int]
    may_be_left_out: Collection[RaterGroup]
    anonymity_k: int
    bands: Mapping[AssessmentCategory, Decimal]


@dataclass(frozen=True)
class Lines:
    """The reporting lines of a day: superiors, evaluators by letter, and who is able to answer."""

    superior: Mapping[UUID, UUID]
    evaluator: Mapping[UUID, UUID]
    able: Collection[UUID]
    reports: Mapping[UUID, Sequence[UUID]] = field(init=False)

    def __post_init__(self) -> None:
        reports: dict[UUID, list[UUID]] = defaultdict(list)
        for employee, superior in self.superior.items():
            reports[superior].append(employee)
        object.__setattr__(self, "reports", reports)


def candidates(employee: UUID, lines: Lines) -> dict[RaterGroup, list[UUID]]:
    """Who may be asked about somebody, each in one group only, never himself.

    The superiors come in their order: the evaluator, then whoever would stand in for him.
    """
    superior = lines.superior.get(employee)
    above = [lines.evaluator.get(employee), superior, lines.superior.get(superior) if superior else None]
    chain = [each for each in dict.fromkeys(above) if each is not None and each in lines.able]
    taken = {employee, *chain}
    found = {RaterGroup.SUPERIOR: [each for each in chain if each != employee]}
    for group, head in ((RaterGroup.PEERS, superior), (RaterGroup.SUBORDINATES, employee)):
        others = lines.reports.get(head, ()) if head else ()
        found[group] = [each for each in others if each in lines.able and each not in taken]
        taken.update(found[group])
    return found


def form_of(asked: Mapping[RaterGroup, Collection[UUID]]) -> AssessmentForm:
    return AssessmentForm.HEAD if asked[RaterGroup.SUBORDINATES] else AssessmentForm.STAFF


def drawn(seed: bytes, employee: UUID, others: Iterable[UUID]) -> list[UUID]:
    """The order in which people are asked about somebody: by SHA-256 of the round's seed and both ids.

    Anybody who knows the seed can check the draw; nobody who does not can foresee or steer it.
    """
    return sorted(others, key=lambda other: hashlib.sha256(seed + employee.bytes + other.bytes).digest())


def asked(
    seed: bytes, employee: UUID, found: Mapping[RaterGroup, Sequence[UUID]], most: Mapping[RaterGroup, int]
) -> dict[RaterGroup, list[UUID]]:
    """The evaluator, and at most so many of each other group, drawn by lot."""
    return {
        group: list(
            others[:1] if group is RaterGroup.SUPERIOR else drawn(seed, employee, others)[: most[group]]
        )
        for group, others in found.items()
    }


def replacement(
    seed: bytes, employee: UUID, group: RaterGroup, found: Sequence[UUID], known: Collection[UUID]
) -> UUID | None:
    """Who is asked instead of somebody with a conflict: the next of the draw who was not asked yet."""
    order = found if group is RaterGroup.SUPERIOR else drawn(seed, employee, found)
    return next((each for each in order if each not in known), None)


@dataclass(frozen=True)
class Answer:
    """One rater's scores (1–10) by core value; what he left blank is absent, never zero."""

    group: RaterGroup
    scores: Mapping[CoreValue, int]
    comments: Mapping[CoreValue, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    code: AssessmentReason
    group: RaterGroup | None = None
    have: int | None = None
    need: int | None = None


@dataclass(frozen=True)
class GroupResult:
    """`weight` as the form has it, `counted_weight` after groups were left out; `score` only when shown."""

    group: RaterGroup
    weight: Decimal
    counted_weight: Fraction | None
    asked: int
    answered: int
    score: Decimal | None


@dataclass(frozen=True)
class Outcome:
    """Scores have one decimal (half up) on a scale of 10–100. `values` and `comments` are None when withheld."""

    category: AssessmentCategory
    score: Decimal | None
    groups: Sequence[GroupResult]
    values: Mapping[CoreValue, Decimal] | None
    comments: Sequence[tuple[CoreValue, str]] | None
    reasons: Sequence[Reason]


def outcome(
    form: AssessmentForm,
    asked_of: Mapping[RaterGroup, int],
    answers: Sequence[Answer],
    rule: Rule,
    seed: bytes = b"",
) -> Outcome:
    """What a closed round says about one person: the weighted mean of the groups' means.

    PENDING, with what is missing, as long as a group lacks answers. A group in which nobody can be asked is left
    out where the policy allows it, and the others' weights are scaled up to 1.
    """
    weights = rule.weights[form]
    by_group = {group: [each for each in answers if each.group is group] for group in weights}
    reasons, counted = _counted(weights, asked_of, by_group, rule)
    pending = any(each.code is AssessmentReason.TOO_FEW_ANSWERS for each in reasons)
    if not pending and not is_anonymous({each: len(by_group[each]) for each in counted}, rule.anonymity_k):
        pending = True
        reasons.append(Reason(AssessmentReason.TOO_FEW_FOR_ANONYMITY, need=rule.anonymity_k))
    if pending:
        groups = [_group(each, weights, None, asked_of, by_group, None) for each in weights]
        return Outcome(AssessmentCategory.PENDING, None, groups, None, None, reasons)
    total = sum(Fraction(weights[each]) for each in counted)
    scaled = {each: Fraction(weights[each]) / total for each in counted}
    means = {each: _mean(_mean(answer.scores.values()) for answer in by_group[each]) for each in counted}
    score = _rounded(sum((scaled[each] * means[each] for each in counted), Fraction()))
    open_groups = disclosed({each: len(by_group[each]) for each in counted}, rule.anonymity_k)
    reasons += [Reason(AssessmentReason.GROUP_WITHHELD, each) for each in counted if each not in open_groups]
    counting = [answer for each in counted for answer in by_group[each]]
    blank = sum(len(CoreValue) - len(answer.scores) for answer in counting)
    if blank:
        reasons.append(Reason(AssessmentReason.ITEMS_LEFT_OUT, have=blank))
    values = _values(scaled, by_group, rule)
    if values is None:
        reasons.append(Reason(AssessmentReason.VALUES_WITHHELD, need=rule.anonymity_k))
    comments = _comments(counting, rule.anonymity_k, seed)
    if comments is None:
        reasons.append(Reason(AssessmentReason.COMMENTS_WITHHELD, need=rule.anonymity_k))
    groups = [
        _group(
            each,
            weights,
            scaled.get(each),
            asked_of,
            by_group,
            _rounded(means[each]) if each in open_groups else None,
        )
        for each in weights
    ]
    return Outcome(category(score, rule.bands), score, groups, values, comments, reasons)


def category(score: Decimal, bands: Mapping[AssessmentCategory, Decimal]) -> AssessmentCategory:
    """The best band whose lower bound the shown score reaches; POOR below all of them."""
    reached = [each for each, least in bands.items() if score >= least]
    return max(reached, key=lambda each: bands[each], default=AssessmentCategory.POOR)


def is_anonymous(counts: Mapping[RaterGroup, int], k: int) -> bool:
    """Whether a mixed figure of these groups hides each answer.

    It holds at least `k` answers, and still does for the one person who knows a whole group: its only rater.
    """
    together = sum(counts.values())
    alone = any(count == 1 for count in counts.values())
    return together - alone >= k if alone else together >= k


def disclosed(counts: Mapping[RaterGroup, int], k: int) -> frozenset[RaterGroup]:
    """The groups that may be shown beside the total: nothing smaller than `k` remains when they are subtracted."""
    large = [group for group in RaterGroup if counts.get(group, 0) >= k]
    for size in range(len(large), 0, -1):
        for shown in combinations(large, size):
            rest = {group: count for group, count in counts.items() if group not in shown}
            if not rest or is_anonymous(rest, k):
                return frozenset(shown)
    return frozenset()


def _counted(
    weights: Mapping[RaterGroup, Decimal],
    asked_of: Mapping[RaterGroup, int],
    by_group: Mapping[RaterGroup, Sequence[Answer]],
    rule: Rule,
) -> tuple[list[Reason], list[RaterGroup]]:
    reasons, counted = [], []
    for group in weights:
        have, need = len(by_group[group]), rule.min_answers[group]
        if have >= need:
            counted.append(group)
        elif not asked_of.get(group, 0) and group in rule.may_be_left_out:
            reasons.append(Reason(AssessmentReason.NOBODY_TO_ASK, group))
        else:
            reasons.append(Reason(AssessmentReason.TOO_FEW_ANSWERS, group, have, need))
    return reasons, counted


def _values(
    scaled: Mapping[RaterGroup, Fraction], by_group: Mapping[RaterGroup, Sequence[Answer]], rule: Rule
) -> dict[CoreValue, Decimal] | None:
    """All seven or none: a single withheld one could be told from the total and the other six."""
    found = {}
    for value in CoreValue:
        scores = {
            group: [answer.scores[value] for answer in by_group[group] if value in answer.scores]
            for group in scaled
        }
        counts = {group: len(each) for group, each in scores.items()}
        enough = all(counts[group] >= rule.min_answers[group] for group in scaled)
        if not enough or not is_anonymous(counts, rule.anonymity_k):
            return None
        found[value] = _rounded(sum((scaled[each] * _mean(scores[each]) for each in scaled), Fraction()))
    return found


def _comments(answers: Sequence[Answer], k: int, seed: bytes) -> list[tuple[CoreValue, str]] | None:
    """In an order that has nothing to do with who wrote them or when; [] when nobody wrote any."""
    if not 0 < sum(bool(answer.comments) for answer in answers) < k:
        written = [each for answer in answers for each in answer.comments.items()]
        return sorted(written, key=lambda each: hashlib.sha256(seed + "".join(each).encode()).digest())
    return None


def _group(
    group: RaterGroup,
    weights: Mapping[RaterGroup, Decimal],
    counted_weight: Fraction | None,
    asked_of: Mapping[RaterGroup, int],
    by_group: Mapping[RaterGroup, Sequence[Answer]],
    score: Decimal | None,
) -> GroupResult:
    answered = len(by_group[group])
    return GroupResult(group, weights[group], counted_weight, asked_of.get(group, 0), answered, score)


def _mean(values: Iterable[Fraction | int]) -> Fraction:
    every = list(values)
    return sum((Fraction(each) for each in every), Fraction()) / len(every)


def _rounded(mean: Fraction) -> Decimal:
    """A mean of answers as a score with one decimal, half up."""
    tenths = mean * _POINTS * 10
    return Decimal((2 * tenths.numerator + tenths.denominator) // (2 * tenths.denominator)).scaleb(-1)


@dataclass(frozen=True)
class AllowedRound:
    """One action on a round; `refused` is the code of the reason, None when it may be done."""

    action: RoundAction
    refused: str | None


def refusal(status: RoundStatus, action: RoundAction, *, may_close: bool) -> str | None:
    """The code of what stands in the way. `may_close`: the shortest time of a round is over."""
    if action is RoundAction.REMOVE:
        return None if status is RoundStatus.PLANNED else "ASSESSMENT_ROUND_BEGUN"
    if action is RoundAction.CHANGE:
        return None if status in (RoundStatus.PLANNED, RoundStatus.OPEN) else "ASSESSMENT_ROUND_CLOSED"
    if status is RoundStatus.PLANNED:
        return "ASSESSMENT_ROUND_NOT_OPEN"
    if status is not RoundStatus.OPEN:
        return "ASSESSMENT_ROUND_CLOSED"
    return None if may_close else "ASSESSMENT_ROUND_TOO_SHORT"


def allowed_actions(status: RoundStatus, *, may_close: bool) -> tuple[AllowedRound, ...]:
    return tuple(AllowedRound(each, refusal(status, each, may_close=may_close)) for each in RoundAction)
