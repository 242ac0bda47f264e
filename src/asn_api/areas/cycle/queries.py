"""The SQL of the cycle's figures: all units right below in one statement, grouped in the database."""

from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.monitoring import COUNTED
from asn_api.access.scope import assigned, personal, reports, units_within
from asn_api.areas.cycle.spans import Asked
from asn_api.areas.cycle.windows import RATING, REPORT, Windows, local
from asn_api.areas.evaluations.queries import APPROVED
from asn_api.core.http.paging import Key
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.organization import AppointmentKind, UnitKind
from asn_api.rules.plans import AGREED, PlanStatus
from asn_api.rules.ratings import Predicate
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation, Objection, OrganisationRating
from asn_api.tables.monitoring import Feedback
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.performance import Plan

Rows: TypeAlias = Select[*tuple[Any, ...]]
Column: TypeAlias = ColumnElement[Any] | Any

RUNNING, NOT_BEGUN = "RUNNING", "NOT_BEGUN"
DRAFTED, SUBMITTED, AGREED_UPON = "DRAFTED", "SUBMITTED", "AGREED"

_BEGAN = or_(Plan.ended_on.is_(None), Plan.ended_on > func.lower(Plan.period))


def _within(access: Access, asked: Asked, employee_id: Column) -> list[ColumnElement[bool]]:
    """The joined unit lies within the branches, or the person belongs to the team."""
    if not asked.scope.of_units:
        return [employee_id.in_(_members(access, asked.scope.as_of or access.today))]
    inside = Unit.path.startswith(asked.scope.path, autoescape=True)
    return [units_within(access), inside] if asked.scope.path else [units_within(access)]


def _members(access: Access, day: date) -> Select[UUID]:
    """Whom the caller led or evaluated on the day and still reaches today; never himself."""
    me, today = access.employee_id, personal(access)
    people = select(ReportingLine.employee_id).where(false())
    if me is None or today is None or not access.reaches(Reach.TEAM):
        return people
    then = reports(access, day).with_only_columns(ReportingLine.employee_id)
    both = then.union(assigned(access.region_id, me, day)).subquery()
    return select(both.c.employee_id).where(both.c.employee_id.in_(today), both.c.employee_id != me)


def _node(asked: Asked) -> ColumnElement[str]:
    """The id, as hex, of the joined unit's ancestor on the level, or of itself when it lies on it."""
    if not asked.scope.of_units:
        return func.replace(cast(Unit.id, Text), "-", "")
    level = asked.scope.level
    below: ColumnElement[str] = func.nullif(func.split_part(Unit.path, ".", level + 1), "")
    return func.coalesce(below, func.split_part(Unit.path, ".", level))


def people(access: Access, asked: Asked) -> Rows:
    """By unit: whoever held a definitive post in the period, by the last one, and how far his plan has come."""
    first, until = literal(asked.span.first, Date), literal(asked.until, Date)
    policy = asked.planning.on(asked.until)
    post, other, live = Appointment, aliased(Appointment), aliased(Plan)
    since, after = func.lower(post.valid), func.upper(post.valid)
    day = type_coerce(func.least(until, after - 1), Date)
    others = (
        other.region_id == post.region_id,
        other.employee_id == post.employee_id,
        other.kind == AppointmentKind.DEFINITIVE,
    )
    period = func.daterange(asked.span.first, asked.until + ONE_DAY)
    later = exists().where(*others, other.valid.overlaps(period), func.lower(other.valid) > since)
    began = exists().where(*others, other.valid.contains(asked.span.first))
    began_elsewhere = exists().where(
        *others, other.valid.contains(asked.span.first), other.unit_id != post.unit_id
    )
    of_person = (
        Plan.region_id == post.region_id,
        Plan.employee_id == post.employee_id,
        Plan.year == asked.year,
    )
    ended = (
        select(case((APPROVED, AGREED_UPON), (Plan.submitted_at.is_not(None), SUBMITTED), else_=DRAFTED))
        .where(*of_person, Plan.status == PlanStatus.ENDED, Plan.period.contains(day), _BEGAN)
        .order_by(Plan.id.desc())
        .limit(1)
        .correlate(post)
        .scalar_subquery()
    )
    agreed = or_(live.status.in_((*AGREED, PlanStatus.CLOSED)), live.revision > 1)
    stage = case(
        (agreed, AGREED_UPON),
        (live.status == PlanStatus.SUBMITTED, SUBMITTED),
        (live.id.is_not(None), DRAFTED),
        (after <= until, ended),
    )
    due = func.greatest(
        literal(date(asked.year, 1, policy.due_day_of_january), Date), since + policy.due_days_in_new_post
    )
    found = (
        select(
            _node(asked).label("node"),
            stage.label("stage"),
            Employee.legal_standing_code.in_(policy.standings_without_plan).label("exempt"),
            (due < access.today).label("due"),
            and_(since > first, ~began).label("came"),
            and_(since > first, began_elsewhere).label("moved"),
            func.coalesce(after <= until, false()).label("has_left"),
        )
        .select_from(post)
        .join(Unit, and_(Unit.region_id == post.region_id, Unit.id == post.unit_id))
        .join(Employee, and_(Employee.region_id == post.region_id, Employee.id == post.employee_id))
        .outerjoin(
            live,
            and_(
                live.region_id == post.region_id,
                live.employee_id == post.employee_id,
                live.year == asked.year,
                live.status != PlanStatus.ENDED,
                live.period.contains(day),
            ),
        )
        .where(
            post.region_id == access.region_id,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.overlaps(period),
            or_(post.valid.contains(asked.until), ~later),
            # Of those who left only the post's end tells when; whoever is inactive in an open post does not serve.
            or_(Employee.active, after.is_not(None)),
            *_within(access, asked, post.employee_id),
        )
        .subquery()
    )
    row = found.c
    expected = ~row.exempt

    def of(name: str, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(and_(*conditions)).label(name)

    missing = and_(expected, func.coalesce(row.stage, DRAFTED) == DRAFTED)
    return select(
        row.node,
        func.count().label("people"),
        of("came", row.came),
        of("moved", row.moved),
        of("left", row.has_left),
        of("exempt", row.exempt),
        of("expected", expected),
        of("none", expected, row.stage.is_(None)),
        of("drafted", expected, row.stage == DRAFTED),
        of("submitted", expected, row.stage == SUBMITTED),
        of("agreed", expected, row.stage == AGREED_UPON),
        of("overdue", missing, row.due, ~row.has_left),
    ).group_by(row.node)


def segments(access: Access, asked: Asked, windows: Windows) -> Rows:
    """By unit, state and rating: agreed plans that touch the period, with their evaluations of it."""
    found = _segments(access, asked, windows).subquery()
    row = found.c
    late = row.due < access.today
    return select(
        row.node,
        row.state,
        row.work_result,
        row.behaviour,
        func.count().label("number"),
        func.count().filter(row.with_feedback).label("with_feedback"),
        func.count().filter(row.without_report).label("without_report"),
        func.count().filter(row.decided).label("decided"),
        func.count().filter(row.waiting).label("waiting"),
        func.count().filter(and_(row.waiting, late)).label("late"),
        func.min(row.due).filter(row.waiting).label("oldest_due"),
    ).group_by(row.node, row.state, row.work_result, row.behaviour)


def segment_inputs(access: Access, asked: Asked, windows: Windows, most: int) -> Rows:
    """Single ones, for the explanation."""
    return _segments(access, asked, windows).order_by(Evaluation.id, Plan.id).limit(most)


def _segments(access: Access, asked: Asked, windows: Windows) -> Rows:
    after = asked.span.last + ONE_DAY
    last = type_coerce(
        func.coalesce(func.upper(Evaluation.period), func.least(func.upper(Plan.period), after)) - 1, Date
    )
    places, report, rating = (
        windows.unit_places(),
        windows.table(REPORT, "report"),
        windows.table(RATING, "rating"),
    )
    since = since_of(places, report, last)
    given = select(Feedback.plan_id).where(
        Feedback.region_id == access.region_id,
        Feedback.day.between(asked.span.first, asked.until),
        Feedback.plan_id.is_not(None),
        Feedback.withdrawn_at.is_(None),
        Feedback.visibility.in_(COUNTED),
    )
    unreported = or_(Evaluation.id.is_(None), Evaluation.status == EvaluationStatus.OPEN)
    return (
        select(
            Plan.id.label("plan_id"),
            Plan.version.label("plan_version"),
            Plan.employee_id,
            Evaluation.id.label("evaluation_id"),
            Evaluation.version.label("evaluation_version"),
            _node(asked).label("node"),
            case(
                (and_(unreported, last >= access.today), RUNNING),
                (unreported, NOT_BEGUN),
                else_=cast(Evaluation.status, Text),
            ).label("state"),
            Evaluation.work_result,
            Evaluation.behaviour,
            Plan.id.in_(given).label("with_feedback"),
            and_(Evaluation.self_report_missing, Evaluation.rated_at.is_not(None)).label("without_report"),
            and_(Evaluation.status == EvaluationStatus.FINAL, Objection.decision.is_not(None)).label(
                "decided"
            ),
            waits(Evaluation.status, last, since, access.today).label("waiting"),
            rating.c.due,
        )
        .select_from(Plan)
        .join(Unit, and_(Unit.region_id == Plan.region_id, Unit.id == Plan.unit_id))
        .join(places, places.c.unit_id == Plan.unit_id)
        .outerjoin(
            Evaluation,
            and_(
                Evaluation.region_id == Plan.region_id,
                Evaluation.plan_id == Plan.id,
                Evaluation.kind == asked.span.kind,
                Evaluation.period.contained_by(asked.period),
            ),
        )
        .outerjoin(
            Objection,
            and_(Objection.region_id == Evaluation.region_id, Objection.evaluation_id == Evaluation.id),
        )
        .outerjoin(report, and_(report.c.place == places.c.place, report.c.since == last))
        .outerjoin(rating, and_(rating.c.place == places.c.place, rating.c.since == since))
        .where(
            Plan.region_id == access.region_id,
            Plan.year == asked.year,
            Plan.period.overlaps(func.daterange(asked.span.first, asked.until + ONE_DAY)),
            _BEGAN,
            APPROVED,
            *_within(access, asked, Plan.employee_id),
        )
    )


def since_of(places: Any, report: Any, last: ColumnElement[date]) -> ColumnElement[date]:
    """From when an evaluation waits for its evaluator: the report, never within the period, or its last day."""
    reported = local(places.c.zone, Evaluation.reported_at)
    return case((Evaluation.reported_at.is_(None), report.c.due), else_=func.greatest(reported, last))


def waits(
    status: Column, last: ColumnElement[date], since: ColumnElement[date], today: date
) -> ColumnElement[bool]:
    """Whether the evaluator can rate it today: the period is over, and there is a report or the days for it are."""
    silent = and_(status == EvaluationStatus.OPEN, since < today)
    return and_(last < today, or_(silent, status == EvaluationStatus.REPORTED))


def unit_names(access: Access, ids: list[UUID]) -> Select[UUID, str]:
    return select(Unit.id, Unit.name).where(Unit.region_id == access.region_id, Unit.id.in_(ids))


def distributions(access: Access, asked: Asked, agency_id: UUID | None = None) -> Rows:
    """The agencies within reach, each with its people by predicate and what it achieved in the period."""
    place, agency = aliased(Unit), Unit
    last = (
        select(place.agency_id, Evaluation.predicate, Evaluation.status)
        .join(place, and_(place.region_id == Evaluation.region_id, place.id == Evaluation.unit_id))
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.year == asked.year,
            Evaluation.kind == asked.span.kind,
            Evaluation.period.contained_by(asked.period),
        )
        .ext(distinct_on(place.agency_id, Evaluation.employee_id))
        .order_by(place.agency_id, Evaluation.employee_id, func.upper(Evaluation.period).desc())
    )
    if not access.reaches(Reach.REGION):
        # By the set of agencies, so that only their evaluations are read.
        reached = select(Unit.id).where(units_within(access), Unit.kind == UnitKind.AGENCY)
        last = last.where(place.agency_id.in_(reached))
    row = last.subquery().c
    counted = (
        select(
            row.agency_id,
            *(func.count().filter(row.predicate == each).label(each.value) for each in Predicate),
            func.count().filter(row.predicate.is_(None)).label("unrated"),
            func.count().filter(row.status == EvaluationStatus.FINAL).label("final"),
        )
        .group_by(row.agency_id)
        .subquery()
    )
    rating = OrganisationRating
    return (
        select(
            agency.id.label("agency_id"),
            agency.name.label("agency_name"),
            *(
                func.coalesce(column, 0).label(column.key)
                for column in counted.c
                if column.key != "agency_id"
            ),
            *(
                getattr(rating, name).label(name)
                for name in ("id", "version", "year", "kind", "period", "predicate", "basis", "justification")
            ),
            *(getattr(rating, name).label(name) for name in ("rated_by", "rater", "rated_at")),
        )
        .select_from(agency)
        .outerjoin(counted, counted.c.agency_id == agency.id)
        .outerjoin(
            rating,
            and_(
                rating.region_id == agency.region_id,
                rating.unit_id == agency.id,
                rating.kind == asked.span.kind,
                rating.period.contains(asked.span.first),
            ),
        )
        .where(
            agency.region_id == access.region_id,
            agency.kind == UnitKind.AGENCY,
            or_(agency.closed_on.is_(None), agency.closed_on > asked.span.first),
            units_within(access) if access.branches or access.reaches(Reach.REGION) else false(),
            *([] if agency_id is None else [agency.id == agency_id]),
        )
    )


def distribution_keys(statement: Rows) -> tuple[Key, ...]:
    columns = {column.key: column for column in statement.selected_columns}
    return (
        Key(columns["agency_name"], "agency_name", str),
        Key(columns["agency_id"], "agency_id", UUID),
    )
