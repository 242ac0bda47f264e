"""Lists as files: the same rows in every form, harmless cells, little memory, the first piece at once."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import Select, String, cast, func, literal, select, update
from starlette.requests import Request

from asn_api.core.database import Database
from asn_api.core.http.exports import Column, Format, export, negotiated
from asn_api.errors import Problem
from asn_api.tables.employees import Employee
from tests.factories import City

XLSX = Format.XLSX.value
ROWS = 20_000
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def synthetic(rows: int) -> Select[Any]:
    number = func.generate_series(1, rows).column_valued("number")
    return select(
        number.label("number"),
        (literal("=cmd|' /C calc'!A") + cast(number, String)).label("formula"),
        func.repeat("x", 40).label("filler"),
    ).order_by(number)


COLUMNS = (
    Column("Nomor", "Number", lambda row: row["number"]),
    Column("Rumus", "Formula", lambda row: row["formula"]),
    Column("Isi", "Filler", lambda row: row["filler"]),
)


def asked(app: FastAPI) -> Request:
    return Request({"type": "http", "app": app, "headers": [], "method": "GET", "path": "/"})


def cells(content: bytes) -> Iterator[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        for name in names:
            assert b"<f>" not in book.read(name)
            for row in ElementTree.fromstring(book.read(name)).iter(f"{SHEET}row"):
                yield ["".join(cell.itertext()) for cell in row.iter(f"{SHEET}c")]


@pytest.mark.parametrize("form", [Format.CSV, Format.NDJSON, Format.XLSX])
async def test_many_rows_leave_in_little_memory(app: FastAPI, database: Database, form: Format) -> None:
    await read(app, form, 100)
    tracemalloc.start()
    try:
        response: Any = await export(asked(app), synthetic(ROWS), COLUMNS, "uji", form, dict)
        size = 0
        async for piece in response.body_iterator:
            size += len(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6_000_000, f"{peak:,} bytes at the peak for {size:,} bytes of {form.name}"
    if form is not Format.XLSX:
        assert size > 1_000_000


async def read(app: FastAPI, form: Format, rows: int) -> bytes:
    response: Any = await export(asked(app), synthetic(rows), COLUMNS, "uji", form, dict)
    return b"".join([piece async for piece in response.body_iterator])


async def test_no_cell_runs_as_a_formula_and_no_row_is_lost(app: FastAPI) -> None:
    table = list(csv.reader(io.StringIO((await read(app, Format.CSV, 1200)).decode("utf-8-sig"))))
    assert table[0] == ["Nomor", "Rumus", "Isi"]
    assert [row[0] for row in table[1:]] == [str(number) for number in range(1, 1201)]
    assert all(row[1].startswith("'=cmd") for row in table[1:])
    sheet = list(cells(await read(app, Format.XLSX, 1200)))
    assert sheet == table
    lines = (await read(app, Format.NDJSON, 1200)).splitlines()
    assert [orjson.loads(line)["number"] for line in lines] == list(range(1, 1201))
    assert orjson.loads(lines[0])["formula"].startswith("=cmd")


async def test_an_export_of_nothing_is_an_empty_table(app: FastAPI) -> None:
    assert (await read(app, Format.CSV, 0)).decode("utf-8-sig") == "Nomor,Rumus,Isi\r\n"
    assert await read(app, Format.NDJSON, 0) == b""
    assert list(cells(await read(app, Format.XLSX, 0))) == [["Nomor", "Rumus", "Isi"]]


async def test_a_reader_that_leaves_gives_its_connection_back(app: FastAPI, database: Database) -> None:
    for _ in range(database.engine.pool.size() + 2):  # type: ignore[attr-defined]
        response: Any = await export(asked(app), synthetic(ROWS), COLUMNS, "uji", Format.CSV, dict)

        async def gone(message: Any) -> None:
            if message["type"] == "http.response.body":
                raise OSError

        with pytest.raises(Exception):  # noqa: B017, PT011
            await response({"type": "http", "asgi": {"spec_version": "2.4"}}, None, gone)
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_statement_that_fails_is_refused_before_anything_is_sent(app: FastAPI) -> None:
    failing = select((literal(1) / func.length("")).label("number"))
    with pytest.raises(Exception, match="division by zero"):
        await export(asked(app), failing, COLUMNS[:1], "uji", Format.CSV, dict)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Format.JSON),
        ("*/*", Format.JSON),
        ("application/*", Format.JSON),
        ("text/*", Format.CSV),
        ("text/csv", Format.CSV),
        ("TEXT/CSV; charset=utf-8", Format.CSV),
        ("application/json;q=0.5, text/csv", Format.CSV),
        ("text/html, application/x-ndjson;q=0.9, */*;q=0.1", Format.NDJSON),
        (XLSX, Format.XLSX),
    ],
)
def test_the_most_wanted_form_is_chosen(accept: str, form: Format) -> None:
    assert negotiated(accept) is form


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "application/json;q=x", "nonsense"])
def test_an_impossible_form_is_refused_with_what_is_possible(accept: str) -> None:
    with pytest.raises(Problem) as refused:
        negotiated(accept)
    assert refused.value.status == 406
    assert all(form.value in refused.value.detail("id") for form in Format)


async def test_employees_come_as_a_file_with_all_rows_of_the_filter_and_of_the_reach(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(update(Employee).where(Employee.id == city.id("staff")).values(name="=1+1"))
    async with city.call_as("head", Accept="text/csv") as client:
        answer = await client.get("/v1/employees?limit=1&sort=nip")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="pegawai-2026-11-20.csv"'
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0][:2] == ["NIP", "Name"]
    assert [row[1] for row in table[1:]] == ["HEAD", "CHIEF", "SUPERVISOR", "'=1+1", "COLLEAGUE"]
    async with city.call_as("head", Accept="application/x-ndjson") as client:
        lines = (await client.get("/v1/employees?sort=nip")).content.splitlines()
    async with city.call_as("head") as client:
        listed = (await client.get("/v1/employees?sort=nip")).json()["data"]
    assert [orjson.loads(line) for line in lines] == listed
    async with city.call_as("head", Accept=XLSX) as client:
        book = await client.get(f"/v1/employees?unit_id={city.units['works'].id}")
    assert len(list(cells(book.content))) == 1


async def test_a_form_that_does_not_exist_is_406_over_http(city: City) -> None:
    async with city.call_as("admin", Accept="application/pdf") as client:
        answer = await client.get("/v1/employees")
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "NOT_ACCEPTABLE"
