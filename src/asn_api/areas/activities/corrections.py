"""What counts is corrected beside an activity once its month is locked; the activity stays as it was."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.activities.schemas import CorrectionIn
from asn_api.areas.activities.verification import acted_for, found, not_self, opened
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.activities import (
    ActivityAction,
    ActivityActor,
    ActivityStatus,
    check_correction,
    check_transition,
)
from asn_api.tables.activities import ActivityCorrection


async def correct(
    db: AsyncSession, access: Access, id: UUID, given: CorrectionIn
) -> tuple[ActivityCorrection, bool]:
    """The stored correction, and whether it is new; the same one sent again is given back.

    The owner's work is locked meanwhile, so that two corrections come one after the other.
    """
    ledger, superiors = await opened(db, access, [id])
    row = found(ledger, id)
    not_self(access, row)
    if row["employee_id"] not in superiors or access.employee_id is None:
        raise Problem("NOT_FOUND")
    if given.id is not None and (known := await _known(db, access, given.id)) is not None:
        stored = (known.activity_id, known.minutes_after, known.reason)
        if stored != (id, given.verified_minutes, given.reason):
            raise Problem("CORRECTION_ID_TAKEN")
        return known, False
    status, corrected = ActivityStatus(row["status"]), id in ledger.corrected
    check_transition(
        status,
        ActivityAction.CORRECT,
        {ActivityActor.VERIFIER},
        locked=ledger.is_locked(row),
        corrected=corrected,
        reason=given.reason,
    )
    before = ledger.corrected.get(id, row["verified_minutes"] or 0)
    faults = check_correction(
        status,
        claimed_minutes=row["minutes"],
        before=before,
        after=given.verified_minutes,
        corrected=corrected,
    )
    if faults:
        raise Problem("INVALID_VERIFICATION", faults=faults)
    correction = ActivityCorrection(
        region_id=access.region_id,
        id=given.id or uuid7(),
        activity_id=id,
        employee_id=row["employee_id"],
        unit_id=row["unit_id"],
        day=row["day"],
        minutes_before=before,
        minutes_after=given.verified_minutes,
        reason=given.reason,
        made_by=access.employee_id,
        made_at=access.now,
    )
    db.add(correction)
    await db.flush()
    behalf = acted_for(access, superiors, row["employee_id"])
    ledger.correct(row, given.verified_minutes, given.reason, behalf)
    await ledger.flush()
    return correction, True


async def _known(db: AsyncSession, access: Access, id: UUID) -> ActivityCorrection | None:
    statement = select(ActivityCorrection).where(
        ActivityCorrection.region_id == access.region_id, ActivityCorrection.id == id
    )
    found: ActivityCorrection | None = await db.scalar(statement)
    return found
