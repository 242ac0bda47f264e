"""The SQL of the reminders of evaluations, for a whole region."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.evaluation_scope import deciders, rater
from asn_api.areas.evaluations.queries import last_day_column
from asn_api.areas.performance.queries import matches
from asn_api.rules.evaluations import UNRATED, EvaluationStatus
from asn_api.rules.identity import AccountStatus
from asn_api.tables.evaluations import Evaluation, Objection
from asn_api.tables.identity import Account
from asn_api.tables.organization import ReportingLine
from asn_api.tables.performance import Plan


def running(access: Access) -> Select[Any]:
    """What waits for the employee, the evaluator or the decider: not yet for whom."""
    columns: tuple[Any, ...] = (
        Evaluation.id,
        Evaluation.employee_id,
        Evaluation.unit_id,
        Evaluation.status,
        Evaluation.reported_at,
        last_day_column.label("last_day"),
        Objection.filed_at,
        exists().where(_of(access, Account, Evaluation.employee_id)).label("reachable"),
    )
    return (
        select(*columns)
        .select_from(Evaluation)
        .outerjoin(
            Objection,
            and_(Objection.region_id == Evaluation.region_id, Objection.evaluation_id == Evaluation.id),
        )
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.status.in_((*UNRATED, EvaluationStatus.OBJECTED)),
        )
    )


def raters(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """For each evaluation who rates it today and who is above that one, both if they can be told."""
    rated = (
        select(Evaluation.id, rater(access.region_id, access.today).label("rater_id"))
        .join(Plan, matches(Plan, Evaluation.plan_id, Evaluation))
        .where(Evaluation.region_id == access.region_id, Evaluation.id.in_(ids))
        .subquery()
    )
    told, above = aliased(Account), aliased(Account)
    return (
        select(
            rated.c.id,
            told.employee_id.label("rater_id"),
            above.employee_id.label("above_id"),
        )
        .outerjoin(told, _of(access, told, rated.c.rater_id))
        .outerjoin(
            ReportingLine,
            and_(
                ReportingLine.region_id == access.region_id,
                ReportingLine.employee_id == rated.c.rater_id,
                ReportingLine.valid.contains(access.today),
            ),
        )
        .outerjoin(above, _of(access, above, ReportingLine.superior_id))
    )


def hearing(access: Access) -> Select[Any]:
    """For each open objection who decides it today, if he can be told."""
    decided = deciders(access.region_id, access.today)
    return select(decided.c.evaluation_id, Account.employee_id.label("decider_id")).join(
        Account, _of(access, Account, decided.c.decider_id)
    )


def _of(access: Access, account: Any, employee_id: Any) -> ColumnElement[bool]:
    return and_(
        account.region_id == access.region_id,
        account.employee_id == employee_id,
        account.status == AccountStatus.ACTIVE,
    )
