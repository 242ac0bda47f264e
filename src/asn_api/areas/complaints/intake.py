"""Takes a complaint in: once for each sender's key, with its photos, its receipt and its first deadline."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.complaints import ENTITY
from asn_api.areas.complaints import media, queries, sealing, similar_queries
from asn_api.areas.complaints.codes import (
    new_code,
    pin_digest,
    pin_for,
    shown_code,
    shown_pin,
    submission_index,
)
from asn_api.areas.complaints.media import Medium
from asn_api.areas.complaints.moving import entered
from asn_api.areas.complaints.public_schemas import ReceiptOut, ReportIn, SubmissionIn
from asn_api.areas.complaints.schemas import GatheredIn
from asn_api.areas.complaints.timing import Scene, nearest_due, scene
from asn_api.core.crypto import Keyring
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.core.objects import Objects
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_clocks import Since
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import ComplaintActor, ComplaintStatus
from asn_api.tables.complaints import Complaint, ComplaintReporter, ComplaintSubject

_DAY = timedelta(days=1)


async def submit(
    access: Access,
    db: AsyncSession,
    keyring: Keyring,
    objects: Objects | None,
    given: SubmissionIn | GatheredIn,
    kept: Sequence[Medium],
    *,
    dry: bool,
    contact_verified: bool = False,
) -> tuple[ReceiptOut, bool]:
    """The receipt, and whether the complaint is new: with a known key it is the one of before."""
    pin = pin_for(keyring, access.region_id, given.key)
    digest = _digest(keyring, given)
    if (known := await _known(access, db, keyring, given.key, digest)) is not None:
        return await _again(access, db, known, pin), False
    around = await scene(access, db, access.today)
    if given.reporter is not None:
        await _check_contact(access, db, sealing.contact_index(keyring, given.reporter), around.policy)
    values = await _values(access, db, given, around)
    id = uuid7()
    values |= {
        "id": id,
        "pin_digest": pin_digest(keyring, access.region_id, id, pin),
        "submission_index": given.key and submission_index(keyring, access.region_id, given.key),
        "submission_digest": given.key and digest,
    }
    # Of two sendings at once the second one waits here for the first, and is then a repetition.
    statement = insert(Complaint).values(**values).on_conflict_do_nothing().returning(Complaint.id)
    if await db.scalar(statement) is None:
        known = await _known(access, db, keyring, given.key, digest)
        if known is None:
            raise Problem("COMPLAINT_KEY_TAKEN")
        return await _again(access, db, known, pin), False
    row = (await db.scalars(queries.by_id(access, id))).one()
    if given.joins is not None:
        await _count_joined(access, db, given.joins)
    if given.reporter is not None:
        db.add(
            ComplaintReporter(
                region_id=access.region_id,
                id=id,
                identity=sealing.seal(keyring, access.region_id, id, given.reporter),
                contact_index=sealing.contact_index(keyring, given.reporter),
                contact_verified=contact_verified,
                created_at=access.now,
            )
        )
    if given.about_unit_id is not None:
        db.add(
            ComplaintSubject(
                region_id=access.region_id,
                id=uuid7(),
                complaint_id=id,
                unit_id=given.about_unit_id,
                created_at=access.now,
            )
        )
    await db.flush()
    db.add(entered(access, row, None, ComplaintActor.REPORTER))
    files = media.rows(access, id, kept)
    db.add_all(files)
    await db.flush()
    content = {"kind": row.kind, "status": row.status, "files": len(files)}
    await record(db, access.author, access.now, Change(ENTITY, id, row.version, "RECEIVE", content))
    if not dry:
        await media.keep(objects, files, kept)
    return receipt(row, pin, contact_verified=contact_verified), True


async def _values(access: Access, db: AsyncSession, given: ReportIn, around: Scene) -> dict[str, Any]:
    """The columns of a new complaint, but for its id and proofs."""
    category = await category_of(access, db, given.category)
    if given.about_unit_id is not None and await db.scalar(queries.unit(access, given.about_unit_id)) is None:
        raise _invalid("/about_unit_id", "NOT_FOUND")
    if given.occurred_on is not None and given.occurred_on > access.today:
        raise _invalid("/occurred_on", "COMPLAINT_DAY_AHEAD")
    if given.joins is not None and (await db.scalar(similar_queries.joinable(access, given.joins)) is None):
        raise _invalid("/joins", "NOT_FOUND")
    status = ComplaintStatus.MERGED if given.joins else ComplaintStatus.RECEIVED
    return {
        **nearest_due(around.clocks(given.kind, [Since(access.today, status)])),
        "region_id": access.region_id,
        "version": 1,
        "code": new_code(),
        "kind": given.kind,
        "status": status,
        "parent_id": given.joins,
        "is_anonymous": given.anonymous,
        "is_secret": given.secret or given.kind in around.policy.secret_kinds,
        "category_id": category,
        "subject": given.subject,
        "content": given.text,
        "latitude": given.place and given.place.latitude,
        "longitude": given.place and given.place.longitude,
        "address": given.address,
        "occurred_on": given.occurred_on,
        "received_at": access.now,
        "changed_at": access.now,
        "joined": 0,
        "bounces": 0,
        "reopenings": 0,
    }


async def category_of(access: Access, db: AsyncSession, code: str | None) -> UUID | None:
    if code is None:
        return None
    row = await db.scalar(queries.category_by_code(access, code))
    if row is None or (row.closed_on is not None and row.closed_on <= access.today):
        raise _invalid("/category", "COMPLAINT_CATEGORY_UNKNOWN")
    return row.id


async def _count_joined(access: Access, db: AsyncSession, parent_id: UUID) -> None:
    """The version stays: nothing changes that an official could have built on."""
    await db.execute(
        update(Complaint)
        .where(Complaint.region_id == access.region_id, Complaint.id == parent_id)
        .values(joined=Complaint.joined + 1)
        .execution_options(synchronize_session=False)
    )


async def _known(
    access: Access, db: AsyncSession, keyring: Keyring, key: UUID | None, digest: bytes
) -> Complaint | None:
    if key is None:
        return None
    row = await db.scalar(queries.by_submission(access, submission_index(keyring, access.region_id, key)))
    if row is not None and row.submission_digest != digest:
        raise Problem("COMPLAINT_KEY_TAKEN")
    return row


def _digest(keyring: Keyring, given: ReportIn) -> bytes:
    """Of all that was sent, keyed: from a bare digest a known sender could be proven."""
    content = given.model_dump(mode="json", exclude={"media", "region", "contact_code"})
    content["media"] = [hashlib.sha256(each.content).hexdigest() for each in given.media]
    return keyring.blind_index(
        orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode(), "complaints.content"
    )


async def _check_contact(access: Access, db: AsyncSession, index: bytes, policy: ComplaintPolicy) -> None:
    """By contact and not by address: a whole village may share one."""
    midnight = datetime.combine(access.today, time(), access.actor.zone.tz)
    sent = await db.scalar(queries.reports_of_contact(access, index, midnight.astimezone(UTC)))
    if (sent or 0) >= policy.reports_per_contact_day:
        wait = int((midnight + _DAY - access.now).total_seconds()) + 1
        raise Problem(
            "COMPLAINTS_OF_DAY_USED_UP",
            headers={"Retry-After": str(wait)},
            limit=policy.reports_per_contact_day,
        )


async def _again(access: Access, db: AsyncSession, known: Complaint, pin: str) -> ReceiptOut:
    reporter = await db.scalar(queries.reporter(access, known.id))
    return receipt(known, pin, contact_verified=reporter is not None and reporter.contact_verified)


def receipt(row: Complaint, pin: str, *, contact_verified: bool) -> ReceiptOut:
    return ReceiptOut.model_validate(
        {
            "code": shown_code(row.code),
            "pin": shown_pin(pin),
            "status": row.status,
            "kind": row.kind,
            "secret": row.is_secret,
            "received_at": row.received_at,
            "contact_verified": contact_verified,
            "due": due(row.due_stage, row.due_on, row.due_provisional),
        }
    )


def due(stage: Any, on: Any, provisional: bool) -> dict[str, Any] | None:
    return None if stage is None else {"stage": stage, "on": on, "provisional": provisional}


def _invalid(pointer: str, code: str) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault(pointer, code)])
