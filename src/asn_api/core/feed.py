"""The journal in the order in which its entries became visible, for whoever follows it without gap or repetition.

What a snapshot of PostgreSQL sees and an earlier one did not is exactly what was committed between the two.
A long transaction holds nobody up: its entries come when it ends, whatever their number is (decision 0032).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias
from uuid import UUID

import asyncpg

Pool: TypeAlias = asyncpg.Pool
Entry: TypeAlias = asyncpg.Record
"""region_id, seq, at, entity, entity_id, version, action, unit_id, employee_id."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Sees every transaction below `end` that is not among the `running`, ascending ones."""

    end: int
    running: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        _, end, running = text.split(":")
        return cls(int(end), tuple(sorted(int(each) for each in running.split(",") if each)))

    def __str__(self) -> str:
        oldest = self.running[0] if self.running else self.end
        return f"{oldest}:{self.end}:{','.join(map(str, self.running))}"

    def unseen(self, until: "Snapshot") -> Iterator[tuple[int, int]]:
        """First and last of the transactions that this one does not see and `until` may see."""
        yield from ((each, each) for each in self.running)
        if until.end > self.end:
            yield self.end, until.end - 1


@dataclass(frozen=True, slots=True)
class Position:
    """All that `seen` sees has been read; and of what `until` sees besides, the entries up to `seq`.

    Within one step entries come by `seq`: whoever changed a record after another had committed, got a higher one.
    """

    epoch: int
    seen: Snapshot
    until: Snapshot | None = None
    seq: int = 0

    def at(self, entry: Entry, until: Snapshot) -> "Position":
        return replace(self, until=until, seq=entry["seq"])


_SNAPSHOT = "select pg_current_snapshot()::text"

_CURRENT = """
select pg_current_snapshot()::text as snapshot, coalesce(max(newest.epoch), 0) as epoch
from regions r
left join lateral (
    select epoch from journal j where j.region_id = r.id order by epoch desc limit 1) as newest on true
"""

_BETWEEN = """
    {place} and j.epoch = $2 and j.transaction between span.first and span.last
    and pg_visible_in_snapshot(j.transaction, $5::text::pg_snapshot)
    and j.seq > $6 and j.entity = any($7::text[])
"""

_ENTRIES = """
select j.region_id, j.seq, j.at, j.entity, j.entity_id, j.version, j.action, j.unit_id, j.employee_id
from unnest($3::text[]::xid8[], $4::text[]::xid8[]) as span (first, last)
cross join unnest({over}) as place (id)
join journal j on {where}
order by j.seq limit $8
"""

_OF_REGIONS = _ENTRIES.format(over="$1::uuid[]", where=_BETWEEN.format(place="j.region_id = place.id"))
_OF_PEOPLE = _ENTRIES.format(
    over="$9::uuid[]",
    where=_BETWEEN.format(place="j.region_id = ($1::uuid[])[1] and j.employee_id = place.id"),
)


async def snapshot(pool: Pool) -> Snapshot:
    return Snapshot.parse(await pool.fetchval(_SNAPSHOT))


async def current(pool: Pool) -> Position:
    """Behind everything that is committed now."""
    row = await pool.fetchrow(_CURRENT)
    return Position(row["epoch"], Snapshot.parse(row["snapshot"]))


async def step(
    pool: Pool,
    position: Position,
    target: Snapshot,
    rows: int,
    regions: Collection[UUID],
    entities: Collection[str],
    people: Collection[UUID] | None = None,
) -> tuple[list[Entry], Snapshot, Position]:
    """At most `rows` of the entries up to `target`, the snapshot in which they were found, and where to go on.

    There is nothing more when the position has seen `target`. `people` narrows one region to entries about them.
    """
    until = position.until or target
    spans = list(position.seen.unseen(until))
    entries: list[Any] = []
    if spans and entities and regions and (people is None or people):
        given: list[Any] = [list(regions), position.epoch]
        given += [[str(first) for first, _ in spans], [str(last) for _, last in spans]]
        given += [str(until), position.seq, list(entities), rows]
        if people is None:
            entries = await pool.fetch(_OF_REGIONS, *given)
        else:
            entries = await pool.fetch(_OF_PEOPLE, *given, list(people))
    if len(entries) == rows:
        return entries, until, position.at(entries[-1], until)
    return entries, until, Position(position.epoch, until)


def is_beyond(position: Position, now: Position) -> bool:
    """Whether it was taken where other transactions were numbered: before a restore."""
    return position.epoch != now.epoch or position.seen.end > now.seen.end
