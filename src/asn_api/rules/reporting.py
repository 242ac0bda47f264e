"""Who is whose superior: derived from the tree and from who heads its units, day by day.

PermenPANRB 6/2022 art. 1 names the direct superior; where a seat is vacant, the nearest superior above acts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asn_api.rules.organization import AppointmentKind

# Whoever acts for the day (PLH) goes before whoever fills a vacancy (PLT, PJ), and both before the holder.
PRECEDENCE = (AppointmentKind.PLH, AppointmentKind.PLT, AppointmentKind.PJ, AppointmentKind.DEFINITIVE)


@dataclass(frozen=True, slots=True)
class Post:
    """An appointment; `end` is the first day it no longer holds, None while open."""

    employee_id: UUID
    unit_id: UUID
    is_head: bool
    kind: AppointmentKind
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Line:
    employee_id: UUID
    superior_id: UUID
    start: date
    end: date | None


def effective_head(posts: Iterable[Post], day: date) -> UUID | None:
    """Who heads a unit on a day, of all its head posts; None for a vacant seat."""
    valid = [post for post in posts if post.start <= day and (post.end is None or day < post.end)]
    return min(valid, key=lambda post: PRECEDENCE.index(post.kind)).employee_id if valid else None


def lines(parents: Mapping[UUID, UUID | None], posts: Sequence[Post]) -> Iterator[Line]:
    """All reporting lines. The definitive post decides; a head, acting or not, reports above his own unit.

    Somebody without a superior (the seat at the top is not an employee's) has no line.
    """
    heads: dict[UUID, list[Post]] = defaultdict(list)
    for post in posts:
        if post.is_head:
            heads[post.unit_id].append(post)
    for post in posts:
        if post.kind is AppointmentKind.DEFINITIVE:
            yield from _of_post(post, parents, heads)


def _of_post(
    post: Post, parents: Mapping[UUID, UUID | None], heads: Mapping[UUID, list[Post]]
) -> Iterator[Line]:
    chain = list(_upwards(parents[post.unit_id] if post.is_head else post.unit_id, parents))
    relevant = [head for unit_id in chain for head in heads.get(unit_id, ())]
    bounds = {bound for head in relevant for bound in (head.start, head.end) if bound is not None}
    cuts = sorted({post.start} | {cut for cut in bounds if post.start < cut < (post.end or date.max)})
    current: Line | None = None
    for start, end in zip(cuts, [*cuts[1:], post.end], strict=True):
        superior = _superior(post.employee_id, chain, heads, start)
        if current is not None and current.superior_id == superior:
            current = Line(post.employee_id, current.superior_id, current.start, end)
            continue
        if current is not None:
            yield current
        current = Line(post.employee_id, superior, start, end) if superior is not None else None
    if current is not None:
        yield current


def _superior(
    employee_id: UUID, chain: Sequence[UUID], heads: Mapping[UUID, list[Post]], day: date
) -> UUID | None:
    for unit_id in chain:
        head = effective_head(heads.get(unit_id, ()), day)
        if head is not None and head != employee_id:
            return head
    return None


def _upwards(unit_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    while unit_id is not None:
        yield unit_id
        unit_id = parents[unit_id]
