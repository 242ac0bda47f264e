"""The SQL of what time does to evaluations: what is to be opened, cut, made final."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.areas.evaluations.queries import APPROVED
from asn_api.areas.performance.queries import matches
from asn_api.rules.evaluations import UNRATED, EvaluationKind, EvaluationStatus
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.performance import Plan


def wanting(access: Access, running_since: date, after: UUID, most: int) -> Select[Plan]:
    """Plans that lack an evaluation of what ended before the running calendar period, or of their year.

    Of this year and the one before: older plans are not opened by themselves any more.
    """
    periodic, yearly = aliased(Evaluation), aliased(Evaluation)
    until = func.least(func.upper(Plan.period), running_since)
    has_periodic = exists().where(
        periodic.region_id == Plan.region_id,
        periodic.plan_id == Plan.id,
        periodic.kind == EvaluationKind.PERIODIC,
        func.upper(periodic.period) >= until,
    )
    has_yearly = exists().where(
        yearly.region_id == Plan.region_id, yearly.plan_id == Plan.id, yearly.kind == EvaluationKind.YEARLY
    )
    return (
        select(Plan)
        .where(
            Plan.region_id == access.region_id,
            Plan.id > after,
            Plan.year.in_((access.today.year, access.today.year - 1)),
            or_(Plan.ended_on.is_(None), Plan.ended_on > func.lower(Plan.period)),
            or_(
                and_(func.lower(Plan.period) < running_since, ~has_periodic),
                and_(func.upper(Plan.period) <= access.today, or_(~has_periodic, ~has_yearly)),
            ),
            APPROVED,
        )
        .order_by(Plan.id)
        .limit(most)
    )


def beyond_plan(access: Access) -> Select[Evaluation, Plan]:
    """Locked: what is not rated yet and reaches beyond its plan's days."""
    return (
        select(Evaluation, Plan)
        .join(Plan, matches(Plan, Evaluation.plan_id, Evaluation))
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.status.in_(UNRATED),
            or_(
                ~Plan.period.contains(Evaluation.period),
                and_(Plan.ended_on.is_not(None), Plan.ended_on <= func.lower(Plan.period)),
            ),
        )
        .order_by(Evaluation.id)
        .with_for_update(of=Evaluation)
    )


def to_be_final(access: Access, after: UUID, most: int) -> Select[Evaluation]:
    """Locked: what was accepted, and what nobody contested in time by the day written down."""
    return (
        select(Evaluation)
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.id > after,
            or_(
                Evaluation.status == EvaluationStatus.ACKNOWLEDGED,
                and_(Evaluation.status == EvaluationStatus.RATED, Evaluation.objection_until < access.today),
            ),
        )
        .order_by(Evaluation.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
