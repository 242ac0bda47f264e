"""Keyset lists: opaque signed cursors that are bound to the filter they were made for."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.crypto import Keyring
from asn_api.core.wire import Wire
from asn_api.errors import Problem

T = TypeVar("T")

MAX_LIMIT = 200
_TAG = 12


class PageInfo(Wire):
    next: str | None
    prev: str | None
    limit: int
    total: int | None = Field(description="Only with `count=exact`.")


class Page(Wire, Generic[T]):
    """Only for the document: answers are written from rows."""

    data: list[T]
    page: PageInfo


class Paging(Wire):
    """The parameters that every list takes."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, description="Rows per page; more than 200 are reduced to 200.")
    cursor: str | None = Field(default=None, max_length=1000, description="`page.next` or `page.prev`.")
    count: Literal["exact"] | None = Field(default=None, description="`exact` adds `page.total`.")


@dataclass(frozen=True)
class Key:
    """One column of an order; never null. `parse` reads its value back from a cursor."""

    column: ColumnElement[Any]
    name: str
    parse: Callable[[Any], Any]
    descending: bool = False


def day(value: str) -> date:
    return date.fromisoformat(value)


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


@dataclass(frozen=True)
class Position:
    """Where a page begins: after these values of the order, or before them when `backward`."""

    values: list[Any]
    backward: bool


class Cursors:
    """Writes and reads the cursors of one list request."""

    def __init__(self, request: Request) -> None:
        self._keyring: Keyring = request.app.state.keyring
        pairs = sorted(
            (name, value)
            for name, value in request.query_params.multi_items()
            if name not in ("cursor", "limit", "count")
        )
        self._filter = hashlib.sha256(orjson.dumps([request.scope["path"], pairs])).digest()[:8]

    def write(self, position: Position) -> str:
        content = orjson.dumps([position.backward, *position.values], default=str)
        signed = self._filter + content
        tag = self._keyring.mac(signed, "cursors")[:_TAG]
        return base64.urlsafe_b64encode(tag + signed).decode().rstrip("=")

    def read(self, cursor: str, keys: Sequence[Key]) -> Position:
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise Problem("CURSOR_INVALID") from None
        tag, signed = raw[:_TAG], raw[_TAG:]
        if not any(mac[:_TAG] == tag for mac in self._keyring.macs(signed, "cursors")):
            raise Problem("CURSOR_INVALID")
        if signed[:8] != self._filter:
            raise Problem("CURSOR_MISMATCH")
        backward, *values = orjson.loads(signed[8:])
        if len(values) != len(keys):
            raise Problem("CURSOR_MISMATCH")
        return Position([key.parse(value) for key, value in zip(keys, values, strict=True)], backward)


def _beyond(keys: Sequence[Key], position: Position) -> ColumnElement[bool]:
    """Rows after the position in the list's order (before it, when going back)."""
    columns = [key.column for key in keys]
    values = [literal(value, key.column.type) for key, value in zip(keys, position.values, strict=True)]
    downward = [key.descending != position.backward for key in keys]
    # Compared as a row: only that is a place in an index, where reading begins; alternatives are a mere filter.
    if all(downward):
        return tuple_(*columns) < tuple_(*values)
    if not any(downward):
        return tuple_(*columns) > tuple_(*values)
    alternatives = []
    for index, (column, value, down) in enumerate(zip(columns, values, downward, strict=True)):
        ties = [each == other for each, other in zip(columns[:index], values[:index], strict=True)]
        alternatives.append(and_(*ties, column < value if down else column > value))
    return or_(*alternatives)


@dataclass(frozen=True)
class Cut:
    """What one page takes of a statement: the rows after the cursor, in order, and one more than are shown."""

    keys: Sequence[Key]
    position: Position | None
    rows: int

    def __call__(self, statement: Any, columns: Any = None) -> Any:
        """`columns` of a subquery: where the keys are then found, by their names."""
        keys = [replace(key, column=columns[key.name]) for key in self.keys] if columns else self.keys
        backward = self.position is not None and self.position.backward
        if self.position is not None:
            statement = statement.where(_beyond(keys, self.position))
        order = [key.column.desc() if key.descending != backward else key.column.asc() for key in keys]
        return statement.order_by(*order).limit(self.rows)


Narrow = Callable[[Cut], Select[Any]]


async def page(
    db: AsyncSession,
    request: Request,
    response: Response,
    statement: Select[Any],
    keys: Sequence[Key],
    wanted: Paging,
    row: Callable[[Any], Any],
    narrow: Narrow | None = None,
) -> dict[str, Any]:
    """One page of `statement` in the order of `keys` (the last one unique); every key is a selected label.

    `row` turns a mapping of the row into its wire form. `narrow` finds the page's rows by a shorter way.
    """
    cursors = Cursors(request)
    limit = min(wanted.limit, MAX_LIMIT)
    position = cursors.read(wanted.cursor, keys) if wanted.cursor else None
    backward = position is not None and position.backward
    cut = Cut(keys, position, limit + 1)
    rows = list((await db.execute(cut(narrow(cut) if narrow else statement))).mappings())
    total = None
    if wanted.count == "exact":
        total = await db.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    more = len(rows) > limit
    rows = rows[:limit]
    if backward:
        rows.reverse()

    def at(edge: Any, back: bool) -> str:
        return cursors.write(Position([_plain(edge[key.name]) for key in keys], back))

    following = at(rows[-1], False) if rows and (more or backward) else None
    previous = at(rows[0], True) if rows and (more if backward else position is not None) else None
    link_header(request, response, following, previous)
    return {
        "data": [row(each) for each in rows],
        "page": {"next": following, "prev": previous, "limit": limit, "total": total},
    }


def _plain(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, date | datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
    )


def link_header(request: Request, response: Response, following: str | None, previous: str | None) -> None:
    links = []
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    for relation, cursor in (("next", following), ("prev", previous)):
        if cursor is not None:
            query = urlencode([*kept, ("cursor", cursor)])
            links.append(f'<{request.scope["path"]}?{query}>; rel="{relation}"')
    if links:
        response.headers["Link"] = ", ".join(links)


PagingQuery = Annotated[Paging, Query()]
