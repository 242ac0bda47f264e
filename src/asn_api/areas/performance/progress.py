"""What an employee reports during the year about the indicators of the own plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.performance import progress_queries as queries
from asn_api.areas.performance.schemas import ProgressValues
from asn_api.areas.performance.snapshots import period_days
from asn_api.core.http.route import etag
from asn_api.core.journal import Change, difference, record
from asn_api.errors import Fault, Problem
from asn_api.rules.plans import PlanStatus
from asn_api.rules.progress import progress_faults
from asn_api.tables.performance import ProgressReport

ENTITY = "progress"
FIELDS = ("indicator_id", "day", "value", "note")


@dataclass(frozen=True, slots=True)
class Device:
    """The phone on which a change was made, and when by its clock."""

    id: str | None = None
    at: datetime | None = None


async def put(
    db: AsyncSession,
    access: Access,
    id: UUID,
    values: ProgressValues,
    base_version: int | None,
    device: Device,
    operation_id: UUID | None = None,
) -> int:
    """Create a report (no base) or replace the version it is based on; gives the version it has now.

    Creating again what is there already with the same values changes nothing.
    """
    if base_version is not None:
        await _own(db, access, id)
    plan = (await db.execute(queries.locked_own_plan(access, indicator_id=values.indicator_id))).one_or_none()
    report = await db.scalar(queries.in_region(access, id))
    if report is not None and report.employee_id != access.employee_id:
        raise Problem("PROGRESS_ID_TAKEN")
    if report is None and base_version is not None:
        raise Problem("NOT_FOUND")
    if report is not None and base_version is None and _content(report) == values.model_dump():
        return report.version
    if report is not None and report.version != base_version:
        raise await _stale(db, access, report)
    if report is not None and report.indicator_id != values.indicator_id:
        raise _invalid(Fault("/indicator_id", "PROGRESS_INDICATOR_FIXED"))
    if plan is None:
        raise _invalid(Fault("/indicator_id", "PROGRESS_INDICATOR_NOT_OWN"))
    _check_open(plan.status)
    found = (await db.execute(queries.measure(access, values.indicator_id, values.day))).one_or_none()
    if found is None:
        raise _invalid(Fault("/indicator_id", "PROGRESS_INDICATOR_NOT_OWN"))
    place = (await db.execute(queries.my_unit(access, values.day))).one_or_none()
    first, last = period_days(plan.period)
    faults = progress_faults(
        values.day,
        values.value,
        values.note,
        first=first,
        last=last,
        today=access.now.astimezone(place.zone.tz).date() if place else access.today,
        withdrawn=found.withdrawn,
        in_numbers=found.target_value is not None,
    )
    if place is None and not faults:
        faults.append(Fault("/day", "PLAN_WITHOUT_POST", {"day": values.day.isoformat()}))
    if place is None or faults:
        raise _invalid(*faults)
    if found.report_id not in (None, id):
        raise Problem("PROGRESS_DAY_TAKEN", id=str(found.report_id))
    before: dict[str, Any] = {}
    if report is None:
        report = ProgressReport(
            region_id=access.region_id,
            id=id,
            employee_id=access.employee_id,
            plan_id=plan.id,
            work_result_id=found.work_result_id,
        )
        db.add(report)
    else:
        before = _content(report)
        # Phones count on a version for every accepted change, even for one that says the same again.
        flag_modified(report, "day")
    for name, value in values.model_dump().items():
        setattr(report, name, value)
    report.unit_id = place.id
    report.device_id, report.device_at, report.received_at = device.id, device.at, access.now
    await db.flush()
    changes = difference(before, _content(report))
    await _record(db, access, report, report.version, "EDIT" if before else "CREATE", changes, operation_id)
    return report.version


async def remove(
    db: AsyncSession, access: Access, id: UUID, base_version: int | None, operation_id: UUID | None = None
) -> int:
    """Take a report back; gives the version that its end has in the journal, which keeps what it said."""
    own = await _own(db, access, id)
    plan = (await db.execute(queries.locked_own_plan(access, plan_id=own.plan_id))).one_or_none()
    report = await db.scalar(queries.in_region(access, id))
    if plan is None or report is None:
        raise Problem("NOT_FOUND")
    if report.version != base_version:
        raise await _stale(db, access, report)
    _check_open(plan.status)
    version = report.version + 1
    gone = {name: [value, None] for name, value in _content(report).items() if value is not None}
    await db.delete(report)
    await db.flush()
    await _record(db, access, report, version, "DELETE", gone, operation_id)
    return version


async def _own(db: AsyncSession, access: Access, id: UUID) -> ProgressReport:
    report = await db.scalar(queries.in_region(access, id))
    if report is None or report.employee_id != access.employee_id:
        raise Problem("NOT_FOUND")
    return report


def _check_open(status: PlanStatus) -> None:
    if status is PlanStatus.CLOSED:
        raise Problem("PROGRESS_PLAN_CLOSED")


def _content(report: ProgressReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in FIELDS}


def _invalid(*faults: Fault) -> Problem:
    return Problem("REQUEST_INVALID", faults=faults)


async def _stale(db: AsyncSession, access: Access, report: ProgressReport) -> Problem:
    shown = await queries.progress_by_ids(db, access, [report.id])
    return Problem("VERSION_STALE", headers={"ETag": etag(report.version)}, current=shown[report.id])


async def _record(
    db: AsyncSession,
    access: Access,
    report: ProgressReport,
    version: int,
    action: str,
    changes: dict[str, Any],
    operation_id: UUID | None,
) -> None:
    change = Change(
        ENTITY,
        report.id,
        version,
        action,
        changes,
        unit_id=report.unit_id,
        employee_id=report.employee_id,
        operation_id=operation_id,
    )
    await record(db, access.author, access.now, change)
