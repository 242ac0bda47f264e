"""Imports of the national portal's export: upload, look, apply."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.employees import import_queries as queries
from asn_api.areas.employees import imports
from asn_api.areas.employees.import_schemas import ImportOut, ImportRowOut, RowFilter
from asn_api.areas.employees.import_views import imported, report_lines, row_shown
from asn_api.core.http import paging
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, Route, Tx, check_version, tagged
from asn_api.errors import Problem
from asn_api.tables.employees import EmployeeImport, EmployeeImportRow

router = APIRouter(prefix="/v1/employee-imports", tags=["employees"], route_class=Route)

EmployeesFile = Annotated[UploadFile | None, File(description="The portal's “Export Data ASN” as CSV.")]
UnitsFile = Annotated[UploadFile | None, File(description="The portal's unit tree (ref-unor) as JSON.")]
CanManage = Annotated[Access, require(Permission.EMPLOYEES_MANAGE)]

NEWEST_FIRST = (
    paging.Key(EmployeeImport.__table__.c.created_at, "created_at", paging.moment, descending=True),
    paging.Key(EmployeeImport.__table__.c.id, "id", UUID, descending=True),
)
BY_LINE = (paging.Key(EmployeeImportRow.__table__.c.line, "line", int),)


@router.post("", status_code=202)
async def create_employee_import(
    access: CanManage,
    db: Tx,
    request: Request,
    response: Response,
    employees: EmployeesFile = None,
    units: UnitsFile = None,
) -> ImportOut:
    """Upload an export, a unit tree, or both. Nothing changes yet: a job judges every row (the dry run).

    Follow `Location` until the status is CHECKED, read the rows or the report, then commit or discard.
    """
    named = employees or units
    given = imports.Given(
        named.filename or "" if named else "",
        await employees.read() if employees else None,
        await units.read() if units else None,
    )
    received = await imports.submit(access, db, request.app.state.keyring, given)
    response.headers["Location"] = f"{router.prefix}/{received.id}"
    return _shown(request, response, received)


@router.get("", response_model=paging.Page[ImportOut])
async def list_employee_imports(
    access: CanManage, db: Db, request: Request, response: Response, wanted: paging.PagingQuery
) -> dict[str, Any]:
    """All imports, the latest first."""
    imports.check_reach(access)
    language = language_of(request)
    statement = queries.listed(access)
    return await paging.page(
        db, request, response, statement, NEWEST_FIRST, wanted, lambda row: imported(row, language)
    )


@router.get("/{import_id}")
async def get_employee_import(
    access: CanManage, db: Db, import_id: UUID, request: Request, response: Response
) -> ImportOut:
    """One import with its progress and, once it is CHECKED, what a commit would do."""
    found = await _found(access, db, import_id)
    return _shown(request, response, found)


@router.get("/{import_id}/rows", response_model=paging.Page[ImportRowOut])
async def list_employee_import_rows(
    access: CanManage,
    db: Db,
    import_id: UUID,
    request: Request,
    response: Response,
    wanted: Annotated[RowFilter, Query()],
) -> dict[str, Any]:
    """The rows in the file's order: what would happen to each, what is wrong with it, which fields change."""
    await _found(access, db, import_id)
    language = language_of(request)
    statement = queries.rows(access, import_id, wanted.action, wanted.code)
    return await paging.page(
        db, request, response, statement, BY_LINE, wanted, lambda row: row_shown(row, language)
    )


@router.get(
    "/{import_id}/report",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "One line per message."}},
)
async def get_employee_import_report(
    access: CanManage, db: Db, import_id: UUID, request: Request
) -> Response:
    """All messages as CSV (line, column, code, severity, message, suggestion), safe for a spreadsheet."""
    await _found(access, db, import_id)
    rows = (await db.execute(queries.remarked(access, import_id))).mappings().all()
    return Response(
        "".join(report_lines(rows, language_of(request))),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import-report.csv"'},
    )


@router.post("/{import_id}/commit", status_code=202)
async def commit_employee_import(
    access: CanManage, db: Tx, import_id: UUID, expected: IfMatch, request: Request, response: Response
) -> ImportOut:
    """Apply exactly what the dry run showed. A job does it in one transaction: all of it or, when an employee
    or unit has changed meanwhile, nothing (FAILED with IMPORT_STALE).
    """
    found = await imports.locked(access, db, import_id)
    _check(request, found, expected)
    await imports.request_commit(access, db, found)
    return _shown(request, response, found)


@router.delete("/{import_id}", status_code=204)
async def discard_employee_import(
    access: CanManage, db: Tx, import_id: UUID, expected: IfMatch, request: Request
) -> None:
    """Remove an import that was not applied, with all personal data that it holds."""
    found = await imports.locked(access, db, import_id)
    _check(request, found, expected)
    await imports.discard(access, db, found)


async def _found(access: Access, db: Any, id: UUID) -> EmployeeImport:
    imports.check_reach(access)
    found: EmployeeImport | None = await db.scalar(queries.one(access, id))
    if found is None:
        raise Problem("NOT_FOUND")
    return found


def _check(request: Request, found: EmployeeImport, expected: int) -> None:
    shown = imported(_mapping(found), language_of(request))
    check_version(found.version, expected, ImportOut.model_validate(shown))


def _shown(request: Request, response: Response, found: EmployeeImport) -> ImportOut:
    shown = ImportOut.model_validate(imported(_mapping(found), language_of(request)))
    return tagged(response, shown)


def _mapping(found: EmployeeImport) -> Mapping[str, Any]:
    return {column.key: getattr(found, column.key) for column in EmployeeImport.__table__.c}
