"""Claims are verified or rejected, singly or many at once; what no longer holds is revoked."""

from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import queries, showing
from asn_api.areas.certificates.claiming import ENTITY, check_single
from asn_api.areas.certificates.schemas import CertificateDecisionIn, ResemblingOut
from asn_api.areas.competencies.learned import Completion, learn, unlearn
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.database import driver_of
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.errors import Fault, Problem
from asn_api.rules.certificates import (
    CertificateAction,
    CertificateActor,
    CertificateStatus,
    check_certificate,
)
from asn_api.rules.notifications import NoticeKind

NOTICES = {
    CertificateStatus.VERIFIED: NoticeKind.CERTIFICATE_VERIFIED,
    CertificateStatus.REJECTED: NoticeKind.CERTIFICATE_REJECTED,
    CertificateStatus.REVOKED: NoticeKind.CERTIFICATE_REVOKED,
}

Decided = Mapping[str, Any]
"""`status`, `jp` and `version` after the decision."""


async def decide_all(
    access: Access, db: AsyncSession, items: Sequence[CertificateDecisionIn], *, atomic: bool
) -> list[Decided | Problem]:
    """Each decision's outcome or refusal, in their order; `atomic` refuses all when one is refused."""
    found = await db.execute(queries.locked(access, {item.id for item in items}))
    rows = {row["id"]: row for row in found.mappings()}
    alike = await showing.resembling(access, db, rows)
    named = {item.course_id for item in items if item.course_id is not None}
    courses = set(await db.scalars(queries.courses(access, named)))
    seen: set[UUID] = set()
    results: list[Decided | Problem] = []
    for item in items:
        try:
            results.append(await _decided(access, db, rows, alike, courses, item, again=item.id in seen))
            seen.add(item.id)
        except Problem as problem:
            results.append(problem)
    if atomic and any(isinstance(each, Problem) for each in results):
        return [each if isinstance(each, Problem) else Problem("NOT_DONE_ATOMIC") for each in results]
    await _store(access, db, rows, [each for each in results if not isinstance(each, Problem)])
    return results


async def decide(access: Access, db: AsyncSession, item: CertificateDecisionIn) -> None:
    """One decision; refusals are raised."""
    (result,) = await decide_all(access, db, [item], atomic=False)
    if not isinstance(result, Problem):
        return
    if result.code == "VERSION_STALE":
        wire = await showing.wire(access, db, item.id)
        check_version(wire.version, item.version, wire)
    raise result


async def revoke(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str) -> None:
    """A certificate that proved wrong: its hours no longer count, and the public verification says so."""
    row = (await db.execute(queries.locked(access, [id]))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    if row["version"] != expected:
        check_version(row["version"], expected, await showing.wire(access, db, id))
    status = check_certificate(row["status"], CertificateAction.REVOKE, _actors(access, row))
    await _store(access, db, {id: row}, [_next(row, status, CertificateAction.REVOKE, reason)])
    await unlearn(access, db, row["employee_id"], {id, row["enrolment_id"] or id}, reason)


def _actors(access: Access, row: Any) -> set[CertificateActor]:
    """The rows were found by the right to verify."""
    mine = row["employee_id"] == access.employee_id
    return {CertificateActor.VERIFIER, CertificateActor.HOLDER} if mine else {CertificateActor.VERIFIER}


async def _decided(
    access: Access,
    db: AsyncSession,
    rows: Mapping[UUID, Any],
    alike: Mapping[UUID, Sequence[ResemblingOut]],
    courses: Set[UUID],
    item: CertificateDecisionIn,
    *,
    again: bool,
) -> Decided:
    row = rows.get(item.id)
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row["version"] + again, item.version)
    action = CertificateAction(item.decision)
    before = CertificateStatus.VERIFIED if again else row["status"]
    status = check_certificate(before, action, _actors(access, row))
    if action is CertificateAction.REJECT:
        if item.comment is None:
            raise Problem("REQUEST_INVALID", faults=[Fault("/reason", "CERTIFICATE_REASON_REQUIRED")])
        return _next(row, status, action, item.comment)
    if item.course_id is not None and item.course_id not in courses:
        raise Problem("REQUEST_INVALID", faults=[Fault("/course_id", "NOT_FOUND")])
    # A certificate issued here since the claim may be the same one.
    await check_single(access, db, row["employee_id"], row["number_key"], row["issuer_key"], but=row["id"])
    if alike.get(item.id) and item.comment is None:
        raise Problem("CERTIFICATE_RESEMBLES", count=len(alike[item.id]))
    return _next(row, status, action, item.comment, item.jp, item.course_id)


def _next(
    row: Any,
    status: CertificateStatus,
    action: CertificateAction,
    reason: str | None,
    jp: int | None = None,
    course_id: UUID | None = None,
) -> Decided:
    return {
        "id": row["id"],
        "status": status,
        "version": row["version"] + 1,
        "action": action,
        "reason": reason,
        "jp": row["jp"] if jp is None else jp,
        "course_id": row["course_id"] or course_id,
    }


async def _store(
    access: Access, db: AsyncSession, rows: Mapping[UUID, Any], decided: Sequence[Decided]
) -> None:
    if not decided:
        return
    people = {rows[each["id"]]["employee_id"] for each in decided}
    units = {row.employee_id: row.unit_id for row in await db.execute(queries.units_of(access, people))}
    changes, told = [], []
    for each in decided:
        row = rows[each["id"]]
        values = {name: each[name] for name in ("status", "jp", "course_id", "reason")}
        await db.execute(
            queries.moved(access, row["id"], **values, decided_by=access.employee_id, decided_at=access.now)
        )
        changes.append(
            Change(
                ENTITY,
                row["id"],
                each["version"],
                each["action"],
                {name: [row[name], value] for name, value in values.items() if row[name] != value},
                units.get(row["employee_id"]),
                row["employee_id"],
            )
        )
        counted = {"jp": each["jp"], "year": row["year"]}
        told.append(Notice(row["employee_id"], NOTICES[each["status"]], ENTITY, row["id"], params=counted))
    await record(db, access.author, access.now, *changes)
    completions = [
        _completion(rows[each["id"]], each["course_id"])
        for each in decided
        if each["status"] is CertificateStatus.VERIFIED and each["course_id"] is not None
    ]
    await learn(access, db, completions)
    await notify(await driver_of(db), access, told)


def _completion(row: Any, course_id: UUID) -> Completion:
    note = f"{row['title']}, {row['number']}"
    return Completion(row["employee_id"], course_id, row["ends_on"], row["issuer"], row["id"], note)
