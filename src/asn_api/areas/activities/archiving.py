"""Moves the decided activities of old years into files, a few people's month at a time.

A part is written, read back, compared with the rows under lock, and only then are the rows removed and the part
entered in the journal, in one transaction. Killed anywhere, the next run goes on: a file that the journal does not
name counts for nothing, and its rows are still there.
"""

import gzip
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.exc import DBAPIError

from asn_api.access.actor import Access
from asn_api.areas.activities import archive_queries as queries
from asn_api.core.database import Database
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7

PEOPLE = 20
"""Of one transaction: about 2,000 activities of a full month."""
LOCK_MS = 1_000
TRIES = 3
NOBODY = UUID(int=0)

Progress = Callable[[int], None]


class Folder:
    """Where parts are kept. An object store would do the same: put whole objects, get them back."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: bytes) -> None:
        """On the disk when this returns, under its name whole or not at all."""
        file = self._root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(file.name + ".new")
        with open(unfinished, "wb") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())
        unfinished.replace(file)
        parent = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)

    def get(self, name: str) -> bytes:
        return (self._root / name).read_bytes()


@dataclass
class Moved:
    """`rows` counts activities and what hangs on them; `busy`: people somebody else was working on."""

    parts: int = 0
    rows: int = 0
    bytes: int = 0
    busy: list[UUID] = field(default_factory=list)


async def counted(database: Database, access: Access, before: date) -> dict[date, int]:
    """How many activities of each month would be moved."""
    found = {}
    async with database.sessions() as db:
        for month in await queries.months(db, access, before):
            total = 0
            after = NOBODY
            while people := await queries.people_after(db, access, after, 50 * PEOPLE):
                total += await queries.count(db, access, people, month, _end(month, before))
                after = people[-1]
            if total:
                found[month] = total
    return found


async def archive(
    database: Database,
    access: Access,
    folder: Folder,
    region: str,
    before: date,
    months: Sequence[date],
    progress: Progress,
) -> Moved:
    """Every month in small transactions; `region` is the code that names its folder."""
    moved = Moved()
    for month in months:
        after = NOBODY
        while True:
            async with database.sessions() as db:
                people = await queries.people_after(db, access, after, PEOPLE)
            if not people:
                break
            after = people[-1]
            await _part(
                database, access, folder, f"{region}/{month:%Y-%m}", people, month, before, moved, progress
            )
        await _manifest(database, access, folder, f"{region}/{month:%Y-%m}", month)
    return moved


async def _part(
    database: Database,
    access: Access,
    folder: Folder,
    place: str,
    people: Sequence[UUID],
    month: date,
    before: date,
    moved: Moved,
    progress: Progress,
) -> None:
    """What somebody changes between reading and removing is read again, a few times."""
    end = _end(month, before)
    for _ in range(TRIES):
        async with database.sessions() as db:
            ids = await queries.chosen(db, access, people, month, end)
            content = _content(await queries.lines(db, access, ids, for_update=False))
        if not content:
            return
        part = _written(folder, place, content)
        try:
            rows = await _removed(database, access, folder, part, people, month, end)
        except DBAPIError as error:
            if not isinstance(error.orig and error.orig.__cause__, asyncpg.LockNotAvailableError):
                raise
            continue
        if rows is not None:
            moved.parts += 1
            moved.rows += rows
            moved.bytes += int(str(part["bytes"]))
            progress(int(str(part["activities"])))
            return
    moved.busy += people


def _content(lines: Sequence[tuple[str, str]]) -> bytes:
    """One object a line: the table and its row."""
    return b"".join(f'{{"table": "{table}", "row": {row}}}\n'.encode() for table, row in lines)


def _written(folder: Folder, place: str, content: bytes) -> dict[str, object]:
    """Named after what it holds: writing it again after an interruption changes nothing."""
    packed = gzip.compress(content, 6, mtime=0)
    digest = hashlib.sha256(packed).hexdigest()
    name = f"{place}/activities-{digest[:24]}.ndjson.gz"
    folder.put(name, packed)
    return {
        "file": name,
        "month": place[-7:],
        "sha256": digest,
        "bytes": len(packed),
        "rows": content.count(b"\n"),
        "activities": content.count(b'{"table": "activities", '),
    }


async def _removed(
    database: Database,
    access: Access,
    folder: Folder,
    part: dict[str, object],
    people: Sequence[UUID],
    month: date,
    end: date,
) -> int | None:
    """The number of rows that are now only in the file, or None when the rows are not those of the file."""
    packed = folder.get(str(part["file"]))
    if hashlib.sha256(packed).hexdigest() != part["sha256"]:
        raise OSError(5, "The file that was just written reads differently", str(part["file"]))
    kept = gzip.decompress(packed)
    async with database.sessions.begin() as db:
        await queries.lock(db, access, people, LOCK_MS)
        ids = await queries.chosen(db, access, people, month, end)
        if _content(await queries.lines(db, access, ids, for_update=True)) != kept:
            return None
        await queries.keep_files(db, access, ids)
        removed = await queries.remove(db, access, ids)
        if removed != part["rows"]:
            raise RuntimeError(f"{removed} rows were removed instead of {part['rows']}: nothing is changed")
        happened = Change("archive", uuid7(), 1, "CREATE", {**part, "archived_at": access.now.isoformat()})
        await record(db, access.author, access.now, happened)
    return removed


async def _manifest(database: Database, access: Access, folder: Folder, place: str, month: date) -> None:
    """The month's parts with their sums, from the journal, which has them for certain."""
    async with database.sessions() as db:
        parts = await queries.archived(db, access, f"{month:%Y-%m}")
    if parts:
        folder.put(f"{place}/manifest.json", orjson.dumps({"parts": parts}, option=orjson.OPT_INDENT_2))


def _end(month: date, before: date) -> date:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return min(following, before)
