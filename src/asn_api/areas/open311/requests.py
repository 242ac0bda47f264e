"""Complaints as Open311 has them: where they stand, what anybody may read, and how a client's words come in."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints import intake, media
from asn_api.areas.complaints import queries as complaints
from asn_api.areas.complaints.codes import plain_code, submission_index
from asn_api.areas.complaints.desk import public_access
from asn_api.areas.complaints.public_schemas import MediumIn, ReceiptOut, SubmissionIn
from asn_api.areas.identity.desk import Desk, region_named
from asn_api.areas.open311 import queries
from asn_api.areas.open311.schemas import Open311Filter, Open311RequestIn
from asn_api.areas.policies.current import policy_on
from asn_api.core.crypto import Keyring
from asn_api.core.database import Work
from asn_api.core.objects import Objects
from asn_api.errors import Fault, Language, Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import KNOWN_TO_PUBLIC, OPEN, ComplaintStatus
from asn_api.rules.labels import LABELS
from asn_api.rules.policy import FilePolicy
from asn_api.rules.publishing import without_contacts

SPAN = timedelta(days=90)
"""The longest that the standard lets a list reach."""
SUBJECT_LENGTH = 100
NAMELESS = "Tanpa nama"
"""Of whoever gives a way to reach him and no name."""

NOTICES: Mapping[Language, str] = {
    "id": "Kode laporan {code}, PIN {pin}. Simpan keduanya dan jangan dibagikan: dengan kode dan PIN Anda membaca "
    "semua jawaban, membalas, dan menilai di layanan pengaduan. PIN hanya ditampilkan sekali ini.",
    "en": "Tracking code {code}, PIN {pin}. Keep both to yourself: with code and PIN you read every answer, reply "
    "and rate it in the complaint service. The PIN is shown only this once.",
}


async def services(access: Access, db: AsyncSession) -> list[dict[str, Any]]:
    rows = (await db.execute(complaints.open_categories(access))).mappings()
    return [
        {
            "service_code": row["code"],
            "service_name": row["name"],
            "description": row["description"],
            "metadata": False,
            "type": "realtime",
            "keywords": None,
            "group": row["agency_name"],
        }
        for row in rows
    ]


async def service(access: Access, db: AsyncSession, code: str) -> dict[str, Any]:
    for each in await services(access, db):
        if each["service_code"] == code:
            return each
    raise Problem("OPEN311_SERVICE_UNKNOWN")


async def one(access: Access, db: AsyncSession, id: str, language: Language) -> list[dict[str, Any]]:
    found = await _shown(access, db, queries.of_ids(access, _ids(id)), language)
    if not found:
        raise Problem("OPEN311_REQUEST_UNKNOWN")
    return found


async def id_of_token(access: Access, db: AsyncSession, id: UUID) -> str:
    if not (await db.execute(queries.of_ids(access, [id]))).all():
        raise Problem("COMPLAINT_UNKNOWN")
    return str(id)


async def several(
    access: Access, db: AsyncSession, wanted: Open311Filter, language: Language
) -> list[dict[str, Any]]:
    """Ids override everything else; else what everybody may read, of at most 90 days."""
    if wanted.service_request_id is not None:
        statement = queries.of_ids(access, _ids(wanted.service_request_id))
    else:
        start, end = window(access.now, wanted.start_date, wanted.end_date)
        codes = _parts(wanted.service_code) if wanted.service_code else None
        statement = queries.listed(access, start, end, codes, _statuses(wanted.status))
    pages = statement.limit(wanted.page_size).offset((wanted.page - 1) * wanted.page_size)
    return await _shown(access, db, pages, language)


def window(now: datetime, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Both ends belong to it; one that is not given lies 90 days from the other, none means the last 90 days."""
    if start is None:
        end = end or now
        return _moved(end, -SPAN), end
    if end is None:
        return start, _moved(start, SPAN)
    if end - start > SPAN:
        raise Problem(
            "REQUEST_INVALID", faults=[Fault("?end_date", "OPEN311_SPAN_LONG", {"days": SPAN.days})]
        )
    return start, end


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment


def _parts(words: str) -> list[str]:
    return [part for each in words.split(",") if (part := each.strip())]


def _ids(words: str) -> list[UUID]:
    """What is no id of ours belongs to nobody."""
    found = []
    for each in _parts(words):
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found


def _statuses(wanted: str | None) -> frozenset[ComplaintStatus] | None:
    if wanted is None:
        return None
    parts = _parts(wanted)
    return frozenset(each for each in KNOWN_TO_PUBLIC if _status(each) in parts)


def _status(status: ComplaintStatus) -> str:
    return "open" if status in OPEN else "closed"


async def _shown(
    access: Access, db: AsyncSession, statement: Any, language: Language
) -> list[dict[str, Any]]:
    rows = (await db.execute(statement)).mappings().all()
    leads = {row["lead_id"] for row in rows}
    said = {each.complaint_id: each.content for each in await db.execute(queries.last_words(access, leads))}
    return [_request(access, row, said.get(row["lead_id"]), language) for row in rows]


def _request(access: Access, row: Any, said: str | None, language: Language) -> dict[str, Any]:
    label = LABELS[ComplaintStatus][row["status"]][0 if language == "id" else 1]
    readable = row["is_readable"]
    due = row["due_on"] and datetime.combine(row["due_on"], time(23, 59, 59), access.actor.zone.tz)
    return {
        "service_request_id": str(row["id"]),
        "status": _status(row["status"]),
        "status_notes": f"{label}: {without_contacts(said)}" if said else label,
        "service_name": row["category_name"],
        "service_code": row["category_code"],
        "description": without_contacts(_description(row["subject"], row["content"])) if readable else None,
        "agency_responsible": row["agency_name"],
        "service_notice": None,
        "requested_datetime": _moment(access, row["received_at"]),
        "updated_datetime": _moment(access, row["changed_at"]),
        "expected_datetime": due and due.isoformat(),
        "address": without_contacts(row["address"]) if readable and row["address"] else None,
        "address_id": None,
        "zipcode": None,
        "lat": row["latitude"] if readable else None,
        "long": row["longitude"] if readable else None,
        "media_url": None,
    }


def _moment(access: Access, moment: datetime) -> str:
    return moment.astimezone(access.actor.zone.tz).isoformat(timespec="seconds")


def _description(subject: str, text: str) -> str:
    """The subject of what came in by Open311 is how its text begins."""
    return text if text.startswith(subject.removesuffix("…")) else f"{subject}\n\n{text}"


async def receive(
    desk: Desk,
    work: Work,
    store: Objects | None,
    given: Open311RequestIn,
    sent: Sequence[MediumIn],
) -> tuple[UUID, ReceiptOut, bool]:
    """By the intake of all complaints. The id, code and PIN, and whether it is new."""
    async with desk.database.sessions() as own:
        access = public_access(desk, await region_named(own, given.jurisdiction_id, desk.settings))
        chosen = await service(access, own, given.service_code)
        policy = await policy_on(own, access.region_id, ComplaintPolicy, access.today)
        files = await policy_on(own, access.region_id, FilePolicy, access.today)
        key = await _key(access, own, desk.keyring, given, sent)
    kept = await media.looked_at(sent, policy, files, store)
    submission = _submission(given, chosen["service_name"], sent, key)
    receipt, is_new = await intake.submit(
        access, work.session, desk.keyring, store, submission, kept, dry=work.dry
    )
    row = (await work.session.scalars(complaints.by_code(access, plain_code(receipt.code)))).one()
    return row.id, receipt, is_new


async def _key(
    access: Access,
    db: AsyncSession,
    keyring: Keyring,
    given: Open311RequestIn,
    sent: Sequence[MediumIn],
) -> UUID | None:
    """The standard has no key against repetitions: the whole of what one contact sends on a day is one.

    Only until somebody has looked at it: then its words may be public, and whoever posts them would get the PIN.
    Without a contact two strangers could send the same.
    """
    if given.email is None and given.phone is None:
        return None
    content = [
        access.today.isoformat(),
        given.model_dump(mode="json", exclude={"jurisdiction_id"}),
        [hashlib.sha256(each.content).hexdigest() for each in sent],
    ]
    key = UUID(bytes=keyring.blind_index(orjson.dumps(content).decode(), "open311.key")[:16])
    known = await db.scalar(
        complaints.by_submission(access, submission_index(keyring, access.region_id, key))
    )
    return key if known is None or known.status is ComplaintStatus.RECEIVED else None


def _submission(
    given: Open311RequestIn, service_name: str, sent: Sequence[MediumIn], key: UUID | None
) -> SubmissionIn:
    reachable = given.email is not None or given.phone is not None
    name = " ".join(each for each in (given.first_name, given.last_name) if each)
    return SubmissionIn.model_validate(
        {
            "key": key,
            "subject": _subject(given.description or service_name),
            "text": given.words or service_name,
            "category": given.service_code,
            "place": {"latitude": given.lat, "longitude": given.long} if given.lat is not None else None,
            "address": given.address_string or given.address_id,
            "anonymous": not reachable,
            "reporter": {"name": name[:200] or NAMELESS, "phone": given.phone, "email": given.email}
            if reachable
            else None,
            "media": list(sent),
        }
    )


def _subject(words: str) -> str:
    """The first line, cut after a word."""
    line = words.splitlines()[0].strip()
    if len(line) <= SUBJECT_LENGTH:
        return line
    short = line[:SUBJECT_LENGTH]
    return (short.rpartition(" ")[0] or short) + "…"
