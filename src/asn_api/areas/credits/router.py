"""Credit points (angka kredit) of functional positions: levels, points, accounts, readiness for promotion."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.credits import entering, queries, recomputing, showing
from asn_api.areas.credits.schemas import (
    AccountOut,
    CreditExplanationOut,
    CreditFilter,
    CreditIn,
    CreditOut,
    PeriodicIn,
    ReadinessOut,
    RecomputationOut,
    TermFilter,
    TermIn,
    TermOut,
    UnknownLevelOut,
    YearIn,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Key, Page, PagingQuery, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged
from asn_api.tables.credits import Credit, FunctionalTerm
from asn_api.tables.employees import Employee

router = APIRouter(prefix="/v1", tags=["credits"], route_class=Route)

CanRead = Annotated[Access, require(Permission.CREDITS_READ)]
CanManage = Annotated[Access, require(Permission.CREDITS_MANAGE)]

TERM_ORDER = (Key(FunctionalTerm.id.expression, "id", UUID, descending=True),)
PEOPLE_ORDER = (Key(Employee.id.expression, "id", UUID),)
CREDIT_ORDER = (Key(Credit.id.expression, "id", UUID, descending=True),)


@router.get("/functional-levels", response_model=Page[TermOut])
async def list_functional_levels(
    access: CanRead, db: Db, request: Request, response: Response, wanted: Annotated[TermFilter, Query()]
) -> dict[str, Any]:
    """At which level those within reach hold their functional positions, past terms too."""
    found = queries.terms(access, wanted)
    return await page(db, request, response, found, TERM_ORDER, wanted, showing.listed_term)


@router.get("/functional-levels/unknown", response_model=Page[UnknownLevelOut])
async def list_unknown_functional_levels(
    access: CanManage, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """Who holds a functional position today without a level. Nothing is converted for them until one is entered.

    `suggested_level` is what the title ends with; it counts only once an admin has entered it with a decree.
    """
    found = queries.unknown_levels(access)
    return await page(db, request, response, found, PEOPLE_ORDER, wanted, showing.unknown_level)


@router.post("/functional-levels", status_code=201)
async def enter_functional_level(access: CanManage, db: Tx, given: TermIn, response: Response) -> TermOut:
    """Enter the level that somebody holds from a day on, with the decree; an open term ends the day before.

    Months from that day on are converted anew at once.
    """
    term, new = await entering.enter_term(access, db, given)
    if not new:
        response.status_code = 200
    return tagged(response, term)


@router.delete("/functional-levels/{term_id}", status_code=204)
async def remove_functional_level(access: CanManage, db: Tx, term_id: UUID, version: IfMatch) -> None:
    """Take a level back that was entered by mistake; what was converted with it goes too."""
    await entering.remove_term(access, db, term_id, version)


@router.get("/credits", response_model=Page[CreditOut], responses=EXPORTS)
async def list_credits(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[CreditFilter, Query()],
    format: Wanted,
) -> Any:
    """Credit points within reach, the newest first; also as a file."""
    found = queries.credits(access, wanted)
    if format is not Format.JSON:
        ordered = found.order_by(Credit.id.desc())
        return await export(request, ordered, showing.COLUMNS, "angka-kredit", format, _row)
    return await page(db, request, response, found, CREDIT_ORDER, wanted, showing.listed)


@router.post("/credits", status_code=201)
async def enter_credits(access: CanManage, db: Tx, given: CreditIn, response: Response) -> CreditOut:
    """Enter the points that a decree states: the first determination, or the integration; each once in a career."""
    credit, new = await entering.enter_credit(access, db, given)
    if not new:
        response.status_code = 200
    return tagged(response, credit)


@router.delete("/credits/{credit_id}", status_code=204)
async def remove_credits(access: CanManage, db: Tx, credit_id: UUID, version: IfMatch) -> None:
    """Take back points that were entered, or a conversion of a part of a year.

    What a year gives is computed and changes with its evaluation only.
    """
    await entering.remove_credit(access, db, credit_id, version)


@router.post("/credits/recomputation", status_code=202)
async def recompute_credits(access: CanManage, db: Tx, given: YearIn) -> RecomputationOut:
    """Convert a year's evaluations again in the background. It happens every night for this and the last year.

    The same evaluations always give the same points; only what differs is written.
    """
    return await recomputing.ask(access, db, given.year)


@router.get("/employees/{employee_id}/credits")
async def get_credit_account(access: CanRead, db: Db, employee_id: UUID) -> AccountOut:
    """All credit points of one person, what the next rank and level need, and months that give nothing."""
    return await showing.account(access, db, employee_id)


@router.get("/employees/{employee_id}/credits/explanation")
async def explain_credit_account(access: CanRead, db: Db, employee_id: UUID) -> CreditExplanationOut:
    """How each part was computed, from which version of which evaluation and policy, and how they add up."""
    return await showing.explanation(access, db, employee_id)


@router.post("/employees/{employee_id}/credits/periodic", status_code=201)
async def convert_credits_periodically(
    access: CanManage, db: Tx, employee_id: UUID, given: PeriodicIn
) -> list[CreditOut]:
    """Convert whole months by their periodic evaluations, before the year is evaluated.

    The year's own conversion then leaves these months out: no month counts twice.
    """
    return await entering.convert(access, db, employee_id, given)


@router.get("/employees/{employee_id}/promotion-readiness")
async def get_promotion_readiness(access: CanRead, db: Db, employee_id: UUID) -> ReadinessOut:
    """Every rule of the promotions in rank and in level with PASS, FAIL or UNKNOWN, and what was found.

    There is no verdict: sanctions, competency tests and vacancies are not recorded here.
    """
    return await showing.promotion(access, db, employee_id)


def _row(row: Any) -> dict[str, Any]:
    return showing.listed(row).model_dump(mode="json")
