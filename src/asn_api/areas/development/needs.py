"""What people say they, or their reports, should learn; and all that is known of one person's needs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies import level_queries
from asn_api.areas.competencies.names import names, unknown
from asn_api.areas.competencies.profile import person_within
from asn_api.areas.development import queries
from asn_api.areas.development.gathering import Priced, gathered, numbers_on
from asn_api.areas.development.schemas import (
    CauseOut,
    MergedNeedOut,
    PersonalNeedsOut,
    TrainingNeedIn,
    TrainingNeedOut,
    WantedIn,
)
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.needs import Cause, NeedAction, NeedSource, NeedStatus, need_refusal
from asn_api.tables.development import TrainingNeed

ENTITY = "training_need"
RULE = "score = Σ max(points per source); HIGH ≥ {high}, MEDIUM ≥ {medium}"

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Tahun", "Year", lambda row: row["year"]),
    Column("Sumber", "Source", lambda row: row["source"]),
    Column("Kode kompetensi", "Competency", lambda row: row["competency_code"]),
    Column("Yang perlu dipelajari", "Subject", lambda row: row["subject"]),
    Column("Alasan", "Reason", lambda row: row["reason"]),
    Column("Urgensi", "Urgency", lambda row: row["urgency"]),
    Column("Status", "Status", lambda row: row["status"]),
)
SENT = ("employee_id", "year", "competency_code", "reason", "urgency", "form")


async def state(access: Access, db: AsyncSession, given: TrainingNeedIn) -> tuple[UUID, bool]:
    """The id of the stored need, and whether it is new; the same one sent again is given back."""
    if given.id is not None and (known := await db.scalar(queries.need_in_region(access, given.id))):
        is_same = known.author_id == access.employee_id and all(
            getattr(known, name) == getattr(given, name) for name in SENT
        )
        if not is_same or given.subject not in (None, known.subject):
            raise Problem("TRAINING_NEED_ID_TAKEN")
        return known.id, False
    unit_id = await db.scalar(queries.unit_of(access, given.employee_id))
    if unit_id is None or access.employee_id is None:
        raise Problem("NOT_FOUND")
    is_oneself = given.employee_id == access.employee_id
    row = drafted(access, given, given.employee_id, unit_id, given.year)
    row.id = given.id or row.id
    row.source = NeedSource.REQUEST if is_oneself else NeedSource.PROPOSAL
    await check_codes(access, db, [given])
    row.subject = (await subjects(access, db, [given]))[0]
    db.add(row)
    await db.flush()
    await log(access, db, [row], "CREATE")
    return row.id, True


def drafted(access: Access, given: WantedIn, employee_id: UUID, unit_id: UUID, year: int) -> TrainingNeed:
    return TrainingNeed(
        region_id=access.region_id,
        id=uuid7(),
        employee_id=employee_id,
        unit_id=unit_id,
        author_id=access.employee_id,
        year=year,
        status=NeedStatus.OPEN,
        created_at=access.now,
        **given.model_dump(include={"competency_code", "reason", "urgency", "form"}),
    )


async def check_codes(access: Access, db: AsyncSession, wanted: Sequence[WantedIn]) -> None:
    codes = {each.competency_code for each in wanted if each.competency_code is not None}
    barred = await unknown(access, db, codes, access.today)
    if barred:
        faults = [Fault("/competency_code", "COMPETENCY_UNKNOWN", {"competency": code}) for code in barred]
        raise Problem("REQUEST_INVALID", faults=sorted(faults, key=str))


async def subjects(access: Access, db: AsyncSession, wanted: Sequence[WantedIn]) -> list[str]:
    """In words: those that were sent, else the competency's name."""
    codes = {each.competency_code for each in wanted if each.competency_code is not None}
    called = await names(access, db, codes, "id")
    return [each.subject or called[each.competency_code or ""] for each in wanted]


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """What one has said, while nothing is planned for it."""
    row = await db.scalar(queries.need_locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, await shown(access, db, id))
    refused = need_refusal(row.status, is_author=row.author_id == access.employee_id)
    if refused:
        raise Problem(refused)
    row.status, row.closed_at = NeedStatus.WITHDRAWN, access.now
    await db.flush()
    await log(access, db, [row], NeedAction.WITHDRAW)


async def shown(access: Access, db: AsyncSession, id: UUID) -> TrainingNeedOut:
    row = (await db.execute(queries.need(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return TrainingNeedOut.model_validate(shape(access, row))


def shape(access: Access, row: Any) -> dict[str, Any]:
    refused = need_refusal(row["status"], is_author=row["author_id"] == access.employee_id)
    return {
        **{name: row[name] for name in TrainingNeedOut.model_fields if name in row},
        "employee": {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]},
        "allowed_actions": [{"action": NeedAction.WITHDRAW, "refused": refused}],
    }


async def of_person(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> PersonalNeedsOut:
    """From every source as of today, merged; each with its reasons and points."""
    await person_within(access, db, employee_id)
    numbers = await numbers_on(access, db, access.today)
    people = level_queries.of_person(access, access.today, employee_id)
    found = await gathered(access, db, people, year, numbers)
    return PersonalNeedsOut(
        employee_id=employee_id,
        year=year,
        as_of=access.today,
        policy_id=numbers.policy_id,
        rule=RULE.format(high=numbers.policy.high_from, medium=numbers.policy.medium_from),
        needs=[_merged(each) for each in found],
    )


def _merged(each: Priced) -> MergedNeedOut:
    return MergedNeedOut(
        competency_code=each.need.competency_code,
        subject=each.need.subject,
        score=each.need.score,
        priority=each.need.priority,
        form=each.form,
        course_id=each.course_id,
        cost=each.cost,
        causes=[cause_out(cause) for cause in each.need.causes],
    )


def cause_out(cause: Cause) -> CauseOut:
    return CauseOut.model_validate(cause)


async def log(access: Access, db: AsyncSession, rows: Sequence[TrainingNeed], action: str) -> None:
    """Never the words: why somebody needs something is for those who may read the need."""
    changes = [
        Change(
            ENTITY,
            row.id,
            row.version,
            action,
            {"status": [None if action == "CREATE" else NeedStatus.OPEN, row.status]},
            unit_id=row.unit_id,
            employee_id=row.employee_id,
        )
        for row in rows
    ]
    await record(db, access.author, access.now, *changes)
