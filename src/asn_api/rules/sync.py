"""What becomes of a phone's operation, and how two changes of one record are put together."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Platform(StrEnum):
    ANDROID = "ANDROID"
    IOS = "IOS"
    OTHER = "OTHER"


class Outcome(StrEnum):
    """Why an operation was not applied as it was sent: refused for good, waiting for a person, or merged."""

    REJECTED = "REJECTED"
    CONFLICT = "CONFLICT"
    MERGED = "MERGED"


class ConflictDecision(StrEnum):
    APPLY = "APPLY"
    DISCARD = "DISCARD"


def merged(
    base: Mapping[str, Any], current: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Both sides' changes since `base`, and the fields that both changed to different values.

    The three name the same fields. A clashing field keeps its current value: nothing is overwritten unseen.
    """
    together: dict[str, Any] = {}
    clashing = []
    for name, ours in current.items():
        theirs = given[name]
        if theirs in (base[name], ours):
            together[name] = ours
        elif ours == base[name]:
            together[name] = theirs
        else:
            together[name] = ours
            clashing.append(name)
    return together, sorted(clashing)
