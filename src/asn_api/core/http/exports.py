"""Lists as files: CSV, XLSX or NDJSON by `Accept`, streamed from a cursor in constant memory."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import IO, Annotated, Any, TypeAlias, cast

import orjson
from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Receive, Scope, Send

from asn_api.core.cells import neutral
from asn_api.core.http.problems import language_of
from asn_api.errors import Language, Problem


class Format(StrEnum):
    JSON = "application/json"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    NDJSON = "application/x-ndjson"


Cell: TypeAlias = str | int | float | Decimal | date | datetime | bool | None
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading in both languages and what a row has there.

    An enumerated value is written as its label in the language of the file.
    """

    id: str
    en: str
    value: Callable[[Row], Cell]


_SUFFIX = {Format.CSV: "csv", Format.XLSX: "xlsx", Format.NDJSON: "ndjson"}
_BATCH = 500
_CHUNK = 64 * 1024
_HIGHEST = 1_048_576
# Each export holds a connection for as long as its reader takes; the rest of the pool stays for the others.
_slots = asyncio.Semaphore(3)


async def _wanted(request: Request) -> Format:
    return negotiated(request.headers.get("accept", ""))


Wanted = Annotated[Format, Depends(_wanted)]
"""The form that the caller prefers; 406 when it accepts none of them."""

EXPORTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            Format.CSV.value: {"schema": {"type": "string"}},
            Format.XLSX.value: {"schema": {"type": "string", "format": "binary"}},
            Format.NDJSON.value: {"schema": {"type": "string"}},
        }
    }
}
"""For `responses=` of an operation that exports."""


def negotiated(accept: str) -> Format:
    """The first of the most wanted types that we have; JSON for no wish and for wildcards that cover it."""
    best, weight = Format.JSON, 0.0
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        name, *parameters = [each.strip().lower() for each in part.split(";")]
        quality = _quality(parameters)
        match = next((each for each in Format if _covers(name, each)), None)
        if match is not None and quality > weight:
            best, weight = match, quality
    if weight == 0.0:
        raise Problem("NOT_ACCEPTABLE", possible=", ".join(Format))
    return best


def _quality(parameters: Sequence[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return min(max(float(each[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _covers(name: str, format: Format) -> bool:
    kind, _, _ = format.partition("/")
    return name in (format.value, f"{kind}/*", "*/*")


async def export(
    request: Request,
    statement: Select[Any],
    columns: Sequence[Column],
    name: str,
    format: Format,
    item: Callable[[Row], Any],
    day: date | None = None,
) -> Response:
    """All rows of an ordered statement as a file, named after `day`, by default today.

    `item` makes a line of NDJSON, as the list has it.

    Runs on a session of its own: the request's ends before the body is sent.
    """
    if _slots.locked():
        raise Problem("EXPORT_BUSY", headers={"Retry-After": "10"})
    if work := request.scope.get("asn_work"):
        # What the statement was made from is read: one connection is enough for an export.
        await work.close()
    batches = _batches(request.app.state.database.sessions(), statement)
    language = language_of(request)
    match format:
        case Format.NDJSON:
            body = _ndjson(batches, item)
        case Format.XLSX:
            body = _xlsx(batches, columns, language)
        case _:
            body = _csv(batches, columns, language)
    # The first piece is made here, so that a failing statement is still a problem document.
    first = await anext(body)
    dated = day or request.app.state.clock().date()
    media = f"{format.value}; charset=utf-8" if format is Format.CSV else format.value
    return _Closing(
        _after(first, body),
        media_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{dated}.{_SUFFIX[format]}"',
            "Cache-Control": "no-store",
        },
    )


class _Closing(StreamingResponse):
    """Gives the connection back at once when the reader goes away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(cast("AsyncGenerator[bytes, None]", self.body_iterator)):
            await super().__call__(scope, receive, send)


async def _after(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


async def _batches(session: AsyncSession, statement: Select[Any]) -> AsyncGenerator[Sequence[Row], None]:
    async with _slots, session:
        # A reader that stops reading must not keep its connection and snapshot.
        await session.execute(text("set local idle_in_transaction_session_timeout = '60s'"))
        result = await session.stream(statement.execution_options(yield_per=_BATCH))
        async for rows in result.mappings().partitions():
            yield rows


async def _csv(
    batches: AsyncGenerator[Sequence[Row], None], columns: Sequence[Column], language: Language
) -> AsyncGenerator[bytes, None]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def taken() -> bytes:
        piece = buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
        return piece

    # Without the mark spreadsheets take the text for a local code page.
    buffer.write("\ufeff")
    writer.writerow(_headings(columns, language))
    async with aclosing(batches):
        async for rows in batches:
            writer.writerows([_written(column.value(row), language) for column in columns] for row in rows)
            yield taken()
    if buffer.tell():
        yield taken()


async def _ndjson(
    batches: AsyncGenerator[Sequence[Row], None], item: Callable[[Row], Any]
) -> AsyncGenerator[bytes, None]:
    empty = True
    async with aclosing(batches):
        async for rows in batches:
            empty = False
            yield b"".join(
                orjson.dumps(item(row), default=str, option=orjson.OPT_APPEND_NEWLINE) for row in rows
            )
    if empty:
        yield b""


async def _xlsx(
    batches: AsyncGenerator[Sequence[Row], None], columns: Sequence[Column], language: Language
) -> AsyncGenerator[bytes, None]:
    with tempfile.TemporaryFile() as file:
        book = await asyncio.to_thread(_Book, file, _headings(columns, language))
        try:
            async with aclosing(batches):
                async for rows in batches:
                    cells = [[_kept(column.value(row), language) for column in columns] for row in rows]
                    await asyncio.to_thread(book.add, cells)
        finally:
            await asyncio.to_thread(book.close)
        await asyncio.to_thread(file.seek, 0)
        while piece := await asyncio.to_thread(file.read, _CHUNK):
            yield piece


class _Book:
    """A workbook whose rows go to disk as they come; a full sheet is followed by another one."""

    def __init__(self, file: IO[bytes], headings: Sequence[str]) -> None:
        # Only here: a server starts faster without it.
        import xlsxwriter

        self._book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )
        self._headings = headings
        self._begin()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.write_row(0, 0, self._headings)
        self._next = 1

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            if self._next == _HIGHEST:
                self._begin()
            self._sheet.write_row(self._next, 0, row)
            self._next += 1

    def close(self) -> None:
        self._book.close()


def _headings(columns: Sequence[Column], language: Language) -> list[str]:
    return [column.id if language == "id" else column.en for column in columns]


@cache
def _label(value: StrEnum, language: Language) -> str:
    # Only here: the terms know the rules of every area, which a start need not wait for.
    from asn_api.rules.labels import label

    return label(value, language)


def _written(value: Cell, language: Language) -> Cell:
    """A cell of CSV: text that cannot run, days and moments as ISO 8601."""
    match value:
        case bool():
            return str(value).lower()
        case StrEnum():
            return _label(value, language)
        case str():
            return neutral(value)
        case date():
            return value.isoformat()
    return value


def _kept(value: Cell, language: Language) -> Cell:
    """A cell of a workbook: numbers and days keep their type, moments keep their offset as text."""
    match value:
        case StrEnum():
            return _label(value, language)
        case str():
            return neutral(value)
        case datetime():
            return value.isoformat()
    return value
