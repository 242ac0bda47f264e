"""Oversight over HTTP: a month by units, verifications by verifier. Nothing is written here."""

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.oversight import months, queries, verifiers
from asn_api.areas.oversight.schemas import (
    ExplanationFilter,
    MonthExplanationOut,
    MonthFilter,
    MonthSummaryOut,
    PeriodFilter,
    VerificationExplanationOut,
    VerificationSumsOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, HotDatabase, Route

router = APIRouter(tags=["oversight"], route_class=Route)

CanRead = Annotated[Access, require(Permission.DAYS_READ)]
Month = Annotated[str, Path(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", description="For example 2026-11.")]


@router.get("/v1/months/{month}/summary", response_model=MonthSummaryOut, responses=EXPORTS)
async def get_month_summary(
    month: Month,
    request: Request,
    database: HotDatabase,
    access: CanRead,
    wanted: Annotated[MonthFilter, Query()],
    format: Wanted,
) -> Response:
    """The month in sums: of all within reach, of its agencies and of its units, the worst first.

    Units count as a whole for heads, admins and third parties; a superior without a branch gets the work of his
    own team and of himself. As a file the units come by agency.
    """
    first = _first(month)
    found = await months.read(database, access, first, wanted)
    if format is not Format.JSON:
        return await export(
            request,
            found.listed,
            months.columns(found),
            "bulan",
            format,
            lambda row: months.unit_row(row, found.sums(row)),
            first,
        )
    # Hundreds of units: validating our own answer would cost more than making it.
    return Response(orjson.dumps(months.summary(found), default=str), media_type="application/json")


@router.get("/v1/months/{month}/summary/explanation", response_model=MonthExplanationOut)
async def explain_month_summary(
    month: Month, database: HotDatabase, access: CanRead, wanted: Annotated[MonthFilter, Query()]
) -> dict[str, Any]:
    """How the month's numbers are made: of one unit, if it is within reach as a whole, or of all within reach."""
    found = await months.read(database, access, _first(month), wanted)
    return months.explanation(access, found, wanted)


@router.get("/v1/verifications/summary", response_model=Page[VerificationSumsOut], responses=EXPORTS)
async def list_verification_sums(
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[PeriodFilter, Query()],
    format: Wanted,
) -> Any:
    """Each verifier within reach: how many decisions, how fast, how alike; what waits. The longest wait first.

    What was reopened or handed in again stays counted: it was decided. Flags ask a person to look, no more.
    """
    period = await verifiers.period(db, access, wanted.start, wanted.end)
    statement = queries.verifiers(access, period.start, period.end)
    keys, row = queries.verifier_keys(statement), verifiers.shown(period)
    if format is not Format.JSON:
        ordered = statement.order_by(*(key.column for key in keys))
        columns = verifiers.columns(period)
        return await export(request, ordered, columns, "verifikasi", format, row, period.end)
    return await page(db, request, response, statement, keys, wanted, row)


@router.get("/v1/verifications/summary/explanation", response_model=VerificationExplanationOut)
async def explain_verification_sums(
    db: Db, access: CanRead, wanted: Annotated[ExplanationFilter, Query()]
) -> dict[str, Any]:
    """How one verifier's numbers are made: inputs, rules, steps."""
    period = await verifiers.period(db, access, wanted.start, wanted.end)
    return await verifiers.explanation(db, access, wanted.verifier_id, period)


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
