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


@dataclass(frozen=True, slots=True)
class Cut:
    """Which entries: of these regions and kinds; in one region, if `people` are named, only those about them, about
    `units`, and of the rare kinds that are for `everybody`.
    """

    regions: Collection[UUID]
    entities: Collection[str]
    people: Collection[UUID] | None = None
    units: Collection[UUID] = ()
    everybody: Collection[str] = ()


_SPANS = "unnest($3::text[]::xid8[], $4::text[]::xid8[]) as span (first, last)"
_IN_SPAN = "j.epoch = $2 and j.transaction between span.first and span.last"
_WANTED = "pg_visible_in_snapshot(j.transaction, $5::text::pg_snapshot) and j.entity = any($7::text[])"

# `offset 0` keeps the planner from joining the spans with the whole journal: each is a place in an index.
# Along the index of commits.
_BY_REGION = f"""
from {_SPANS} cross join unnest($1::uuid[]) as region (id)
cross join lateral (select * from journal j where j.region_id = region.id and {_IN_SPAN} offset 0) as j
where {_WANTED} and (
    $9::uuid[] is null or j.employee_id = any($9::uuid[]) or j.unit_id = any($10::uuid[])
    or j.entity = any($11::text[]))
"""  # noqa: S608 (names of this module only)

# Along the index of persons; what is for everybody by the index of entities, for there is little of it.
_BY_PERSON = f"""
from (
    select j.* from {_SPANS} cross join unnest($9::uuid[]) as person (id)
    cross join lateral (
        select * from journal j
        where j.region_id = ($1::uuid[])[1] and j.employee_id = person.id and {_IN_SPAN} offset 0) as j
    where not j.entity = any($11::text[])
    union all
    select j.* from unnest($11::text[]) as common (entity)
    cross join lateral (
        select * from journal j
        where j.region_id = ($1::uuid[])[1] and j.entity = common.entity
            and j.epoch = $2 and not pg_visible_in_snapshot(j.transaction, $10::text::pg_snapshot)
        offset 0) as j
) as j
where {_WANTED}
"""  # noqa: S608
_ENTRIES = """
select j.region_id, j.seq, j.at, j.entity, j.entity_id, j.version, j.action, j.unit_id, j.employee_id
{found} and j.seq > $6 order by j.seq limit $8
"""
_COUNT = """
select count(*) from (
    select {found} and (j.seq > $6 or not pg_visible_in_snapshot(j.transaction, $12::text::pg_snapshot))
    limit $8) as found
"""


async def snapshot(pool: Pool) -> Snapshot:
    return Snapshot.parse(await pool.fetchval(_SNAPSHOT))


async def current(pool: Pool) -> Position:
    """Behind everything that is committed now."""
    row = await pool.fetchrow(_CURRENT)
    return Position(row["epoch"], Snapshot.parse(row["snapshot"]))


async def step(
    pool: Pool, position: Position, target: Snapshot, cut: Cut, rows: int
) -> tuple[list[Entry], Snapshot, Position]:
    """At most `rows` of the entries up to `target`, the snapshot in which they were found, and where to go on.

    There is nothing more when the position has seen `target`.
    """
    until = position.until or target
    entries: list[Any] = []
    if position.seen != until:
        found, given = _found(position, until, cut, rows)
        entries = await pool.fetch(_ENTRIES.format(found=found), *given)
    if len(entries) == rows:
        return entries, until, position.at(entries[-1], until)
    return entries, until, Position(position.epoch, until)


async def count(pool: Pool, position: Position, target: Snapshot, cut: Cut, most: int) -> int:
    """How many entries there are up to `target`; not counted further than `most`."""
    found, given = _found(position, target, cut, most)
    counted: int = await pool.fetchval(
        _COUNT.format(found=found), *given, str(position.until or position.seen)
    )
    return counted


def _found(position: Position, until: Snapshot, cut: Cut, rows: int) -> tuple[str, list[Any]]:
    spans = list(position.seen.unseen(until))
    given: list[Any] = [list(cut.regions), position.epoch]
    given += [[str(first) for first, _ in spans], [str(last) for _, last in spans]]
    given += [str(until), position.seq, list(cut.entities), rows]
    if cut.people is not None and not cut.units:
        return _BY_PERSON, [*given, list(cut.people), str(position.seen), list(cut.everybody)]
    people = None if cut.people is None else list(cut.people)
    return _BY_REGION, [*given, people, list(cut.units), list(cut.everybody)]


def is_beyond(position: Position, now: Position) -> bool:
    """Whether it was taken where other transactions were numbered: before a restore."""
    return position.epoch != now.epoch or position.seen.end > now.seen.end
