"""Employees: lists and exports, one record, its changes and history, the opening of restricted fields."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.employees import queries, service, shapes
from asn_api.areas.employees.schemas import (
    DisclosureIn,
    DisclosureOut,
    EmployeeChangeIn,
    EmployeeEventOut,
    EmployeeFilter,
    EmployeeIn,
    EmployeeOut,
    EmployeeRecordOut,
    EmployeeWrittenOut,
    OwnRecordIn,
    RecordViewOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.hot import hot
from asn_api.core.http.paging import Page, PagingQuery, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, Route, Tx, etag, json_response
from asn_api.errors import Fault, Problem
from asn_api.rules.privacy import Changer

router = APIRouter(prefix="/v1", tags=["employees"], route_class=Route)

CanRead = Annotated[Access, require(Permission.EMPLOYEES_READ)]
CanManage = Annotated[Access, require(Permission.EMPLOYEES_MANAGE)]
CanReveal = Annotated[Access, require(Permission.EMPLOYEES_REVEAL)]
Self = Annotated[Access, require(Permission.ME)]
AsOf = Annotated[
    date | None, Query(description="The posts, unit, superior and grade of this day; default today.")
]


@router.get("/employees", response_model=Page[EmployeeOut], responses=EXPORTS)
async def list_employees(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[EmployeeFilter, Query()],
    form: Wanted,
) -> Any:
    """The employees within your reach, by name or NIP.

    With `Accept: text/csv`, the type of XLSX or `application/x-ndjson` all rows of the filter come as a file;
    `limit` and `cursor` do not matter then.
    """
    statement = queries.listed(access, wanted)
    keys = queries.order(wanted)
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() if key.descending else key.column for key in keys])
        return await export(request, ordered, shapes.COLUMNS, "pegawai", form, shapes.listed_row)
    return await page(db, request, response, statement, keys, wanted, shapes.listed_row)


@router.get("/employees/{employee_id}", response_model=EmployeeRecordOut)
@hot
async def get_employee(access: CanRead, request: Request, employee_id: UUID, as_of: AsOf = None) -> Response:
    """One record. Restricted fields are masked; `withheld` names those that third parties do not get."""
    return await _hot(access, request, employee_id, as_of)


@router.get("/me/employee", response_model=EmployeeRecordOut)
@hot
async def get_own_employee(access: CanRead, request: Request, as_of: AsOf = None) -> Response:
    """Your own record."""
    if access.employee_id is None:
        raise Problem("NOT_FOUND")
    return await _hot(access, request, access.employee_id, as_of)


@router.post("/employees", status_code=201, response_model=EmployeeWrittenOut)
async def create_employee(access: CanManage, db: Tx, request: Request, given: EmployeeIn) -> Response:
    """A record made by hand, with its first post and grade and an account that waits for activation.

    `warnings` tell what looks wrong but was stored. The same id with the same person again answers 200.
    """
    id, warnings, new = await service.create(access, db, request.app.state.keyring, given)
    answer = await _written(access, db, request, id, warnings, 201 if new else 200)
    answer.headers["Location"] = f"/v1/employees/{id}"
    return answer


@router.patch("/employees/{employee_id}", response_model=EmployeeWrittenOut)
async def change_employee(
    access: CanManage, db: Tx, request: Request, employee_id: UUID, expected: IfMatch, given: EmployeeChangeIn
) -> Response:
    """Change the fields that you send; null empties one. Posts and grades have operations of their own."""
    warnings = await service.change(
        access, db, request.app.state.keyring, employee_id, expected, given, Changer.ADMIN
    )
    return await _written(access, db, request, employee_id, warnings)


@router.patch("/me/employee", response_model=EmployeeWrittenOut)
async def change_own_employee(
    access: Self, db: Tx, request: Request, expected: IfMatch, given: OwnRecordIn
) -> Response:
    """Change your own telephone number or e-mail address; the rest is the personnel office's to change."""
    if access.employee_id is None:
        raise Problem("NOT_FOUND")
    warnings = await service.change(
        access, db, request.app.state.keyring, access.employee_id, expected, given, Changer.OWNER
    )
    return await _written(access, db, request, access.employee_id, warnings)


@router.get("/employees/{employee_id}/history", response_model=Page[EmployeeEventOut])
async def list_employee_history(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    employee_id: UUID,
    wanted: PagingQuery,
) -> dict[str, Any]:
    """Posts, grades and changes of the record, newest first. Of restricted fields only that they changed."""
    if await queries.within_reach(access, db, employee_id) is None:
        raise Problem("NOT_FOUND")
    statement = queries.history(access, employee_id)
    third_party = access.actor.client_id is not None
    return await page(
        db,
        request,
        response,
        statement,
        queries.history_order(statement),
        wanted,
        lambda row: shapes.event(row, third_party=third_party),
    )


@router.post("/employees/{employee_id}/disclosures", status_code=201, response_model=DisclosureOut)
async def disclose_employee(
    access: CanReveal, db: Db, request: Request, employee_id: UUID, given: DisclosureIn
) -> Response:
    """Open restricted fields for a purpose. Every opening is journalled and shown to the person.

    There is no dry run and no Idempotency-Key here: an opening without a trace must not exist, and opened
    values are not kept.
    """
    if "idempotency-key" in request.headers:
        raise Problem("DISCLOSURE_NOT_REPEATABLE")
    restricted = await service.disclose(access, db, request.app.state.keyring, employee_id, given)
    shape = {
        "employee_id": employee_id,
        "fields": given.fields,
        "purpose": given.purpose,
        "at": access.now,
        "values": shapes.opened(restricted, given.fields),
    }
    return json_response(shape, status=201)


@router.get("/me/record-views", response_model=Page[RecordViewOut])
async def list_own_record_views(
    access: Self, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """Who opened restricted fields of your record, when, which ones and what for."""
    return await page(db, request, response, queries.views(access), queries.VIEWS_ORDER, wanted, shapes.view)


async def _hot(access: Access, request: Request, employee_id: UUID, as_of: date | None) -> Response:
    state = request.app.state
    row = await queries.hot_record(access, state.database, employee_id, as_of or access.today)
    if row is None:
        raise Problem("NOT_FOUND")
    return _record(access, request, row)


async def _written(
    access: Access,
    db: Tx,
    request: Request,
    employee_id: UUID,
    warnings: Sequence[Fault],
    status: int = 200,
) -> Response:
    await db.flush()
    row = await queries.record(access, db, employee_id, access.today)
    if row is None:
        raise Problem("NOT_FOUND")
    language = language_of(request)
    shown = [
        {"pointer": each.pointer, "code": each.code, "message": each.message(language)} for each in warnings
    ]
    return _record(access, request, row, {"warnings": shown}, status)


def _record(
    access: Access,
    request: Request,
    row: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    third_party = access.actor.client_id is not None
    shape = shapes.record_shape(row, request.app.state.keyring, access.region_id, third_party=third_party)
    return json_response({**shape, **(more or {})}, {"ETag": etag(row["version"])}, status)
