"""Training needs: merged per person and topic, weighed, and put in order for a year's plan and its budget."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from asn_api.errors import Problem
from asn_api.rules.development import LearningForm, NotePriority


class NeedSource(StrEnum):
    """Where a need is known from: computed (GAP, EVALUATION), noted by the superior, or said by people."""

    GAP = "GAP"
    EVALUATION = "EVALUATION"
    NOTE = "NOTE"
    REQUEST = "REQUEST"
    PROPOSAL = "PROPOSAL"
    SURVEY = "SURVEY"


class NeedStatus(StrEnum):
    OPEN = "OPEN"
    PLANNED = "PLANNED"
    WITHDRAWN = "WITHDRAWN"


class NeedAction(StrEnum):
    WITHDRAW = "WITHDRAW"


class SurveyStatus(StrEnum):
    UPCOMING = "UPCOMING"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class DevelopmentPlanStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"


class DevelopmentPlanAction(StrEnum):
    """DRAW gathers the needs anew, RETURN gives a submitted plan back with the reason."""

    EDIT = "EDIT"
    DRAW = "DRAW"
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    APPROVE = "APPROVE"


class Omission(StrEnum):
    """Why an item is not done this year: the money, somebody's decision, or that nobody approves his own."""

    OVER_BUDGET = "OVER_BUDGET"
    BY_HAND = "BY_HAND"
    OF_THE_DECIDER = "OF_THE_DECIDER"


DECLARED = (NeedSource.REQUEST, NeedSource.PROPOSAL, NeedSource.SURVEY)
"""What people say; the others are computed or kept elsewhere."""


def survey_status(opens_on: date, closes_on: date, today: date) -> SurveyStatus:
    """By the calendar alone; both days included."""
    if today < opens_on:
        return SurveyStatus.UPCOMING
    return SurveyStatus.CLOSED if today > closes_on else SurveyStatus.OPEN


@dataclass(frozen=True)
class Cause:
    """One reason for a need: its record with the version that was looked at, and its points."""

    source: NeedSource
    reference: UUID | None
    version: int | None
    points: int
    steps: str


@dataclass(frozen=True)
class Need:
    """What somebody should learn, for one reason. A competency is its code, anything else its subject."""

    employee_id: UUID
    competency_code: str | None
    subject: str
    form: LearningForm | None
    cause: Cause

    @property
    def topic(self) -> str:
        return topic(self.competency_code, self.subject)


@dataclass(frozen=True)
class Merged:
    """All reasons for which one person should learn one thing."""

    employee_id: UUID
    topic: str
    competency_code: str | None
    subject: str
    form: LearningForm | None
    causes: tuple[Cause, ...]
    score: int
    priority: NotePriority


def topic(competency_code: str | None, subject: str) -> str:
    """What two needs have in common when they are one: the code, or the words without case and spacing."""
    return competency_code or " ".join(subject.casefold().split())


def score(causes: Iterable[Cause]) -> int:
    """The most that each source says, added up: saying a thing twice does not make it more urgent."""
    most: dict[NeedSource, int] = {}
    for cause in causes:
        most[cause.source] = max(most.get(cause.source, 0), cause.points)
    return sum(most.values())


def priority(points: int, high_from: int, medium_from: int) -> NotePriority:
    if points >= high_from:
        return NotePriority.HIGH
    return NotePriority.MEDIUM if points >= medium_from else NotePriority.LOW


def merged(needs: Iterable[Need], high_from: int, medium_from: int) -> list[Merged]:
    """One entry per person and topic, the most urgent first; the first source that says so gives words and form."""
    together: dict[tuple[UUID, str], list[Need]] = {}
    for need in needs:
        together.setdefault((need.employee_id, need.topic), []).append(need)
    found = []
    for (employee_id, name), parts in together.items():
        parts.sort(key=_place)
        points = score(part.cause for part in parts)
        found.append(
            Merged(
                employee_id,
                name,
                parts[0].competency_code,
                parts[0].subject,
                next((part.form for part in parts if part.form is not None), None),
                tuple(part.cause for part in parts),
                points,
                priority(points, high_from, medium_from),
            )
        )
    return sorted(found, key=lambda each: (-each.score, each.employee_id, each.topic))


def _place(need: Need) -> tuple[int, int, str]:
    cause = need.cause
    return list(NeedSource).index(cause.source), -cause.points, str(cause.reference)


def affordable(costs: Sequence[int], budget: int | None) -> list[bool]:
    """Which of the items, in the order of their urgency, the budget pays for; None pays for all.

    Whole rupiah. An item that does not fit any more is passed over for cheaper ones after it.
    """
    left = budget
    taken = []
    for cost in costs:
        fits = left is None or cost <= left
        if fits and left is not None:
            left -= cost
        taken.append(fits)
    return taken


DEVELOPMENT_PLAN_TRANSITIONS: Mapping[
    tuple[DevelopmentPlanStatus, DevelopmentPlanAction], DevelopmentPlanStatus
] = {
    (DevelopmentPlanStatus.DRAFT, DevelopmentPlanAction.EDIT): DevelopmentPlanStatus.DRAFT,
    (DevelopmentPlanStatus.DRAFT, DevelopmentPlanAction.DRAW): DevelopmentPlanStatus.DRAFT,
    (DevelopmentPlanStatus.DRAFT, DevelopmentPlanAction.SUBMIT): DevelopmentPlanStatus.SUBMITTED,
    (DevelopmentPlanStatus.SUBMITTED, DevelopmentPlanAction.RETURN): DevelopmentPlanStatus.DRAFT,
    (DevelopmentPlanStatus.SUBMITTED, DevelopmentPlanAction.APPROVE): DevelopmentPlanStatus.APPROVED,
}


def development_plan_refusal(
    status: DevelopmentPlanStatus,
    action: DevelopmentPlanAction,
    allowed: Collection[DevelopmentPlanAction],
    *,
    cost: int,
    budget: int | None,
) -> str | None:
    """The code of what stands in the way; None when it may be done."""
    if (status, action) not in DEVELOPMENT_PLAN_TRANSITIONS:
        return "DEVELOPMENT_PLAN_WRONG_STATUS"
    if action not in allowed:
        return "DEVELOPMENT_PLAN_WRONG_ACTOR"
    if action is DevelopmentPlanAction.SUBMIT and budget is not None and cost > budget:
        return "DEVELOPMENT_PLAN_OVER_BUDGET"
    return None


def check_development_plan(
    status: DevelopmentPlanStatus,
    action: DevelopmentPlanAction,
    allowed: Collection[DevelopmentPlanAction],
    *,
    cost: int = 0,
    budget: int | None = None,
) -> DevelopmentPlanStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = development_plan_refusal(status, action, allowed, cost=cost, budget=budget)
    if code:
        raise Problem(code, status=status.value, cost=cost, budget=budget)
    return DEVELOPMENT_PLAN_TRANSITIONS[status, action]


def need_refusal(status: NeedStatus, *, is_author: bool) -> str | None:
    """Why it cannot be withdrawn; None when it can."""
    if not is_author:
        return "TRAINING_NEED_NOT_YOURS"
    return None if status is NeedStatus.OPEN else "TRAINING_NEED_NOT_OPEN"
