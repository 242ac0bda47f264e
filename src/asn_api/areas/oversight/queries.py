"""The SQL of verifiers: what they decided, and what waits for them."""

from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Date, Select, Subquery, and_, cast, func, literal, or_, select

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within
from asn_api.core.http.paging import Key, day
from asn_api.rules.rollups import DECISION_NUMBERS
from asn_api.tables.activities import DayTotal, VerificationDay
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine

Rows: TypeAlias = Select[*tuple[Any, ...]]

NEVER = date(9999, 12, 31)
"""Sorts those for whom nothing waits behind the others."""


def verifiers(access: Access, start: date, end: date) -> Rows:
    """Who decided within the days or has work waiting today, with the sums of the one and the other."""
    decisions, waiting = _decisions(access, start, end), _waiting(access)
    oldest = func.coalesce(waiting.c.oldest, cast(literal(NEVER), Date))
    return (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            *(func.coalesce(decisions.c[name], 0).label(name) for name in DECISION_NUMBERS),
            func.coalesce(waiting.c.waiting, 0).label("waiting"),
            oldest.label("oldest"),
        )
        .select_from(Employee)
        .outerjoin(decisions, decisions.c.verifier_id == Employee.id)
        .outerjoin(waiting, waiting.c.superior_id == Employee.id)
        .where(
            Employee.region_id == access.region_id,
            employees_within(access, Employee.id),
            or_(decisions.c.verifier_id.is_not(None), waiting.c.superior_id.is_not(None)),
        )
    )


def verifier(access: Access, id: UUID, start: date, end: date) -> Rows:
    return verifiers(access, start, end).where(Employee.id == id)


def verifier_keys(statement: Rows) -> tuple[Key, ...]:
    """Whose reports wait longest comes first."""
    columns = {column.key: column for column in statement.selected_columns}
    return (
        Key(columns["oldest"], "oldest", day),
        Key(columns["sort_name"], "sort_name", str),
        Key(columns["id"], "id", UUID),
    )


def _decisions(access: Access, start: date, end: date) -> Subquery:
    return (
        select(
            VerificationDay.verifier_id,
            *(func.sum(getattr(VerificationDay, name)).label(name) for name in DECISION_NUMBERS),
        )
        .where(
            VerificationDay.region_id == access.region_id,
            VerificationDay.day.between(start, end),
            employees_within(access, VerificationDay.verifier_id),
        )
        .group_by(VerificationDay.verifier_id)
        .subquery()
    )


def _waiting(access: Access) -> Subquery:
    return (
        select(
            ReportingLine.superior_id,
            func.sum(DayTotal.waiting).label("waiting"),
            func.min(DayTotal.day).label("oldest"),
        )
        .join(
            DayTotal,
            and_(
                DayTotal.region_id == ReportingLine.region_id,
                DayTotal.employee_id == ReportingLine.employee_id,
                DayTotal.waiting > 0,
            ),
        )
        .where(
            ReportingLine.region_id == access.region_id,
            ReportingLine.valid.contains(access.today),
            employees_within(access, ReportingLine.superior_id),
        )
        .group_by(ReportingLine.superior_id)
        .subquery()
    )
