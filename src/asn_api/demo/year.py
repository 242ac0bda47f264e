"""A quarter of daily activities in Kota Demo, the same every time."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from random import Random
from typing import TypeVar
from uuid import UUID
from zlib import crc32

from asn_api.demo.cascade import SEED, Goal, Indicator, Member, Plans, Result, plans, uuid7
from asn_api.demo.work import Task, vocabulary, work_of

__all__ = ["Activity", "Goal", "Indicator", "Member", "Plans", "Result", "activities", "plans"]

T = TypeVar("T")
WIB = timezone(timedelta(hours=7))
NOON = 12 * 60
MINUTE = [timedelta(minutes=minute) for minute in range(24 * 60)]
LATE_AFTER_DAYS = 4
RECENT_DAYS = 5


@dataclass(frozen=True, slots=True)
class Activity:
    """Minutes lie within `start` and `end`; `verifier` is the superior's key.

    `late`: entered more than three working days after the day.
    """

    id: UUID
    employee: str
    unit: str
    agency: str
    day: date
    start: datetime
    end: datetime
    minutes: int
    category: str
    result: UUID | None
    indicator: UUID | None
    description: str
    quantity: int
    output_unit: str
    place: str
    status: str
    entered_at: datetime
    late: bool
    verifier: str | None
    verified_minutes: int | None
    verified_quantity: int | None
    decided_at: datetime | None
    comment: str | None


def activities(
    members: Iterable[Member],
    results: Mapping[str, Sequence[Result]],
    now: datetime,
    *,
    zone: tzinfo = WIB,
    share: float = 1.0,
    always: Collection[str] = (),
    recent: int = 10,
) -> Iterator[Activity]:
    """Everybody's activities on his working days up to `now`; nothing is entered or decided later than that.

    A `share` (0–1) of the agencies, and those named in `always`, have their full history; the others the
    last `recent` working days. A history depends on the employee's own data and `now`, not on colleagues.
    """
    today = now.astimezone(zone).date()
    midnights: dict[date, tuple[datetime, int]] = {}
    for member in members:
        days = [day for day in member.days if day <= today]
        for day in days:
            if day not in midnights:
                midnight = datetime.combine(day, time(), zone)
                midnights[day] = (midnight, int(midnight.timestamp()) * 1000)
        first = 0 if is_whole(member.agency, share, always) else max(0, len(days) - recent)
        yield from _history(member, results.get(member.key, ()), days, first, midnights, now)


def is_whole(agency: str, share: float, always: Collection[str]) -> bool:
    """Whether the agency's history is complete: one of a `share` (0–1) of them, or of those in `always`."""
    return agency in always or crc32(agency.encode()) < share * 2**32


@dataclass(frozen=True, slots=True)
class _Choices:
    primary: Sequence[Result]
    extra: Sequence[Result]
    tasks: Sequence[Task]


def _history(
    member: Member,
    results: Sequence[Result],
    days: Sequence[date],
    first: int,
    midnights: Mapping[date, tuple[datetime, int]],
    now: datetime,
) -> Iterator[Activity]:
    rng = Random(f"{SEED}/days/{member.key}")  # noqa: S311
    roll = rng.random
    choices = _Choices(
        [result for result in results if result.kind == "PRIMARY"],
        [result for result in results if result.kind == "ADDITIONAL"],
        work_of(member.title).tasks,
    )
    # Most people forget a day now and then, a few forget often.
    gaps = 0.3 if roll() < 0.03 else 0.02 + 0.06 * roll()
    count = len(days)
    for index in range(first, count):
        if roll() < gaps:
            continue
        day = days[index]
        midnight = midnights[day][0]
        spans = _spans(rng)
        today = index == count - 1
        late_on = index + LATE_AFTER_DAYS + int(roll() * 5) if roll() < 0.055 else 0
        late = 0 < late_on < count
        entered_on = late_on if late else index
        minute = 480 + int(roll() * 480) if late else spans[-1][1] + 5 + int(roll() * 40)
        entry_midnight, entry_epoch = midnights[days[entered_on]]
        entered = entry_midnight + MINUTE[minute]
        decided = _decision(rng, entered, entered_on, days, midnights)
        if member.superior is None or (index >= count - RECENT_DAYS and roll() < 0.08):
            decided = None
        for start, end, minutes in spans:
            if today:
                minute = end + 3
                entered = midnight + MINUTE[minute]
            if entered > now:
                break
            category, result, task = _choose(choices, rng)
            quantity = task.least + int(roll() * (task.most - task.least + 1))
            status, granted, comment = "SUBMITTED", None, None
            decided_at = decided if decided and entered < decided <= now else None
            if today and roll() < 0.12:
                status, decided_at = "DRAFT", None
            elif decided_at:
                status, granted, comment = _verdict(rng, minutes)
            yield Activity(
                id=uuid7(entry_epoch + minute * 60_000 + int(roll() * 60_000), rng),
                employee=member.key,
                unit=member.unit,
                agency=member.agency,
                day=day,
                start=midnight + MINUTE[start],
                end=midnight + MINUTE[end],
                minutes=minutes,
                category=category,
                result=result.id if result else None,
                indicator=result.indicators[0].id if result and roll() < 0.7 else None,
                description=task.description,
                quantity=quantity,
                output_unit=task.unit,
                place=task.place,
                status=status,
                entered_at=entered,
                late=late,
                verifier=member.superior if decided_at else None,
                verified_minutes=granted,
                verified_quantity=quantity if granted is not None else None,
                decided_at=decided_at,
                comment=comment,
            )


def _spans(rng: Random) -> list[tuple[int, int, int]]:
    """Start, end and claimed minutes of one to three activities of a day, in minutes after midnight."""
    roll = rng.random
    kind = roll()
    if kind < 0.9:
        total = 300 + 5 * int(roll() * 25)
    elif kind < 0.98:
        total = 180 + 5 * int(roll() * 24)
    else:
        total = 425 + 5 * int(roll() * 12)
    kind = roll()
    if kind < 0.53:
        parts = [total]
    elif kind < 0.87:
        share = 60 + 5 * int(roll() * (total - 120) / 5)
        parts = [share, total - share]
    else:
        share = 60 + 5 * int(roll() * 12)
        rest = (total - share) // 10 * 5
        parts = [share, rest, total - share - rest]
    spans = []
    start = 450 + 5 * int(roll() * 9)
    for minutes in parts:
        end = start + minutes
        if start < NOON < end:
            end += 60
        spans.append((start, end, minutes))
        start = end + 5 * int(roll() * 3)
    return spans


def _decision(
    rng: Random,
    entered: datetime,
    entered_on: int,
    days: Sequence[date],
    midnights: Mapping[date, tuple[datetime, int]],
) -> datetime | None:
    """When the superior decides: the same evening or within three working days; None if still to come."""
    wait = (0, 0, 1, 1, 1, 1, 2, 3)[int(rng.random() * 8)]
    if wait == 0:
        return entered + MINUTE[10 + int(rng.random() * 90)]
    if entered_on + wait >= len(days):
        return None
    return midnights[days[entered_on + wait]][0] + MINUTE[480 + int(rng.random() * 420)]


def _choose(choices: _Choices, rng: Random) -> tuple[str, Result | None, Task]:
    kind = rng.random()
    if kind < 0.03 or not choices.primary:
        return "NON_TASK", None, _one(vocabulary().non_tasks, rng)
    if choices.extra and kind < 0.16:
        category = "SPECIAL_ADDITIONAL" if kind < 0.04 else "ADDITIONAL"
        return category, choices.extra[0], _one(vocabulary().additional.tasks, rng)
    result = _one(choices.primary, rng)
    return "TEAM" if kind > 0.94 else "PRIMARY", result, _one(choices.tasks, rng)


def _one(choices: Sequence[T], rng: Random) -> T:
    return choices[int(rng.random() * len(choices))]


def _verdict(rng: Random, minutes: int) -> tuple[str, int | None, str | None]:
    """Status, verified minutes and comment: about 2 % rejected, 4 % verified for less than claimed."""
    kind = rng.random()
    if kind < 0.02:
        return "REJECTED", None, _one(vocabulary().rejections, rng)
    if kind < 0.06:
        return (
            "VERIFIED",
            int(minutes * (0.5 + 0.4 * rng.random())) // 5 * 5,
            _one(vocabulary().reductions, rng),
        )
    return "VERIFIED", minutes, None
