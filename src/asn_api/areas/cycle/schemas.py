"""The wire of the cycle's dashboards: steps, ratings, evaluators and distributions of a year's period."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from asn_api.areas.evaluations.organisation_schemas import (
    ExplanationOut,
    FindingOut,
    Number,
    OrganisationRatingOut,
    ShareOut,
)
from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.ratings import Expectation, Predicate

_COUNTED = "Figures of units and branches are kept: counted anew within a minute or two of a change."
_NUMBER = "The period within the year: quarter 1 to 4, month 1 to 12."


class PeriodFilter(In):
    kind: EvaluationKind
    number: Number = Field(default=1, description=_NUMBER)


class SummaryFilter(PeriodFilter):
    unit_id: UUID | None = Field(default=None, description="This unit and all below it, by the units below.")
    team: bool = Field(default=False, description="Only the people whom one leads or evaluates by letter.")
    as_of: date | None = Field(
        default=None,
        description="The team of this day, as far as it is still within reach; today when left out.",
    )


class DistributionsFilter(Paging):
    kind: EvaluationKind
    number: Number = Field(default=1, description=_NUMBER)


class EvaluatorsFilter(DistributionsFilter):
    unit_id: UUID | None = Field(default=None, description="About the people of this unit and all below it.")
    late: bool = Field(default=False, description="Only those with something overdue.")


class NamedOut(Out):
    id: UUID
    name: str


class PeopleOut(Out):
    """Whoever held a definitive post on a day of the period, once, in the unit of the last one.

    `expected` are the others than the exempt; with `none`, `drafted`, `submitted` and `agreed` they are counted
    by the plan that covers their last day in service within the period.
    """

    people: int
    came: int = Field(description="Of them: in no post on the first day of the period.")
    moved: int = Field(description="Of them: in another unit on the first day.")
    left: int = Field(description="Of them: in no post any more on the last day counted.")
    exempt: int = Field(description="Of them: by legal standing without a plan, such as unpaid leave.")
    expected: int
    none: int
    drafted: int = Field(description="Begun or returned, never agreed.")
    submitted: int
    agreed: int = Field(description="Approved once; a text that is being revised stays in force.")
    overdue: int = Field(description="Of none and drafted: in service, and the day has passed.")


class EvaluationsOut(Out):
    """Agreed plans that touch the period, each once where it was made: who moved has two of them.

    `running`, `not_begun`, `reported`, `rated`, `acknowledged`, `objected` and `final` sum up to `expected`.
    """

    expected: int
    with_feedback: int = Field(description="Of them: feedback that counts was given in the period.")
    running: int = Field(description="Not over yet and nothing reported.")
    not_begun: int = Field(description="Over, and nothing reported.")
    reported: int
    rated: int
    acknowledged: int
    objected: int
    final: int
    decided: int = Field(description="Of the final ones: by the decision on an objection.")
    without_report: int = Field(description="Of those rated: without a report of the employee.")


class PredicateCountOut(Out):
    predicate: Predicate
    final: int
    provisional: int = Field(description="Rated, acknowledged or objected: can still change.")


class CellOut(Out):
    work_result: Expectation
    behaviour: Expectation
    predicate: Predicate
    final: int
    provisional: int


class RatingsOut(Out):
    rated: int
    unrated: int
    predicates: list[PredicateCountOut] | None = Field(description="Null while nobody is rated.")
    cells: list[CellOut] = Field(description="Those that somebody is in.")


class OwedOut(Out):
    """What waits for evaluators. Due by the policy of the day from which it waits."""

    waiting: int
    late: int
    oldest_due: date | None = Field(description="The earliest day until which something waiting was due.")


class FiguresOut(Out):
    plans: PeopleOut
    evaluations: EvaluationsOut
    ratings: RatingsOut
    owed: OwedOut = Field(description="Ratings that wait for an evaluator.")


class UnitFiguresOut(Out):
    unit: NamedOut
    figures: FiguresOut


class CycleSummaryOut(Out):
    year: int
    kind: EvaluationKind
    period_start: date
    period_end: date
    counted_until: date = Field(description="The last day of the period, or today while it runs.")
    counted_at: datetime = Field(description=_COUNTED)
    scope: Literal["REGION", "BRANCH", "TEAM"]
    as_of: date | None = Field(description="The day of the team; null for units.")
    total: FiguresOut
    units: list[UnitFiguresOut] = Field(
        description="The units right below, a unit's own people under itself; of a team each person's unit. Those "
        "with the most that is overdue or missing first."
    )
    links: dict[str, str] = Field(description="The same people elsewhere: `contribution`, `evaluations`.")


class CycleExplanationOut(Out):
    plans: ExplanationOut
    evaluations: ExplanationOut
    ratings: ExplanationOut
    owed: ExplanationOut


class EvaluatorOut(Out):
    """`done_late` and `median_days_late` leave out ratings that were amended: when they came first is not kept."""

    evaluator: PersonOut
    waiting: int
    late: int
    oldest_due: date | None
    ratings: OwedOut
    statements: OwedOut = Field(description="On objections.")
    plans: OwedOut = Field(description="Decisions on plans that touch the period.")
    done: int
    done_late: int
    median_days_late: int | None = Field(description="Calendar days after the due day, of those done late.")
    counted_at: datetime = Field(description=_COUNTED)


class AgencyDistributionOut(Out):
    """As `/v1/units/{unit_id}/rating-distribution` of the agency: each person once, by the last segment in it."""

    agency: NamedOut
    shares: list[ShareOut]
    rated: int
    unrated: int
    final: int
    organisation_rating: OrganisationRatingOut | None
    conforms: bool | None = Field(description="Null while the agency or nobody in it is rated.")
    findings: list[FindingOut]
    counted_at: datetime = Field(description=_COUNTED)
