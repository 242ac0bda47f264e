"""The SQL of the reminders of plans, for a whole region."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import evaluator
from asn_api.areas.performance import team_queries
from asn_api.areas.performance.team_schemas import MissingFilter
from asn_api.rules.identity import AccountStatus
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.plans import WAITING
from asn_api.tables.identity import Account
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.performance import Plan


def missing(access: Access, year: int, policy: PlanPolicy) -> Select[Any]:
    """The list of missing plans, with who can be told: a person whose account is in use."""
    found = team_queries.missing(access, MissingFilter(), year, policy).subquery()
    own, above = aliased(Account), aliased(Account)
    return (
        select(
            found.c.id,
            found.c.due_on,
            Unit.zone,
            own.id.is_not(None).label("reachable"),
            above.employee_id.label("superior_id"),
        )
        .join(Unit, and_(Unit.region_id == access.region_id, Unit.id == found.c.unit_id))
        .outerjoin(own, _of(access, own, found.c.id))
        .outerjoin(above, _of(access, above, found.c.superior_id))
    )


def waiting(access: Access) -> Select[Any]:
    """Every plan that waits for a decision, with who decides and who is above that one, both if reachable."""
    decides = evaluator(access.region_id, Plan.employee_id, Plan.id, access.today)
    plans = (
        select(Plan.employee_id, Plan.unit_id, Plan.waiting_since, decides.label("evaluator_id"))
        .where(
            Plan.region_id == access.region_id,
            Plan.status.in_(WAITING),
            Plan.waiting_since.is_not(None),
        )
        .subquery()
    )
    told, above = aliased(Account), aliased(Account)
    return (
        select(
            plans.c.employee_id,
            plans.c.unit_id,
            plans.c.waiting_since,
            told.employee_id.label("evaluator_id"),
            above.employee_id.label("above_id"),
        )
        .outerjoin(told, _of(access, told, plans.c.evaluator_id))
        .outerjoin(
            ReportingLine,
            and_(
                ReportingLine.region_id == access.region_id,
                ReportingLine.employee_id == plans.c.evaluator_id,
                ReportingLine.valid.contains(access.today),
            ),
        )
        .outerjoin(above, _of(access, above, ReportingLine.superior_id))
    )


def _of(access: Access, account: Any, person: Any) -> ColumnElement[bool]:
    return and_(
        account.region_id == access.region_id,
        account.employee_id == person,
        account.status == AccountStatus.ACTIVE,
    )
