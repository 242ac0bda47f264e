"""Calling a forum, changing it, cancelling it, and its minutes, after which only dated corrections follow."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.monitoring import forum_queries as queries
from asn_api.areas.monitoring.forum_schemas import ForumChangeIn, ForumIn, MinutesIn
from asn_api.areas.monitoring.meetings import log, managed, step
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import driver_of
from asn_api.core.journal import difference
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import Zone
from asn_api.rules.forums import ForumAction, ForumStatus, check_schedule
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.monitoring import Forum, ForumCorrection, ForumParticipant, ForumTopic

_FIELDS = ("title", "purpose", "place", "starts_at", "ends_at")


async def call(access: Access, db: AsyncSession, given: ForumIn) -> tuple[UUID, bool]:
    """The id of the stored forum, and whether it is new; the same one sent again is given back."""
    me = access.employee_id
    if me is None:
        raise Problem("NOT_AN_EMPLOYEE")
    if given.id is not None and (known := await db.scalar(stored(access, Forum, given.id))) is not None:
        if known.convener_id != me or any(getattr(known, name) != getattr(given, name) for name in _FIELDS):
            raise Problem("FORUM_ID_TAKEN")
        return known.id, False
    await _check(access, db, given)
    unit_id = await db.scalar(queries.my_unit(access))
    if unit_id is None:
        raise Problem("FORUM_WITHOUT_POST")
    row = Forum(
        region_id=access.region_id,
        id=given.id or uuid7(),
        convener_id=me,
        unit_id=unit_id,
        status=ForumStatus.SCHEDULED,
        created_at=access.now,
        **_values(given),
    )
    db.add(row)
    await db.flush()
    _add_topics(db, row, given)
    invited = _invited(row, given)
    _invite(db, row, invited)
    await db.flush()
    await log(access, db, row, "CALL", difference({}, _told(row)))
    await tell(access, db, row, invited, NoticeKind.FORUM_INVITED)
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: ForumChangeIn) -> None:
    row = await managed(access, db, id, expected)
    await step(access, db, row, ForumAction.EDIT)
    await _check(access, db, given)
    before = _told(row)
    for name, value in _values(given).items():
        setattr(row, name, value)
    flag_modified(row, "title")
    await db.execute(queries.without_topics(access, id))
    _add_topics(db, row, given)
    known = {each.employee_id: each for each in await db.scalars(queries.locked_participants(access, id))}
    invited = _invited(row, given)
    for employee_id in known.keys() - invited:
        await db.delete(known[employee_id])
    _invite(db, row, invited - known.keys())
    await db.flush()
    await log(access, db, row, "EDIT", difference(before, _told(row)))
    await tell(access, db, row, invited - known.keys(), NoticeKind.FORUM_INVITED)
    await tell(access, db, row, known.keys() - invited, NoticeKind.FORUM_CANCELLED)
    await tell(access, db, row, known.keys() & invited, NoticeKind.FORUM_CHANGED)


async def cancel(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str) -> None:
    row = await managed(access, db, id, expected)
    before = row.status
    row.status = await step(access, db, row, ForumAction.CANCEL)
    row.cancellation_reason = reason
    await db.flush()
    await log(access, db, row, "CANCEL", {"status": [before, row.status]})
    invited = [each.employee_id for each in await db.scalars(queries.locked_participants(access, id))]
    await tell(access, db, row, invited, NoticeKind.FORUM_CANCELLED)


async def publish(access: Access, db: AsyncSession, id: UUID, expected: int, given: MinutesIn) -> None:
    row = await managed(access, db, id, expected)
    before = row.status
    after = await step(access, db, row, ForumAction.PUBLISH)
    invited = {each.employee_id for each in await db.scalars(queries.locked_participants(access, id))}
    faults = [
        Fault(f"/follow_ups/{number}/employee_id", "FORUM_PARTICIPANT_UNKNOWN")
        for number, each in enumerate(given.follow_ups)
        if each.employee_id is not None and each.employee_id not in invited
    ]
    if faults:
        raise Problem("INVALID_FORUM", faults=faults)
    row.status, row.published_at = after, access.now
    row.summary, row.decisions = given.summary, list(given.decisions)
    row.follow_ups = [each.model_dump(mode="json") for each in given.follow_ups]
    await db.flush()
    await log(access, db, row, "PUBLISH", {"status": [before, row.status]})
    await tell(access, db, row, invited, NoticeKind.FORUM_MINUTES)


async def correct(access: Access, db: AsyncSession, id: UUID, expected: int, text: str) -> None:
    row = await managed(access, db, id, expected)
    await step(access, db, row, ForumAction.CORRECT)
    assert access.employee_id is not None
    db.add(
        ForumCorrection(
            region_id=row.region_id,
            id=uuid7(),
            forum_id=row.id,
            text=text,
            made_by=access.employee_id,
            made_at=access.now,
        )
    )
    flag_modified(row, "title")
    await db.flush()
    await log(access, db, row, "CORRECT", {})
    invited = [each.employee_id for each in await db.scalars(queries.locked_participants(access, id))]
    await tell(access, db, row, invited, NoticeKind.FORUM_MINUTES)


async def tell(access: Access, db: AsyncSession, row: Forum, whom: Iterable[UUID], kind: NoticeKind) -> None:
    """Everybody but the one who does it."""
    params = when(row.starts_at, access.actor.zone)
    notices = [
        Notice(each, kind, "forum", row.id, params=params) for each in whom if each != access.employee_id
    ]
    await notify(await driver_of(db), access, notices)


def when(starts_at: Any, zone: Zone) -> dict[str, int | str]:
    local = starts_at.astimezone(zone.tz)
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}


async def _check(access: Access, db: AsyncSession, given: ForumChangeIn) -> None:
    """404 for a presenter out of reach; otherwise everything that is wrong."""
    presenters = {item.employee_id for item in given.agenda}
    if set(await db.scalars(queries.led(access, presenters))) != presenters:
        raise Problem("NOT_FOUND")
    named = [id for item in given.agenda for id in item.work_result_ids]
    policy = await policy_on(db, access.region_id, MonitoringPolicy, access.today)
    faults = check_schedule(
        given.starts_at,
        given.ends_at,
        named,
        now=access.now,
        longest_hours=policy.forum_longest_hours,
    )
    found = {
        row.id: (row.employee_id, row.plan_id) for row in await db.execute(queries.results(access, named))
    }
    for number, item in enumerate(given.agenda):
        if any(found.get(id) != (item.employee_id, item.plan_id) for id in item.work_result_ids):
            faults.append(Fault(f"/agenda/{number}/work_result_ids", "FORUM_RESULT_NOT_IN_PLAN"))
    known = set(await db.scalars(queries.active(access, given.participant_ids)))
    if known != set(given.participant_ids):
        faults.append(Fault("/participant_ids", "FORUM_PARTICIPANT_UNKNOWN"))
    if faults:
        raise Problem("INVALID_FORUM", faults=faults)


def _invited(row: Forum, given: ForumChangeIn) -> set[UUID]:
    return {row.convener_id, *given.participant_ids, *(item.employee_id for item in given.agenda)}


def _invite(db: AsyncSession, row: Forum, whom: Collection[UUID]) -> None:
    db.add_all(
        ForumParticipant(region_id=row.region_id, id=uuid7(), forum_id=row.id, employee_id=each)
        for each in sorted(whom)
    )


def _add_topics(db: AsyncSession, row: Forum, given: ForumChangeIn) -> None:
    topics = [(item, id) for item in given.agenda for id in item.work_result_ids]
    db.add_all(
        ForumTopic(
            region_id=row.region_id,
            id=uuid7(),
            forum_id=row.id,
            order_no=number,
            employee_id=item.employee_id,
            plan_id=item.plan_id,
            work_result_id=id,
        )
        for number, (item, id) in enumerate(topics)
    )


def _values(given: ForumChangeIn) -> dict[str, Any]:
    return {name: getattr(given, name) for name in _FIELDS}


def _told(row: Forum) -> dict[str, Any]:
    return {
        "title": row.title,
        "place": row.place,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }
