"""Stored bytes on their way out: whole or one range, so that a cut line loses nothing."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Header, Response
from fastapi.responses import StreamingResponse

from asn_api.core.objects import Objects
from asn_api.errors import Problem

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


@dataclass(frozen=True)
class Stored:
    """An object with its size in bytes, the SHA-256 of its content, and the name it is saved under."""

    path: str
    size: int
    sha256: str
    name: str
    media_type: str


@dataclass(frozen=True)
class Asked:
    range: str | None
    if_range: str | None


async def _asked(
    range: Annotated[str | None, Header(alias="Range", description="One range of bytes.")] = None,
    if_range: Annotated[str | None, Header(alias="If-Range")] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Asked:
    return Asked(range, if_range)


Part = Annotated[Asked, Depends(_asked)]


def answers(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """For the contract: what such a download answers."""
    text, binary = {"schema": {"type": "string"}}, {"schema": {"type": "string", "format": "binary"}}
    content = {
        "headers": dict.fromkeys(("ETag", "Content-Disposition"), text),
        "content": dict.fromkeys(media_types, binary),
    }
    return {
        200: content,
        206: {"description": "The range.", **content},
        304: {"description": "Still the same."},
    }


async def download(objects: Objects, stored: Stored, asked: Asked) -> Response:
    etag = f'"{stored.sha256}"'
    is_same = asked.if_range is None or asked.if_range.strip() == etag
    wanted = wanted_range(asked.range, stored.size) if is_same else None
    start, end = wanted or (0, stored.size)
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Length": str(end - start),
        "Content-Disposition": _disposition(stored.name),
    }
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    try:
        content = await objects.opened(stored.path, start, end)
    except FileNotFoundError:
        raise Problem("FILES_UNREACHABLE", headers={"Retry-After": "10"}) from None
    status = 200 if wanted is None else 206
    return StreamingResponse(content, status, headers, media_type=stored.media_type)


def wanted_range(given: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; None for the whole, 416 for what lies outside."""
    found = _RANGE.fullmatch((given or "").strip().replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise Problem("RANGE_UNSATISFIABLE", headers={"Content-Range": f"bytes */{size}"}, size=size)
    return start, end


def _disposition(name: str) -> str:
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
