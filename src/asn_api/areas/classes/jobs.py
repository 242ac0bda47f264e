"""By the clock: classes begin, and seats that nobody took up go to the next."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.classes import queries
from asn_api.areas.classes.classes import start
from asn_api.areas.classes.seats import Seats
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means
from asn_api.rules.enrolments import CancellationCause, ClassStatus, EnrolmentActor, EnrolmentStatus


async def turn_classes(means: Means, region_id: str | None = None) -> None:
    """Each class in a transaction of its own, however often it runs."""
    await each_region(means, Permission.CLASSES_MANAGE, partial(_turn, means.database), region_id)


async def _turn(database: Database, access: Access) -> None:
    async with database.sessions() as db:
        begun = list(await db.scalars(queries.due_classes(access, access.now)))
        lapsed = list(await db.scalars(queries.lapsed_offers(access, access.now)))
    for class_id in begun:
        await _alone(database, access, class_id, _begin)
    for class_id in lapsed:
        await _alone(database, access, class_id, _lapse)


async def _alone(
    database: Database,
    access: Access,
    class_id: UUID,
    act: Callable[[Access, AsyncSession, Seats], Awaitable[None]],
) -> None:
    async with database.sessions() as db, db.begin():
        await act(access, db, await Seats.lock(access, db, class_id))


async def _begin(access: Access, db: AsyncSession, seats: Seats) -> None:
    if seats.row.status is ClassStatus.OPEN and seats.has_begun:
        await start(access, db, seats)


async def _lapse(access: Access, db: AsyncSession, seats: Seats) -> None:
    for each in await db.scalars(queries.of_class(access, seats.row.id, [EnrolmentStatus.APPROVED])):
        if each.offer_expires_at is not None and each.offer_expires_at <= access.now:
            seats.cancel(each, EnrolmentActor.SYSTEM, CancellationCause.OFFER_EXPIRED)
    await seats.promote()
    await seats.store()


TURN_CLASSES = Job("classes.turn", turn_classes, every="*/5 * * * *")
