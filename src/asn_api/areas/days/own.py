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
from asn_api.rules.minutes import cap_minutes, counted_minutes, day_target, fulfilment, month_score
from asn_api.rules.policy import ActivityPolicy, MonthTargetRule

_NO_MINUTES = {"verified_minutes": 0, "correction_minutes": 0, "counted_minutes": 0}
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
    def categories(self) -> list[dict[str, Any]]:
        """The sums of the days; caps hold by day, so the month has none of its own."""
        sums: dict[Category, dict[str, Any]] = {}
        for each in (each for day in self.days for each in day["categories"]):
            total = sums.setdefault(each["category"], {"category": each["category"], **_NO_MINUTES})
            for name in _NO_MINUTES:
                total[name] += each[name]
        return [sums[category] for category in Category if category in sums]

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
        verified = row.verified_by_category if row else {}
        corrected = row.corrected_by_category if row else {}
        categories = _categories(verified, corrected, target, policy)
        shown.append(_day(day, target, post, totals, policy, categories))
    return shown


def _categories(
    verified: dict[str, int], corrected: dict[str, int], target: int, policy: ActivityPolicy
) -> list[dict[str, Any]]:
    """A day's minutes by category: verified, corrected after the lock, and what counts below the cap."""
    caps, uncounted = policy.category_caps, policy.uncounted_categories
    minutes = {
        category: verified.get(category, 0) + corrected.get(category, 0)
        for category in Category
        if category in verified or category in corrected
    }
    counted = counted_minutes(minutes, target, caps, uncounted)
    return [
        {
            "category": category,
            "verified_minutes": verified.get(category, 0),
            "correction_minutes": corrected.get(category, 0),
            "cap_minutes": cap_minutes(category, target, caps, uncounted),
            "counted_minutes": counted[category],
        }
        for category in minutes
    ]


def _day(
    day: date,
    target: int,
    post: tuple[int, Calendar] | None,
    totals: dict[str, Any],
    policy: ActivityPolicy,
    categories: list[dict[str, Any]],
) -> dict[str, Any]:
    correction = sum(each["correction_minutes"] for each in categories)
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
        "fulfilment": fulfilment(totals["verified_minutes"] + correction, target, policy.over_target_factor),
        "correction_minutes": correction,
        "counted_minutes": sum(each["counted_minutes"] for each in categories),
        "categories": categories,
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
