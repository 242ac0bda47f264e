"""Verification in somebody else's hands for a time."""

from datetime import date

from asn_api.errors import Fault


def check_delegation(
    delegator_id: object, delegate_id: object, start: date, end: date, *, today: date, most_days: int
) -> list[Fault]:
    """Faults of a delegation from `start` to `end`, both included: not to oneself, not for days gone by."""
    faults = []
    if delegate_id == delegator_id:
        faults.append(Fault("/delegate_id", "DELEGATION_TO_ONESELF"))
    if start < today:
        faults.append(Fault("/start", "DELEGATION_IN_THE_PAST"))
    if end < start:
        faults.append(Fault("/end", "DELEGATION_ENDS_BEFORE_START"))
    elif (end - start).days + 1 > most_days:
        faults.append(Fault("/end", "DELEGATION_TOO_LONG", {"max": most_days}))
    return faults
