"""A year and a day of the calendar as a unit sees them."""

from calendar import monthrange
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.queries import calendar_of, days_off, unit_or_root
from asn_api.areas.calendar.schemas import (
    CalendarDayOut,
    CalendarOut,
    DayExplanation,
    DayOffOut,
    MonthOut,
    PolicyRef,
    ReducedPeriodOut,
)
from asn_api.areas.policies.queries import in_force
from asn_api.errors import Problem
from asn_api.rules.minutes import day_target
from asn_api.rules.policy import ActivityPolicy
from asn_api.tables.organization import Unit


async def year_of(access: Access, db: AsyncSession, year: int, unit_id: UUID | None) -> CalendarOut:
    unit = await _unit(access, db, unit_id)
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = await days_off(access, db, unit.path, first, last)
    calendar = calendar_of(days)
    spans = [(date(year, month, 1), date(year, month, monthrange(year, month)[1])) for month in range(1, 13)]
    return CalendarOut(
        year=year,
        unit_id=unit_id,
        provisional=calendar.is_provisional(first, last),
        days_off=[DayOffOut.model_validate(day) for day in days],
        months=[
            MonthOut(
                month=start.month,
                working_days_5=calendar.working_days(start, end, 5),
                working_days_6=calendar.working_days(start, end, 6),
            )
            for start, end in spans
        ],
    )


async def day_of(access: Access, db: AsyncSession, day: date, unit_id: UUID | None) -> CalendarDayOut:
    unit = await _unit(access, db, unit_id)
    first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    days = await days_off(access, db, unit.path, first, last)
    calendar = calendar_of(days)
    week = unit.days_per_week
    row = await db.scalar(in_force(access, "activities", day))
    policy = ActivityPolicy.from_mapping(row.content) if row is not None else None
    reduced = (
        next((each for each in policy.reduced_periods if each.start <= day <= each.end), None)
        if policy
        else None
    )
    return CalendarDayOut(
        day=day,
        unit_id=unit.id,
        days_per_week=week,
        working_day=calendar.is_working_day(day, week),
        weekend=day.weekday() >= week,
        days_off=[DayOffOut.model_validate(each) for each in days if each.day == day],
        provisional=calendar.is_provisional(day, day),
        target_minutes=day_target(day, week, calendar, policy) if policy else None,
        explanation=DayExplanation(
            rule="day_target",
            article="Perpres 21/2023",
            policy=PolicyRef.model_validate(row) if row is not None else None,
            ordinary_minutes=policy.daily_target_minutes[week] if policy else None,
            reduced_period=ReducedPeriodOut(
                start=reduced.start, end=reduced.end, minutes=reduced.daily_target_minutes[week]
            )
            if reduced
            else None,
        ),
    )


async def _unit(access: Access, db: AsyncSession, unit_id: UUID | None) -> Unit:
    unit = await db.scalar(unit_or_root(access, unit_id))
    if unit is None:
        raise Problem("NOT_FOUND")
    return unit
