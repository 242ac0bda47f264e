"""What admins and people see of accounts, roles, clients and sessions."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import accounts_within, employees_within, units_within
from asn_api.areas.identity.schemas import AccountFilter, GrantFilter
from asn_api.rules.identity import AccountStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, Client, RoleGrant, Session
from asn_api.tables.organization import Appointment, Position, Region, Unit

IN_UNIT = and_(Unit.region_id == RoleGrant.region_id, Unit.id == RoleGrant.unit_id)
OF_ACCOUNT = and_(RoleGrant.region_id == Account.region_id, RoleGrant.account_id == Account.id)
OF_EMPLOYEE = and_(Employee.region_id == Account.region_id, Employee.id == Account.employee_id)


def beyond(access: Access) -> ColumnElement[bool]:
    """Accounts that hold a role, now or later, at a node outside the caller's reach."""
    if access.reaches(Reach.REGION):
        return false()
    held = select(RoleGrant.id).join(Unit, IN_UNIT)
    return exists(
        held.where(
            OF_ACCOUNT,
            ~units_within(access),
            func.coalesce(func.upper(RoleGrant.valid) > access.today, True),
        ).correlate(Account)
    )


def accounts(access: Access, wanted: AccountFilter | None = None) -> Select[Any]:
    """Accounts within reach with their roles of today."""
    roles = (
        select(
            func.jsonb_agg(
                func.jsonb_build_object(
                    "role", RoleGrant.role, "unit_id", RoleGrant.unit_id, "unit_name", Unit.name
                ),
                type_=JSONB,
            )
        )
        .join(Unit, IN_UNIT)
        .where(OF_ACCOUNT, RoleGrant.valid.contains(access.today))
        .correlate(Account)
        .scalar_subquery()
    )
    statement: Select[Any] = (
        select(Account.id)
        .add_columns(
            Account.version,
            Account.login,
            Account.status,
            Account.employee_id,
            Employee.name.label("name"),
            Account.totp_confirmed_at.is_not(None).label("otp_confirmed"),
            Account.password_changed_at,
            func.coalesce(roles, literal([], JSONB)).label("roles"),
            beyond(access).label("outranks"),
            func.coalesce(Employee.active, True).label("in_service"),
        )
        .outerjoin(Employee, OF_EMPLOYEE)
        .where(accounts_within(access))
    )
    if wanted is None:
        return statement
    if wanted.status is not None:
        statement = statement.where(Account.status == wanted.status)
    if wanted.role is not None:
        statement = statement.where(
            exists().where(OF_ACCOUNT, RoleGrant.role == wanted.role, RoleGrant.valid.contains(access.today))
        )
    if wanted.q is not None:
        words = wanted.q.casefold()
        statement = statement.where(
            Employee.sort_name.contains(words, autoescape=True)
            | Account.login.startswith(words, autoescape=True)
        )
    return statement


async def account(access: Access, db: AsyncSession, id: UUID) -> Any:
    """One account within reach, or None."""
    return (await db.execute(accounts(access).where(Account.id == id))).mappings().one_or_none()


def employees_for_codes(access: Access, day: date) -> Select[Any]:
    """Employees within reach with their account and the name of their unit."""
    post = and_(
        Appointment.region_id == Employee.region_id,
        Appointment.employee_id == Employee.id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(day),
    )
    return (
        select(Employee.id, Employee.nip, Employee.name, Employee.active, Unit.name.label("unit_name"))
        .add_columns(Unit.id.label("unit_id"), Unit.path, beyond(access).label("outranks"), Account)
        .select_from(Employee)
        .outerjoin(Appointment, post)
        .outerjoin(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .outerjoin(Account, OF_EMPLOYEE)
        .where(Employee.region_id == access.region_id, employees_within(access, Employee.id, day))
        .order_by(Employee.id)
    )


async def unit(access: Access, db: AsyncSession, id: UUID) -> Unit | None:
    """A unit within reach."""
    found: Unit | None = await db.scalar(select(Unit).where(units_within(access), Unit.id == id))
    return found


def grants(access: Access, wanted: GrantFilter | None = None) -> Select[Any]:
    """Roles held at nodes within reach."""
    statement: Select[Any] = (
        select(RoleGrant.id)
        .add_columns(
            RoleGrant.version,
            RoleGrant.account_id,
            Account.login,
            Employee.name.label("name"),
            RoleGrant.role,
            RoleGrant.unit_id,
            Unit.name.label("unit_name"),
            RoleGrant.valid,
        )
        .join(Unit, IN_UNIT)
        .join(Account, OF_ACCOUNT)
        .outerjoin(Employee, OF_EMPLOYEE)
        .where(RoleGrant.region_id == access.region_id, units_within(access))
    )
    if wanted is None:
        return statement
    if wanted.account_id is not None:
        statement = statement.where(RoleGrant.account_id == wanted.account_id)
    if wanted.unit_id is not None:
        statement = statement.where(RoleGrant.unit_id == wanted.unit_id)
    if wanted.as_of is not None:
        statement = statement.where(RoleGrant.valid.contains(wanted.as_of))
    return statement


def clients(access: Access) -> Select[Any]:
    """Third parties registered at nodes within reach."""
    statement: Select[Any] = (
        select(Client.id)
        .add_columns(
            Client.version,
            (Region.code + "." + func.cast(Client.id, Region.code.type)).label("client_id"),
            Client.name,
            Client.unit_id,
            Unit.name.label("unit_name"),
            Client.scopes,
            Client.created_at,
            Client.revoked_at,
        )
        .join(Unit, and_(Unit.region_id == Client.region_id, Unit.id == Client.unit_id))
        .join(Region, Region.id == Client.region_id)
        .where(Client.region_id == access.region_id, units_within(access))
    )
    return statement


def own_sessions(access: Access) -> Select[Any]:
    """The caller's live sessions."""
    statement: Select[Any] = (
        select(Session.id)
        .add_columns(
            Session.device,
            Session.created_at,
            Session.last_used_at,
            Session.expires_at,
            (Session.id == access.actor.session_id).label("current"),
        )
        .where(
            Session.region_id == access.region_id,
            Session.account_id == access.actor.account_id,
            Session.revoked_at.is_(None),
            Session.expires_at > access.now,
        )
    )
    return statement


async def me(access: Access, db: AsyncSession) -> Any:
    """The caller's account, region, employee, and post of today."""
    post = and_(
        Appointment.region_id == Account.region_id,
        Appointment.employee_id == Account.employee_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
    )
    statement = (
        select(
            Account, Region, Employee, Unit.id.label("unit_id"), Unit.name.label("unit_name"), Position.title
        )
        .join(Region, Region.id == Account.region_id)
        .outerjoin(Employee, OF_EMPLOYEE)
        .outerjoin(Appointment, post)
        .outerjoin(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .outerjoin(
            Position,
            and_(Position.region_id == Appointment.region_id, Position.id == Appointment.position_id),
        )
        .where(
            Account.region_id == access.region_id,
            Account.id == access.actor.account_id,
            Account.status == AccountStatus.ACTIVE,
        )
    )
    return (await db.execute(statement)).one_or_none()


async def unit_names(access: Access, db: AsyncSession, ids: list[UUID]) -> dict[UUID, str]:
    """Names of the nodes where the caller's own roles are held."""
    rows = await db.execute(
        select(Unit.id, Unit.name).where(Unit.region_id == access.region_id, Unit.id.in_(ids))
    )
    return dict(rows.all())
