"""The SQL of how two people stand to each other, and of what one may say about the other."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by, leads
from asn_api.access.scope import assigned, records_within, superior, team
from asn_api.core.http.paging import Key
from asn_api.rules.feedback import FeedbackRequestStatus, Relation
from asn_api.rules.forums import ForumStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.monitoring import FeedbackRequest, Forum, ForumParticipant, ForumTopic
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit
from asn_api.tables.performance import EvaluatorAssignment, Plan, WorkResult

BY_NAME = (
    Key(Employee.__table__.c.sort_name, "sort_name", str),
    Key(Employee.__table__.c.id, "id", UUID),
)

_NEVER_AGREED = and_(
    Plan.revision == 1, Plan.status.in_((PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.RETURNED))
)


def _of(table: Any, column: Any, row: Any) -> ColumnElement[bool]:
    return and_(table.region_id == row.region_id, table.id == column)


def lock_me(access: Access) -> Select[UUID]:
    """The caller's row orders what he gives and asks at once: the counts are checked under it."""
    row = select(Employee.id).where(Employee.region_id == access.region_id, Employee.id == access.employee_id)
    return row.with_for_update(key_share=True)


def person(access: Access, employee_id: UUID) -> Select[UUID, str, UUID, bool, bool, bool, UUID]:
    """An active employee with his unit of today, how the caller stands to him, and his plan of today."""
    region_id, me, today = access.region_id, access.employee_id, access.today
    mine, theirs = aliased(Appointment), aliased(Appointment)
    same_unit = select(mine.id).where(
        mine.region_id == region_id,
        mine.employee_id == me,
        mine.kind == AppointmentKind.DEFINITIVE,
        mine.valid.contains(today),
        mine.unit_id == theirs.unit_id,
    )
    same_superior = select(literal(1)).where(
        superior(region_id, me, today).scalar_subquery()
        == superior(region_id, employee_id, today).scalar_subquery()
    )
    plan = select(Plan.id).where(
        Plan.region_id == region_id,
        Plan.employee_id == employee_id,
        Plan.period.contains(today),
        Plan.status != PlanStatus.ENDED,
    )
    return (
        select(
            Employee.id,
            Employee.name,
            theirs.unit_id,
            leads(region_id, me, employee_id, today).label("leads"),
            leads(region_id, employee_id, me, today).label("is_led"),
            or_(same_unit.exists(), same_superior.exists()).label("is_beside"),
            plan.scalar_subquery().label("plan_id"),
        )
        .join(theirs, and_(theirs.region_id == Employee.region_id, theirs.employee_id == Employee.id))
        .where(
            Employee.region_id == region_id,
            Employee.id == employee_id,
            Employee.active,
            theirs.kind == AppointmentKind.DEFINITIVE,
            theirs.valid.contains(today),
        )
    )


def subordinates(access: Access, employee_id: UUID, most: int) -> Select[int]:
    """How many people could have given a subordinate's feedback to this person; counted up to `most`."""
    region_id, today = access.region_id, access.today
    seat, top, post, place = aliased(Appointment), aliased(Unit), aliased(Appointment), aliased(Unit)
    below = (
        select(post.employee_id)
        .join(place, _of(place, post.unit_id, post))
        .join(top, and_(top.region_id == place.region_id, place.path.startswith(top.path)))
        .join(seat, and_(seat.region_id == top.region_id, seat.unit_id == top.id))
        .where(
            post.region_id == region_id,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.contains(today),
            post.employee_id != employee_id,
            seat.employee_id == employee_id,
            seat.is_head,
            seat.valid.contains(today),
        )
    )
    everybody = union(
        team(region_id, employee_id, today), assigned(region_id, employee_id, today), below
    ).subquery()
    active = select(Employee.id).where(
        Employee.region_id == region_id, Employee.active, Employee.id.in_(select(everybody.c[0]))
    )
    return select(func.count()).select_from(active.limit(most).subquery())


def nameable(access: Access, employee_id: UUID) -> Select[UUID, UUID, str]:
    """The results of a person that the caller may speak of: those he may read, those of his own superior,
    those he was asked about and those on the agenda of a forum he is invited to.
    """
    me, today = access.employee_id, access.today
    asked = select(FeedbackRequest.work_result_id).where(
        FeedbackRequest.region_id == access.region_id,
        FeedbackRequest.employee_id == employee_id,
        FeedbackRequest.asked_id == me,
        FeedbackRequest.status == FeedbackRequestStatus.OPEN,
    )
    agenda = (
        select(ForumTopic.work_result_id)
        .join(Forum, _of(Forum, ForumTopic.forum_id, ForumTopic))
        .join(
            ForumParticipant,
            and_(
                ForumParticipant.region_id == ForumTopic.region_id,
                ForumParticipant.forum_id == ForumTopic.forum_id,
            ),
        )
        .where(
            ForumTopic.region_id == access.region_id,
            ForumTopic.employee_id == employee_id,
            ForumParticipant.employee_id == me,
            Forum.status != ForumStatus.CANCELLED,
        )
    )
    reading = by(access, Permission.PLANS_READ)
    return (
        select(WorkResult.id, WorkResult.plan_id, WorkResult.statement)
        .join(Plan, _of(Plan, WorkResult.plan_id, WorkResult))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.withdrawn.is_(False),
            Plan.employee_id == employee_id,
            ~_NEVER_AGREED,
            Plan.year >= today.year - 1,
            or_(
                records_within(reading, Plan.employee_id, Plan.unit_id),
                Plan.employee_id.in_(superior(access.region_id, me, today)),
                WorkResult.id.in_(asked),
                WorkResult.id.in_(agenda),
            ),
        )
        .order_by(Plan.year.desc(), Plan.id, WorkResult.order_no, WorkResult.id)
    )


def colleagues(access: Access, me: UUID) -> Select[Any]:
    """The people around an employee: superior, team, those with the same superior or in the same unit."""
    region_id, today = access.region_id, access.today
    mine, post = aliased(Appointment), aliased(Appointment)
    line = aliased(ReportingLine)
    beside = select(line.employee_id).where(
        line.region_id == region_id,
        line.superior_id.in_(superior(region_id, me, today)),
        line.valid.contains(today),
    )
    unit = select(mine.unit_id).where(
        mine.region_id == region_id,
        mine.employee_id == me,
        mine.kind == AppointmentKind.DEFINITIVE,
        mine.valid.contains(today),
    )
    letter = aliased(EvaluatorAssignment)
    evaluators = select(letter.evaluator_id).where(
        letter.region_id == region_id, letter.employee_id == me, letter.valid.contains(today)
    )
    led = or_(Employee.id.in_(team(region_id, me, today)), Employee.id.in_(assigned(region_id, me, today)))
    leading = or_(Employee.id.in_(superior(region_id, me, today)), Employee.id.in_(evaluators))
    return (
        select(
            Employee.id,
            Employee.name,
            Employee.sort_name,
            Unit.name.label("unit_name"),
            Position.title.label("position"),
            case(
                (led, Relation.SUPERIOR.value),
                (leading, Relation.SUBORDINATE.value),
                else_=Relation.PEER.value,
            ).label("relation"),
        )
        .join(post, and_(post.region_id == Employee.region_id, post.employee_id == Employee.id))
        .join(Unit, _of(Unit, post.unit_id, post))
        .join(Position, _of(Position, post.position_id, post))
        .where(
            Employee.region_id == region_id,
            Employee.active,
            Employee.id != me,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.contains(today),
            or_(led, leading, Employee.id.in_(beside), post.unit_id.in_(unit)),
        )
    )


def named(access: Access, employee_id: UUID, id: UUID) -> Select[UUID, UUID, str]:
    """One of these; a draft that is just about to delete it is waited for."""
    found = nameable(access, employee_id).where(WorkResult.id == id)
    return found.with_for_update(of=WorkResult, read=True, key_share=True)


def own_result(access: Access, id: UUID) -> Select[UUID]:
    """A result of an agreed plan of the caller, the same way."""
    return (
        select(WorkResult.id)
        .join(Plan, _of(Plan, WorkResult.plan_id, WorkResult))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.id == id,
            WorkResult.withdrawn.is_(False),
            Plan.employee_id == access.employee_id,
            ~_NEVER_AGREED,
        )
        .with_for_update(of=WorkResult, read=True, key_share=True)
    )
