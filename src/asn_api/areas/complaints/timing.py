"""The clocks of complaints by the region's calendar and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.queries import calendar_for, unit_or_root
from asn_api.areas.complaints import queries
from asn_api.areas.policies.current import applicable, policy_on
from asn_api.rules.calendar import Calendar
from asn_api.rules.complaint_clocks import ARTICLES, Clock, Since, clock, spans, steps
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import ComplaintKind
from asn_api.tables.complaints import Complaint

AHEAD = timedelta(days=400)
"""Further than the longest limit reaches from today in an ordinary year; beyond, days are provisional anyway."""


@dataclass(frozen=True)
class Scene:
    """What deadlines are computed with. The days are those of the region, not of an agency's branch."""

    policy: ComplaintPolicy
    calendar: Calendar
    days_per_week: int

    def clocks(self, kind: ComplaintKind, history: Sequence[Since]) -> list[Clock]:
        return [clock(each, self.calendar, self.days_per_week) for each in spans(kind, history, self.policy)]


async def scene(access: Access, db: AsyncSession, first: date) -> Scene:
    """For complaints received on or after a day."""
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    root = (await db.scalars(unit_or_root(access, None))).one()
    calendar = await calendar_for(access, db, root.path, min(first, access.today), access.today + AHEAD)
    return Scene(policy, calendar, root.days_per_week)


def nearest(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock that is due first."""
    running = [each for each in clocks if each.span.ended is None and each.due is not None]
    return min(running, key=lambda each: each.due or date.max, default=None)


def nearest_due(clocks: Sequence[Clock]) -> dict[str, Any]:
    """The columns of the nearest deadline."""
    first = nearest(clocks)
    return {
        "due_stage": first.span.stage if first else None,
        "due_on": first.due if first else None,
        "due_provisional": first.provisional if first else False,
    }


def note_due(complaint: Complaint, clocks: Sequence[Clock]) -> None:
    for name, value in nearest_due(clocks).items():
        setattr(complaint, name, value)


async def history_of(access: Access, db: AsyncSession, complaint: Complaint) -> list[Since]:
    rows = await db.execute(queries.history(access, [complaint.id]))
    return [Since(row.day, row.status) for row in rows]


async def explained(access: Access, db: AsyncSession, complaint: Complaint) -> dict[str, Any]:
    """Every clock that has begun, how its due day came about, and the numbers behind it."""
    history = await history_of(access, db, complaint)
    around = await scene(access, db, history[0].day)
    policy = await db.scalar(applicable(access.region_id, ComplaintPolicy.area, access.today))
    assert policy is not None
    inputs: list[dict[str, Any]] = [
        {"entity": "complaint", "id": complaint.id, "version": complaint.version, "kind": complaint.kind},
        *[{"entity": "state", "day": each.day, "status": each.status} for each in history],
        {"entity": "policy", "area": policy.area, "id": policy.id, "version": policy.revision},
    ]
    return {
        "clocks": [
            {
                "stage": each.span.stage,
                "state": each.state(access.today),
                "start": each.span.start,
                "limit": each.span.limit,
                "due": each.due,
                "left": each.left if each.due is None else None,
                "provisional": each.provisional,
                "ended": each.span.ended,
                "article": ARTICLES[each.span.stage],
                "steps": steps(each, around.calendar, around.days_per_week),
            }
            for each in around.clocks(complaint.kind, history)
        ],
        "inputs": inputs,
        "rule": "day 1 is the next working day; days on which the reporter was asked do not count",
    }
