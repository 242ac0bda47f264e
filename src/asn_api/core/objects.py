"""Where bytes lie that do not belong into the database: a folder or a bucket, behind one small interface."""

import logging
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from asn_api.core.scanner import Scanner, scanner
from asn_api.core.settings import Settings, StartupError
from asn_api.errors import Problem

log = logging.getLogger(__name__)

PAGE = 500
CHUNK = 256 * 1024


class Objects:
    """Objects are written whole or not at all, and are not changed afterwards."""

    def __init__(self, url: str, scanner: Scanner | None = None) -> None:
        self._store = _store(url)
        self._scanner = scanner

    async def check(self, content: bytes) -> None:
        """Before a whole file from outside is kept: FILE_INFECTED, where the operator has set a scanner."""
        if self._scanner is not None:
            await self._scanner.check(content)

    async def put(self, path: str, content: bytes) -> None:
        with _reached():
            await obstore.put_async(self._store, path, content, use_multipart=False)

    async def get(self, path: str) -> bytes:
        """FileNotFoundError when there is none."""
        with _reached():
            return bytes(await (await obstore.get_async(self._store, path)).bytes_async())

    async def opened(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end` in chunks; FileNotFoundError before the first one."""
        with _reached():
            found = await obstore.get_async(self._store, path, options={"range": (start, end)})

        async def chunks() -> AsyncIterator[bytes]:
            async for chunk in found.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

        return chunks()

    async def delete(self, paths: Collection[str]) -> None:
        """Those that are gone already do not matter."""
        for path in paths:
            with _reached(), suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)

    async def listed(self, prefix: str) -> AsyncIterator[list[tuple[str, datetime]]]:
        """Paths below the prefix with the time of their writing, in pages."""
        async for page in obstore.list(self._store, prefix, chunk_size=PAGE):
            yield [(each["path"], each["last_modified"]) for each in page]


def objects(settings: Settings) -> Objects | None:
    """As the operator says; None in production without `ASN_FILES_URL`: it has no folder that would last."""
    url = settings.files_url
    if url is None and settings.environment == "demo":
        url = (settings.local_dir.absolute() / "files").as_uri()
    return None if url is None else Objects(url, scanner(settings))


@contextmanager
def _reached() -> Iterator[None]:
    """A store that fails is a reason to come back later, and a line in the operator's log."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        log.error("the object store failed", exc_info=error)
        raise Problem("FILES_UNREACHABLE", headers={"Retry-After": "10"}) from None


def _store(url: str) -> ObjectStore:
    parts = urlsplit(url)
    try:
        if parts.scheme == "file":
            folder = Path(unquote(parts.path))
            return LocalStore(folder, automatic_cleanup=True, mkdir=True)
        if parts.scheme == "s3" and parts.netloc:
            return from_url(url)
    except Exception as error:
        raise StartupError(f"ASN_FILES_URL cannot be used: {error}.") from None
    raise StartupError("ASN_FILES_URL must look like file:///srv/asn/files or s3://bucket/prefix.")
