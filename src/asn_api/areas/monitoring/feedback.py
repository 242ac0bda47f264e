"""Giving feedback, and what becomes of it: read, answered, withdrawn, shared, used by an evaluation."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.access.scope import stored
from asn_api.areas.evidence.queries import own_file
from asn_api.areas.monitoring import forum_queries, people_queries, queries, requesting, shapes
from asn_api.areas.monitoring.meetings import step
from asn_api.areas.monitoring.schemas import FeedbackIn
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import driver_of
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.entries import is_https
from asn_api.rules.feedback import (
    CIRCLES,
    FeedbackAction,
    Naming,
    Relation,
    Visibility,
    check_naming,
    check_visibility,
    feedback_refusal,
    is_named,
    relation,
)
from asn_api.rules.forums import ForumAction, ForumStatus
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.monitoring import Feedback, Forum

ENTITY = "feedback"
GIVEN = (
    *("employee_id", "work_result_id", "core_value", "polarity", "text"),
    *("file_id", "url", "forum_id", "request_id"),
)
_TOLD = ("relation", "polarity", "visibility", "named", "work_result_id", "core_value", "forum_id")
"""What the journal keeps: never the words."""


async def outlook(access: Access, db: AsyncSession, employee_id: UUID) -> dict[str, Any]:
    """What the giver has to know before he gives: who reads it, with which name, about what."""
    person, stands = await _stands(access, db, employee_id)
    policy = await policy_of(access, db)
    naming = await _naming(access, db, employee_id, stands, policy, wanted=False, identified=False)
    given = await db.scalar(queries.given_today(access, employee_id)) or 0
    results = (await db.execute(people_queries.nameable(access, employee_id))).mappings()
    return {
        "employee": {"id": person.id, "name": person.name},
        "relation": stands,
        "readers": {
            kind: sorted(circle.readers) for kind, circle in CIRCLES.items() if stands in circle.givers
        },
        "named": is_named(Naming(stands, None, naming.team, False)),
        "may_be_unnamed": not check_naming(naming, policy.unnamed_team_least),
        "left_today": max(policy.feedback_per_subject_day - given, 0),
        "withdrawal_days": policy.feedback_withdrawal_days,
        "work_results": [dict(each) for each in results],
    }


async def give(access: Access, db: AsyncSession, given: FeedbackIn) -> tuple[UUID, bool]:
    """The id of the stored feedback, and whether it is new; the same one sent again is given back."""
    me = employed(access)
    await db.execute(people_queries.lock_me(access))
    if given.id is not None and (known := await db.scalar(stored(access, Feedback, given.id))) is not None:
        if known.giver_id != me or any(getattr(known, name) != getattr(given, name) for name in GIVEN):
            raise Problem("FEEDBACK_ID_TAKEN")
        return known.id, False
    person, stands = await _stands(access, db, given.employee_id)
    policy = await policy_of(access, db)
    request = await requesting.answered(access, db, given) if given.request_id else None
    if given.forum_id is not None:
        await _check_forum(access, db, given, policy)
    elif (await db.scalar(queries.given_today(access, person.id)) or 0) >= policy.feedback_per_subject_day:
        raise Problem("FEEDBACK_ENOUGH_FOR_TODAY", max=policy.feedback_per_subject_day)
    identified = any((given.file_id, given.url, given.forum_id, given.request_id))
    naming = await _naming(access, db, person.id, stands, policy, wanted=given.named, identified=identified)
    plan_id, faults = await _about(access, db, given, person.plan_id)
    faults += check_visibility(given.visibility, stands)
    faults += check_naming(naming, policy.unnamed_team_least)
    faults += await _evidence_faults(access, db, given)
    if faults:
        raise Problem("INVALID_FEEDBACK", faults=faults)
    row = Feedback(
        region_id=access.region_id,
        id=given.id or uuid7(),
        giver_id=me,
        unit_id=person.unit_id,
        plan_id=plan_id,
        day=access.today,
        relation=stands,
        visibility=given.visibility,
        named=is_named(naming),
        created_at=access.now,
        **{name: getattr(given, name) for name in GIVEN},
    )
    db.add(row)
    await db.flush()
    if request is not None:
        await requesting.close(access, db, request)
    await _journal(access, db, row, "GIVE", {name: [None, getattr(row, name)] for name in _TOLD})
    if row.visibility is Visibility.SUBJECT_AND_SUPERIOR:
        await _tell(access, db, row, row.employee_id, NoticeKind.FEEDBACK_RECEIVED)
    return row.id, True


async def read(access: Access, db: AsyncSession, id: UUID) -> None:
    """The person concerned has read it; a repetition changes nothing."""
    row = await _locked(access, db, id)
    await _check(access, db, row, FeedbackAction.READ)
    if row.read_at is None:
        row.read_at = access.now
        await db.flush()
        await _journal(access, db, row, "READ", {})


async def respond(access: Access, db: AsyncSession, id: UUID, expected: int, text: str) -> None:
    row = await _locked(access, db, id, expected)
    await _check(access, db, row, FeedbackAction.RESPOND)
    row.response, row.responded_at = text, access.now
    row.read_at = row.read_at or access.now
    await db.flush()
    await _journal(access, db, row, "RESPOND", {})
    await _tell(access, db, row, row.giver_id, NoticeKind.FEEDBACK_ANSWERED)


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    row = await _locked(access, db, id, expected)
    await _check(access, db, row, FeedbackAction.WITHDRAW)
    row.withdrawn_at = access.now
    await db.flush()
    await _journal(access, db, row, "WITHDRAW", {})


async def share(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """A superior's own note becomes feedback of today, if he still is a superior."""
    row = await _locked(access, db, id, expected)
    await _check(access, db, row, FeedbackAction.SHARE)
    _, stands = await _stands(access, db, row.employee_id)
    if stands is not Relation.SUPERIOR:
        raise Problem("FEEDBACK_NOTE_BY_SUPERIORS")
    row.visibility, row.day = Visibility.SUBJECT_AND_SUPERIOR, access.today
    await db.flush()
    changes = {"visibility": [Visibility.SUPERIOR_ONLY, row.visibility]}
    await _journal(access, db, row, "SHARE", changes)
    await _tell(access, db, row, row.employee_id, NoticeKind.FEEDBACK_RECEIVED)


async def mark_used(access: Access, db: AsyncSession, plan_id: UUID, span: Range[date]) -> None:
    """An evaluation was made with what counts in these days: from now on nobody withdraws it."""
    ids = [row.id for row in await db.execute(queries.counted(access, plan_id, span))]
    for row in await db.scalars(queries.unused(access, ids)):
        row.used_at = access.now
        await db.flush()
        await _journal(access, db, row, "USE", {})


async def policy_of(access: Access, db: AsyncSession) -> MonitoringPolicy:
    return await policy_on(db, access.region_id, MonitoringPolicy, access.today)


def employed(access: Access) -> UUID:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    return access.employee_id


async def _stands(access: Access, db: AsyncSession, employee_id: UUID) -> tuple[Any, Relation]:
    if employed(access) == employee_id:
        raise Problem("FEEDBACK_ON_ONESELF")
    found = (await db.execute(people_queries.person(access, employee_id))).one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    return found, relation(leads=found.leads, is_led=found.is_led, is_beside=found.is_beside)


async def _naming(
    access: Access,
    db: AsyncSession,
    employee_id: UUID,
    stands: Relation,
    policy: MonitoringPolicy,
    *,
    wanted: bool | None,
    identified: bool,
) -> Naming:
    least = policy.unnamed_team_least
    counts = stands is Relation.SUBORDINATE and not wanted
    team = await db.scalar(people_queries.subordinates(access, employee_id, least)) if counts else 0
    return Naming(stands, wanted, team or 0, identified)


async def _about(
    access: Access, db: AsyncSession, given: FeedbackIn, plan_of_today: UUID | None
) -> tuple[UUID | None, list[Fault]]:
    """The plan that it belongs to, and what is wrong with what it is about."""
    if (given.work_result_id is None) == (given.core_value is None):
        return None, [Fault("/work_result_id", "FEEDBACK_ABOUT_ONE_THING")]
    if given.work_result_id is None:
        return plan_of_today, []
    named = people_queries.named(access, given.employee_id, given.work_result_id)
    found = (await db.execute(named)).one_or_none()
    if found is None:
        return None, [Fault("/work_result_id", "FEEDBACK_RESULT_UNKNOWN")]
    return found.plan_id, []


async def _evidence_faults(access: Access, db: AsyncSession, given: FeedbackIn) -> list[Fault]:
    faults = []
    if given.file_id is not None and given.url is not None:
        faults.append(Fault("/file_id", "FEEDBACK_FILE_OR_URL"))
    if given.url is not None and not is_https(given.url):
        faults.append(Fault("/url", "ACTIVITY_EVIDENCE_NOT_HTTPS"))
    if given.file_id is not None and await db.scalar(own_file(access, given.file_id)) is None:
        faults.append(Fault("/file_id", "FEEDBACK_FILE_UNKNOWN"))
    return faults


async def _check_forum(access: Access, db: AsyncSession, given: FeedbackIn, policy: MonitoringPolicy) -> None:
    """The forum's row is shared with other comments, and kept from publishing its minutes meanwhile."""
    assert given.forum_id is not None
    reading = by(access, Permission.FORUMS_READ)
    forum = await db.scalar(forum_queries.shared(reading, given.forum_id))
    if forum is None:
        raise Problem("NOT_FOUND")
    await step(reading, db, forum, ForumAction.COMMENT)
    if (await db.scalar(queries.said_in(access, forum.id)) or 0) >= policy.forum_comments_each:
        raise Problem("FORUM_COMMENTS_ENOUGH", max=policy.forum_comments_each)
    topics = (await db.execute(forum_queries.topics(reading, forum.id))).all()
    if given.employee_id not in {topic.employee_id for topic in topics}:
        raise Problem("INVALID_FEEDBACK", faults=[Fault("/employee_id", "FORUM_NOT_ON_AGENDA")])
    if given.work_result_id and given.work_result_id not in {topic.work_result_id for topic in topics}:
        raise Problem("INVALID_FEEDBACK", faults=[Fault("/work_result_id", "FORUM_NOT_ON_AGENDA")])


async def _locked(access: Access, db: AsyncSession, id: UUID, expected: int | None = None) -> Feedback:
    row = await db.scalar(queries.locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    if expected is not None and row.version != expected:
        check_version(row.version, expected, await shown(access, db, id))
    return row


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    reading = by(access, Permission.FEEDBACK_READ)
    row = (await db.execute(queries.one(reading, id))).one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return shapes.whole(access, row, await policy_of(access, db))


async def _check(access: Access, db: AsyncSession, row: Feedback, action: FeedbackAction) -> None:
    status: ForumStatus | None = None
    if row.forum_id is not None:
        # Minutes that are about to be published are waited for.
        forum = select(Forum.status).where(Forum.region_id == row.region_id, Forum.id == row.forum_id)
        status = await db.scalar(forum.with_for_update(read=True))
    days = (await policy_of(access, db)).feedback_withdrawal_days
    standing = shapes.standing_of(row, status)
    actors = shapes.actors_of(access.employee_id, row.giver_id, row.employee_id)
    code = feedback_refusal(standing, action, actors, access.today, days)
    if code:
        raise Problem(code)


async def _journal(
    access: Access, db: AsyncSession, row: Feedback, action: str, changes: dict[str, Any]
) -> None:
    """A note is told to its author only; the names of givers are for the audit trail."""
    is_note = row.visibility is Visibility.SUPERIOR_ONLY
    change = Change(
        ENTITY,
        row.id,
        row.version,
        action,
        {name: change for name, change in changes.items() if change != [None, None]},
        unit_id=None if is_note else row.unit_id,
        employee_id=row.giver_id if is_note else row.employee_id,
    )
    await record(db, access.author, access.now, change)


async def _tell(access: Access, db: AsyncSession, row: Feedback, whom: UUID, kind: NoticeKind) -> None:
    params = {"day": row.day.isoformat()}
    await notify(await driver_of(db), access, [Notice(whom, kind, ENTITY, row.id, params=params)])
