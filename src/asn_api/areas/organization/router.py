"""The region's organisation: units and who heads them, positions, appointments, reporting lines."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.organization import appointments, positions, queries, units
from asn_api.areas.organization.heads import detail, head_of, known_unit
from asn_api.areas.organization.schemas import (
    AppointmentFilter,
    AppointmentIn,
    AppointmentOut,
    AppointmentPatch,
    BranchFilter,
    PositionFilter,
    PositionIn,
    PositionOut,
    PositionPatch,
    ReportingLineFilter,
    ReportingLineOut,
    SuperiorOut,
    UnitDetailOut,
    UnitFilter,
    UnitHeadOut,
    UnitIn,
    UnitOut,
    UnitPatch,
)
from asn_api.core.http import paging
from asn_api.core.http.route import Db, IfMatch, Route, Tx, etag, tagged
from asn_api.errors import Problem
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit

router = APIRouter(prefix="/v1", tags=["organization"], route_class=Route)

CanReadUnits = Annotated[Access, require(Permission.UNITS_READ)]
CanManageUnits = Annotated[Access, require(Permission.UNITS_MANAGE)]
CanReadPeople = Annotated[Access, require(Permission.EMPLOYEES_READ)]
AsOf = Annotated[date | None, Query(description="Today when left out.")]

DOWNWARDS = (paging.Key(Unit.__table__.c.path, "path", str),)
BY_TITLE = (
    paging.Key(Position.__table__.c.title, "title", str),
    paging.Key(Position.__table__.c.id, "id", UUID),
)
LATEST_FIRST = (
    paging.Key(queries.STARTS, "valid_from", paging.day, descending=True),
    paging.Key(Appointment.__table__.c.id, "id", UUID),
)
BY_EMPLOYEE = (paging.Key(ReportingLine.__table__.c.employee_id, "employee_id", UUID),)


@router.get("/units", response_model=paging.Page[UnitOut])
async def list_units(
    access: CanReadUnits, db: Db, request: Request, response: Response, wanted: Annotated[UnitFilter, Query()]
) -> dict[str, Any]:
    """The units of the region from the root downwards: each is followed by those below it."""
    statement = queries.filtered_units(access, wanted)
    return await paging.page(db, request, response, statement, DOWNWARDS, wanted, dict)


@router.post("/units", status_code=201)
async def create_unit(access: CanManageUnits, db: Tx, given: UnitIn, response: Response) -> UnitOut:
    """A new unit below another one, together with the post of its head."""
    unit, new = await units.create(access, db, given)
    _created(response, new, f"/v1/units/{unit.id}", unit.version)
    return UnitOut.model_validate(unit)


@router.get("/units/{id}")
async def get_unit(
    access: CanReadUnits, db: Db, id: UUID, response: Response, as_of: AsOf = None
) -> UnitDetailOut:
    """One unit with its head and headcount on a day."""
    found = await detail(access, db, id, as_of or access.today)
    tagged(response, found.unit)
    return found


@router.patch("/units/{id}")
async def change_unit(
    access: CanManageUnits, db: Tx, id: UUID, expected: IfMatch, given: UnitPatch, response: Response
) -> UnitOut:
    """Rename, move, close or reopen a unit, or change its week and zone.

    A move takes all units below along. A unit closes only when nobody is appointed to it any more and no
    open unit lies below it.
    """
    return tagged(response, UnitOut.model_validate(await units.change(access, db, id, expected, given)))


@router.get("/units/{id}/head")
async def get_unit_head(access: CanReadUnits, db: Db, id: UUID, as_of: AsOf = None) -> UnitHeadOut:
    """Who heads a unit on a day, for whom, and the nearest superior who acts where the seat is vacant."""
    return await head_of(access, db, id, as_of or access.today)


@router.get("/units/{id}/subtree", response_model=paging.Page[UnitOut])
async def list_units_of_subtree(
    access: CanReadUnits,
    db: Db,
    id: UUID,
    request: Request,
    response: Response,
    wanted: Annotated[BranchFilter, Query()],
) -> dict[str, Any]:
    """A unit and all below it, each followed by those below it."""
    unit = await known_unit(access, db, id)
    statement = queries.branch(access, unit.path, wanted.as_of or access.today)
    return await paging.page(db, request, response, statement, DOWNWARDS, wanted, dict)


@router.get("/positions", response_model=paging.Page[PositionOut])
async def list_positions(
    access: CanReadUnits,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[PositionFilter, Query()],
) -> dict[str, Any]:
    """The positions of the region in order of their titles, held or vacant."""
    statement = queries.filtered_positions(access, wanted)
    return await paging.page(db, request, response, statement, BY_TITLE, wanted, dict)


@router.post("/positions", status_code=201)
async def create_position(
    access: CanManageUnits, db: Tx, given: PositionIn, response: Response
) -> PositionOut:
    """A new position in a unit."""
    row, new = await positions.create(access, db, given)
    _created(response, new, f"/v1/positions/{row.id}", row.version)
    return PositionOut.model_validate(row)


@router.get("/positions/{id}")
async def get_position(access: CanReadUnits, db: Db, id: UUID, response: Response) -> PositionOut:
    """One position."""
    row = await db.scalar(queries.position(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    return tagged(response, PositionOut.model_validate(row))


@router.patch("/positions/{id}")
async def change_position(
    access: CanManageUnits, db: Tx, id: UUID, expected: IfMatch, given: PositionPatch, response: Response
) -> PositionOut:
    """Change a position; the title of a head's position is changed at its unit."""
    return tagged(
        response, PositionOut.model_validate(await positions.change(access, db, id, expected, given))
    )


@router.get("/appointments", response_model=paging.Page[AppointmentOut])
async def list_appointments(
    access: CanReadPeople,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[AppointmentFilter, Query()],
) -> dict[str, Any]:
    """Who holds which position, the latest first: of yourself, your reports, or your branch."""
    statement = queries.filtered_appointments(access, wanted)
    return await paging.page(db, request, response, statement, LATEST_FIRST, wanted, queries.dated)


@router.post("/appointments", status_code=201)
async def appoint_employee(
    access: CanManageUnits, db: Tx, given: AppointmentIn, response: Response
) -> AppointmentOut:
    """Appoint an employee to a position, for good or acting (PLT, PLH, PJ; only for a head's seat)."""
    row, new = await appointments.appoint(access, db, given)
    _created(response, new, f"/v1/appointments/{row.id}", row.version)
    return row


@router.get("/appointments/{id}")
async def get_appointment(access: CanReadPeople, db: Db, id: UUID, response: Response) -> AppointmentOut:
    """One appointment."""
    return tagged(response, await appointments.shown(access, db, id))


@router.patch("/appointments/{id}")
async def change_appointment(
    access: CanManageUnits, db: Tx, id: UUID, expected: IfMatch, given: AppointmentPatch, response: Response
) -> AppointmentOut:
    """End an appointment, or correct its last day or decree."""
    return tagged(response, await appointments.change(access, db, id, expected, given))


@router.get("/reporting-lines", response_model=paging.Page[ReportingLineOut])
async def list_reporting_lines(
    access: CanReadPeople,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[ReportingLineFilter, Query()],
) -> dict[str, Any]:
    """Who answers to whom on a day, derived from the tree and the appointments."""
    statement = queries.reporting_lines(access, wanted)
    return await paging.page(db, request, response, statement, BY_EMPLOYEE, wanted, queries.dated)


@router.get("/employees/{id}/superior")
async def get_superior(access: CanReadPeople, db: Db, id: UUID, as_of: AsOf = None) -> SuperiorOut:
    """An employee's superior on a day."""
    if await db.scalar(queries.employee(access, id)) is None:
        raise Problem("NOT_FOUND")
    day = as_of or access.today
    found = await db.execute(queries.reporting_lines(access, ReportingLineFilter(employee_id=id, as_of=day)))
    row = found.mappings().one_or_none()
    line = ReportingLineOut.model_validate(queries.dated(row)) if row is not None else None
    return SuperiorOut(employee_id=id, as_of=day, line=line)


def _created(response: Response, new: bool, location: str, version: int) -> None:
    if not new:
        response.status_code = 200
    response.headers["Location"] = location
    response.headers["ETag"] = etag(version)
