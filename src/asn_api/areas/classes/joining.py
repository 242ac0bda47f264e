"""What stands between somebody and a class: its status and window, what comes before it, where he works."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.classes.seats import Seats
from asn_api.errors import Fault, Problem
from asn_api.rules.enrolments import ClassStatus
from asn_api.tables.training import CourseClass


async def units(access: Access, db: AsyncSession, people: Collection[UUID]) -> dict[UUID, UUID]:
    """The unit of today's post of each active one within reach."""
    rows = await db.execute(queries.units_of(access, people))
    return {row.id: row.unit_id for row in rows}


async def known_class(access: Access, db: AsyncSession, id: UUID, pointer: str) -> CourseClass:
    row = await db.scalar(queries.stored_class(access, id))
    if row is None or row.status is ClassStatus.DRAFT:
        raise Problem("NOT_FOUND", faults=[Fault(pointer, "NOT_FOUND")])
    return row


async def unprepared(
    access: Access, db: AsyncSession, course_id: UUID, people: Collection[UUID]
) -> dict[UUID, Problem]:
    """By person, what has to be completed before."""
    titles: dict[UUID, list[str]] = defaultdict(list)
    for employee_id, title in await db.execute(queries.missing_prerequisites(access, course_id, people)):
        titles[employee_id].append(title)
    return {
        each: Problem("PREREQUISITES_MISSING", courses="; ".join(named)) for each, named in titles.items()
    }


def check_before_start(seats: Seats) -> None:
    if seats.row.status is not ClassStatus.OPEN or seats.has_begun:
        raise Problem("CLASS_HAS_BEGUN")
