"""An activity that serves several work results: how its minutes are shared among them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from asn_api.errors import Fault

WHOLE = Decimal(1)
PLACES = -4
"""Shares have at most 4 decimals: thirds are 0.3333, 0.3333 and 0.3334."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an activity's minutes, above 0 and at most 1, that one work result gets."""

    result: Hashable
    share: Decimal


def check_links(links: Sequence[Share], most: int) -> list[Fault]:
    """Faults of the links of one activity: each result once, `most` at most, shares that sum to exactly 1."""
    faults = []
    if len(links) > most:
        faults.append(Fault("/links", "ACTIVITY_TOO_MANY_LINKS", {"max": most}))
    seen = set()
    for position, link in enumerate(links):
        if link.result in seen:
            faults.append(Fault(f"/links/{position}/work_result_id", "ACTIVITY_LINK_TWICE"))
        seen.add(link.result)
        if not _is_share(link.share):
            faults.append(Fault(f"/links/{position}/share", "ACTIVITY_SHARE_OUT_OF_RANGE"))
    total = sum((link.share for link in links), Decimal())
    if links and total != WHOLE:
        faults.append(Fault("/links", "ACTIVITY_SHARES_NOT_WHOLE", {"total": str(total)}))
    return faults


def _is_share(share: Decimal) -> bool:
    exponent = share.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= PLACES and 0 < share <= WHOLE


def split_minutes(minutes: int, shares: Sequence[Decimal]) -> list[int]:
    """Whole minutes for each share, which sum to exactly `minutes` (largest remainders, the earlier first).

    Each part is its exact share rounded down or up. `shares` sum to 1.
    """
    exact = [minutes * share for share in shares]
    parts = [int(each) for each in exact]
    order = sorted(range(len(shares)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: minutes - sum(parts)]:
        parts[index] += 1
    return parts
