"""Changes of evidence: by the owner only, and only while nobody has verified the activity."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.evidence import queries
from asn_api.areas.evidence.schemas import EvidenceRecordIn
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.errors import Fault, Problem
from asn_api.rules.activities import ActivityStatus
from asn_api.rules.entries import is_https
from asn_api.rules.policy import ActivityPolicy
from asn_api.tables.files import Evidence

ENTITY = "evidence"
FIELDS = ("activity_id", "file_id", "url", "title", "sha256", "taken_at")


async def put(
    db: AsyncSession,
    access: Access,
    id: UUID,
    values: EvidenceRecordIn,
    base_version: int | None = None,
    operation_id: UUID | None = None,
) -> int:
    """Create (without a base) or replace; gives the new version. The same creation again changes nothing."""
    await _lock(db, access)
    known = await db.scalar(queries.stored(access, id))
    if known is not None and known.employee_id != access.employee_id:
        raise Problem("NOT_FOUND" if base_version else "EVIDENCE_ID_TAKEN")
    if known is not None and base_version is None:
        if _values(known) != values.model_dump():
            raise Problem("EVIDENCE_ID_TAKEN")
        return known.version
    if known is None and base_version is not None:
        raise Problem("NOT_FOUND")
    activity = await _activity(db, access, values.activity_id)
    if known is not None and base_version is not None:
        await _check_current(db, access, known, base_version)
        if known.activity_id != values.activity_id:
            raise Problem("EVIDENCE_ACTIVITY_FIXED")
    await _check(db, access, values, activity, is_new=known is None)
    before = {} if known is None else _values(known)
    if known is None:
        assert access.employee_id is not None
        known = Evidence(
            region_id=access.region_id,
            id=id,
            employee_id=access.employee_id,
            unit_id=activity.unit_id,
            day=activity.day,
            created_at=access.now,
            **values.model_dump(),
        )
        db.add(known)
    else:
        for name, value in values.model_dump().items():
            setattr(known, name, value)
        # A phone counts one version for each accepted change, also for one that changes nothing.
        flag_modified(known, "title")
    await db.flush()
    action = "EDIT" if before else "CREATE"
    await _log(
        db, access, known, action, known.version, difference(before, _values(known)), activity, operation_id
    )
    return known.version


async def remove(
    db: AsyncSession,
    access: Access,
    id: UUID,
    base_version: int,
    operation_id: UUID | None = None,
) -> int:
    """Delete; gives the version of the deletion."""
    await _lock(db, access)
    known = await db.scalar(queries.stored(access, id))
    if known is None or known.employee_id != access.employee_id:
        raise Problem("NOT_FOUND")
    await _check_current(db, access, known, base_version)
    activity = await _activity(db, access, known.activity_id)
    await db.delete(known)
    await db.flush()
    gone = {name: [value, None] for name, value in _values(known).items() if value is not None}
    await _log(db, access, known, "DELETE", known.version + 1, gone, activity, operation_id)
    return known.version + 1


async def _lock(db: AsyncSession, access: Access) -> None:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    await db.execute(queries.lock_me(access))


async def _activity(db: AsyncSession, access: Access, id: UUID) -> Any:
    activity = (await db.execute(queries.own_activity(access, id))).one_or_none()
    if activity is None:
        deleted = await db.scalar(queries.deleted_activity(access, id))
        raise Problem("EVIDENCE_ACTIVITY_DELETED" if deleted else "EVIDENCE_ACTIVITY_UNKNOWN")
    if activity.status is ActivityStatus.VERIFIED:
        raise Problem("EVIDENCE_ACTIVITY_VERIFIED")
    return activity


async def _check_current(db: AsyncSession, access: Access, known: Evidence, expected: int) -> None:
    if known.version != expected:
        current = (await queries.by_ids(db, access, [known.id])).get(known.id)
        check_version(known.version, expected, current)


async def _check(
    db: AsyncSession, access: Access, values: EvidenceRecordIn, activity: Any, *, is_new: bool
) -> None:
    faults = []
    if (values.file_id is None) == (values.url is None):
        faults.append(Fault("/file_id", "EVIDENCE_FILE_OR_URL"))
    if values.url is not None and not is_https(values.url):
        faults.append(Fault("/url", "ACTIVITY_EVIDENCE_NOT_HTTPS"))
    if values.sha256 is not None and values.file_id is None:
        faults.append(Fault("/sha256", "EVIDENCE_SHA256_OF_LINK"))
    if values.file_id is not None:
        found = await db.scalar(queries.own_file(access, values.file_id))
        if found is not None and values.sha256 not in (None, found):
            faults.append(Fault("/sha256", "EVIDENCE_SHA256_DIFFERS", {"found": found}))
    if is_new:
        policy = await policy_on(db, access.region_id, ActivityPolicy, activity.day)
        if len(activity.evidence) + activity.records >= policy.max_evidence:
            most = {"max": policy.max_evidence}
            faults.append(Fault("/activity_id", "ACTIVITY_TOO_MUCH_EVIDENCE", most))
    if faults:
        raise Problem("INVALID_EVIDENCE", faults=faults)


def _values(known: Evidence) -> dict[str, Any]:
    return {name: getattr(known, name) for name in FIELDS}


async def _log(
    db: AsyncSession,
    access: Access,
    known: Evidence,
    action: str,
    version: int,
    changes: dict[str, Any],
    activity: Any,
    operation_id: UUID | None,
) -> None:
    change = Change(
        ENTITY,
        known.id,
        version,
        action,
        changes,
        unit_id=activity.unit_id,
        employee_id=known.employee_id,
        operation_id=operation_id,
    )
    await record(db, access.author, access.now, change)
