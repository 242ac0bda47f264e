"""Verifications by verifier: the kept sums as shares and steps, and how each is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.oversight import queries
from asn_api.areas.policies.current import activity_policies
from asn_api.core.http.exports import Column
from asn_api.errors import Fault, Problem
from asn_api.rules.oversight import Step, flags, percentile, share
from asn_api.rules.policy import ActivityPolicy
from asn_api.rules.rollups import DECISION_NUMBERS, LATENCIES

Row = Mapping[str, Any]

LONGEST = 366
"""Days."""
MEDIAN, SLOWEST_TENTH = Fraction(1, 2), Fraction(9, 10)


@dataclass(frozen=True)
class Period:
    """Days, both included, and the policy of the last one."""

    start: date
    end: date
    valid_from: date
    policy: ActivityPolicy


async def period(db: AsyncSession, access: Access, start: date | None, end: date | None) -> Period:
    """By default this month until today."""
    end = end or access.today
    start = start or end.replace(day=1)
    if not 0 <= (end - start).days < LONGEST:
        raise Problem("REQUEST_INVALID", faults=[Fault("?to", "PERIOD_OUT_OF_RANGE", {"max": LONGEST})])
    return Period(start, end, *(await activity_policies(db, access.region_id)).on(min(end, access.today)))


def shown(period: Period) -> Callable[[Row], dict[str, Any]]:
    def row(found: Row) -> dict[str, Any]:
        return {
            "verifier": {"id": found["id"], "nip": found["nip"], "name": found["name"]},
            **{name: found[name] for name in ("decided", "verified", "rejected", "granted_less")},
            "latency": {name: found[name] for name, _, _ in LATENCIES},
            "latency_median": _step(percentile(found, MEDIAN)),
            "latency_p90": _step(percentile(found, SLOWEST_TENTH)),
            "in_time_share": _text(found["in_time"], measured(found)),
            "bulk_share": _text(found["in_bulk"], found["decided"]),
            "untouched_share": _text(found["untouched"], found["decided"]),
            "waiting": found["waiting"],
            "oldest_waiting_day": _oldest(found),
            "flags": flags(found, period.policy),
        }

    return row


def columns(period: Period) -> list[Column]:
    def of(indonesian: str, english: str, value: Callable[[Row], Any]) -> Column:
        return Column(indonesian, english, value)

    return [
        of("NIP", "NIP", lambda row: row["nip"]),
        of("Nama", "Name", lambda row: row["name"]),
        of("Diputus", "Decided", lambda row: row["decided"]),
        of("Terverifikasi", "Verified", lambda row: row["verified"]),
        of("Ditolak", "Rejected", lambda row: row["rejected"]),
        of("Dikurangi", "Granted less", lambda row: row["granted_less"]),
        of("Median hari kerja", "Median working days", lambda row: _range(percentile(row, MEDIAN))),
        of("P90 hari kerja", "P90 working days", lambda row: _range(percentile(row, SLOWEST_TENTH))),
        of("Tepat waktu", "In time", lambda row: share(row["in_time"], measured(row))),
        of("Sekaligus", "In bulk", lambda row: share(row["in_bulk"], row["decided"])),
        of("Tanpa perubahan", "Untouched", lambda row: share(row["untouched"], row["decided"])),
        of("Menunggu", "Waiting", lambda row: row["waiting"]),
        of("Menunggu sejak", "Waiting since", _oldest),
        of("Tanda", "Flags", lambda row: ", ".join(flags(row, period.policy))),
    ]


async def explanation(db: AsyncSession, access: Access, id: UUID, period: Period) -> dict[str, Any]:
    """How the numbers of one verifier within reach are made."""
    statement = queries.verifier(access, id, period.start, period.end)
    matching = (await db.execute(statement)).one_or_none()
    if matching is None:
        raise Problem("NOT_FOUND")
    found = dict(matching._mapping)
    row, policy = shown(period)(found), period.policy
    steps = [
        (
            "latency: working days after the day of submission",
            ", ".join(f"{name}: {found[name]}" for name, _, _ in LATENCIES),
            "calendar and zone of the unit, as they were at the decision",
        ),
        ("latency_median: step of the 50 % quickest", _range(percentile(found, MEDIAN)), "latency"),
        ("latency_p90: step of the 90 % quickest", _range(percentile(found, SLOWEST_TENTH)), "latency"),
        (
            f"in_time_share = in_time ÷ decisions with a latency ({measured(found)})",
            str(row["in_time_share"]),
            f"verify_sla_working_days of the work's day, now {policy.verify_sla_working_days}",
        ),
        (
            f"bulk_share = in_bulk ÷ decided; more than {policy.bulk_decision_items} in one request",
            str(row["bulk_share"]),
            "bulk_decision_items of the day of the decision",
        ),
        (
            "untouched_share = untouched ÷ decided; granted in full, no comment",
            str(row["untouched_share"]),
            "decisions",
        ),
        (
            f"MASS_APPROVAL: decided ≥ {policy.oversight_min_decisions}, bulk_share ≥ "
            f"{policy.mass_approval_bulk_share}, untouched_share ≥ {policy.mass_approval_untouched_share}",
            _held("MASS_APPROVAL", row),
            "policies/activities",
        ),
        (
            f"LATE_DECISIONS: decided ≥ {policy.oversight_min_decisions}, in_time_share < {policy.in_time_share}",
            _held("LATE_DECISIONS", row),
            "policies/activities",
        ),
        ("waiting: handed in by today's reports, now", str(row["waiting"]), "reporting lines, kept days"),
    ]
    return {
        "verifier": row["verifier"],
        "start": period.start,
        "end": period.end,
        "policy": period.valid_from,
        "inputs": {name: found[name] for name in (*DECISION_NUMBERS, "waiting")},
        "steps": [{"rule": rule, "value": value, "source": source} for rule, value, source in steps],
    }


def measured(row: Row) -> int:
    """Decisions whose latency is known."""
    return sum(row[name] for name, _, _ in LATENCIES)


def _step(step: Step | None) -> dict[str, Any] | None:
    return {"first": step.first, "last": step.last} if step else None


def _range(step: Step | None) -> str:
    if step is None:
        return "-"
    return str(step.first) if step.first == step.last else f"{step.first}-{step.last or ''}"


def _text(part: int, whole: int) -> str | None:
    found = share(part, whole)
    return None if found is None else str(found)


def _oldest(row: Row) -> date | None:
    return None if row["oldest"] == queries.NEVER else row["oldest"]


def _held(flag: str, row: Mapping[str, Any]) -> str:
    return "true" if flag in row["flags"] else "false"
