"""Uploads from the first byte to the last: begun, kept piece by piece, looked at, withdrawn."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.files import queries, tus
from asn_api.areas.files.contents import Kept, examined
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database
from asn_api.core.jobs import defer
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.core.objects import Objects
from asn_api.errors import Problem
from asn_api.rules.files import FileState
from asn_api.rules.policy import FilePolicy
from asn_api.tables.files import File

ENTITY = "file"
FORGET_OBJECTS = "files.forget_objects"
PIECE = 512 * 1024
MAX_PIECES = 2000
IDLE_SECONDS = 60
"""A line that says nothing for so long is taken for dead; what has arrived is kept."""

log = logging.getLogger(__name__)

_examining = asyncio.Semaphore(2)
"""Files looked at at once in this process: a decoded photo may fill 300 MB."""


def folder(region_id: UUID, id: UUID) -> str:
    return f"regions/{region_id}/files/{id}"


def content_path(region_id: UUID, id: UUID) -> str:
    return f"{folder(region_id, id)}/content"


def _piece_path(file: File, name: str) -> str:
    return f"{folder(file.region_id, file.id)}/pieces/{name}"


async def begin(db: AsyncSession, access: Access, given: tus.Creation) -> File:
    """A new upload; the same one announced again is the one that is there, kept from now on anew."""
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    policy = await policy_on(db, access.region_id, FilePolicy, access.today)
    if given.length == 0:
        raise Problem("FILE_EMPTY")
    if given.length > policy.max_bytes:
        raise Problem("FILE_TOO_LARGE", limit=policy.max_bytes)
    await db.execute(queries.lock_owner(access))
    known = None if given.id is None else await db.scalar(queries.by_id(access, given.id))
    if known is not None:
        return _same(access, known, given, policy)
    await _check_day(db, access, given, policy)
    file = File(
        region_id=access.region_id,
        id=given.id or uuid7(),
        employee_id=access.employee_id,
        length=given.length,
        expected_sha256=given.sha256,
        metadata_text=given.metadata,
        name=given.name[:200] if given.name else None,
        said_type=given.said_type,
        state=FileState.PENDING,
        received=0,
        pieces=[],
        created_at=access.now,
        touched_at=access.now,
        expires_at=_expiry(access, policy),
    )
    db.add(file)
    await db.flush()
    announced = {"length": [None, given.length], "expected_sha256": [None, given.sha256]}
    await record(db, access.author, access.now, _change(file, 1, "CREATE", announced))
    return file


def _same(access: Access, known: File, given: tus.Creation, policy: FilePolicy) -> File:
    mine = known.employee_id == access.employee_id and known.length == given.length
    if not mine or given.sha256 not in (known.expected_sha256, known.sha256):
        raise Problem("FILE_ID_TAKEN")
    if known.state is FileState.REFUSED:
        raise Problem("FILE_REFUSED", reason=known.refusal)
    if known.state is FileState.PENDING:
        known.expires_at = _expiry(access, policy)
    return known


async def _check_day(db: AsyncSession, access: Access, given: tus.Creation, policy: FilePolicy) -> None:
    midnight = datetime.combine(access.today, time(), access.actor.zone.tz)
    files, size = (await db.execute(queries.since(access, midnight))).one()
    if files >= policy.files_per_day or size + given.length > policy.bytes_per_day:
        wait = int((midnight + timedelta(days=1) - access.now).total_seconds()) + 1
        raise Problem(
            "FILES_OF_DAY_USED_UP",
            headers={"Retry-After": str(wait)},
            files=policy.files_per_day,
            bytes=policy.bytes_per_day,
        )


def _expiry(access: Access, policy: FilePolicy) -> datetime:
    return access.now + timedelta(days=policy.unfinished_days)


def check_open(file: File, now: datetime) -> None:
    """410 for an upload that nothing can be added to any more."""
    if file.state is FileState.REFUSED:
        raise Problem("FILE_REFUSED", reason=file.refusal)
    if file.state is FileState.PENDING and file.expires_at < now:
        raise Problem("UPLOAD_EXPIRED")


async def found(db: AsyncSession, access: Access, id: UUID) -> File:
    """The caller's own upload, as long as it is worth going on."""
    file = await db.scalar(queries.own(access, id))
    if file is None:
        raise Problem("NOT_FOUND")
    check_open(file, access.now)
    return file


class Arrival:
    """One request's bytes on their way into the store.

    No transaction is open while a slow line sends. Pieces join the upload one by one, so a cut line loses
    nothing that was kept; with a checksum they join together, once it is right.
    """

    def __init__(
        self, database: Database, objects: Objects, access: Access, file: File, policy: FilePolicy
    ) -> None:
        self._database = database
        self._objects = objects
        self._access = access
        self._file = file
        self._expires_at = _expiry(access, policy)
        self._waiting: list[str] = []
        self._waiting_bytes = 0
        self._offset = file.received

    async def take(self, body: AsyncIterator[bytes], checksum: tus.Checksum | None) -> int:
        """Keep the body; gives the new offset."""
        room = self._file.length - self._offset
        buffer = bytearray()
        try:
            async for chunk in _awake(body):
                room -= len(chunk)
                if room < 0:
                    raise Problem("UPLOAD_TOO_LONG", length=self._file.length)
                if checksum is not None:
                    checksum.update(chunk)
                buffer += chunk
                while len(buffer) >= PIECE:
                    await self._store(bytes(buffer[:PIECE]), join=checksum is None)
                    del buffer[:PIECE]
            if buffer:
                await self._store(bytes(buffer), join=checksum is None)
            if checksum is not None:
                checksum.check()
                await self._join()
        except Problem:
            await self._objects.delete([_piece_path(self._file, name) for name in self._waiting])
            raise
        return self._offset

    async def _store(self, content: bytes, *, join: bool) -> None:
        if len(self._file.pieces) + len(self._waiting) >= MAX_PIECES:
            raise Problem("UPLOAD_TOO_MANY_PIECES", limit=MAX_PIECES)
        name = f"{self._offset + self._waiting_bytes:012d}-{uuid7().hex}"
        self._waiting.append(name)
        self._waiting_bytes += len(content)
        await self._objects.put(_piece_path(self._file, name), content)
        if join:
            await self._join()

    async def _join(self) -> None:
        if not self._waiting:
            return
        async with self._database.sessions() as db, db.begin():
            offset = await db.scalar(
                queries.kept_piece(
                    self._access,
                    self._file,
                    self._offset,
                    self._waiting,
                    self._waiting_bytes,
                    expires_at=self._expires_at,
                )
            )
            if offset is None:
                raise differs(await found(db, self._access, self._file.id))
        self._file.pieces = [*self._file.pieces, *self._waiting]
        self._offset = offset
        self._waiting, self._waiting_bytes = [], 0


async def _awake(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks of a body until its end, or until the line has been silent for too long."""
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(body)
        except (StopAsyncIteration, TimeoutError):
            return
        yield chunk


def differs(file: File) -> Problem:
    headers = {"Upload-Offset": str(file.received)}
    return Problem("UPLOAD_OFFSET_DIFFERS", headers=headers, offset=file.received)


async def receive(
    database: Database,
    objects: Objects,
    access: Access,
    id: UUID,
    offset: int,
    checksum: tus.Checksum | None,
    body: AsyncIterator[bytes],
) -> File:
    """Take the bytes from `offset` on; with the last one the file is looked at before the answer."""
    async with database.sessions() as db:
        file = await found(db, access, id)
        policy = await policy_on(db, access.region_id, FilePolicy, access.today)
    if file.received != offset:
        raise differs(file)
    if file.state is FileState.PENDING:
        file.received = await Arrival(database, objects, access, file, policy).take(body, checksum)
        if file.received == file.length:
            return await complete(database, objects, access, file, policy)
    return file


async def complete(
    database: Database, objects: Objects, access: Access, file: File, policy: FilePolicy
) -> File:
    """Look at a whole upload and keep or refuse it. May be repeated: the first to settle it counts."""
    paths = [_piece_path(file, name) for name in file.pieces]
    async with _examining:
        try:
            content = b"".join([await objects.get(path) for path in paths])
        except FileNotFoundError:
            return await _settled_elsewhere(database, access, file)
        try:
            kept = await asyncio.to_thread(
                examined, content, policy, sha256=file.expected_sha256, said_type=file.said_type
            )
            await objects.check(content)
        except Problem as problem:
            if problem.status >= 500:
                # No verdict: the upload stays whole, and is looked at when it is asked for again or by the job.
                raise
            await _settle(database, access, file, None, problem.code)
            await objects.delete(paths)
            raise
        await objects.put(content_path(file.region_id, file.id), kept.content)
    settled = await _settle(database, access, file, kept, None)
    await objects.delete(paths)
    return settled


async def _settle(
    database: Database, access: Access, file: File, kept: Kept | None, refusal: str | None
) -> File:
    """The result, its journal row, and one for each evidence record that waited: phones learn of it there."""
    state = FileState.REFUSED if kept is None else FileState.RECEIVED
    values: dict[str, object] = {"state": state, "refusal": refusal}
    if kept is not None:
        values |= {
            "kind": kept.kind,
            "sha256": kept.sha256,
            "stored_sha256": kept.stored_sha256,
            "size": len(kept.content),
        }
    async with database.sessions() as db, db.begin():
        first = await db.scalar(queries.settled(access, file, **values))
        if first is not None:
            changes: dict[str, object] = {
                name: [None, value] for name, value in values.items() if value is not None
            }
            happened = [_change(file, 2, state, changes)]
            for id, version, employee_id, unit_id in await db.execute(queries.naming(access, file)):
                news = {"file": [FileState.PENDING, state]}
                happened.append(Change("evidence", id, version, f"FILE_{state}", news, unit_id, employee_id))
            await record(db, access.author, access.now, *happened)
        settled = await db.scalar(queries.by_id(access, file.id))
    if settled is None:
        raise Problem("NOT_FOUND")
    return settled


async def _settled_elsewhere(database: Database, access: Access, file: File) -> File:
    """Pieces that are gone: another request has finished the file, or the store has lost them."""
    async with database.sessions() as db, db.begin():
        now = await db.scalar(queries.by_id(access, file.id).with_for_update())
        if now is None:
            raise Problem("NOT_FOUND")
        check_open(now, access.now)
        if now.state is FileState.RECEIVED:
            return now
        log.error("pieces of an upload are missing in the store: it starts anew")
        now.received, now.pieces = 0, []
    raise differs(now)


async def withdraw(db: AsyncSession, access: Access, id: UUID) -> None:
    """Delete one's own upload or file; the bytes go after the commit."""
    file = await db.scalar(queries.own(access, id).with_for_update())
    if file is None:
        raise Problem("NOT_FOUND")
    if file.state is FileState.RECEIVED and (await db.execute(queries.naming(access, file))).first():
        raise Problem("FILE_NAMED_BY_EVIDENCE")
    if (await db.execute(queries.told(access, file))).first():
        raise Problem("FILE_NAMED_BY_FEEDBACK")
    if (await db.execute(queries.claimed(access, file))).first():
        raise Problem("FILE_NAMED_BY_CERTIFICATE")
    await db.delete(file)
    await forget(db, access, [file], "DELETE")


async def forget(db: AsyncSession, access: Access, files: Sequence[File], action: str) -> None:
    """Journal that files are gone, and have their objects removed after the commit."""
    gone = [_change(each, 3, action, {"state": [each.state, None]}) for each in files]
    await record(db, access.author, access.now, *gone)
    for each in files:
        await defer(db, FORGET_OBJECTS, region_id=each.region_id, id=each.id)


def _change(file: File, version: int, action: str, changes: dict[str, object]) -> Change:
    return Change(ENTITY, file.id, version, action, changes, employee_id=file.employee_id)
