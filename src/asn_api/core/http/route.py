"""The route class of every operation: one transaction, idempotency, dry runs, conditional reads."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID
from zlib import crc32

import asyncpg
import orjson
from fastapi import Depends, Header, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.crypto import Keyring
from asn_api.core.database import Database, Work
from asn_api.core.http.hot import Arguments, is_hot
from asn_api.core.http.lazy import LazyRoute
from asn_api.core.idempotency import Answer, Attempt, earlier_answer, keep
from asn_api.core.objects import Objects
from asn_api.errors import Fault, Problem

PUBLIC = "__asn_public__"
"""Marks the dependency of operations without a token: nobody owns an idempotency key there."""
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT_HEADERS = frozenset(
    {"etag", "location", "content-type", "link", "tus-resumable", "upload-offset", "upload-expires"}
)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as far as the plumbing needs to know: the owner of idempotency keys."""

    region_id: UUID
    id: UUID


E = TypeVar("E", bound=Callable[..., Any])
_TURNS = "__asn_turns__"
RETRY_SECONDS = 15


class Turns:
    """Of one operation in one process."""

    def __init__(self, at_once: int, waiting: int | None) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._most = None if waiting is None else at_once + waiting
        self._here = 0

    async def __aenter__(self) -> None:
        if self._most is not None and self._here >= self._most:
            raise Problem("TOO_MANY_AT_ONCE", headers={"Retry-After": str(RETRY_SECONDS)})
        self._here += 1
        try:
            await self._free.acquire()
        except BaseException:
            self._here -= 1
            raise

    async def __aexit__(self, *error: object) -> None:
        self._here -= 1
        self._free.release()


def in_turns(at_once: int, waiting: int | None = None) -> Callable[[E], E]:
    """Marks an operation for which many ask at the same moment, and which takes them one after the other.

    So many of a process go on at once; the others wait without a connection of the pool, which has a deadline and
    which everybody else needs. Where more than `waiting` wait, the next is asked to come back.
    """

    def mark(endpoint: E) -> E:
        setattr(endpoint, _TURNS, (at_once, waiting))
        return endpoint

    return mark


Identify = Callable[[Request], Awaitable[Principal | None]]


class Route(LazyRoute):
    """Commits before the answer leaves; whatever raises rolls everything back."""

    refuses_unknown = True
    """Query parameters that are not declared: other protocols let them pass."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        given["operation_id"] = given.get("operation_id") or endpoint.__name__
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle: Callable[[Request], Coroutine[Any, Any, Response]]
        if is_hot(self.endpoint):
            # Without FastAPI's analysis, which the door of the hot routes need not wait for.
            arguments = Arguments(self.endpoint, self.path)
            handle, known, public = arguments.call, frozenset(arguments.query), False
        else:
            handle, known = super().get_route_handler(), _query_names(self)
            public = any(hasattr(each.call, PUBLIC) for each in self.dependant.dependencies)
        writes = bool((self.methods or set()) & WRITES)
        turns: tuple[int, int | None] | None = getattr(self.endpoint, _TURNS, None)
        turn = nullcontext() if turns is None else Turns(*turns)

        async def serve(request: Request) -> Response:
            if self.refuses_unknown and request.scope["query_string"]:
                _refuse_unknown(request, known)
            work = Work(request.app.state.database)
            request.scope["asn_work"] = work
            try:
                if not writes:
                    return _conditional(request, _stamped(await handle(request)))
                async with turn:
                    try:
                        return await _write(request, work, handle, public=public)
                    finally:
                        await work.close()
            finally:
                await work.close()

        return serve


async def _write(
    request: Request,
    work: Work,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
    *,
    public: bool,
) -> Response:
    attempt = None if public else await _attempt(request)
    keyring: Keyring = request.app.state.keyring
    if attempt is not None:
        earlier = await earlier_answer(work.session, keyring, attempt)
        if earlier is not None:
            headers = {**earlier.headers, "Idempotency-Replayed": "true"}
            return Response(earlier.body, earlier.status, headers=headers)
    response = await handle(request)
    if response.status_code >= 400:
        return response
    response = _stamped(response)
    if attempt is not None and not work.dry:
        headers = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
        answer = Answer(response.status_code, headers, bytes(response.body))
        await keep(work.session, keyring, attempt, answer, request.app.state.clock())
    await work.commit()
    return response


async def _attempt(request: Request) -> Attempt | None:
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or key is None:
        return None
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Problem("IDEMPOTENCY_KEY_INVALID")
    identify: Identify = request.app.state.identify
    principal = await identify(request)
    if principal is None:
        return None
    asked = b"\0".join(
        [
            request.method.encode(),
            request.scope["raw_path"],
            request.scope["query_string"],
            await request.body(),
        ]
    )
    return Attempt(principal.region_id, principal.id, key, hashlib.sha256(asked).digest())


def _query_names(route: APIRoute) -> frozenset[str]:
    names: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        for field in dependant.query_params:
            model = field.field_info.annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                names |= {each.alias or name for name, each in model.model_fields.items()}
            else:
                names.add(field.alias)
    return frozenset(names)


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        allowed = ", ".join(sorted(known)) or "-"
        faults = [Fault(f"?{name}", "PARAMETER_UNKNOWN", {"name": name}) for name in unknown]
        raise Problem("PARAMETERS_UNKNOWN", faults=faults, allowed=allowed)


def _stamped(response: Response) -> Response:
    """Adds a checksum to a version's ETag: what is shown changes without it too, as when a post begins today."""
    tag = response.headers.get("etag")
    if tag is not None and tag[1:-1].isdigit() and response.body:
        response.headers["etag"] = f'{tag[:-1]}-{crc32(response.body):08x}"'
    return response


def _conditional(request: Request, response: Response) -> Response:
    etag = response.headers.get("etag")
    wanted = request.headers.get("if-none-match")
    if etag is None or wanted is None or response.status_code != 200:
        return response
    if wanted.strip() == "*" or etag in [each.strip() for each in wanted.split(",")]:
        kept = {
            name: response.headers[name] for name in ("etag", "cache-control") if name in response.headers
        }
        return Response(status_code=304, headers=kept)
    return response


async def _reading(request: Request) -> AsyncSession:
    work: Work = request.scope["asn_work"]
    return work.session


async def _asked(
    request: Request,
    validate_only: Annotated[
        bool, Query(description="Check everything and answer as usual, but write nothing.")
    ] = False,
    idempotency_key: Annotated[
        str | None,
        Header(description="For POST: the same key and body give the stored answer. Kept for 7 days."),
    ] = None,
) -> Work:
    work: Work = request.scope["asn_work"]
    work.dry = validate_only
    return work


async def _writing(work: Annotated[Work, Depends(_asked)]) -> AsyncSession:
    return work.session


async def _driving(work: Annotated[Work, Depends(_asked)]) -> asyncpg.Connection:
    return await work.driver()


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(description='The version this change builds on, as the ETag gave it; "3" is enough.'),
    ] = None,
) -> int:
    if if_match is None:
        raise Problem("IF_MATCH_REQUIRED")
    return _version(if_match)


async def if_match_or_none(
    if_match: Annotated[
        str | None,
        Header(description="The version this change builds on, as the ETag gave it; none creates."),
    ] = None,
) -> int | None:
    return None if if_match is None else _version(if_match)


def _version(if_match: str) -> int:
    bare = if_match.strip().removeprefix('"').removesuffix('"').partition("-")[0]
    if not bare.isascii() or not bare.isdigit() or len(bare) > 15 or int(bare) < 1:
        raise Problem("IF_MATCH_INVALID")
    return int(bare)


async def _store(request: Request) -> Objects | None:
    objects: Objects | None = request.app.state.objects
    return objects


async def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.clock()
    return moment


def etag(version: int) -> str:
    """Of a record; the answer that shows it gets a checksum too (decision 0015)."""
    return f'"{version}"'


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


Shown = TypeVar("Shown", bound=Mapping[str, Any] | Versioned)


def tagged(response: Response, shown: Shown) -> Shown:
    """A record on its way out: its version becomes the ETag."""
    version = shown["version"] if isinstance(shown, Mapping) else shown.version
    response.headers["ETag"] = etag(version)
    return shown


def check_version(
    current: int, expected: int, representation: BaseModel | Mapping[str, Any] | None = None
) -> None:
    """412 with the current representation when the caller builds on an older version."""
    if current != expected:
        shown = (
            representation.model_dump(mode="json")
            if isinstance(representation, BaseModel)
            else representation
        )
        raise Problem("VERSION_STALE", headers={"ETag": etag(current)}, current=shown)


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def json_response(content: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Rows as they are written on the wire, without a model between."""
    body = orjson.dumps(content, default=str)
    return Response(body, status, dict(headers or {}), media_type="application/json")


Db = Annotated[AsyncSession, Depends(_reading)]
HotDatabase = Annotated[Database, Depends(_database)]
"""For a hot read: single statements, no transaction."""
Tx = Annotated[AsyncSession, Depends(_writing)]
Driver = Annotated[asyncpg.Connection, Depends(_driving)]
"""For a hot write: the same transaction without a session."""
Writing = Annotated[Work, Depends(_asked)]
"""For a write that chooses its door when it has seen what is asked, or opens short transactions of its own."""
IfMatch = Annotated[int, Depends(_if_match)]
IfMatchOrNone = Annotated[int | None, Depends(if_match_or_none)]
"""For a PUT that also creates: without `If-Match` there must be nothing yet."""
Now = Annotated[datetime, Depends(_now)]
Store = Annotated[Objects | None, Depends(_store)]
"""None where no files are set up."""
