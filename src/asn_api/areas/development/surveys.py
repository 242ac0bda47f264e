"""Surveys of training needs: opened for a branch, answered by each of its people until the last day."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.development import queries
from asn_api.areas.development.needs import check_codes, drafted, log, subjects
from asn_api.areas.development.needs import shown as need_shown
from asn_api.areas.development.schemas import (
    SurveyAnswerIn,
    SurveyAnswerOut,
    SurveyIn,
    SurveyOut,
    SurveyPatch,
    SurveyResultsOut,
    WantedTopicOut,
)
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.database import driver_of
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.needs import NeedAction, NeedSource, NeedStatus, survey_status
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.development import TrainingNeed, TrainingSurvey, TrainingSurveyAnswer

ENTITY = "training_survey"
ANSWER = "training_survey_answer"
FIELDS = ("unit_id", "year", "title", "opens_on", "closes_on")


async def ask(access: Access, db: AsyncSession, given: SurveyIn) -> tuple[UUID, bool]:
    """The id of the stored survey, and whether it is new; the same one sent again is given back."""
    if await db.scalar(queries.unit_within(access, given.unit_id)) is None:
        raise Problem("NOT_FOUND")
    wanted = given.model_dump(include=set(FIELDS))
    if given.id is not None and (known := await db.scalar(queries.survey_in_region(access, given.id))):
        if _fields(known) != wanted:
            raise Problem("TRAINING_SURVEY_ID_TAKEN")
        return known.id, False
    if given.closes_on < max(given.opens_on, access.today):
        raise _invalid("/closes_on", "TRAINING_SURVEY_REVERSED")
    row = TrainingSurvey(region_id=access.region_id, id=given.id or uuid7(), created_at=access.now, **wanted)
    db.add(row)
    await db.flush()
    await _log(access, db, row, "CREATE", {})
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: SurveyPatch) -> None:
    row = await db.scalar(queries.survey_managed(access, id).with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, await shown(access, db, id))
    before = _fields(row)
    for name, value in given.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    if row.closes_on < row.opens_on:
        raise _invalid("/closes_on", "TRAINING_SURVEY_REVERSED")
    await db.flush()
    await _log(access, db, row, "CHANGE", before)


async def answer(access: Access, db: AsyncSession, survey_id: UUID, given: SurveyAnswerIn) -> SurveyAnswerOut:
    """One's own answer in place of the earlier one; what is planned from that already stays."""
    survey = (await db.execute(queries.survey(access, survey_id))).mappings().one_or_none()
    unit_id = await db.scalar(queries.unit_of(access, access.employee_id)) if access.employee_id else None
    if survey is None or unit_id is None:
        raise Problem("NOT_FOUND")
    if not survey["opens_on"] <= access.today <= survey["closes_on"]:
        raise Problem("TRAINING_SURVEY_NOT_OPEN", opens=survey["opens_on"], closes=survey["closes_on"])
    await db.execute(queries.me_locked(access))
    await check_codes(access, db, given.needs)
    stored = await db.scalar(queries.own_answer(access, survey_id))
    is_new = stored is None
    if stored is None:
        stored = TrainingSurveyAnswer(
            region_id=access.region_id,
            id=uuid7(),
            survey_id=survey_id,
            employee_id=access.employee_id,
            answered_at=access.now,
        )
        db.add(stored)
    else:
        stored.answered_at = access.now
        earlier = list(await db.scalars(queries.needs_of_answer(access, stored.id)))
        for row in earlier:
            row.status, row.closed_at = NeedStatus.WITHDRAWN, access.now
        await db.flush()
        await log(access, db, earlier, NeedAction.WITHDRAW)
    await db.flush()
    rows = await _wanted(access, db, stored, given, unit_id, survey["year"])
    action = "CREATE" if is_new else "CHANGE"
    told = Change(
        ANSWER, stored.id, stored.version, action, {}, unit_id=unit_id, employee_id=stored.employee_id
    )
    await record(db, access.author, access.now, told)
    return SurveyAnswerOut(
        survey_id=survey_id,
        answered_at=stored.answered_at,
        needs=[await need_shown(access, db, row.id) for row in rows],
    )


async def _wanted(
    access: Access,
    db: AsyncSession,
    stored: TrainingSurveyAnswer,
    given: SurveyAnswerIn,
    unit_id: UUID,
    year: int,
) -> list[TrainingNeed]:
    rows = []
    words = await subjects(access, db, given.needs)
    for each, subject in zip(given.needs, words, strict=True):
        row = drafted(access, each, stored.employee_id, unit_id, year)
        row.source, row.answer_id, row.subject = NeedSource.SURVEY, stored.id, subject
        rows.append(row)
    db.add_all(rows)
    await db.flush()
    await log(access, db, rows, "CREATE")
    return rows


async def tell(access: Access, db: AsyncSession) -> None:
    """Whoever is asked by an open survey is told, once."""
    notices = [
        Notice(employee_id, NoticeKind.TRAINING_SURVEY_OPEN, ENTITY, id, params={"until": str(closes_on)})
        for id, closes_on, employee_id in await db.execute(queries.unasked(access))
    ]
    await notify(await driver_of(db), access, notices)


async def shown(access: Access, db: AsyncSession, id: UUID) -> SurveyOut:
    row = (await db.execute(queries.survey(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return SurveyOut.model_validate(shape(access, row))


def shape(access: Access, row: Any) -> dict[str, Any]:
    return {**row, "status": survey_status(row["opens_on"], row["closes_on"], access.today)}


async def results(access: Access, db: AsyncSession, id: UUID) -> SurveyResultsOut:
    """How many answered and what is wanted most; who said what is in the needs."""
    row = await db.scalar(queries.survey_managed(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    asked, answered = (await db.execute(queries.survey_counts(access, row))).one()
    topics = (await db.execute(queries.survey_topics(access, row))).mappings()
    return SurveyResultsOut(
        survey_id=id,
        asked=asked,
        answered=answered,
        topics=[WantedTopicOut.model_validate(dict(each)) for each in topics],
    )


def _fields(row: TrainingSurvey) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _invalid(pointer: str, code: str) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault(pointer, code)])


async def _log(
    access: Access, db: AsyncSession, row: TrainingSurvey, action: str, before: dict[str, Any]
) -> None:
    change = Change(
        ENTITY, row.id, row.version, action, difference(before, _fields(row)), unit_id=row.unit_id
    )
    await record(db, access.author, access.now, change)
