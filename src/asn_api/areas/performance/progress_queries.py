"""The SQL of progress: reports of a plan, single ones for phones, and what judging a new one needs."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import records_within
from asn_api.areas.performance.queries import matches, visible
from asn_api.areas.performance.schemas import ProgressFilter, ProgressOut
from asn_api.rules.calendar import Zone
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plans import PlanStatus
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.performance import Indicator, Plan, ProgressReport, WorkResult

_SHOWN = tuple(getattr(ProgressReport, name) for name in ProgressOut.model_fields)


def listed(access: Access, plan_id: UUID, wanted: ProgressFilter) -> Select[Any]:
    conditions = [*visible(access), Plan.id == plan_id]
    if wanted.indicator_id is not None:
        conditions.append(ProgressReport.indicator_id == wanted.indicator_id)
    if wanted.latest:
        later = aliased(ProgressReport)
        conditions.append(
            ~exists().where(
                later.region_id == ProgressReport.region_id,
                later.indicator_id == ProgressReport.indicator_id,
                later.day > ProgressReport.day,
            )
        )
    return (
        select(*_SHOWN).join(Plan, matches(Plan, ProgressReport.plan_id, ProgressReport)).where(*conditions)
    )


def one(access: Access, id: UUID) -> Select[Any]:
    return select(*_SHOWN).where(
        ProgressReport.region_id == access.region_id,
        ProgressReport.id == id,
        records_within(access, ProgressReport.employee_id, ProgressReport.unit_id),
    )


async def progress_by_ids(
    db: AsyncSession, access: Access, ids: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Reports as the JSON that reading one gives. The caller has checked that they are within reach."""
    rows = await db.execute(
        select(*_SHOWN).where(ProgressReport.region_id == access.region_id, ProgressReport.id.in_(ids))
    )
    return {row.id: ProgressOut.model_validate(row).model_dump(mode="json") for row in rows}


def in_region(access: Access, id: UUID) -> Select[ProgressReport]:
    """As it stands now, whoever owns it; never shown without a check whose it is."""
    return (
        select(ProgressReport)
        .where(ProgressReport.region_id == access.region_id, ProgressReport.id == id)
        .execution_options(populate_existing=True)
    )


def locked_own_plan(
    access: Access, plan_id: UUID | None = None, indicator_id: UUID | None = None
) -> Select[UUID, PlanStatus, Range[date]]:
    """One's own plan by its id or an indicator, locked: neither its state nor its content changes meanwhile.

    What else the statement joins may be older than the lock; it is to be read again.
    """
    plans = select(Plan.id, Plan.status, Plan.period).where(
        Plan.region_id == access.region_id, Plan.employee_id == access.employee_id
    )
    if plan_id is not None:
        plans = plans.where(Plan.id == plan_id)
    if indicator_id is not None:
        plans = (
            plans.join(
                WorkResult, and_(WorkResult.region_id == Plan.region_id, WorkResult.plan_id == Plan.id)
            )
            .join(Indicator, matches(WorkResult, Indicator.work_result_id, Indicator))
            .where(Indicator.id == indicator_id)
        )
    return plans.with_for_update(of=Plan, key_share=True)


def measure(access: Access, indicator_id: UUID, day: date) -> Select[UUID, Decimal | None, bool, UUID]:
    """The indicator in its result, and the report that there is for the day."""
    return (
        select(
            Indicator.work_result_id,
            Indicator.target_value,
            (Indicator.withdrawn | WorkResult.withdrawn).label("withdrawn"),
            ProgressReport.id.label("report_id"),
        )
        .join(WorkResult, matches(WorkResult, Indicator.work_result_id, Indicator))
        .outerjoin(
            ProgressReport,
            and_(
                ProgressReport.region_id == Indicator.region_id,
                ProgressReport.indicator_id == Indicator.id,
                ProgressReport.day == day,
            ),
        )
        .where(Indicator.region_id == access.region_id, Indicator.id == indicator_id)
    )


def my_unit(access: Access, day: date) -> Select[UUID, Zone]:
    """Where my definitive post of the day is; it cannot be changed while a report names it."""
    return (
        select(Unit.id, Unit.zone)
        .join(Appointment, and_(Appointment.region_id == Unit.region_id, Appointment.unit_id == Unit.id))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == access.employee_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
        )
        .with_for_update(read=True, of=Appointment)
    )
