"""What is recorded about people's levels: by institutions, by the superior, by oneself. Withdrawn, never changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies import queries
from asn_api.areas.competencies.names import unknown
from asn_api.areas.competencies.schemas import (
    CompetencyAssessmentIn,
    EvidenceIn,
    EvidenceOut,
)
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.competencies import (
    BY_INSTITUTION,
    EvidenceAction,
    EvidenceSource,
    check_withdrawal,
    last_day,
    withdrawal_refusal,
)
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.tables.competencies import CompetencyEvidence

ENTITY = "competency_evidence"

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Kode kompetensi", "Competency", lambda row: row["competency_code"]),
    Column("Level", "Level", lambda row: row["level"]),
    Column("Sumber", "Source", lambda row: row["source"]),
    Column("Tanggal penilaian", "Assessed on", lambda row: row["assessed_on"]),
    Column("Berlaku sampai", "Valid until", lambda row: row["valid_until"]),
    Column("Penilai", "Assessor", lambda row: row["assessor"]),
    Column("Nomor", "Reference", lambda row: row["reference"]),
    Column("Ditarik", "Withdrawn", lambda row: row["withdrawn_at"]),
)


@dataclass(frozen=True)
class Draft:
    """One piece as it was sent, and then as it is stored."""

    id: UUID
    employee_id: UUID
    competency_code: str
    level: int
    source: EvidenceSource
    assessed_on: date
    valid_until: date | None = None
    assessor_id: UUID | None = None
    assessor: str | None = None
    reference: str | None = None
    note: str | None = None

    @property
    def key(self) -> tuple[UUID, str, EvidenceSource, date]:
        return self.employee_id, self.competency_code, self.source, self.assessed_on


SENT = (
    "employee_id",
    "competency_code",
    "level",
    "source",
    "assessed_on",
    "assessor_id",
    "assessor",
    "reference",
    "note",
)
Stored = tuple[UUID, bool]
"""The id of what is stored, and whether it is new."""


async def enter_all(
    access: Access, db: AsyncSession, items: Sequence[EvidenceIn], *, atomic: bool
) -> list[Stored | Problem]:
    """What institutions found, each with its outcome; nobody enters his own results."""
    drafts = [Draft(**{**item.model_dump(), "id": item.id or uuid7()}) for item in items]
    results = await _checked(access, db, drafts, own=False)
    if atomic and any(isinstance(each, Problem) for each in results):
        return [each if isinstance(each, Problem) else Problem("NOT_DONE_ATOMIC") for each in results]
    return await _stored(access, db, results)


async def enter(access: Access, db: AsyncSession, given: EvidenceIn) -> Stored:
    (result,) = await enter_all(access, db, [given], atomic=True)
    if isinstance(result, Problem):
        raise result
    return result


async def assess(access: Access, db: AsyncSession, given: CompetencyAssessmentIn) -> list[Stored]:
    """As the superior of today, or of oneself; the first refusal refuses all."""
    is_oneself = given.employee_id == access.employee_id
    drafts = [
        Draft(
            employee_id=given.employee_id,
            source=EvidenceSource.SELF if is_oneself else EvidenceSource.SUPERIOR,
            assessed_on=given.assessed_on or access.today,
            assessor_id=access.employee_id,
            **{**item.model_dump(), "id": item.id or uuid7()},
        )
        for item in given.items
    ]
    results = await _checked(access, db, drafts, own=True)
    for each in results:
        if isinstance(each, Problem):
            raise each
    return [each for each in await _stored(access, db, results) if not isinstance(each, Problem)]


async def _checked(
    access: Access, db: AsyncSession, drafts: Sequence[Draft], *, own: bool
) -> list[Draft | Stored | Problem]:
    """Each draft as it may be stored, what is stored of it already, or its refusal: four statements for all."""
    people = {each.employee_id for each in drafts}
    within = set(await db.scalars(queries.people_within(access, people)))
    barred = await unknown(access, db, {each.competency_code for each in drafts}, access.today)
    ids = {each.id for each in drafts}
    known = {row.id: row for row in await db.scalars(queries.evidence_in_region(access, ids))}
    days = sorted({each.assessed_on for each in drafts})
    taken = {tuple(row) for row in await db.execute(queries.evidence_of_days(access, within, days))}
    policy = await policy_on(db, access.region_id, CompetencyPolicy, access.today)
    results: list[Draft | Stored | Problem] = []
    used: set[UUID] = set()
    for draft in drafts:
        until = draft.valid_until or last_day(draft.assessed_on, policy.valid_months[draft.source])
        refused = _refusal(access, draft, within, barred, until, own=own)
        stored = known.get(draft.id)
        if refused is not None:
            results.append(refused)
        elif stored is not None:
            is_same = all(getattr(stored, name) == getattr(draft, name) for name in SENT)
            results.append((stored.id, False) if is_same else Problem("COMPETENCY_EVIDENCE_ID_TAKEN"))
        elif draft.id in used:
            results.append(Problem("COMPETENCY_EVIDENCE_ID_TAKEN"))
        elif draft.key in taken:
            results.append(Problem("COMPETENCY_EVIDENCE_EXISTS", competency=draft.competency_code))
        else:
            taken.add(draft.key)
            used.add(draft.id)
            results.append(replace(draft, valid_until=until))
    return results


def _refusal(
    access: Access,
    draft: Draft,
    within: set[UUID],
    barred: set[str],
    until: date | None,
    *,
    own: bool,
) -> Problem | None:
    if draft.employee_id not in within:
        return Problem("NOT_FOUND")
    if not own and draft.employee_id == access.employee_id:
        return Problem("COMPETENCY_OF_ONESELF")
    if draft.competency_code in barred:
        return _invalid("/competency_code", "COMPETENCY_UNKNOWN", competency=draft.competency_code)
    if draft.assessed_on > access.today:
        return _invalid("/assessed_on", "COMPETENCY_EVIDENCE_IN_FUTURE")
    if until is not None and until < draft.assessed_on:
        return _invalid("/valid_until", "COMPETENCY_EVIDENCE_REVERSED")
    return None


async def _stored(
    access: Access, db: AsyncSession, results: Sequence[Draft | Stored | Problem]
) -> list[Stored | Problem]:
    rows = [
        CompetencyEvidence(region_id=access.region_id, created_at=access.now, **asdict(each))
        for each in results
        if isinstance(each, Draft)
    ]
    db.add_all(rows)
    await db.flush()
    await record(db, access.author, access.now, *[change(row, "CREATE") for row in rows])
    return [(each.id, True) if isinstance(each, Draft) else each for each in results]


async def withdraw(
    access: Access, db: AsyncSession, id: UUID, expected: int, reason: str, *, of_people: bool
) -> None:
    """Take back what was wrong: it never counted then. Of institutions by the admin, the rest by those who assess."""
    row = await db.scalar(queries.evidence_locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    seen = await shown(access, db, id)
    check_version(row.version, expected, seen)
    is_of_institution = row.source in BY_INSTITUTION
    may = is_of_institution is not of_people and _may(access, row.source, row.employee_id, is_reached=True)
    check_withdrawal(withdrawn=row.withdrawn_at is not None, may=may)
    row.withdrawn_at, row.withdrawal_reason = access.now, reason
    await db.flush()
    await record(db, access.author, access.now, change(row, EvidenceAction.WITHDRAW))


def _may(access: Access, source: EvidenceSource, employee_id: UUID, *, is_reached: bool) -> bool:
    """Whether somebody whose permission reaches the person may withdraw evidence of this source."""
    if source is EvidenceSource.SELF:
        return employee_id == access.employee_id
    return is_reached and employee_id != access.employee_id


async def all_shown(access: Access, db: AsyncSession, ids: Sequence[UUID]) -> list[EvidenceOut]:
    """In the order of the ids."""
    rows = {row["id"]: row for row in (await db.execute(queries.some_evidence(access, ids))).mappings()}
    return [EvidenceOut.model_validate(shape(access, rows[id])) for id in ids]


async def shown(access: Access, db: AsyncSession, id: UUID) -> EvidenceOut:
    row = (await db.execute(queries.one_evidence(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return EvidenceOut.model_validate(shape(access, row))


def shape(access: Access, row: Any) -> dict[str, Any]:
    is_reached = row["is_managed"] if row["source"] in BY_INSTITUTION else row["is_led"]
    may = _may(access, row["source"], row["employee_id"], is_reached=is_reached)
    refused = withdrawal_refusal(withdrawn=row["withdrawn_at"] is not None, may=may)
    return {
        **{name: row[name] for name in EvidenceOut.model_fields if name in row},
        "employee": {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]},
        "allowed_actions": [{"action": EvidenceAction.WITHDRAW, "refused": refused}],
    }


def _invalid(pointer: str, code: str, **params: str) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault(pointer, code, params)])


def change(row: CompetencyEvidence, action: str) -> Change:
    """Never the words: what was seen is for those who may read the evidence."""
    told = {
        "competency_code": row.competency_code,
        "level": row.level,
        "source": row.source,
        "assessed_on": str(row.assessed_on),
        "valid_until": None if row.valid_until is None else str(row.valid_until),
    }
    changes: dict[str, Any] = {name: [None, value] for name, value in told.items()}
    if action == EvidenceAction.WITHDRAW:
        changes = {"withdrawn": [False, True]}
    return Change(ENTITY, row.id, row.version, action, changes, employee_id=row.employee_id)
