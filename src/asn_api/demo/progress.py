"""What Kota Demo reports at the end of each quarter about the indicators of its plans."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.core.bulk import copy_in
from asn_api.demo.cascade import SEED, Indicator, uuid7
from asn_api.demo.planned import Year
from asn_api.demo.roster import Person
from asn_api.demo.year import is_whole
from asn_api.rules.calendar import midnight
from asn_api.rules.plans import Aspect, Polarity
from asn_api.tables.performance import ProgressReport

Row = dict[str, Any]

SILENT = 0.08
"""Of the people: they report nothing, and somebody has to ask them."""

_JOURNAL = text("""
insert into journal (region_id, at, entity, entity_id, version, action, account_id, actor_id, changes,
                     unit_id, employee_id)
select p.region_id, p.received_at, 'progress', p.id, 1, 'CREATE', account.id, p.employee_id,
       jsonb_build_object(
           'indicator_id', jsonb_build_array(null, p.indicator_id),
           'day', jsonb_build_array(null, p.day),
           'value', jsonb_build_array(null, p.value::text)),
       p.unit_id, p.employee_id
from progress_reports p
left join accounts account on account.region_id = p.region_id and account.employee_id = p.employee_id
where p.region_id = :region_id
order by p.received_at, p.id
""")


async def store(
    db: AsyncSession,
    access: Access,
    people: Sequence[Person],
    years: Mapping[int, Year],
    *,
    share: float,
    always: Collection[str],
) -> None:
    """The reports of the agencies whose history is complete."""
    telling = [person for person in people if is_whole(person.member.agency, share, always)]
    rows = [
        row
        for number, year in years.items()
        for person in telling
        for row in _reports(access, person, number, year)
    ]
    await copy_in(db, ProgressReport, rows)
    await db.execute(_JOURNAL, {"region_id": access.region_id})


def _reports(access: Access, person: Person, number: int, year: Year) -> Iterator[Row]:
    rng = Random(f"{SEED}/progress/{number}/{person.nip}")  # noqa: S311
    if rng.random() < SILENT:
        return
    pace = rng.uniform(0.8, 1.1)
    start = max(date(number, 1, 1), person.since or date.min)
    whole = (date(number + 1, 1, 1) - start).days
    for day in _quarter_ends(number):
        if not start <= day < access.today:
            continue
        after = timedelta(days=rng.randint(0, 4), hours=rng.randint(8, 15), minutes=rng.randint(0, 59))
        received = min(midnight(day + timedelta(days=1), access.actor.zone) + after, access.now)
        elapsed = ((day - start).days + 1) / whole
        for result in year.results[person.nip]:
            for indicator in result.indicators:
                yield {
                    "region_id": access.region_id,
                    "id": uuid7(int(received.timestamp() * 1000), rng),
                    "version": 1,
                    "employee_id": person.id,
                    "unit_id": person.unit_id,
                    "plan_id": year.plan_ids[person.nip],
                    "work_result_id": result.id,
                    "indicator_id": indicator.id,
                    "day": day,
                    "value": _realisation(indicator, elapsed * pace, rng),
                    "received_at": received,
                }


def _quarter_ends(year: int) -> Iterator[date]:
    return (date(year + month // 13, (month - 1) % 12 + 1, 1) - timedelta(days=1) for month in (4, 7, 10, 13))


def _realisation(indicator: Indicator, done: float, rng: Random) -> Decimal:
    """Numbers grow with the year; qualities, times and costs are where they are."""
    if indicator.aspect == Aspect.QUANTITY:
        return Decimal(int(indicator.target * done))
    low, high = (0.7, 1.2) if indicator.polarity == Polarity.LOWER_IS_BETTER else (0.88, 1.04)
    value = round(indicator.target * rng.uniform(low, high), 1)
    return Decimal(str(min(value, 100.0) if indicator.unit == "persen" else value))
