"""What an activity must satisfy when it is recorded, what a verifier should look at, and the deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

from asn_api.errors import Fault
from asn_api.rules.activities import Category, Flag
from asn_api.rules.calendar import Calendar, Due, Zone, local_day, midnight
from asn_api.rules.outages import NO_OUTAGES, Outages, extended_due, moved_lock
from asn_api.rules.policy import ActivityPolicy, LateEntry, Reaction
from asn_api.rules.suspicion import (
    NO_PAST,
    Past,
    Position,
    Sighting,
    is_copied,
    is_implausible,
    is_used_evidence,
)

ONE_MINUTE = timedelta(minutes=1)


class Recorded(NamedTuple):
    """Another activity of the same person that still counts (so not a rejected one)."""

    day: date
    start_at: datetime
    end_at: datetime
    minutes: int
    text: int | None = None
    evidence: frozenset[int] = frozenset()
    position: Position | None = None


class Entry(NamedTuple):
    """An activity as claimed; `evidence` holds the links. All instants carry an offset.

    `text_key` and `evidence_keys` are those of `rules.suspicion`.
    """

    day: date
    start_at: datetime
    end_at: datetime
    minutes: int
    category: Category
    description: str
    output_quantity: Decimal
    evidence: Sequence[str]
    is_linked: bool
    device_at: datetime | None
    received_at: datetime
    text_key: int | None = None
    evidence_keys: frozenset[int] = frozenset()
    position: Position | None = None


@dataclass(frozen=True)
class Place:
    """The week, zone and calendar of the employee's unit, and the outages that concern it."""

    zone: Zone
    days_per_week: int
    calendar: Calendar
    outages: Outages = field(default=NO_OUTAGES)


class Judgement(NamedTuple):
    """Faults refuse the entry, flags only draw the verifier's eye."""

    faults: tuple[Fault, ...]
    flags: frozenset[Flag]


def check_entry(
    entry: Entry,
    policy: ActivityPolicy,
    place: Place,
    *,
    now: datetime,
    others: Sequence[Recorded],
    past: Past = NO_PAST,
    on_leave: bool = False,
) -> Judgement:
    """All faults and flags of an entry at once, under the policy of its day.

    `others` are the person's other counting activities of that day and of the hours it reaches into; `past`
    has the texts and evidence of the person's days that `others` does not cover.
    """
    today = local_day(now, place.zone)
    total = entry.minutes + sum([other.minutes for other in others if other.day == entry.day])
    faults = [*_time_faults(entry, policy, place, today, total), *_content_faults(entry, policy)]
    flags = _time_flags(entry, policy, place, now, today, total) | _doubtful(entry, policy, others, past)
    doubts = [
        (_overlaps(entry, others), policy.overlap, Flag.OVERLAP, "/start_at", "ACTIVITY_OVERLAP"),
        (on_leave, policy.leave_day, Flag.ON_LEAVE, "/day", "ACTIVITY_ON_LEAVE"),
        (
            not entry.is_linked and entry.category not in policy.uncounted_categories,
            policy.missing_work_result,
            Flag.NOT_LINKED,
            "/work_result_id",
            "ACTIVITY_WORK_RESULT_REQUIRED",
        ),
    ]
    for applies, reaction, flag, pointer, code in doubts:
        if applies and reaction is Reaction.REJECT:
            faults.append(Fault(pointer, code))
        elif applies:
            flags.add(flag)

    reported, clock = reported_at(entry, policy)
    if clock:
        flags.add(clock)
    if entry_is_late(entry.day, reported, policy, place):
        if policy.late_entry is LateEntry.BLOCK:
            until = entry_deadline(entry.day, policy, place).day.isoformat()
            faults.append(Fault("/day", "ACTIVITY_ENTRY_CLOSED", {"until": until}))
        else:
            flags.add(Flag.LATE)
    return Judgement(tuple(faults), frozenset(flags))


def reported_at(entry: Entry, policy: ActivityPolicy) -> tuple[datetime, Flag | None]:
    """The instant by which lateness is judged, and what the device's clock gives reason to look at.

    A phone without signal reports later than it recorded, so an earlier device time is believed — but
    never one in the future, nor one from before the work began, which only a wrong clock can show.
    """
    device, received = entry.device_at, entry.received_at
    tolerance = policy.device_clock_tolerance_minutes * ONE_MINUTE
    if device is None:
        return received, None
    if device - received > tolerance:
        return received, Flag.CLOCK_SKEW
    if received - device <= tolerance:
        return min(device, received), None
    if device < entry.start_at:
        return received, Flag.CLOCK_SKEW
    return device, Flag.RECEIVED_LATER


def entry_deadline(day: date, policy: ActivityPolicy, place: Place) -> Due:
    """The last day on which work of `day` is on time: the window in working days, to its midnight.

    Outages extend it (`rules.outages`).
    """
    return _due(day, policy.entry_window_working_days, place)


def entry_is_late(day: date, reported: datetime, policy: ActivityPolicy, place: Place) -> bool:
    reported_day = local_day(reported, place.zone)
    return reported_day > day and reported_day > entry_deadline(day, policy, place).day


def verification_due(submitted: datetime, policy: ActivityPolicy, place: Place) -> Due:
    """The day by which the superior should decide, counted in working days after the submission."""
    start = local_day(submitted, place.zone)
    return _due(start, policy.verify_sla_working_days, place)


def _due(start: date, count: int, place: Place) -> Due:
    return extended_due(start, count, place.calendar, place.days_per_week, place.outages)


def period_lock(day: date, lock_day: int, place: Place) -> datetime:
    """The instant from which the month of `day` is locked: the lock day of the next month begins.

    An outage in the last 24 hours before moves it (`rules.outages`).
    """
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    lock = midnight(date(year, month, lock_day), place.zone)
    return moved_lock(lock, place.calendar, place.days_per_week, place.zone, place.outages)


def oldest_day(today: date) -> date:
    """Work of earlier days may have been archived: the sums of such a day can no longer be counted anew."""
    return date(today.year - 1, 1, 1)


def _time_faults(entry: Entry, policy: ActivityPolicy, place: Place, today: date, total: int) -> list[Fault]:
    faults = []
    span = entry.end_at - entry.start_at
    most = policy.max_minutes_per_day
    if entry.day > today:
        faults.append(Fault("/day", "ACTIVITY_DAY_IN_FUTURE"))
    if entry.day < oldest_day(today):
        faults.append(Fault("/day", "ACTIVITY_DAY_TOO_OLD", {"since": oldest_day(today).isoformat()}))
    if local_day(entry.start_at, place.zone) != entry.day:
        faults.append(Fault("/start_at", "ACTIVITY_STARTS_ON_ANOTHER_DAY", {"zone": place.zone.value}))
    if span <= timedelta():
        faults.append(Fault("/end_at", "ACTIVITY_END_NOT_AFTER_START"))
    elif span > most * ONE_MINUTE:
        faults.append(Fault("/end_at", "ACTIVITY_TOO_LONG", {"max": most}))
    elif entry.minutes > span // ONE_MINUTE:
        faults.append(Fault("/minutes", "ACTIVITY_MINUTES_EXCEED_DURATION", {"duration": span // ONE_MINUTE}))
    if entry.minutes < 1:
        faults.append(Fault("/minutes", "ACTIVITY_MINUTES_NOT_POSITIVE"))
    elif total > most:
        faults.append(Fault("/minutes", "ACTIVITY_DAY_TOTAL_EXCEEDED", {"total": total, "max": most}))
    return faults


def _content_faults(entry: Entry, policy: ActivityPolicy) -> list[Fault]:
    faults = []
    if len(entry.description.strip()) < policy.min_description_length:
        shortest = {"min": policy.min_description_length}
        faults.append(Fault("/description", "ACTIVITY_DESCRIPTION_TOO_SHORT", shortest))
    if not entry.output_quantity > 0:
        faults.append(Fault("/output_quantity", "ACTIVITY_QUANTITY_NOT_POSITIVE"))
    if len(entry.evidence) > policy.max_evidence:
        faults.append(Fault("/evidence", "ACTIVITY_TOO_MUCH_EVIDENCE", {"max": policy.max_evidence}))
    faults += [
        Fault(f"/evidence/{position}", "ACTIVITY_EVIDENCE_NOT_HTTPS")
        for position, link in enumerate(entry.evidence)
        if not is_https(link)
    ]
    return faults


def _time_flags(
    entry: Entry,
    policy: ActivityPolicy,
    place: Place,
    now: datetime,
    today: date,
    total: int,
) -> set[Flag]:
    tolerance = policy.device_clock_tolerance_minutes * ONE_MINUTE
    observations = {
        # Work that ends at 24:00 has not entered the next day yet.
        Flag.CROSSES_MIDNIGHT: entry.end_at > entry.start_at
        and local_day(entry.end_at - timedelta.resolution, place.zone) > entry.day,
        Flag.LONG_DURATION: entry.end_at - entry.start_at > policy.warn_duration_minutes * ONE_MINUTE,
        Flag.LONG_DAY: total > policy.warn_day_minutes,
        Flag.NON_WORKING_DAY: not place.calendar.is_working_day(entry.day, place.days_per_week),
        Flag.ENDS_IN_FUTURE: entry.end_at - now > tolerance,
        # No month locks before it is over.
        Flag.AFTER_LOCK: entry.day < today.replace(day=1)
        and now >= period_lock(entry.day, policy.period_lock_day, place),
    }
    return {flag for flag, applies in observations.items() if applies}


def _doubtful(entry: Entry, policy: ActivityPolicy, others: Sequence[Recorded], past: Past) -> set[Flag]:
    """What only a person can judge: it is shown to the verifier and refuses nothing."""
    flags = set()
    if (text := entry.text_key) is not None:
        seen = [other.day for other in others if other.text == text]
        seen += past.texts.get(text, ())
        if seen and is_copied(
            entry.day, seen, least_days=policy.copied_text_days, window_days=policy.copied_text_window_days
        ):
            flags.add(Flag.COPIED_TEXT)
    if entry.evidence_keys:
        seen = [other.day for other in others if not other.evidence.isdisjoint(entry.evidence_keys)]
        for key in entry.evidence_keys:
            seen += past.evidence.get(key, ())
        if is_used_evidence(entry.day, seen, window_days=policy.same_evidence_window_days):
            flags.add(Flag.SAME_EVIDENCE)
    if entry.position is not None:
        here = Sighting(entry.start_at, entry.end_at, entry.position)
        elsewhere = [Sighting(each.start_at, each.end_at, each.position) for each in others if each.position]
        if is_implausible(here, elsewhere, policy.implausible_speed_kmh):
            flags.add(Flag.IMPLAUSIBLE_PLACE)
    return flags


def _overlaps(entry: Entry, others: Sequence[Recorded]) -> bool:
    """Whether any shares time with the entry; one that begins when the other ends does not."""
    start, end = entry.start_at, entry.end_at
    # All entries of a push meet all others here: a generator would cost twice as much.
    for other in others:  # noqa: SIM110
        if start < other.end_at and other.start_at < end:
            return True
    return False


def is_https(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False
