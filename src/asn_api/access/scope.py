"""The only place where a row's visibility is decided, as SQL."""

from datetime import date
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission, Reach
from asn_api.core.database import Prepared
from asn_api.core.mapping import Regional
from asn_api.rules.evaluators import EvaluatorRole
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.activities import VerificationDelegation
from asn_api.tables.identity import Account, RoleGrant
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.performance import EvaluatorAssignment

Column: TypeAlias = ColumnElement[Any] | Any
Row = TypeVar("Row", bound=Regional)


DELEGABLE = frozenset(
    {
        Permission.ACTIVITIES_READ,
        Permission.ACTIVITIES_VERIFY,
        Permission.ACTIVITIES_REOPEN,
        Permission.DAYS_READ,
    }
)
"""What a superior's team is within reach of for whoever verifies in his place."""

EVALUATED = frozenset(
    {
        Permission.PLANS_READ,
        Permission.PLANS_DECIDE,
        Permission.EVALUATIONS_READ,
        Permission.EVALUATIONS_RATE,
        Permission.FEEDBACK_READ,
        Permission.COACHING_READ,
        Permission.COACHING_WRITE,
        Permission.FORUMS_READ,
        Permission.FORUMS_MANAGE,
        Permission.FOLLOWUP_READ,
        Permission.FOLLOWUP_WRITE,
    }
)
"""For what whoever is evaluated or advised upon by letter belongs to the team too."""


def stored(access: Access, table: type[Row], id: UUID) -> Select[Row]:
    """The region's row of this id, whoever may see it: to know that an id is taken, never to show it."""
    return select(table).where(table.region_id == access.region_id, table.id == id)


def team(region_id: UUID | Column, superior_id: UUID | Column, day: date | Column) -> Select[UUID]:
    """The employees whose superior this person is on the day."""
    return select(ReportingLine.employee_id).where(
        ReportingLine.region_id == region_id,
        ReportingLine.superior_id == superior_id,
        ReportingLine.valid.contains(day),
    )


def reports(access: Access, day: date) -> Select[UUID, UUID]:
    """The employees whose work of the day the caller decides about, each with the superior.

    His own team of that day, and the teams of those who have delegated to him, as of today, what this
    permission is for; never himself.
    """
    me = access.employee_id
    delegate = me if access.permission in DELEGABLE else None
    return select(ReportingLine.employee_id, ReportingLine.superior_id).where(
        ReportingLine.region_id == access.region_id,
        ReportingLine.superior_id == acting_for(access.region_id, me, delegate, access.today),
        ReportingLine.employee_id != me,
        ReportingLine.valid.contains(day),
    )


def acting_for(region_id: Column, superior_id: Column, delegate_id: Column, day: Column) -> Column:
    """To be compared with a superior: this person, or one who delegated verification to the delegate."""
    delegated = select(VerificationDelegation.delegator_id).where(
        VerificationDelegation.region_id == region_id,
        VerificationDelegation.delegate_id == delegate_id,
        VerificationDelegation.revoked_at.is_(None),
        VerificationDelegation.valid.contains(day),
    )
    # One array, computed once, keeps the look-up by the index of superiors.
    return any_(
        func.array_prepend(
            cast(superior_id, Uuid),
            func.array(delegated.correlate(None).scalar_subquery(), type_=ARRAY(Uuid)),
            type_=ARRAY(Uuid),
        )
    )


def superior(region_id: UUID, employee_id: Column, day: date) -> Select[UUID]:
    """Whose team this employee is in on the day."""
    return select(ReportingLine.superior_id).where(
        ReportingLine.region_id == region_id,
        ReportingLine.employee_id == employee_id,
        ReportingLine.valid.contains(day),
    )


def assigned(region_id: UUID, evaluator_id: UUID, day: date) -> Select[UUID]:
    """The employees whom this person evaluates, or advises upon, by letter on the day."""
    return select(EvaluatorAssignment.employee_id).where(
        EvaluatorAssignment.region_id == region_id,
        EvaluatorAssignment.evaluator_id == evaluator_id,
        EvaluatorAssignment.valid.contains(day),
    )


def evaluator(region_id: UUID, employee_id: Column, plan_id: Column, day: date) -> ColumnElement[Any]:
    """Who evaluates the employee's plan on the day: whoever has a letter for it, else the superior."""
    by_letter = select(EvaluatorAssignment.evaluator_id).where(
        EvaluatorAssignment.region_id == region_id,
        EvaluatorAssignment.employee_id == employee_id,
        EvaluatorAssignment.role == EvaluatorRole.EVALUATOR,
        EvaluatorAssignment.valid.contains(day),
        or_(EvaluatorAssignment.plan_id.is_(None), EvaluatorAssignment.plan_id == plan_id),
    )
    return func.coalesce(by_letter.scalar_subquery(), superior(region_id, employee_id, day).scalar_subquery())


def units_within(access: Access) -> ColumnElement[bool]:
    """Units of the branches within reach; for the whole region all of them."""
    if access.reaches(Reach.REGION):
        return Unit.region_id == access.region_id
    inside = [Unit.path.startswith(path, autoescape=True) for path in access.branches]
    return and_(Unit.region_id == access.region_id, or_(false(), *inside))


def employees_within(access: Access, employee_id: Column, day: date | None = None) -> ColumnElement[bool]:
    """Employees within reach; a branch holds those whose definitive post lies in it on the day."""
    day = day or access.today
    if access.reaches(Reach.REGION):
        return true()
    branch = (
        select(Appointment.employee_id)
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
            units_within(access),
        )
        .correlate(None)
    )
    return or_(*_personal(access, employee_id, day), employee_id.in_(branch) if access.branches else false())


def accounts_within(access: Access) -> ColumnElement[bool]:
    """Accounts of the employees within reach; one without an employee is where its roles are held."""
    if access.reaches(Reach.REGION):
        return Account.region_id == access.region_id
    by_role = (
        select(RoleGrant.account_id)
        .join(Unit, and_(Unit.region_id == RoleGrant.region_id, Unit.id == RoleGrant.unit_id))
        .where(RoleGrant.region_id == access.region_id, units_within(access))
    )
    return and_(
        Account.region_id == access.region_id,
        or_(
            and_(Account.employee_id.is_not(None), employees_within(access, Account.employee_id)),
            and_(Account.employee_id.is_(None), Account.id.in_(by_role)),
        ),
    )


def records_within(access: Access, employee_id: Column, unit_id: Column) -> ColumnElement[bool]:
    """Records that carry the unit of their day: a branch keeps what was done in it, whoever has left since."""
    if access.reaches(Reach.REGION):
        return true()
    branch = select(Unit.id).where(units_within(access)).correlate(None)
    return or_(
        *_personal(access, employee_id, access.today), unit_id.in_(branch) if access.branches else false()
    )


def entries_within(access: Access, employee_id: Column, unit_id: Column) -> ColumnElement[bool]:
    """Journal entries: the unit decides where one is named, otherwise the employee's post of today."""
    if access.reaches(Reach.REGION):
        return true()
    return or_(
        records_within(access, employee_id, unit_id),
        and_(unit_id.is_(None), employees_within(access, employee_id)),
    )


def _personal(access: Access, employee_id: Column, day: date) -> list[ColumnElement[bool]]:
    if access.employee_id is None:
        return [false()]
    conditions: list[ColumnElement[bool]] = []
    if access.reaches(Reach.OWN):
        conditions.append(employee_id == access.employee_id)
    if access.reaches(Reach.TEAM):
        conditions.append(employee_id.in_(reports(access, day).with_only_columns(ReportingLine.employee_id)))
        if access.permission in EVALUATED:
            conditions.append(employee_id.in_(assigned(access.region_id, access.employee_id, day)))
    return conditions


def personal(access: Access) -> CompoundSelect[UUID] | None:
    """Oneself, one's team of today and those of whom one is the delegate, as far as they are within reach."""
    if access.employee_id is None:
        return None
    parts: list[Select[UUID]] = []
    if access.reaches(Reach.OWN):
        parts.append(select(literal(access.employee_id, Uuid).label("id")))
    if access.reaches(Reach.TEAM):
        parts.append(reports(access, access.today).with_only_columns(ReportingLine.employee_id))
        if access.permission in EVALUATED:
            parts.append(assigned(access.region_id, access.employee_id, access.today))
    return union(*parts) if parts else None


def hot_units_within(path: Column) -> ColumnElement[bool]:
    """`units_within` in one fixed shape for prepared statements, by the unit's path; `hot_params` gives its values."""
    return or_(
        bindparam("scope_region", type_=Boolean),
        path.like(any_(bindparam("scope_branches", type_=ARRAY(Text)))),
    )


def hot_records_within(region_id: Column, employee_id: Column, unit_id: Column) -> ColumnElement[bool]:
    """`records_within` in one fixed shape for prepared statements; `hot_params` gives its values."""
    # Aliases, because the statement around may already use these tables.
    line, unit = aliased(ReportingLine), aliased(Unit)
    today = bindparam("scope_today", type_=Date)
    return or_(
        bindparam("scope_region", type_=Boolean),
        employee_id == bindparam("scope_own", type_=Uuid),
        exists().where(
            line.region_id == region_id,
            line.employee_id == employee_id,
            line.superior_id
            == acting_for(
                bindparam("scope_in", type_=Uuid),
                bindparam("scope_superior", type_=Uuid),
                bindparam("scope_delegate", type_=Uuid),
                today,
            ),
            line.valid.contains(today),
        ),
        exists().where(
            unit.region_id == region_id,
            unit.id == unit_id,
            unit.path.like(any_(bindparam("scope_branches", type_=ARRAY(Text)))),
        ),
    )


def hot_employees_within(region_id: Column, employee_id: Column) -> ColumnElement[bool]:
    """`employees_within` on the day of the request, in one fixed shape; `hot_params` gives its values."""
    today = bindparam("scope_today", type_=Date)
    # Aliases, so that a statement may join the same tables for the day it shows.
    line, post, unit = aliased(ReportingLine), aliased(Appointment), aliased(Unit)
    return or_(
        bindparam("scope_region", type_=Boolean),
        employee_id == bindparam("scope_own", type_=Uuid),
        exists().where(
            line.region_id == region_id,
            line.employee_id == employee_id,
            line.superior_id == bindparam("scope_superior", type_=Uuid),
            line.valid.contains(today),
        ),
        exists().where(
            post.region_id == region_id,
            post.employee_id == employee_id,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.contains(today),
            unit.region_id == region_id,
            unit.id == post.unit_id,
            unit.path.like(any_(bindparam("scope_branches", type_=ARRAY(Text)))),
        ),
    )


def hot_params(access: Access) -> dict[str, Any]:
    return {
        "scope_region": access.reaches(Reach.REGION),
        "scope_own": access.employee_id if access.reaches(Reach.OWN) else None,
        "scope_superior": access.employee_id if access.reaches(Reach.TEAM) else None,
        "scope_delegate": access.employee_id
        if access.reaches(Reach.TEAM) and access.permission in DELEGABLE
        else None,
        "scope_in": access.region_id,
        "scope_today": access.today,
        "scope_branches": [f"{path}%" for path in access.branches],
    }


HOT_TEAM = Prepared(
    select(ReportingLine.employee_id, ReportingLine.superior_id).where(
        ReportingLine.region_id == bindparam("region", type_=Uuid),
        ReportingLine.superior_id
        == acting_for(
            bindparam("region", type_=Uuid),
            bindparam("scope_superior", type_=Uuid),
            bindparam("scope_delegate", type_=Uuid),
            bindparam("scope_today", type_=Date),
        ),
        ReportingLine.employee_id != bindparam("scope_superior", type_=Uuid),
        ReportingLine.valid.contains(bindparam("scope_today", type_=Date)),
    )
)
"""The people of `reports` of today, each with the superior; `hot_params` and the region give its values."""

HOT_UNITS = Prepared(
    select(Unit.id).where(
        Unit.region_id == bindparam("region", type_=Uuid),
        Unit.path.like(any_(bindparam("scope_branches", type_=ARRAY(Text)))),
    )
)
"""The units of the branches within reach, the same way."""

HOT_ASSIGNED = Prepared(
    select(EvaluatorAssignment.employee_id).where(
        EvaluatorAssignment.region_id == bindparam("region", type_=Uuid),
        EvaluatorAssignment.evaluator_id == bindparam("scope_superior", type_=Uuid),
        EvaluatorAssignment.valid.contains(bindparam("scope_today", type_=Date)),
    )
)
"""The people of `assigned` of today, the same way."""
