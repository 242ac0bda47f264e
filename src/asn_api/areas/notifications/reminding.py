"""Reminds a region: whatever has come due by now, for all people of a place at once."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg
from sqlalchemy import and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import ActivityPolicies, activity_policies, policy_on
from asn_api.core.database import Database, driver_of
from asn_api.rules import reminders
from asn_api.rules.calendar import ONE_DAY, Calendar, local_day, midnight
from asn_api.rules.entries import Place
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.policy import ActivityPolicy, NotificationPolicy
from asn_api.tables.organization import Unit
from asn_api.tables.policies import NationalDay, RegionalDay

BATCH = 2_000
"""Notifications in one transaction: a fraction of a second, so that nobody waits for its locks."""

# People whose account is not in use would find months of reminders on their first day.
# Leave, once there is any, is one more `not exists` here.
_UNREPORTED = """
select a.employee_id
from appointments a
join employees e on e.region_id = $1 and e.id = a.employee_id and e.active
join accounts c on c.region_id = $1 and c.employee_id = a.employee_id and c.status = 'ACTIVE'
where a.region_id = $1 and a.unit_id = any($2::uuid[]) and a.kind = 'DEFINITIVE' and a.valid @> $3::date
and not exists (
    select from day_totals t
    where t.region_id = $1 and t.employee_id = a.employee_id and t.day = $3
        and t.waiting + t.verified + t.rejected > 0)
and not exists (
    select from notifications n
    where n.region_id = $1 and n.employee_id = a.employee_id and n.kind = $4
        and n.subject_entity is null and n.subject_id is null and n.day = $3)
order by a.employee_id
"""

# Whoever decides today is reminded: the delegate while there is one.
_WAITING = """
select e.id as superior_id, count(*) as waiting, min(w.day) as oldest,
    bool_or((w.submitted_at at time zone $7)::date = any($8::date[])) as reached
from activities w
join reporting_lines l on l.region_id = $1 and l.employee_id = w.employee_id and l.valid @> $3::date
left join verification_delegations d on d.region_id = $1 and d.delegator_id = l.superior_id
    and d.revoked_at is null and d.valid @> $3::date and d.delegate_id <> w.employee_id
join employees e on e.region_id = $1 and e.id = coalesce(d.delegate_id, l.superior_id) and e.active
join accounts c on c.region_id = $1 and c.employee_id = e.id and c.status = 'ACTIVE'
where w.region_id = $1 and w.status = 'SUBMITTED' and w.unit_id = any($2::uuid[])
    and w.submitted_at < $4 and w.day between $5 and $6
    and not exists (select from activity_corrections x where x.region_id = $1 and x.activity_id = w.id)
group by e.id
"""


@dataclass(frozen=True)
class Scene:
    """What judging needs: the policies, and the region's units by what their place has in common."""

    policy: NotificationPolicy
    activities: ActivityPolicies
    places: dict[Place, list[UUID]]

    def policy_on(self, day: date) -> ActivityPolicy:
        return self.activities.on(day)[1]

    def where_due(self, kind: NoticeKind, now: datetime) -> Iterator[tuple[Place, list[UUID]]]:
        for place, units in self.places.items():
            if reminders.has_come(kind, now, place.zone, self.policy):
                yield place, units


@dataclass
class Waiting:
    """What waits for one superior, wherever his people work."""

    count: int = 0
    oldest: date = date.max
    reached: bool = False

    def add(self, row: asyncpg.Record) -> None:
        self.count += row["waiting"]
        self.oldest = min(self.oldest, row["oldest"])
        self.reached = self.reached or row["reached"]


async def remind(database: Database, access: Access) -> int:
    """Make every reminder that has come due in the region and was not made yet; gives how many.

    Each batch commits by itself. Two runs at once, or one after a failure, make nothing twice.
    """
    async with database.sessions() as db:
        around = await scene(db, access)
    async with _driver(database) as driver:
        notices = [
            *await _unreported(driver, access, around),
            *await _closing(driver, access, around),
            *await _verification_due(driver, access, around),
            *await _period_locking(driver, access, around),
        ]
    made = 0
    for start in range(0, len(notices), BATCH):
        async with _driver(database) as driver:
            made += await notify(driver, access, notices[start : start + BATCH])
    return made


async def scene(db: AsyncSession, access: Access) -> Scene:
    """What judging in this region needs, as of now."""
    region_id = access.region_id
    national = list(await db.scalars(select(NationalDay)))
    off_everywhere = {each.day for each in national}
    years = frozenset(each.day.year for each in national)
    estimated = frozenset(each.day for each in national if each.provisional)
    regional = await db.execute(
        select(RegionalDay.day, Unit.path)
        .outerjoin(Unit, and_(Unit.region_id == RegionalDay.region_id, Unit.id == RegionalDay.unit_id))
        .where(RegionalDay.region_id == region_id, RegionalDay.withdrawn.is_(False))
    )
    branches = [(each.day, each.path or "") for each in regional]
    places: dict[Place, list[UUID]] = defaultdict(list)
    for unit in await db.execute(
        select(Unit.id, Unit.path, Unit.zone, Unit.days_per_week).where(Unit.region_id == region_id)
    ):
        off = off_everywhere | {day for day, path in branches if unit.path.startswith(path)}
        calendar = Calendar(frozenset(off), years, estimated)
        places[Place(unit.zone, unit.days_per_week, calendar)].append(unit.id)
    return Scene(
        await policy_on(db, region_id, NotificationPolicy, access.today),
        await activity_policies(db, region_id),
        dict(places),
    )


@asynccontextmanager
async def _driver(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with database.sessions() as db, db.begin():
        # SQLAlchemy begins its transaction with its first statement, and the driver must be inside of it.
        await db.execute(text("select 1"))
        yield await driver_of(db)


async def _unreported(driver: asyncpg.Connection, access: Access, scene: Scene) -> list[Notice]:
    """Those who have reported nothing today."""
    kind, notices = NoticeKind.DAY_NOT_REPORTED, []
    for place, units in scene.where_due(kind, access.now):
        days = reminders.unreported_days(access.now, place)
        notices += await _without_report(driver, access, kind, place, units, days)
    return notices


async def _closing(driver: asyncpg.Connection, access: Access, scene: Scene) -> list[Notice]:
    """Those who have reported nothing on a day that can be reported in time only until tonight."""
    kind, notices = NoticeKind.ENTRY_WINDOW_CLOSING, []
    for place, units in scene.where_due(kind, access.now):
        days = reminders.closing_days(access.now, place, scene.policy_on)
        notices += await _without_report(driver, access, kind, place, units, days)
    return notices


async def _without_report(
    driver: asyncpg.Connection,
    access: Access,
    kind: NoticeKind,
    place: Place,
    units: Sequence[UUID],
    days: Sequence[date],
) -> list[Notice]:
    until = local_day(access.now, place.zone).isoformat()
    return [
        Notice(row["employee_id"], kind, day=day, params={"day": day.isoformat(), "until": until})
        for day in days
        for row in await driver.fetch(_UNREPORTED, access.region_id, units, day, kind)
    ]


async def _verification_due(driver: asyncpg.Connection, access: Access, scene: Scene) -> list[Notice]:
    """One for each superior with work that reaches one of the marks today; it counts all that reached one."""
    kind, marks = NoticeKind.VERIFICATION_DUE, scene.policy.verification_due_working_days
    found: dict[tuple[UUID, date], Waiting] = defaultdict(Waiting)
    for place, units in scene.where_due(kind, access.now):
        today = local_day(access.now, place.zone)
        reaching = reminders.submission_days(access.now, place, marks)
        if not reaching:
            continue
        before = midnight(max(reaching[min(marks)]) + ONE_DAY, place.zone)
        days = [day for each in reaching.values() for day in each]
        span = date.min, date.max
        for row in await _waiting(driver, access, place, units, before, span, days):
            found[row["superior_id"], today].add(row)
    return [
        Notice(
            superior_id,
            kind,
            day=today,
            params={
                "count": waiting.count,
                "waited": min(marks),
                "oldest": waiting.oldest.isoformat(),
            },
        )
        for (superior_id, today), waiting in found.items()
        if waiting.reached
    ]


async def _period_locking(driver: asyncpg.Connection, access: Access, scene: Scene) -> list[Notice]:
    """One for each superior with work waiting in a month that is about to be locked."""
    kind, before = NoticeKind.PERIOD_LOCKING, scene.policy.period_locking_working_days
    found: dict[tuple[UUID, date, reminders.ClosingMonth], Waiting] = defaultdict(Waiting)
    for place, units in scene.where_due(kind, access.now):
        today = local_day(access.now, place.zone)
        for month in reminders.closing_months(access.now, place, before, scene.policy_on):
            span = month.first, month.last
            for row in await _waiting(driver, access, place, units, access.now, span, []):
                found[row["superior_id"], today, month].add(row)
    return [
        Notice(
            superior_id,
            kind,
            day=today,
            params={
                "count": waiting.count,
                "month": f"{month.first:%Y-%m}",
                "until": month.last_decision.isoformat(),
            },
        )
        for (superior_id, today, month), waiting in found.items()
    ]


async def _waiting(
    driver: asyncpg.Connection,
    access: Access,
    place: Place,
    units: Sequence[UUID],
    before: datetime,
    span: tuple[date, date],
    reaching: Sequence[date],
) -> list[asyncpg.Record]:
    """By superior of today: work of the span submitted before an instant, and whether any is of these days."""
    today = local_day(access.now, place.zone)
    rows = await driver.fetch(
        _WAITING, access.region_id, units, today, before, *span, place.zone.tz.key, reaching
    )
    return list(rows)
