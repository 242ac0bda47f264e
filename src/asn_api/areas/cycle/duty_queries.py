"""The SQL of what evaluators owe: ratings, statements on objections, decisions on plans."""

from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from asn_api.access.actor import Access
from asn_api.access.evaluation_scope import evaluations_within, with_rater
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.access.scope import employees_within, units_within
from asn_api.areas.cycle.queries import of_period
from asn_api.areas.cycle.spans import Asked
from asn_api.areas.cycle.windows import PLAN, RATING, REPORT, STATEMENT, Windows, local
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key, day
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluations import UNRATED, EvaluationStatus
from asn_api.rules.plans import WAITING
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation, Objection
from asn_api.tables.organization import Unit
from asn_api.tables.performance import Plan

Rows: TypeAlias = Select[*tuple[Any, ...]]

NEVER = date(9999, 12, 31)
"""Sorts those for whom nothing waits behind the others."""
ACTS = {RATING: "ratings", STATEMENT: "statements", PLAN: "plans"}


def evaluators(
    access: Access, asked: Asked, windows: Windows, *, late_only: bool = False, id: UUID | None = None
) -> Rows:
    """Each evaluator within reach who owes or has done something of the period, with the sums."""
    row = _duties(access, asked, windows).subquery().c
    waiting, late = row.done_on.is_(None), and_(row.done_on.is_(None), row.due < access.today)
    # A date minus a date is a number of days.
    days = type_coerce(row.done_on - row.due, Integer)
    done_late = and_(days > 0, ~row.amended)
    sums = (
        select(
            row.evaluator_id,
            func.count().filter(waiting).label("waiting"),
            func.count().filter(late).label("late"),
            func.min(row.due).filter(waiting).label("oldest"),
            *(
                column
                for act, name in ACTS.items()
                for column in (
                    func.count().filter(and_(waiting, row.act == act)).label(f"{name}_waiting"),
                    func.count().filter(and_(late, row.act == act)).label(f"{name}_late"),
                    func.min(row.due).filter(and_(waiting, row.act == act)).label(f"{name}_oldest"),
                )
            ),
            func.count(row.done_on).label("done"),
            func.count().filter(done_late).label("done_late"),
            func.percentile_disc(0.5).within_group(days).filter(done_late).label("median_days_late"),
        )
        .group_by(row.evaluator_id)
        .subquery()
    )
    oldest = func.coalesce(sums.c.oldest, cast(literal(NEVER), Date)).label("oldest_due")
    statement = (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            oldest,
            *(column for column in sums.c if column.key not in ("evaluator_id", "oldest")),
        )
        .join(sums, sums.c.evaluator_id == Employee.id)
        .where(Employee.region_id == access.region_id, employees_within(access, Employee.id))
    )
    if id is not None:
        statement = statement.where(Employee.id == id)
    return statement.where(sums.c.late > 0) if late_only else statement


def evaluator_keys(statement: Rows) -> tuple[Key, ...]:
    """For whom something has been due longest comes first."""
    columns = {column.key: column for column in statement.selected_columns}
    return (
        Key(columns["oldest_due"], "oldest_due", day),
        Key(columns["sort_name"], "sort_name", str),
        Key(columns["id"], "id", UUID),
    )


def own_evaluations(access: Access, asked: Asked) -> Select[UUID]:
    """What the caller may rate, or has rated, of the period; found first, because the set is small."""
    within = evaluations_within(by(access, Permission.EVALUATIONS_RATE))
    return select(Evaluation.id).where(*of_period(access, asked), within)


def duties_of(access: Access, asked: Asked, windows: Windows, evaluator_id: UUID, most: int) -> Rows:
    """What one evaluator owes and has done, the longest due first."""
    row = _duties(access, asked, windows).subquery().c
    return (
        select(*row)
        .where(row.evaluator_id == evaluator_id)
        .order_by(row.done_on.is_not(None), row.due, row.id)
        .limit(most)
    )


def _duties(access: Access, asked: Asked, windows: Windows) -> CompoundSelect[Any]:
    return union_all(
        _ratings(access, asked, windows), _statements(access, asked, windows), _plans(access, asked, windows)
    )


def _ratings(access: Access, asked: Asked, windows: Windows) -> Rows:
    last = type_coerce(func.upper(Evaluation.period) - 1, Date)
    places, report, window = (
        windows.unit_places(),
        windows.table(REPORT, "report"),
        windows.table(RATING, "rating"),
    )
    reported = func.greatest(local(places.c.zone, Evaluation.reported_at), last)
    since = case((Evaluation.reported_at.is_(None), report.c.due), else_=reported)
    statement = (
        select(literal(RATING).label("act"))
        .select_from(Evaluation)
        .join(Plan, matches(Plan, Evaluation.plan_id, Evaluation))
        .join(Unit, matches(Unit, Evaluation.unit_id, Evaluation))
        .join(places, places.c.unit_id == Evaluation.unit_id)
        .outerjoin(report, and_(report.c.place == places.c.place, report.c.since == last))
        .outerjoin(window, and_(window.c.place == places.c.place, window.c.since == since))
    )
    statement, rates = with_rater(statement, access.region_id, access.today)
    unrated = Evaluation.status.in_(UNRATED)
    # The evaluator's turn: the period is over, and there is a report or the days for it are over too.
    silent = and_(Evaluation.status == EvaluationStatus.OPEN, since < access.today)
    waits = and_(last < access.today, or_(silent, Evaluation.status == EvaluationStatus.REPORTED))
    return (
        _of_evaluations(access, asked, windows, statement)
        .add_columns(
            Evaluation.id.label("id"),
            Evaluation.version.label("version"),
            case((unrated, rates), else_=Evaluation.evaluator_id).label("evaluator_id"),
            since.label("since"),
            window.c.due.label("due"),
            case((~unrated, local(places.c.zone, Evaluation.rated_at))).label("done_on"),
            Evaluation.amendment_reason.is_not(None).label("amended"),
        )
        .where(or_(~unrated, waits))
    )


def _statements(access: Access, asked: Asked, windows: Windows) -> Rows:
    places, window = windows.unit_places(), windows.table(STATEMENT, "statement")
    since = func.greatest(local(places.c.zone, Objection.filed_at), windows.first(STATEMENT))
    statement = (
        select(literal(STATEMENT).label("act"))
        .select_from(Evaluation)
        .join(Plan, matches(Plan, Evaluation.plan_id, Evaluation))
        .join(Unit, matches(Unit, Evaluation.unit_id, Evaluation))
        .join(
            Objection,
            and_(Objection.region_id == Evaluation.region_id, Objection.evaluation_id == Evaluation.id),
        )
        .join(places, places.c.unit_id == Evaluation.unit_id)
        .outerjoin(window, and_(window.c.place == places.c.place, window.c.since == since))
    )
    statement, rates = with_rater(statement, access.region_id, access.today)
    return (
        _of_evaluations(access, asked, windows, statement)
        .add_columns(
            Evaluation.id, Evaluation.version, rates, since, window.c.due, cast(null(), Date), false()
        )
        .where(Evaluation.status == EvaluationStatus.OBJECTED, Objection.evaluator_statement.is_(None))
    )


def _of_evaluations(access: Access, asked: Asked, windows: Windows, statement: Rows) -> Rows:
    within: list[ColumnElement[bool]] = [units_within(access)]
    if windows.own is not None:
        within = [Evaluation.id.in_(windows.own)]
    if asked.scope.path:
        within.append(Unit.path.startswith(asked.scope.path, autoescape=True))
    return statement.where(
        *of_period(access, asked),
        *within,
    )


def _plans(access: Access, asked: Asked, windows: Windows) -> Rows:
    places, window = windows.unit_places(), windows.table(PLAN, "decision")
    since = func.greatest(local(places.c.zone, Plan.waiting_since), windows.first(PLAN))
    within: list[ColumnElement[bool]] = [units_within(access)]
    if asked.scope.people is not None:
        within = [Plan.employee_id.in_(asked.scope.people)]
    if asked.scope.path:
        within.append(Unit.path.startswith(asked.scope.path, autoescape=True))
    statement = (
        select(literal(PLAN).label("act"))
        .select_from(Plan)
        .join(Unit, matches(Unit, Plan.unit_id, Plan))
        .join(places, places.c.unit_id == Plan.unit_id)
        .outerjoin(window, and_(window.c.place == places.c.place, window.c.since == since))
    )
    statement, rates = with_rater(statement, access.region_id, access.today)
    return statement.add_columns(
        Plan.id, Plan.version, rates, since, window.c.due, cast(null(), Date), false()
    ).where(
        Plan.region_id == access.region_id,
        Plan.year == asked.year,
        Plan.status.in_(WAITING),
        Plan.waiting_since.is_not(None),
        Plan.period.overlaps(func.daterange(asked.span.first, asked.span.last + ONE_DAY)),
        *within,
    )
