"""Samples of notifications: everybody has only his own."""

from uuid import UUID

from sqlalchemy import select

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.mapping import uuid7
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.notifications import Notification
from tests.factories import City
from tests.matrix import Build, Sample


async def told(city: City, person: str) -> UUID:
    """One more unread notification of this person."""
    subject = uuid7()
    access = system(city.region.id, Permission.ME, city.now)
    async with city.database.pool.acquire() as driver:
        await notify(
            driver, access, [Notice(city.id(person), NoticeKind.CONFLICT_WAITING, "conflict", subject)]
        )
    async with city.database.sessions() as db:
        wanted = select(Notification.id).where(
            Notification.region_id == city.region.id, Notification.subject_id == subject
        )
        return (await db.scalars(wanted)).one()


async def listed(city: City) -> Sample:
    return Sample(rows={await told(city, person): person for person in ("staff", "supervisor", "admin")})


async def one(city: City) -> Sample:
    return Sample({"id": await told(city, "staff")})


async def all_up_to(city: City) -> Sample:
    return Sample(body={"up_to": str(await told(city, "staff"))})


SAMPLES: dict[str, Build] = {
    "list_my_notifications": listed,
    "read_notification": one,
    "read_notifications": lambda city: Sample(body={"up_to": None}, about="caller"),
    "read_notifications:up_to": all_up_to,
}
