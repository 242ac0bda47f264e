"""The day board: who reported, who did not, what waits; and one's own day and month."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.days import boards, own
from asn_api.areas.days.schemas import (
    BoardDay,
    BoardFilter,
    BoardRowOut,
    OwnDayOut,
    OwnMonthExplanationOut,
    OwnMonthOut,
    StepOut,
    SummaryFilter,
    SummaryOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, Route
from asn_api.errors import Problem

router = APIRouter(tags=["days"], route_class=Route)

CanRead = Annotated[Access, require(Permission.DAYS_READ)]
Own = Annotated[Access, require(Permission.ACTIVITIES_RECORD)]
MonthPath = Annotated[str, Path(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", description="For example 2026-11.")]


@router.get("/v1/days/{day}/board", response_model=Page[BoardRowOut], responses=EXPORTS)
async def get_day_board(
    day: BoardDay,
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[BoardFilter, Query()],
    format: Wanted,
) -> Any:
    """Everyone within reach who held a post on the day: problem rows first, then by name."""
    statement, keys = await boards.board(db, access, day, wanted)
    if format is not Format.JSON:
        ordered = statement.order_by(*(key.column for key in keys))
        return await export(request, ordered, boards.COLUMNS, "papan", format, boards.row, day)
    return await page(db, request, response, statement, keys, wanted, boards.row)


@router.get("/v1/days/{day}/summary", response_model=SummaryOut)
async def get_day_summary(
    day: BoardDay, db: Db, access: CanRead, wanted: Annotated[SummaryFilter, Query()]
) -> dict[str, Any]:
    """The day in sums: of all within reach, and of each unit right below."""
    return await boards.summary(db, access, day, wanted)


@router.get("/v1/me/days/{day}", response_model=OwnDayOut)
async def get_my_day(day: BoardDay, db: Db, access: Own) -> dict[str, Any]:
    """One's own day: target, what was reported, what was verified."""
    return await own.day(db, _employed(access), day)


@router.get("/v1/me/months/{month}", response_model=OwnMonthOut)
async def get_my_month(month: MonthPath, db: Db, access: Own) -> dict[str, Any]:
    """One's own month, day by day, with the score as it stands."""
    found = await own.month(db, _employed(access), _first(month))
    sums = {
        name: sum(each["totals"][name] for each in found.days)
        for name in ("claimed_minutes", "verified_minutes")
    }
    return {
        "month": month,
        "target_minutes": found.target,
        "working_days": found.working_days,
        "provisional": found.provisional,
        "score_percent": found.score,
        "days": found.days,
        "correction_minutes": sum(each["correction_minutes"] for each in found.days),
        "counted_minutes": found.counted,
        "categories": found.categories,
        **sums,
    }


@router.get("/v1/me/months/{month}/explanation", response_model=OwnMonthExplanationOut)
async def explain_my_month(month: MonthPath, db: Db, access: Own) -> OwnMonthExplanationOut:
    """Why the month's score is what it is: the inputs, the rules, the steps."""
    found = await own.month(db, _employed(access), _first(month))
    policy = found.policy
    minutes = ", ".join(f"{week}: {each}" for week, each in sorted(policy.daily_target_minutes.items()))
    caps = ", ".join(f"{name.value} ≤ {share}" for name, share in policy.category_caps.items())
    return OwnMonthExplanationOut(
        month=month,
        score_percent=found.score,
        target_rule=policy.month_target,
        policies=found.policy_dates,
        steps=[
            StepOut(rule="working_days", value=str(found.working_days), source="Perpres 21/2023; kalender"),
            StepOut(rule="daily_target_minutes", value=minutes, source="policies/activities"),
            StepOut(rule="month_target", value=str(found.target), source="policies/activities"),
            StepOut(rule="category_caps", value=caps or "-", source="policies/activities"),
            *(
                StepOut(
                    rule=f"{each['category'].value}: verified + corrected → counted",
                    value="{verified_minutes} + {correction_minutes} → {counted_minutes}".format_map(each),
                    source="verified activities, corrections after the lock; capped day by day",
                )
                for each in found.categories
            ),
            StepOut(rule="counted_minutes", value=str(found.counted), source="sum of the categories"),
            StepOut(
                rule="score = min(100, 100 × counted ÷ target), 2 decimals, half up",
                value=str(found.score),
                source="policies/activities",
            ),
        ],
    )


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _employed(access: Access) -> Access:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    return access
