"""Photos and documents of complaints: looked at, photos written anew without place and owner, then kept."""

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints import queries
from asn_api.areas.complaints.public_schemas import MediumIn
from asn_api.areas.files.contents import Kept, examined
from asn_api.core.http.downloads import Stored
from asn_api.core.mapping import uuid7
from asn_api.core.objects import Objects
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.files import MEDIA_TYPES, FileKind, download_name
from asn_api.rules.policy import FilePolicy
from asn_api.tables.complaints import ComplaintFile

AT_ONCE = 2
"""Files that this process looks at at once: a decoded photo may fill 300 MB."""


def _step_back() -> None:
    """Behind everybody else's requests when the cores are short; Linux has a priority for each thread."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


_examiners = ThreadPoolExecutor(AT_ONCE, "complaint-media", _step_back)


@dataclass(frozen=True)
class Medium:
    name: str | None
    kept: Kept


async def looked_at(
    media: Sequence[MediumIn], policy: ComplaintPolicy, files: FilePolicy, objects: Objects | None
) -> list[Medium]:
    """What may be kept, or the Problem that names the file; no connection need be held meanwhile."""
    if not media:
        return []
    if objects is None:
        raise Problem("FILES_NOT_SET_UP")
    if len(media) > policy.media_count:
        raise _fault("/media", "COMPLAINT_MEDIA_MANY", limit=policy.media_count)
    loop, look = asyncio.get_running_loop(), partial(examined, policy=files, sha256=None, said_type=None)
    found = []
    for n, each in enumerate(media):
        if len(each.content) > policy.media_bytes:
            raise _fault(f"/media/{n}", "COMPLAINT_MEDIUM_LARGE", limit=policy.media_bytes)
        try:
            kept = await loop.run_in_executor(_examiners, look, each.content)
            await objects.check(each.content)
        except Problem as problem:
            if problem.status >= 500:
                raise
            raise _fault(f"/media/{n}", problem.code, **problem.params) from None
        found.append(Medium(each.name, kept))
    return found


def _fault(pointer: str, code: str, **params: object) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault(pointer, code, params)])


def rows(
    access: Access, complaint_id: UUID, media: Sequence[Medium], message_id: UUID | None = None
) -> list[ComplaintFile]:
    return [
        ComplaintFile(
            region_id=access.region_id,
            id=uuid7(),
            complaint_id=complaint_id,
            message_id=message_id,
            position=n,
            kind=each.kept.kind,
            name=each.name,
            size=len(each.kept.content),
            sha256=each.kept.sha256,
            stored_sha256=each.kept.stored_sha256,
            created_at=access.now,
        )
        for n, each in enumerate(media)
    ]


async def keep(objects: Objects | None, files: Sequence[ComplaintFile], media: Sequence[Medium]) -> None:
    """Before the rows are committed: a row without its bytes would be a promise broken, the reverse is litter."""
    for file, each in zip(files, media, strict=True):
        assert objects is not None
        await objects.put(path(file.region_id, file.id), each.kept.content)


async def listed(access: Access, db: AsyncSession, complaint_id: UUID) -> list[dict[str, Any]]:
    """Those of a complaint that has been found, and of its messages."""
    rows = (await db.execute(queries.files(access, complaint_id))).mappings()
    return [{name: each[name] for name in ("id", "kind", "name", "size", "message_id")} for each in rows]


async def stored(access: Access, db: AsyncSession, complaint_id: UUID, id: UUID) -> Stored | None:
    """One file of a complaint that has been found within reach."""
    rows = (await db.execute(queries.files(access, complaint_id))).mappings()
    file = next((each for each in rows if each["id"] == id), None)
    if file is None:
        return None
    kind = FileKind(file["kind"])
    name = download_name(file["name"], kind)
    where = path(access.region_id, id)
    return Stored(where, file["size"], file["stored_sha256"], name, MEDIA_TYPES[kind])


def path(region_id: UUID, id: UUID | str) -> str:
    return f"regions/{region_id}/complaints/{id}"
