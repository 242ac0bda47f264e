"""A month by units: the kept sums beside the minutes that were expected of the posts held."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.activities.locked_queries import hot_surroundings_of
from asn_api.areas.activities.places import Surroundings
from asn_api.areas.oversight import month_queries as queries
from asn_api.areas.oversight.schemas import MonthFilter
from asn_api.areas.policies.current import ActivityPolicies, dated_policies
from asn_api.core.database import Database
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.calendar import Calendar, days_between
from asn_api.rules.minutes import day_target
from asn_api.rules.oversight import Post, expected_minutes, share
from asn_api.rules.policy import ActivityPolicy, MonthTargetRule
from asn_api.rules.rollups import CATEGORY_MINUTES, MONTH_NUMBERS

Row = Mapping[str, Any]

_PLAIN = [name for name in MONTH_NUMBERS if name not in CATEGORY_MINUTES.values()]


@dataclass
class Month:
    """What the sums of a month are made from; `after` is the first day after it."""

    first: date
    after: date
    today: date
    scope: str
    surroundings: Surroundings
    policies: dict[date, tuple[date, ActivityPolicy]]
    posts: dict[UUID, list[Post]]
    units: Sequence[Row]
    """With their kept sums, by agency and path."""
    listed: Select[Any]
    """The statement that gave them."""
    _targets: dict[tuple[int, frozenset[date]], list[int]] = field(default_factory=dict)

    @cached_property
    def calendar(self) -> Calendar:
        """Without days off of single branches."""
        return self.surroundings.calendar("")

    @cached_property
    def policy(self) -> ActivityPolicy:
        return self.policies[self.after - timedelta(days=1)][1]

    @cached_property
    def counted_to(self) -> date:
        """Today's work is not due yet."""
        return max(self.first, min(self.after, self.today))

    def targets(self, row: Row) -> list[int]:
        """The unit's minutes of each day of the month."""
        week, calendar = row["days_per_week"], self.surroundings.calendar(row["path"])
        key = week, calendar.days_off
        if key not in self._targets:
            self._targets[key] = [
                day_target(day, week, calendar, policy) for day, (_, policy) in self.policies.items()
            ]
        return self._targets[key]

    def expected(self, row: Row) -> tuple[int, int]:
        """Minutes of the posts held in the unit: of the whole month, and of the days that are due."""
        held = self.posts.get(row["id"], ())
        if self.policy.month_target is MonthTargetRule.FIXED:
            days, even = (self.after - self.first).days, self.policy.fixed_month_minutes
            whole, due = (
                sum(post.people * even * post.days(until) // days for post in held)
                for until in (self.after, self.counted_to)
            )
            return whole, due
        targets = self.targets(row)
        return (
            expected_minutes(held, self.first, targets, self.after),
            expected_minutes(held, self.first, targets, self.counted_to),
        )

    def employees(self, row: Row) -> int:
        """People in posts of the unit today, or on the first or last day of a month that today is not in."""
        day = min(self.after - timedelta(days=1), max(self.first, self.today))
        return sum([post.people for post in self.posts.get(row["id"], ()) if post.start <= day < post.after])

    def sums(self, row: Row) -> dict[str, Any]:
        whole, due = self.expected(row)
        return {
            "employees": self.employees(row),
            "target_minutes": whole,
            "target_to_date": due,
            **{name: row[name] or 0 for name in MONTH_NUMBERS},
        }


async def read(database: Database, access: Access, first: date, wanted: MonthFilter) -> Month:
    dated = await database.fetch_row(queries.DATED, {"region": access.region_id, "unit": wanted.unit_id})
    assert dated is not None
    if wanted.unit_id is not None and dated["path"] is None:
        raise Problem("NOT_FOUND")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    after = last + timedelta(days=1)
    policies = ActivityPolicies(dated_policies(dated["policies"] or "[]"))
    shape = queries.shape(access, wanted)
    params = queries.params(access, first, after, wanted, dated["path"] or "")
    posts: dict[UUID, list[Post]] = defaultdict(list)
    for unit_id, start, end, people in await database.fetch(shape.posts, params):
        posts[unit_id].append(Post(start, end, people))
    params |= {"held": list(posts)}
    scope = "TEAM"
    if queries.of_units(access, wanted):
        scope = "REGION" if access.reaches(Reach.REGION) else "BRANCH"
    return Month(
        first,
        after,
        access.today,
        scope,
        await hot_surroundings_of(database, access),
        {day: policies.on(day) for day in days_between(first, last)},
        posts,
        await database.fetch(shape.months, params),
        shape.months.statement.params(params),
    )


def summary(month: Month) -> dict[str, Any]:
    """All within reach, by agency and by unit: where the smallest share was claimed comes first."""
    units = [(row, month.sums(row)) for row in month.units]
    agencies: dict[UUID | None, list[tuple[Row, dict[str, Any]]]] = defaultdict(list)
    for row, sums in units:
        agencies[row["agency_id"]].append((row, sums))
    by_agency = [(held[0][0], _added(sums for _, sums in held)) for held in agencies.values()]
    return {
        "month": f"{month.first:%Y-%m}",
        "scope": month.scope,
        "target_rule": month.policy.month_target,
        "provisional": month.calendar.is_provisional(month.first, month.after - timedelta(days=1)),
        "total": _shown(_added(sums for _, sums in by_agency)),
        "agencies": _worst_first({"agency": _agency(row), "sums": _shown(sums)} for row, sums in by_agency),
        "units": _worst_first(unit_row(row, sums) for row, sums in units),
    }


def unit_row(row: Row, sums: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": {"id": row["id"], "name": row["name"]},
        "agency": _agency(row),
        "sums": _shown(sums),
    }


def columns(month: Month) -> list[Column]:
    def number(indonesian: str, english: str, name: str) -> Column:
        return Column(indonesian, english, lambda row: _shown(month.sums(row))[name])

    return [
        Column("Perangkat daerah", "Agency", lambda row: row["agency_name"]),
        Column("Unit kerja", "Unit", lambda row: row["name"]),
        number("Pegawai", "Employees", "employees"),
        number("Target menit", "Target minutes", "target_minutes"),
        number("Target sampai kemarin", "Target to date", "target_to_date"),
        number("Menit dilaporkan", "Claimed minutes", "claimed_minutes"),
        number("Bagian dari target", "Claimed share", "claimed_share"),
        number("Menit terverifikasi", "Verified minutes", "verified_minutes"),
        number("Draf", "Drafts", "drafts"),
        number("Menunggu", "Waiting", "waiting"),
        number("Terverifikasi", "Verified", "verified"),
        number("Ditolak", "Rejected", "rejected"),
        number("Terlambat", "Late", "late"),
        number("Bertanda", "Flagged", "flagged"),
    ]


def explanation(access: Access, month: Month, wanted: MonthFilter) -> dict[str, Any]:
    """How the month's numbers are made: of one unit within reach, or of all that is."""
    rows = month.units
    if wanted.unit_id is not None:
        rows = [row for row in rows if row["id"] == wanted.unit_id]
        if not rows or not queries.of_units(access, wanted):
            raise Problem("NOT_FOUND")
    sums = _shown(_added(month.sums(row) for row in rows))
    weeks = sorted({row["days_per_week"] for row in rows})
    last = month.after - timedelta(days=1)
    working = {week: month.calendar.working_days(month.first, last, week) for week in weeks}
    steps = [
        ("working_days", _each(working), "Perpres 21/2023; calendar without days off of single branches"),
        ("month_target", month.policy.month_target.value, "policies/activities"),
        (
            "daily_target_minutes",
            _each(month.policy.daily_target_minutes),
            "policies/activities of each day",
        ),
    ]
    if wanted.unit_id is not None:
        held = [
            f"{post.start}/{post.after - timedelta(days=1)}: {post.people}"
            for post in sorted(month.posts.get(wanted.unit_id, []), key=lambda post: post.start)
        ]
        steps.append(("people with a definitive post", ", ".join(held) or "-", "appointments"))
    steps += [
        ("target_minutes = day targets × people, summed", str(sums["target_minutes"]), "this unit or all"),
        (f"target_to_date = the same before {month.counted_to}", str(sums["target_to_date"]), "today is due"),
        ("claimed_minutes of submitted and verified", str(sums["claimed_minutes"]), "kept by every write"),
        (
            "claimed_share = claimed ÷ target to date, 4 decimals, half up",
            str(sums["claimed_share"]),
            "order of the list",
        ),
        ("verified_minutes granted by superiors", str(sums["verified_minutes"]), "kept by every write"),
    ]
    return {
        "month": f"{month.first:%Y-%m}",
        "unit": {"id": rows[0]["id"], "name": rows[0]["name"]} if wanted.unit_id else None,
        "policies": sorted({valid_from for valid_from, _ in month.policies.values()}),
        "sums": sums,
        "steps": [{"rule": rule, "value": value, "source": source} for rule, value, source in steps],
    }


def _each(values: Mapping[int, int]) -> str:
    return ", ".join(f"{week}: {value}" for week, value in sorted(values.items())) or "-"


def _added(all_sums: Iterable[Mapping[str, int]]) -> dict[str, Any]:
    total = dict.fromkeys(("employees", "target_minutes", "target_to_date", *MONTH_NUMBERS), 0)
    for sums in all_sums:
        for name, number in sums.items():
            total[name] += number
    return total


def _shown(sums: Mapping[str, Any]) -> dict[str, Any]:
    claimed = share(sums["claimed_minutes"], sums["target_to_date"])
    return {
        "employees": sums["employees"],
        "target_minutes": sums["target_minutes"],
        "target_to_date": sums["target_to_date"],
        "claimed_share": None if claimed is None else str(claimed),
        **{name: sums[name] for name in _PLAIN},
        "verified_by_category": {
            category.value: sums[name] for category, name in CATEGORY_MINUTES.items() if sums[name]
        },
    }


def _agency(row: Row) -> dict[str, Any] | None:
    return {"id": row["agency_id"], "name": row["agency_name"]} if row["agency_id"] else None


def _worst_first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    def order(row: dict[str, Any]) -> tuple[bool, float, int, str]:
        sums = row["sums"]
        named = row.get("unit") or row["agency"] or {"name": ""}
        claimed = sums["claimed_share"]
        return claimed is None, float(claimed or 0), -sums["waiting"], named["name"]

    return sorted(rows, key=order)
