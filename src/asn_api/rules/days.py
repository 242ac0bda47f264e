"""What a person's day looks like from above: the problem first."""

from enum import StrEnum


class DayState(StrEnum):
    """In the order in which a superior wants to see them."""

    NOT_REPORTED = "NOT_REPORTED"
    REJECTED = "REJECTED"
    BELOW_TARGET = "BELOW_TARGET"
    WAITING = "WAITING"
    DONE = "DONE"
    DAY_OFF = "DAY_OFF"


def state(*, target: int, reported: int, rejected: int, waiting: int, claimed_minutes: int) -> DayState:
    """`reported` counts activities that were handed in; minutes are those submitted or verified."""
    if not reported:
        return DayState.NOT_REPORTED if target else DayState.DAY_OFF
    if rejected:
        return DayState.REJECTED
    if claimed_minutes < target:
        return DayState.BELOW_TARGET
    return DayState.WAITING if waiting else DayState.DONE
