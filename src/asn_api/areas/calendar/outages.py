"""Declares and withdraws outages: times in which the system could not be used, which extend deadlines."""

from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import units_within
from asn_api.areas.calendar.queries import outage
from asn_api.areas.calendar.schemas import OutageIn, OutageOut
from asn_api.areas.calendar.service import lock, reachable
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.outages import check_outage
from asn_api.tables.organization import Unit
from asn_api.tables.policies import Outage


async def declare(access: Access, db: AsyncSession, given: OutageIn) -> tuple[Outage, bool]:
    """The stored outage, and whether it is new; the same one sent again is given back."""
    unit_id = await reachable(access, db, given.unit_id)
    await lock(access, db)
    span = Range(given.start_at.astimezone(UTC), given.end_at.astimezone(UTC))
    if given.id is not None and (known := await db.scalar(outage(access, given.id))) is not None:
        if (known.span, known.unit_id, known.reason) != (span, unit_id, given.reason):
            raise Problem("OUTAGE_ID_TAKEN")
        return known, False
    if faults := check_outage(given.start_at, given.end_at):
        raise Problem("INVALID_OUTAGE", faults=faults)
    row = Outage(
        region_id=access.region_id,
        id=given.id or uuid7(),
        span=span,
        unit_id=unit_id,
        reason=given.reason,
        declared_by=access.employee_id,
        withdrawn=False,
    )
    db.add(row)
    await db.flush()
    values = shown(row).model_dump(mode="json", include={"start_at", "end_at", "unit_id", "reason"})
    await _journal(access, db, row, "DECLARE", {name: [None, value] for name, value in values.items()})
    return row, True


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int) -> Outage:
    """From now on it extends nothing; what was judged while it held stays as it was judged."""
    await lock(access, db)
    statement = outage(access, id)
    if not access.reaches(Reach.REGION):
        statement = statement.where(exists().where(Unit.id == Outage.unit_id, units_within(access)))
    row = await db.scalar(statement.with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, shown(row))
    if row.withdrawn:
        raise Problem("OUTAGE_WITHDRAWN")
    row.withdrawn = True
    await db.flush()
    await _journal(access, db, row, "WITHDRAW", {"withdrawn": [False, True]})
    return row


def shown(row: Outage) -> OutageOut:
    kept = {name: getattr(row, name) for name in OutageOut.model_fields if hasattr(row, name)}
    return OutageOut.model_validate({**kept, "start_at": row.span.lower, "end_at": row.span.upper})


async def _journal(
    access: Access, db: AsyncSession, row: Outage, action: str, changes: dict[str, Any]
) -> None:
    happened = Change("outage", row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, happened)
