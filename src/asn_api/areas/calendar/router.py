"""The calendar: national days as loaded, the region's own days, working days and day targets."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.calendar import outages, queries, service
from asn_api.areas.calendar.schemas import (
    CalendarDayOut,
    CalendarOut,
    Day,
    OutageFilter,
    OutageIn,
    OutageOut,
    RegionalDayFilter,
    RegionalDayIn,
    RegionalDayOut,
    RegionalDayPatch,
)
from asn_api.areas.calendar.year import day_of, year_of
from asn_api.core.http import paging
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged
from asn_api.errors import Problem
from asn_api.tables.policies import Outage, RegionalDay

router = APIRouter(prefix="/v1", tags=["calendar"], route_class=Route)

CanRead = Annotated[Access, require(Permission.CALENDAR_READ)]
CanManage = Annotated[Access, require(Permission.CALENDAR_MANAGE)]
OfUnit = Annotated[UUID | None, Query(description="With the days of the branches this unit lies in.")]

IN_ORDER = (
    paging.Key(RegionalDay.__table__.c.day, "day", paging.day),
    paging.Key(RegionalDay.__table__.c.id, "id", UUID),
)


@router.get("/calendar")
async def get_calendar(
    access: CanRead, db: Db, year: Annotated[int, Query(ge=2000, le=2199)], unit_id: OfUnit = None
) -> CalendarOut:
    """A year's days off and the working days of each month, for the region or one of its units."""
    return await year_of(access, db, year, unit_id)


@router.get("/calendar/days/{day}")
async def get_calendar_day(access: CanRead, db: Db, day: Day, unit_id: OfUnit = None) -> CalendarDayOut:
    """Whether a unit works on a day, why not, and how many minutes are expected of each employee.

    Without a unit the answer is that of the region's root.
    """
    return await day_of(access, db, day, unit_id)


@router.get("/regional-days", response_model=paging.Page[RegionalDayOut])
async def list_regional_days(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[RegionalDayFilter, Query()],
) -> dict[str, Any]:
    """The region's own days off, withdrawn ones included, in order of days."""
    statement = queries.regional_days(access, wanted)
    return await paging.page(db, request, response, statement, IN_ORDER, wanted, dict)


@router.get("/regional-days/{id}")
async def get_regional_day(access: CanRead, db: Db, id: UUID, response: Response) -> RegionalDayOut:
    """One of the region's own days off."""
    row = await db.scalar(queries.regional_day(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    return _answer(response, row)


@router.post("/regional-days", status_code=201)
async def declare_regional_day(
    access: CanManage, db: Tx, given: RegionalDayIn, response: Response
) -> RegionalDayOut:
    """Declare a day off for a unit and all below it, or for the whole region (its admin only)."""
    row, new = await service.declare(access, db, given)
    if not new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/regional-days/{row.id}"
    return _answer(response, row)


@router.patch("/regional-days/{id}")
async def change_regional_day(
    access: CanManage, db: Tx, id: UUID, expected: IfMatch, given: RegionalDayPatch, response: Response
) -> RegionalDayOut:
    """Correct the day, its name or its source."""
    return _answer(response, await service.change(access, db, id, expected, given))


@router.delete("/regional-days/{id}")
async def withdraw_regional_day(
    access: CanManage, db: Tx, id: UUID, expected: IfMatch, response: Response
) -> RegionalDayOut:
    """Withdraw a day off: it is a working day again, the record stays."""
    return _answer(response, await service.withdraw(access, db, id, expected))


OUTAGES_IN_ORDER = (
    paging.Key(queries.OUTAGE_START, "start_at", datetime.fromisoformat, descending=True),
    paging.Key(Outage.__table__.c.id, "id", UUID, descending=True),
)


@router.get("/outages", response_model=paging.Page[OutageOut])
async def list_outages(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[OutageFilter, Query()],
) -> dict[str, Any]:
    """Declared outages, the latest first, withdrawn ones included."""
    statement = queries.outages(access, wanted)
    return await paging.page(db, request, response, statement, OUTAGES_IN_ORDER, wanted, dict)


@router.get("/outages/{id}")
async def get_outage(access: CanRead, db: Db, id: UUID, response: Response) -> OutageOut:
    """One declared outage."""
    row = await db.scalar(queries.outage(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    return _outage(response, row)


@router.post("/outages", status_code=201)
async def declare_outage(access: CanManage, db: Tx, given: OutageIn, response: Response) -> OutageOut:
    """Declare that the system could not be used, by a unit and all below it or the whole region.

    Each day that it touched adds a working day to the entry and verification windows it lies in, and it
    holds up the lock of a month that it touched in the last 24 hours before. Nothing becomes due earlier.
    """
    row, new = await outages.declare(access, db, given)
    if not new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/outages/{row.id}"
    return _outage(response, row)


@router.delete("/outages/{id}")
async def withdraw_outage(
    access: CanManage, db: Tx, id: UUID, expected: IfMatch, response: Response
) -> OutageOut:
    """Withdraw an outage that was declared by mistake: it extends nothing any more, the record stays."""
    return _outage(response, await outages.withdraw(access, db, id, expected))


def _outage(response: Response, row: Outage) -> OutageOut:
    return tagged(response, outages.shown(row))


def _answer(response: Response, row: RegionalDay) -> RegionalDayOut:
    return tagged(response, RegionalDayOut.model_validate(row))
