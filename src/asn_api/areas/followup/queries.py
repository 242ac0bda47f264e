"""The SQL of findings: each person's figures from final evaluations, and whom the criteria find."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select, true

from asn_api.access.actor import Access
from asn_api.access.monitoring import COUNTED
from asn_api.access.scope import employees_within, team
from asn_api.areas.evaluations.queries import branch, last_day_column
from asn_api.areas.followup.schemas import FindingFilter
from asn_api.core.http.paging import Key
from asn_api.rules.evaluation_periods import Span
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.feedback import FeedbackPolarity
from asn_api.rules.followup import OF_RUNS, Bars, Finding
from asn_api.rules.followup_policy import FollowupPolicy
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.ratings import Expectation
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.monitoring import Feedback
from asn_api.tables.organization import Appointment, Unit

BY_NAME = (
    Key(Employee.__table__.c.sort_name, "sort_name", str),
    Key(Employee.__table__.c.id, "id", UUID),
)


@dataclass(frozen=True)
class Asked:
    """Which evaluations are looked at, up to the last day of which span, by which criteria."""

    year: int
    kind: EvaluationKind
    span: Span
    policy: FollowupPolicy
    bars: Bars


def people(access: Access, asked: Asked, wanted: FindingFilter | None = None) -> Select[Any]:
    """Those who hold a post today, with their figures; figures are found person by person, as the page goes on."""
    runs, open_ones = _runs(access, asked), _open_ones(access, asked)
    feedback, year = _feedback(access, asked), _last_year(access, asked)
    failed = case((year.c.predicate.in_(asked.policy.failing_predicates), 1), else_=0)
    figures: dict[str, ColumnElement[Any]] = {
        **{name: runs.c[name] for name in ("evaluations", "of_span", "low_run", "high_run", "behaviour_run")},
        "open_ones": open_ones.c.open_ones,
        "constructive": feedback.c.constructive,
        "positive": feedback.c.positive,
        "failed_year": failed,
    }
    statement = (
        select(
            Employee.id,
            Employee.sort_name,
            Employee.nip,
            Employee.name,
            Unit.id.label("unit_id"),
            Unit.name.label("unit_name"),
            Unit.zone,
            runs.c.latest_predicate,
            runs.c.latest_period_end,
            year.c.id.label("year_id"),
            year.c.version.label("year_version"),
            year.c.year.label("failed_in"),
            year.c.finalised_at.label("year_final_at"),
            *[column.label(name) for name, column in figures.items()],
        )
        .select_from(Employee)
        .join(
            Appointment,
            and_(Appointment.region_id == Employee.region_id, Appointment.employee_id == Employee.id),
        )
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .join(runs, true())
        .join(open_ones, true())
        .join(feedback, true())
        .outerjoin(year, true())
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
            employees_within(access, Employee.id),
        )
    )
    if wanted is None:
        return statement
    if wanted.unit_id is not None:
        statement = statement.where(Unit.id.in_(branch(access, wanted.unit_id)))
    if wanted.team and access.employee_id is not None:
        statement = statement.where(Employee.id.in_(team(access.region_id, access.employee_id, access.today)))
    if wanted.finding is not None:
        statement = statement.where(_is_found(wanted.finding, figures, asked.bars))
    return statement


def person(access: Access, asked: Asked, employee_id: UUID) -> Select[Any]:
    return people(access, asked).where(Employee.id == employee_id)


def _is_found(finding: Finding, figures: dict[str, ColumnElement[Any]], bars: Bars) -> ColumnElement[bool]:
    """The same as `rules.followup.found`, so that a page holds only whom it should."""
    has_data = and_(figures["of_span"] > 0, figures["evaluations"] >= bars.least_evaluations)

    def met(criteria: Any) -> list[ColumnElement[bool]]:
        return [
            and_(figures[bar.figure] >= bar.least, has_data if bar.criterion in OF_RUNS else true())
            for bar in criteria
        ]

    match finding:
        case Finding.GUIDANCE:
            return or_(~true(), *met(bars.guidance))
        case Finding.EXCELLENCE:
            return and_(true() if bars.excellence else ~true(), *met(bars.excellence))
        case Finding.NO_DATA:
            return ~has_data


def final_ones(access: Access, asked: Asked, employee_id: Any) -> Select[Any]:
    """The final evaluations that are looked at, the latest first."""
    newest = func.row_number().over(order_by=(func.upper(Evaluation.period).desc(), Evaluation.id.desc()))
    return select(
        Evaluation.id,
        Evaluation.version,
        Evaluation.period,
        Evaluation.predicate,
        Evaluation.behaviour,
        last_day_column.label("last"),
        newest.label("nth"),
    ).where(
        Evaluation.region_id == access.region_id,
        Evaluation.employee_id == employee_id,
        Evaluation.kind == asked.kind,
        Evaluation.status == EvaluationStatus.FINAL,
        Evaluation.year > asked.year - asked.policy.looked_back_years,
        Evaluation.year <= asked.year,
        last_day_column <= asked.span.last,
    )


def _runs(access: Access, asked: Asked) -> FromClause:
    """How many of the latest evaluations, one after the other, are of a kind; a gap between them breaks nothing."""
    each = final_ones(access, asked, Employee.id).correlate(Employee).lateral()

    def run(wanted: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.min(each.c.nth).filter(~wanted) - 1, func.count())

    is_latest = each.c.nth == 1
    return select(
        func.count().label("evaluations"),
        func.count().filter(each.c.last >= asked.span.first).label("of_span"),
        run(each.c.predicate.in_(asked.policy.guidance_predicates)).label("low_run"),
        run(each.c.predicate.in_(asked.policy.excellence_predicates)).label("high_run"),
        run(each.c.behaviour == Expectation.ABOVE).label("behaviour_run"),
        func.max(each.c.predicate).filter(is_latest).label("latest_predicate"),
        func.max(each.c.last).filter(is_latest).label("latest_period_end"),
    ).lateral()


def _open_ones(access: Access, asked: Asked) -> FromClause:
    return (
        select(func.count().label("open_ones"))
        .select_from(Evaluation)
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.employee_id == Employee.id,
            Evaluation.kind == asked.kind,
            Evaluation.year == asked.year,
            Evaluation.status != EvaluationStatus.FINAL,
            last_day_column.between(asked.span.first, asked.span.last),
        )
        .correlate(Employee)
        .lateral()
    )


def _feedback(access: Access, asked: Asked) -> FromClause:
    """What the person reads himself. Records are counted, not givers: that would tell who gave what unnamed."""

    def count(polarity: FeedbackPolarity) -> ColumnElement[int]:
        return func.count().filter(Feedback.polarity == polarity)

    return (
        select(
            count(FeedbackPolarity.CONSTRUCTIVE).label("constructive"),
            count(FeedbackPolarity.POSITIVE).label("positive"),
        )
        .where(
            Feedback.region_id == access.region_id,
            Feedback.employee_id == Employee.id,
            Feedback.visibility.in_(COUNTED),
            Feedback.withdrawn_at.is_(None),
            Feedback.day.between(asked.span.first, asked.span.last),
        )
        .correlate(Employee)
        .lateral()
    )


def _last_year(access: Access, asked: Asked) -> FromClause:
    """The last final yearly evaluation of this year or the one before; of several plans the last one's."""
    return (
        select(
            Evaluation.id,
            Evaluation.version,
            Evaluation.year,
            Evaluation.predicate,
            Evaluation.finalised_at,
        )
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.employee_id == Employee.id,
            Evaluation.kind == EvaluationKind.YEARLY,
            Evaluation.status == EvaluationStatus.FINAL,
            Evaluation.year.in_((asked.year - 1, asked.year)),
            last_day_column <= asked.span.last,
        )
        .order_by(func.upper(Evaluation.period).desc(), Evaluation.id.desc())
        .limit(1)
        .correlate(Employee)
        .lateral()
    )
