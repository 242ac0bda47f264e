"""The performance cycle over HTTP: steps, ratings, evaluators, distributions. Nothing is written here."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.cycle import (
    distributions,
    duty_queries,
    evaluators,
    explaining,
    queries,
    spans,
    summary,
)
from asn_api.areas.cycle.schemas import (
    AgencyDistributionOut,
    CycleExplanationOut,
    CycleSummaryOut,
    DistributionsFilter,
    EvaluatorOut,
    EvaluatorsFilter,
    PeriodFilter,
    SummaryFilter,
)
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, Route

router = APIRouter(prefix="/v1/cycles/{year}", tags=["cycle"], route_class=Route)

CanRead = Annotated[Access, require(Permission.EVALUATIONS_READ)]
YearPath = Annotated[int, Path(ge=2000, le=2100)]
OnlyPeriod = Annotated[PeriodFilter, Query()]


@router.get("/summary", response_model=CycleSummaryOut)
async def get_cycle_summary(
    year: YearPath, db: Db, access: CanRead, wanted: Annotated[SummaryFilter, Query()]
) -> Response:
    """A period of the cycle: plans, steps of the evaluations, ratings, what waits for evaluators.

    Of all within reach and of each unit right below; `unit_id` goes one level down. Heads, admins and third
    parties get whole units; a superior without a branch, or with `team=true`, the people whom he leads or
    evaluates. Nothing is counted that the caller could not read one by one.
    """
    asked = await _asked(db, access, year, wanted)
    content = await summary.summary(db, access, asked, wanted)
    # Hundreds of numbers: validating our own answer would cost more than making it.
    return Response(orjson.dumps(content, default=str), media_type="application/json")


@router.get("/summary/explanation")
async def explain_cycle_summary(
    year: YearPath, db: Db, access: CanRead, wanted: Annotated[SummaryFilter, Query()]
) -> CycleExplanationOut:
    """How the figures of the total are made, each with its inputs, rule and steps."""
    return await explaining.explained(db, access, await _asked(db, access, year, wanted))


@router.get("/evaluators", response_model=Page[EvaluatorOut], responses=EXPORTS)
async def list_cycle_evaluators(
    year: YearPath,
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[EvaluatorsFilter, Query()],
    format: Wanted,
) -> Any:
    """What each evaluator owes since when, and how late he rated; the longest due first.

    Heads and admins see the evaluators of their branch, about its people; everybody else himself. Third parties
    get the sums of the summary only.
    """
    evaluators.check_person(access)
    asked = await spans.asked(db, access, year, wanted, unit_id=wanted.unit_id)
    known = await evaluators.known(db, access, asked)
    statement = duty_queries.evaluators(access, asked, known, late_only=wanted.late)
    keys = duty_queries.evaluator_keys(statement)
    if format is not Format.JSON:
        ordered = statement.order_by(*(key.column for key in keys))
        return await export(request, ordered, evaluators.COLUMNS, "penilai", format, evaluators.row)
    return await page(db, request, response, statement, keys, wanted, evaluators.row)


@router.get("/evaluators/{employee_id}/explanation")
async def explain_cycle_evaluator(
    year: YearPath, employee_id: UUID, db: Db, access: CanRead, wanted: OnlyPeriod
) -> ExplanationOut:
    """What an evaluator's numbers are made from, one by one."""
    evaluators.check_person(access)
    asked = await spans.asked(db, access, year, wanted)
    return await evaluators.explained(db, access, asked, employee_id)


@router.get("/distributions", response_model=Page[AgencyDistributionOut], responses=EXPORTS)
async def list_cycle_distributions(
    year: YearPath,
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[DistributionsFilter, Query()],
    format: Wanted,
) -> Any:
    """The agencies within reach side by side: predicates against what each achieved. Departures are warnings."""
    asked = await spans.asked(db, access, year, wanted)
    statement = queries.distributions(access, asked)
    keys, row = queries.distribution_keys(statement), distributions.row(asked)
    if format is not Format.JSON:
        ordered = statement.order_by(*(key.column for key in keys))
        return await export(request, ordered, distributions.columns(asked), "sebaran-predikat", format, row)
    return await page(db, request, response, statement, keys, wanted, row)


@router.get("/distributions/{agency_id}/explanation")
async def explain_cycle_distribution(
    year: YearPath, agency_id: UUID, db: Db, access: CanRead, wanted: OnlyPeriod
) -> ExplanationOut:
    """How an agency's distribution is counted and judged."""
    asked = await spans.asked(db, access, year, wanted)
    return await distributions.explained(db, access, asked, agency_id)


async def _asked(db: Db, access: Access, year: int, wanted: SummaryFilter) -> spans.Asked:
    return await spans.asked(
        db,
        access,
        year,
        wanted,
        unit_id=wanted.unit_id,
        team=wanted.team or wanted.as_of is not None,
        as_of=wanted.as_of,
    )
