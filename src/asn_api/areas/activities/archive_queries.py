"""The SQL of archiving: whole months of a few people, with everything that hangs on their activities."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Table as SqlTable
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.tables import every_table

# A day on which anything waits stays whole: its totals are only ever made from all of its rows.
_CHOSEN = """
select id from (
    select id, bool_and(status in ('VERIFIED', 'REJECTED')) over (partition by employee_id, day) as settled
    from activities
    where region_id = :region and employee_id = any(:people) and day >= :start and day < :end
) a where settled
"""


async def months(db: AsyncSession, access: Access, before: date) -> list[date]:
    """The first days of the months with activities before this day, oldest first."""
    found = await db.scalars(
        text(
            "select distinct date_trunc('month', day)::date as month from day_totals "
            "where region_id = :region and day < :before and verified + rejected > 0 order by month"
        ),
        {"region": access.region_id, "before": before},
    )
    return list(found)


async def count(db: AsyncSession, access: Access, people: Sequence[UUID], start: date, end: date) -> int:
    found = await db.scalar(
        text(f"select count(*) from ({_CHOSEN}) chosen"),  # noqa: S608
        _params(access, people, start, end),
    )
    return int(found or 0)


async def chosen(
    db: AsyncSession, access: Access, people: Sequence[UUID], start: date, end: date
) -> list[UUID]:
    """The activities that may go, of these people from `start` to before `end`."""
    return list(await db.scalars(text(_CHOSEN), _params(access, people, start, end)))


async def people_after(db: AsyncSession, access: Access, after: UUID, limit: int) -> list[UUID]:
    """The next employees of the region, those who have left too."""
    found = await db.scalars(
        text("select id from employees where region_id = :region and id > :after order by id limit :limit"),
        {"region": access.region_id, "after": after, "limit": limit},
    )
    return list(found)


async def lock(db: AsyncSession, access: Access, people: Sequence[UUID], lock_ms: int) -> None:
    """Whoever writes these people's activities or corrections waits until the transaction ends, as we do now."""
    await db.execute(text(f"set local lock_timeout = {int(lock_ms)}"))
    await db.execute(
        text(
            "select 1 from employees where region_id = :region and id = any(:people) "
            "order by id for no key update"
        ),
        {"region": access.region_id, "people": list(people)},
    )


async def lines(
    db: AsyncSession, access: Access, ids: Sequence[UUID], *, for_update: bool
) -> list[tuple[str, str]]:
    """Table and row as JSON text, moments in UTC: the activities first, then what hangs on them."""
    locking = "for update" if for_update else ""
    await db.execute(text("set local timezone = 'UTC'"))
    found: list[tuple[str, str]] = []
    for table, condition in family():
        rows = await db.scalars(
            text(
                f"select to_jsonb(t)::text from {table.name} t "  # noqa: S608 (tables of the application)
                f"where t.region_id = :region and {condition} "
                f"order by {', '.join(f't.{column.name}' for column in table.primary_key)} {locking}"
            ),
            {"region": access.region_id, "ids": list(ids)},
        )
        found += [(table.name, row) for row in rows]
    return found


async def keep_files(db: AsyncSession, access: Access, ids: Sequence[UUID]) -> None:
    """Files that the archived evidence names stay, though no row names them any more."""
    await db.execute(
        text(
            "update files set archived_at = :now where region_id = :region and id in ("
            "select file_id from evidence where region_id = :region and activity_id = any(:ids))"
        ),
        {"region": access.region_id, "ids": list(ids), "now": access.now},
    )


async def remove(db: AsyncSession, access: Access, ids: Sequence[UUID]) -> int:
    """The number of rows removed; what hangs on an activity goes before it."""
    removed = 0
    for table, condition in reversed(list(family())):
        found = await db.execute(
            text(
                f"delete from {table.name} t "  # noqa: S608 (tables of the application)
                f"where t.region_id = :region and {condition}"
            ),
            {"region": access.region_id, "ids": list(ids)},
        )
        removed += found.rowcount  # type: ignore[attr-defined]
    return removed


async def archived(db: AsyncSession, access: Access, month: str) -> list[dict[str, object]]:
    """The parts of a month (2023-01) as the journal has them, oldest first."""
    found = await db.scalars(
        text(
            "select changes from journal where region_id = :region and entity = 'archive' "
            "and changes ->> 'month' = :month order by seq"
        ),
        {"region": access.region_id, "month": month},
    )
    return list(found)


def _params(access: Access, people: Sequence[UUID], start: date, end: date) -> dict[str, object]:
    return {"region": access.region_id, "people": list(people), "start": start, "end": end}


def family() -> Iterator[tuple[SqlTable, str]]:
    """Activities and every table whose rows point to one, with the condition of the chosen rows."""
    tables = every_table()
    waiting = [(tables.tables["activities"], "t.id = any(:ids)")]
    while waiting:
        parent, condition = waiting.pop(0)
        yield parent, condition
        for table in tables.sorted_tables:
            for column in _pointing(table, parent):
                inner = condition.replace("t.", "p.")
                waiting.append(
                    (
                        table,
                        f"t.{column} in (select p.id from {parent.name} p "  # noqa: S608
                        f"where p.region_id = :region and {inner})",
                    )
                )


def _pointing(table: SqlTable, parent: SqlTable) -> list[str]:
    return [
        element.parent.name
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is parent and table is not parent
        for element in constraint.elements
        if element.column.name == "id"
    ]
