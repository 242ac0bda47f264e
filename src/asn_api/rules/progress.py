"""Progress during the year: what an employee may say about an indicator of the plan."""

from datetime import date
from decimal import Decimal

from asn_api.errors import Fault


def progress_faults(
    day: date,
    value: Decimal | None,
    note: str | None,
    *,
    first: date,
    last: date,
    today: date,
    withdrawn: bool,
    in_numbers: bool,
) -> list[Fault]:
    """Everything that is wrong with a report of realisation (PermenPANRB 6/2022, pemantauan kinerja).

    `value` is the realisation from the plan's `first` day to the end of `day`, in the unit of the target, not
    rounded; `in_numbers` says that the target is a number. No value is refused for its size: attainment may go
    down, and lies beyond the target as often as below it.
    """
    faults = []
    if withdrawn:
        faults.append(Fault("/indicator_id", "PROGRESS_INDICATOR_WITHDRAWN"))
    if not first <= day <= last:
        period = {"first": first.isoformat(), "last": last.isoformat()}
        faults.append(Fault("/day", "PROGRESS_DAY_OUTSIDE_PLAN", period))
    if day > today:
        faults.append(Fault("/day", "PROGRESS_DAY_IN_FUTURE"))
    if value is None and in_numbers:
        faults.append(Fault("/value", "PROGRESS_VALUE_REQUIRED"))
    elif value is None and note is None:
        faults.append(Fault("/note", "PROGRESS_NOTE_REQUIRED"))
    return faults
