"""One's own days and month: the target of each day by the unit one belonged to, beside what was done."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.queries import calendar_for
from asn_api.areas.days import queries
from asn_api.areas.policies.current import ActivityPolicies, activity_policies
from asn_api.rules.activities import Category
from asn_api.rules.calendar import Calendar, days_between
from asn_api.rules.days import state
from asn_api.rules.minutes import counted_minutes, day_target, fulfilment, month_score
from asn_api.rules.policy import ActivityPolicy, MonthTargetRule

NOTHING: dict[str, Any] = {**dict.fromkeys(queries.TOTALS, 0), "first_reported_at": None}


@dataclass(frozen=True)
class Month:
    """The inputs and results of one's month; minutes are whole, the score has two decimals."""

    first: date
    days: list[dict[str, Any]]
    target: int
    working_days: int
    provisional: bool
    policy: ActivityPolicy
    policy_dates: list[date]

    @property
    def counted(self) -> int:
        return sum(day["counted_minutes"] for day in self.days)

    @property
    def score(self) -> Decimal | None:
        return month_score(self.counted, self.target)


async def day(db: AsyncSession, access: Access, wanted: date) -> dict[str, Any]:
    policies = await activity_policies(db, access.region_id)
    [shown] = await _days(db, access, wanted, wanted, policies)
    return shown


async def _days(
    db: AsyncSession, access: Access, start: date, end: date, policies: ActivityPolicies
) -> list[dict[str, Any]]:
    """Every day of the span under the policy of that day; a day without a post has no target."""
    posts = [
        (valid, week, await calendar_for(access, db, path, start, end))
        for valid, path, week, _ in await db.execute(queries.own_posts(access, start, end))
    ]
    kept = {row.day: row for row in await db.scalars(queries.own_totals(access, start, end))}
    shown = []
    for day in days_between(start, end):
        post = next(((week, calendar) for valid, week, calendar in posts if day in valid), None)
        _, policy = policies.on(day)
        target = day_target(day, *post, policy) if post else 0
        row = kept.get(day)
        totals = {name: getattr(row, name) for name in NOTHING} if row else NOTHING
        by_category = row.verified_by_category if row else {}
        verified = {Category(name): minutes for name, minutes in by_category.items()}
        counted = counted_minutes(verified, target, policy.category_caps, policy.uncounted_categories)
        shown.append(_day(day, target, post, totals, policy) | {"counted_minutes": sum(counted.values())})
    return shown


def _day(
    day: date,
    target: int,
    post: tuple[int, Calendar] | None,
    totals: dict[str, Any],
    policy: ActivityPolicy,
) -> dict[str, Any]:
    return {
        "day": day,
        "target_minutes": target,
        "working_day": post is not None and post[1].is_working_day(day, post[0]),
        "state": state(
            target=target,
            reported=totals["waiting"] + totals["verified"] + totals["rejected"],
            rejected=totals["rejected"],
            waiting=totals["waiting"],
            claimed_minutes=totals["claimed_minutes"],
        ),
        "fulfilment": fulfilment(totals["verified_minutes"], target, policy.over_target_factor),
        "totals": totals,
    }


async def month(db: AsyncSession, access: Access, first: date) -> Month:
    """One's month as it stands: the sum of its day targets, or the region's fixed number."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    policies = await activity_policies(db, access.region_id)
    _, policy = policies.on(last)
    shown = await _days(db, access, first, last, policies)
    target = sum(each["target_minutes"] for each in shown)
    if policy.month_target is MonthTargetRule.FIXED:
        target = policy.fixed_month_minutes
    calendar = await calendar_for(access, db, "", first, last)
    return Month(
        first,
        shown,
        target,
        sum(each["working_day"] for each in shown),
        calendar.is_provisional(first, last),
        policy,
        sorted({policies.on(each["day"])[0] for each in shown}),
    )
