"""Months of a question, and the policy that applies at their end."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.policies.current import applicable
from asn_api.errors import Fault, Problem
from asn_api.rules.contribution_policy import ContributionPolicy

ONE_DAY = timedelta(days=1)
LONGEST = 12
"""Months."""


@dataclass(frozen=True)
class Span:
    """From the first day of the month `first` to the last day of the month `last`, both first days of months."""

    first: date
    last: date
    valid_from: date
    revision: int
    policy: ContributionPolicy

    @property
    def end(self) -> date:
        return _end(self.last)

    @property
    def named(self) -> dict[str, str]:
        return {"start": f"{self.first:%Y-%m}", "end": f"{self.last:%Y-%m}"}


async def read(db: AsyncSession, access: Access, start: str | None, end: str | None) -> Span:
    """By default this month; with one end only, that month alone."""
    last = _month(end or start) or access.today.replace(day=1)
    first = _month(start) or last
    months = 12 * (last.year - first.year) + last.month - first.month
    if not 0 <= months < LONGEST:
        raise Problem("REQUEST_INVALID", faults=[Fault("?to", "MONTHS_OUT_OF_RANGE", {"max": LONGEST})])
    day = min(_end(last), access.today)
    row = await db.scalar(applicable(access.region_id, ContributionPolicy.area, day))
    if row is None:
        raise Problem("POLICY_NOT_YET", area=ContributionPolicy.area, day=day.isoformat())
    return Span(first, last, row.valid_from, row.revision, ContributionPolicy.from_mapping(row.content))


def _month(named: str | None) -> date | None:
    return None if named is None else date.fromisoformat(f"{named}-01")


def _end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
