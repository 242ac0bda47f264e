"""The clock's side: deadlines computed anew when the calendar has changed, silence closes, what is due is told."""

from datetime import timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.complaints import ENTITY
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.complaints import contact_queries, media, queries
from asn_api.areas.complaints import telling_queries as telling
from asn_api.areas.complaints.codes import shown_code
from asn_api.areas.complaints.counting import keep_figures
from asn_api.areas.complaints.moving import fields, move, tell
from asn_api.areas.complaints.timing import Scene, history_of, note_due, scene
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.database import Database, driver_of
from asn_api.core.jobs import Job, Means
from asn_api.rules.complaint_clocks import ClockStage, Escalation, Since, escalation
from asn_api.rules.complaints import ComplaintAction, ComplaintActor
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.complaints import Complaint

BATCH = 200
LOOKED_BACK = timedelta(days=730)
"""Further back no open complaint has begun a clock that still runs."""
UNOWNED_FOR = timedelta(days=1)
"""An object is older than this before it counts as nobody's: its row may be about to be written."""
LOOKED_AHEAD = timedelta(days=45)
"""Calendar days that hold the longest reminder ahead with all days off in it."""


async def recompute(means: Means, region_id: str | None = None) -> None:
    """Deadlines of all open complaints by today's calendar; each that moves leaves a row in the journal."""
    await each_region(
        means, Permission.COMPLAINTS_READ, partial(_recompute_region, means.database), region_id
    )


async def forget_codes(means: Means, region_id: str | None = None) -> None:
    """Codes for contacts that nobody used in time."""

    async def run(access: Access) -> None:
        async with means.database.sessions() as db, db.begin():
            await db.execute(contact_queries.expired(access))

    await each_region(means, Permission.COMPLAINTS_READ, run, region_id)


async def _recompute_region(database: Database, access: Access) -> None:
    after: UUID | None = None
    while True:
        async with database.sessions() as db, db.begin():
            statement = telling.running(access, after, BATCH).with_for_update()
            rows = list(await db.scalars(statement))
            if rows:
                await _recompute(access, db, rows)
        if len(rows) < BATCH:
            return
        after = rows[-1].id


async def _recompute(access: Access, db: AsyncSession, rows: list[Complaint]) -> None:
    around = await scene(access, db, access.today - LOOKED_BACK)
    steps = await db.execute(queries.history(access, [each.id for each in rows]))
    histories = {
        id: [Since(each.day, each.status) for each in entries]
        for id, entries in groupby(steps, key=lambda each: each.complaint_id)
    }
    for row in rows:
        before = fields(row)
        note_due(row, around.clocks(row.kind, histories[row.id]))
        if db.is_modified(row):
            await tell(access, db, row, "RECOMPUTE", before)


async def close_silent(means: Means, region_id: str | None = None) -> None:
    """What was answered and found no reply within the reporter's working days is closed."""
    await each_region(means, Permission.COMPLAINTS_READ, partial(_close_region, means.database), region_id)


async def _close_region(database: Database, access: Access) -> None:
    while True:
        async with database.sessions() as db, db.begin():
            rows = list(await db.scalars(telling.silent(access, BATCH)))
            if not rows:
                return
            around = await scene(access, db, access.today - LOOKED_BACK)
            for row in rows:
                await _close(access, db, row, around)


async def _close(access: Access, db: AsyncSession, row: Complaint, around: Scene) -> None:
    """By the calendar of today: a holiday that came meanwhile gives the reporter his day back."""
    before = fields(row)
    note_due(row, around.clocks(row.kind, await history_of(access, db, row)))
    if row.due_on is not None and row.due_on >= access.today:
        await tell(access, db, row, "RECOMPUTE", before)
        return
    await move(access, db, row, ComplaintAction.CLOSE_BY_SILENCE, ComplaintActor.SYSTEM, around=around)


async def remind(means: Means, region_id: str | None = None) -> None:
    """Once for each person, complaint and day that is due, however often it runs."""
    await each_region(means, Permission.COMPLAINTS_READ, partial(_remind, means.database), region_id)


KINDS = {
    Escalation.HANDLER: NoticeKind.COMPLAINT_DUE,
    Escalation.HEAD: NoticeKind.COMPLAINT_OVERDUE,
    Escalation.COORDINATOR: NoticeKind.COMPLAINT_ESCALATED,
}


async def _remind(database: Database, access: Access) -> None:
    async with database.sessions() as db, db.begin():
        around = await scene(access, db, access.today - LOOKED_BACK)
        if access.now.astimezone(access.actor.zone.tz).hour < around.policy.reminder_hour:
            return
        rows = list(await db.execute(telling.due_soon(access, access.today + LOOKED_AHEAD)))
        told = {
            row.id: (row, found)
            for row in rows
            if (
                found := escalation(
                    row.due_on, access.today, around.policy, around.calendar, around.days_per_week
                )
            )
        }
        notices: list[Notice] = []
        for part in await db.execute(telling.people(access, list(told))):
            row, found = told[part.id]
            if part.part in _concerned(row.due_stage, found):
                params = {"code": shown_code(row.code), "until": row.due_on.isoformat()}
                notices.append(Notice(part.employee_id, KINDS[found], ENTITY, row.id, row.due_on, params))
        await notify(await driver_of(db), access, notices)


def _concerned(stage: ClockStage, found: Escalation) -> frozenset[str]:
    """While it is being verified, there is nobody but the coordinator."""
    if stage is ClockStage.VERIFY or found is Escalation.COORDINATOR:
        return frozenset({telling.COORDINATOR})
    if found is Escalation.HEAD:
        return frozenset({telling.HEAD})
    return frozenset({telling.OFFICER, telling.CONTACT})


async def forget_bytes(means: Means, region_id: str | None = None) -> None:
    """Objects that no row names: left behind by requests that failed after the bytes were kept."""
    objects = means.objects
    if objects is None:
        return

    async def run(access: Access) -> None:
        async for page in objects.listed(media.path(access.region_id, "")):
            old = {
                UUID(path.rpartition("/")[2]): path
                for path, written in page
                if written < access.now - UNOWNED_FOR
            }
            async with means.database.sessions() as db:
                known = set(await db.scalars(queries.known_files(access, list(old))))
            await objects.delete([path for id, path in old.items() if id not in known])

    await each_region(means, Permission.COMPLAINTS_READ, run, region_id)


async def keep(means: Means, region_id: str | None = None) -> None:
    """What is told of complaints in figures; only months in which something has changed are counted anew."""
    await each_region(means, Permission.COMPLAINTS_READ, partial(keep_figures, means.database), region_id)


RECOMPUTE = Job("complaints.recompute", recompute, every="11 1 * * *")
CLOSE_SILENT = Job("complaints.close_silent", close_silent, every="37 * * * *")
REMIND = Job("complaints.remind", remind, every="17 * * * *")
FORGET_BYTES = Job("complaints.forget_bytes", forget_bytes, every="47 2 * * *")
FORGET_CODES = Job("complaints.forget_codes", forget_codes, every="53 2 * * *")
KEEP_FIGURES = Job("complaints.keep_figures", keep, every="7 18 * * *")
"""At 01:07 in Jakarta."""
