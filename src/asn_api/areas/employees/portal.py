"""The national portal's employee export as a file: opened, read row by row and judged, without a database."""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from asn_api.areas.employees.portal_rows import (
    COLUMNS,
    NOT_RAW,
    EmployeeValues,
    Message,
    Row,
    Severity,
    Units,
    values,
)
from asn_api.core.cells import neutral
from asn_api.errors import Language, Problem
from asn_api.rules import nip

_DELIMITERS = (",", ";", "\t")
_LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True)
class PortalRow:
    """`line` is where the row begins in the file, whose header is line 1; no values means refused."""

    line: int
    nip: str | None
    values: EmployeeValues | None
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class PortalFile:
    rows: tuple[PortalRow, ...]

    @property
    def messages(self) -> Iterator[Message]:
        return (message for row in self.rows for message in row.messages)

    @property
    def accepted(self) -> int:
        return sum(row.values is not None for row in self.rows)

    @property
    def refused(self) -> int:
        return len(self.rows) - self.accepted

    @property
    def with_warnings(self) -> int:
        return sum(row.values is not None and bool(row.messages) for row in self.rows)


def read(
    content: bytes, units: Mapping[str, str], pppk_codes: Collection[str] = nip.PPPK_CODES
) -> PortalFile:
    """Every row with its verdict. `units` are the known units, national id to name.

    A file that is no such table is a Problem; a wrong row only costs that row.
    """
    records = _records(_text(content))
    header = _header(records)
    rows = tuple(_rows(records, header, Units(units), pppk_codes))
    if not rows:
        raise Problem("IMPORT_EMPTY")
    return PortalFile(rows)


def check_form(content: bytes) -> None:
    """Refuse at once what is no such table, without reading its rows."""
    _header(_records(_text(content)))


def report_csv(messages: Iterable[Message], language: Language) -> Iterator[str]:
    """The messages as CSV lines that are safe to open in a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("line", "column", "code", "severity", "message", "suggestion"))
    yield buffer.getvalue()
    for m in messages:
        buffer.seek(0)
        buffer.truncate()
        cells = (m.column, m.code, m.severity.value, m.text(language), m.suggestion or "")
        writer.writerow((m.line, *map(neutral, cells)))
        yield buffer.getvalue()


def _text(content: bytes) -> str:
    if b"\0" in content or content.startswith(b"PK\x03\x04"):
        raise Problem("IMPORT_NOT_CSV")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("IMPORT_NOT_UTF8", line=content.count(b"\n", 0, error.start) + 1) from None
    if not text.strip():
        raise Problem("IMPORT_EMPTY")
    return text


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > _LONGEST_LINE:
            raise Problem("IMPORT_LINE_TOO_LONG", line=number, maximum=_LONGEST_LINE)
        yield line


def _records(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """The line where each record begins and its cells, or None when it cannot be read."""
    first, _, _ = text.partition("\n")
    reader = csv.reader(_lines(text), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, [_tidy(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield line, None


def _header(records: Iterator[tuple[int, list[str] | None]]) -> list[str]:
    _, cells = next(records)
    if cells is None:
        raise Problem("IMPORT_NOT_CSV")
    header = [name.lower() for name in cells]
    if missing := [name for name in COLUMNS if name not in header]:
        raise Problem("IMPORT_COLUMNS_MISSING", columns=", ".join(missing))
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise Problem("IMPORT_COLUMNS_TWICE", columns=", ".join(twice))
    return header


def _rows(
    records: Iterator[tuple[int, list[str] | None]],
    header: list[str],
    units: Units,
    pppk_codes: Collection[str],
) -> Iterator[PortalRow]:
    kept = [(at, name) for at, name in enumerate(header) if name and name not in NOT_RAW]
    nip_lines: dict[str, int] = {}
    id_lines: dict[str, int] = {}
    for line, cells in records:
        if cells is None:
            yield _unread(line, "ROW_UNREADABLE")
        elif not any(cells):
            continue
        elif len(cells) != len(header):
            yield _unread(line, "ROW_WIDTH", expected=len(header), found=len(cells))
        else:
            row = Row(line, dict(zip(header, cells, strict=True)))
            number = _nip(row, pppk_codes)
            _check_first(row, number, nip_lines, id_lines)
            employee = values(row, number, units, {name: cells[at] for at, name in kept if cells[at]})
            yield PortalRow(line, number.digits if number else None, employee, tuple(row.messages))


def _tidy(cell: str) -> str:
    cell = cell.strip()
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


def _unread(line: int, code: str, **params: object) -> PortalRow:
    return PortalRow(line, None, None, (Message(line, "", code, Severity.ERROR, params, None),))


def _nip(row: Row, pppk_codes: Collection[str]) -> nip.Nip | None:
    text = row.required("nip_baru")
    try:
        return nip.parse(text, pppk_codes) if text else None
    except Problem as refusal:
        row.error("nip_baru", refusal.code, None, **refusal.params)
        return None


def _check_first(
    row: Row, number: nip.Nip | None, nip_lines: dict[str, int], id_lines: dict[str, int]
) -> None:
    """The first line of a person counts, whatever became of it: which of two is right, a person decides."""
    siasn_id = row.text("pns_id")
    first_of_id = id_lines.setdefault(siasn_id, row.line) if siasn_id else row.line
    first_of_nip = nip_lines.setdefault(number.digits, row.line) if number else row.line
    if first_of_nip != row.line:
        row.error("nip_baru", "NIP_DUPLICATE", first_line=first_of_nip)
    elif first_of_id != row.line:
        row.error("pns_id", "SIASN_ID_DUPLICATE", first_line=first_of_id)
