"""The demo's daily activities with their journal and the totals of the days, judged by the rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.policies.current import ActivityPolicies
from asn_api.core.bulk import copy_in
from asn_api.demo.planned import Year
from asn_api.demo.roster import Person
from asn_api.demo.year import Activity, activities
from asn_api.rules.activities import ActivityStatus, Category
from asn_api.rules.calendar import Calendar, local_day
from asn_api.rules.days import totals
from asn_api.rules.entries import Entry, Place, Recorded, check_entry
from asn_api.rules.policy import ActivityPolicy
from asn_api.rules.rollups import DayKey, MonthKey, Sums, decision, decision_changes, month_changes
from asn_api.tables import activities as tables

Row = dict[str, Any]
Key = TypeVar("Key")

CHUNK = 5_000
"""Days of people that are in memory at a time."""

# What the services would have written: the employee's report, then the superior's decision.
_JOURNAL = text("""
insert into journal (region_id, at, entity, entity_id, version, action, account_id, actor_id, changes,
                     unit_id, employee_id)
select a.region_id, told.at, 'activity', a.id, told.version, told.action, account.id, told.actor_id,
       told.changes, a.unit_id, a.employee_id
from activities a
cross join lateral (
    select a.received_at, 1, 'CREATE', a.employee_id, jsonb_build_object(
        'day', jsonb_build_array(null, a.day),
        'minutes', jsonb_build_array(null, a.minutes),
        'category', jsonb_build_array(null, a.category),
        'description', jsonb_build_array(null, a.description),
        'status', jsonb_build_array(null, case a.status when 'DRAFT' then 'DRAFT' else 'SUBMITTED' end))
    union all
    select a.decided_at, 2, case a.status when 'VERIFIED' then 'VERIFY' else 'REJECT' end, a.verifier_id,
        jsonb_build_object(
            'status', jsonb_build_array('SUBMITTED', a.status),
            'verified_minutes', jsonb_build_array(null, a.verified_minutes),
            'comment', jsonb_build_array(null, a.comment))
    where a.decided_at is not null
) as told (at, version, action, actor_id, changes)
left join accounts account on account.region_id = a.region_id and account.employee_id = told.actor_id
where a.region_id = :region_id
order by told.at
""")


class History:
    """Turns the generator's activities of people into rows of activities and of days."""

    def __init__(
        self, access: Access, people: Sequence[Person], policies: ActivityPolicies, calendar: Calendar
    ) -> None:
        self._access = access
        self._people = {person.nip: person for person in people}
        self._weeks = {person.id: person.days_per_week for person in people}
        self._policies = policies
        self._calendar = calendar
        self._months: dict[MonthKey, Sums] = {}
        self._decisions: dict[DayKey, Sums] = {}

    async def store(
        self, db: AsyncSession, years: Mapping[int, Year], *, share: float, recent: int, always: Sequence[str]
    ) -> None:
        days = self._days(years, share, recent, always)
        while chunk := list(islice(days, CHUNK)):
            await copy_in(db, tables.Activity, [row for rows, _ in chunk for row in rows])
            await copy_in(db, tables.DayTotal, [total for _, total in chunk])
            self._count([row for rows, _ in chunk for row in rows])
        region = {"region_id": self._access.region_id}
        months = [
            {**region, "unit_id": unit_id, "month": month, **sums}
            for (unit_id, month), sums in self._months.items()
        ]
        await copy_in(db, tables.UnitMonth, months)
        decisions = [
            {**region, "verifier_id": verifier_id, "unit_id": unit_id, "day": day, **sums}
            for (verifier_id, unit_id, day), sums in self._decisions.items()
        ]
        await copy_in(db, tables.VerificationDay, decisions)
        await db.execute(_JOURNAL, {"region_id": self._access.region_id})

    def _count(self, rows: Sequence[Row]) -> None:
        """The sums of months and verifiers; what a superior decided of one day he decided in one request."""
        at_once = Counter((row["verifier_id"], row["decided_at"]) for row in rows)
        zone = self._access.actor.zone
        decided = []
        for row in rows:
            if row["decided_at"] is None:
                continue
            _, policy = self._policies.on(row["day"])
            place = Place(zone, self._weeks[row["employee_id"]], self._calendar)
            together = at_once[row["verifier_id"], row["decided_at"]]
            facts = decision(row, policy, place, together=together, at_most=policy.bulk_decision_items)
            day = local_day(row["decided_at"], zone)
            decided.append(((row["verifier_id"], row["unit_id"], day), facts))
        _add(self._months, month_changes((None, row) for row in rows))
        _add(self._decisions, decision_changes(decided))

    def _days(
        self, years: Mapping[int, Year], share: float, recent: int, always: Sequence[str]
    ) -> Iterator[tuple[list[Row], Row]]:
        members = [person.member for person in self._people.values()]
        zone = self._access.actor.zone.tz
        for number, year in years.items():
            made = activities(
                members, year.results, self._access.now, zone=zone, share=share, always=always, recent=recent
            )
            of_year = (each for each in made if each.day.year == number)
            for (nip, day), group in groupby(of_year, attrgetter("employee", "day")):
                yield self._day(self._people[nip], day, list(group), year.plan_ids[nip])

    def _day(
        self, person: Person, day: date, group: Sequence[Activity], plan_id: UUID
    ) -> tuple[list[Row], Row]:
        _, policy = self._policies.on(day)
        place = Place(self._access.actor.zone, person.days_per_week, self._calendar)
        rows = [self._row(person, each, group, plan_id, policy, place) for each in group]
        key = {"region_id": self._access.region_id, "employee_id": person.id, "day": day}
        return rows, {**key, **totals(rows)}

    def _row(
        self,
        person: Person,
        activity: Activity,
        group: Iterable[Activity],
        plan_id: UUID,
        policy: ActivityPolicy,
        place: Place,
    ) -> Row:
        verifier = self._people[activity.verifier].id if activity.verifier else None
        quantity = activity.verified_quantity
        return {
            "region_id": self._access.region_id,
            "id": activity.id,
            "version": 2 if activity.decided_at else 1,
            "employee_id": person.id,
            "unit_id": person.unit_id,
            "position_id": person.position_id,
            "day": activity.day,
            "start_at": activity.start,
            "end_at": activity.end,
            "minutes": activity.minutes,
            "category": activity.category,
            "plan_id": plan_id if activity.result else None,
            "work_result_id": activity.result,
            "indicator_id": activity.indicator,
            "description": activity.description,
            "output_quantity": Decimal(activity.quantity),
            "output_unit": activity.output_unit,
            "place_type": activity.place,
            "evidence": [],
            "received_at": activity.entered_at,
            "submitted_at": None if activity.status == ActivityStatus.DRAFT else activity.entered_at,
            "status": activity.status,
            "flags": _flags(activity, group, policy, place),
            "verifier_id": verifier,
            "verified_minutes": activity.verified_minutes,
            "verified_quantity": None if quantity is None else Decimal(quantity),
            "comment": activity.comment,
            "decided_at": activity.decided_at,
        }


def _add(kept: dict[Key, Sums], changes: Mapping[Key, Sums]) -> None:
    for key, sums in changes.items():
        so_far = kept.setdefault(key, dict.fromkeys(sums, 0))
        for name, number in sums.items():
            so_far[name] += number


def _flags(activity: Activity, group: Iterable[Activity], policy: ActivityPolicy, place: Place) -> list[str]:
    """As recording judges; the generator makes nothing that would be refused."""
    entry = Entry(
        day=activity.day,
        start_at=activity.start,
        end_at=activity.end,
        minutes=activity.minutes,
        category=Category(activity.category),
        description=activity.description,
        output_quantity=Decimal(activity.quantity),
        evidence=(),
        is_linked=activity.result is not None,
        device_at=None,
        received_at=activity.entered_at,
    )
    others = [
        Recorded(each.day, each.start, each.end, each.minutes) for each in group if each is not activity
    ]
    judgement = check_entry(entry, policy, place, now=activity.entered_at, others=others)
    if judgement.faults:
        raise ValueError(f"{activity.id}: {judgement.faults}")
    return sorted(judgement.flags)
