"""The portal's export and unit tree as files: verdicts, odd forms of the same file, and plain rubbish."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.areas.employees import portal
from asn_api.areas.employees.portal_rows import COLUMNS, EmployeeValues, Severity
from asn_api.areas.organization import unit_tree
from asn_api.core.cells import neutral
from asn_api.errors import Problem
from asn_api.rules import reference
from asn_api.rules.organization import PositionKind, UnitKind
from asn_api.rules.people import Employment, Sex

CITY = Path(__file__).parents[2] / "examples" / "kota-contoh"
EXPORT = (CITY / "export-data-asn.csv").read_bytes()
EXPECTED = json.loads((CITY / "expected.json").read_text("utf-8"))
TREE = (CITY / "ref-unor.json").read_bytes()
UNITS = {unit.siasn_id: unit.name for unit in unit_tree.read(TREE).units}
CODES = {
    "nip_wrong_length": "NIP_LENGTH",
    "nip_birth_date_mismatch": "NIP_BIRTH_DATE_MISMATCH",
    "nip_sex_mismatch": "NIP_SEX_MISMATCH",
    "unreadable_date": "DATE_UNREADABLE",
    "unit_missing": "UNIT_MISSING",
    "unit_unknown": "UNIT_UNKNOWN",
    "grade_unknown": "GRADE_UNKNOWN",
    "email_invalid": "EMAIL_INVALID",
    "nik_wrong_length": "NIK_LENGTH",
    "duplicate_nip": "NIP_DUPLICATE",
}
HEADER, *LINES = EXPORT.decode().splitlines()
NAMES = HEADER.split(",")


@pytest.fixture(scope="module")
def city() -> portal.PortalFile:
    return portal.read(EXPORT, UNITS)


def row(**cells: str) -> str:
    """Line 3 of the city's file with some cells replaced."""
    good = dict(zip(NAMES, next(csv.reader([LINES[1]])), strict=True))
    return written([list((good | {"nik": "9999010408910001"} | cells).values())])


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    return buffer.getvalue()


def read_rows(*rows: str) -> portal.PortalFile:
    return portal.read("\n".join((HEADER, *(r.removesuffix("\n") for r in rows))).encode(), UNITS)


def one(**cells: str) -> portal.PortalRow:
    return read_rows(row(**cells)).rows[0]


def values(**cells: str) -> EmployeeValues:
    found = one(**cells).values
    assert found is not None
    return found


def codes(found: portal.PortalRow) -> list[str]:
    return [message.code for message in found.messages]


def refusal(content: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        portal.read(content, UNITS)
    return caught.value


@pytest.mark.parametrize("dirt", CODES)
def test_the_city_s_dirt_is_reported_on_exactly_its_lines(city: portal.PortalFile, dirt: str) -> None:
    expected = EXPECTED["dirt"][dirt]
    found = [m for m in city.messages if m.code == CODES[dirt]]
    assert [m.line for m in found] == expected["rows"]
    assert {m.severity for m in found} == {Severity(expected["verdict"].upper())}


def test_duplicates_name_the_earlier_line(city: portal.PortalFile) -> None:
    found = [m.params["first_line"] for m in city.messages if m.code == "NIP_DUPLICATE"]
    assert found == EXPECTED["dirt"]["duplicate_nip"]["first_seen"]


def test_the_city_s_sums_are_as_expected_and_nothing_else_is_reported(city: portal.PortalFile) -> None:
    assert (len(city.rows), city.accepted, city.refused, city.with_warnings) == tuple(
        EXPECTED[name] for name in ("rows", "accepted", "refused", "with_warnings")
    )
    assert {m.code for m in city.messages} == {*CODES.values()}
    by_line = {r.line: r for r in city.rows}
    for dirt in EXPECTED["dirt"].values():
        refused = dirt["verdict"] == "error"
        assert all((by_line[line].values is None) == refused for line in dirt["rows"])


def test_accepted_dirt_comes_in_as_it_should(city: portal.PortalFile) -> None:
    by_line = {r.line: r.values for r in city.rows if r.values}
    lines = {name: dirt["rows"] for name, dirt in EXPECTED["dirt"].items()}
    assert all(by_line[n].nip.isdigit() and len(by_line[n].nip) == 18 for n in lines["nip_with_spaces"])
    assert not any(by_line[n].active for n in lines["retired"])
    assert by_line[522].name == '=CMD("KARTIKA NURJANAH")'
    assert by_line[528].name == "Euis Purnomo"
    assert by_line[2645].name == "Budi Máulana"
    assert by_line[420].email is None


def test_a_row_becomes_typed_values() -> None:
    found = values()
    assert (found.nip, found.name, found.birth_date) == (
        "199108042017012909",
        "INDAH FIRMANSYAH",
        date(1991, 8, 4),
    )
    assert (found.sex, found.employment, found.active) == (Sex.FEMALE, Employment.PNS, True)
    assert (found.first_grade_code, found.grade_code, found.grade_since) == ("34", "34", date(2023, 4, 1))
    assert (found.service_years, found.service_months, found.graduation_year) == (9, 0, 2013)
    assert found.position is not None
    assert found.position.kind is PositionKind.STRUCTURAL
    assert found.restricted.nik == "9999010408910001"


def test_restricted_values_stay_out_of_raw_and_messages(city: portal.PortalFile) -> None:
    found = values(agama_nama="Islam", nik="123")
    assert not {"nik", "npwp_nomor", "bpjs", "alamat", "agama_id", "agama_nama", "jenis_kawin_nama"} & {
        *found.raw
    }
    assert found.raw["kedudukan_hukum_nama"] == "Aktif"
    assert [m.params for m in one(nik="123").messages] == [{"length": 3}]


@pytest.mark.parametrize(
    ("cells", "code", "suggestion"),
    [
        ({"tmt_cpns": "2017-01-31"}, "DATE_UNREADABLE", "31-01-2017"),
        ({"tmt_cpns": "31/1/2017"}, "DATE_UNREADABLE", "31-01-2017"),
        ({"tmt_cpns": "2017-01-31T00:00:00Z"}, "DATE_UNREADABLE", "31-01-2017"),
        ({"tmt_cpns": "01-01-0001"}, "DATE_UNREADABLE", None),
        ({"tanggal_lahir": "31-02-1991"}, "DATE_UNREADABLE", "04-08-1991"),
        ({"tanggal_lahir": ""}, "VALUE_MISSING", None),
        ({"tanggal_lahir": "05-08-1991"}, "NIP_BIRTH_DATE_MISMATCH", "04-08-1991"),
        ({"jenis_kelamin": "M"}, "NIP_SEX_MISMATCH", "F"),
        ({"jenis_kelamin": "L"}, "SEX_UNKNOWN", None),
        ({"nama": ""}, "VALUE_MISSING", None),
        ({"nip_baru": ""}, "VALUE_MISSING", None),
        ({"nip_baru": "1,99108E+17"}, "NIP_NOT_DIGITS", None),
        ({"status_cpns_pns": "X"}, "EMPLOYMENT_UNKNOWN", None),
        ({"kedudukan_hukum_id": "55"}, "LEGAL_STANDING_UNKNOWN", None),
        ({"gol_akhir_id": "", "gol_akhir_nama": "V/z"}, "GRADE_UNKNOWN", None),
        ({"mk_tahun": "-1"}, "NUMBER_UNREADABLE", None),
        ({"jenis_jabatan_id": "9"}, "POSITION_KIND_UNKNOWN", None),
        ({"email_gov": "a@b"}, "EMAIL_INVALID", None),
        (
            {"unor_id": "x", "unor_nama": "SD NEGRI 26 KOTA CONTOH"},
            "UNIT_UNKNOWN",
            "8f6f915f-e21b-47ca-9b29-fc99c6c80e2b (SD NEGERI 26 KOTA CONTOH)",
        ),
    ],
)
def test_a_wrong_cell_is_named_with_a_likely_value(
    cells: dict[str, str], code: str, suggestion: str | None
) -> None:
    found = one(**cells)
    assert codes(found) == [code]
    assert found.messages[0].suggestion == suggestion
    assert all("{" not in found.messages[0].text(language) for language in ("id", "en"))


def test_pppk_grades_come_in_either_spelling() -> None:
    pppk = {"kedudukan_hukum_id": "71", "nip_baru": "199108042017212909"}
    for spelling in ("31", "III/a", "IX"):
        found = values(**pppk, gol_akhir_id="", gol_akhir_nama=spelling)
        assert (found.grade_code, found.employment) == ("31", Employment.PPPK)
    assert reference.grade("IX", is_pppk=False) is None
    retired = values(kedudukan_hukum_id="99", gol_akhir_id="31", gol_akhir_nama="IX")
    assert (retired.employment, retired.active) == (Employment.PPPK, False)


def test_the_same_national_id_with_another_nip_is_refused() -> None:
    found = read_rows(row(), row(nip_baru="199108042017012908"))
    assert [codes(r) for r in found.rows] == [[], ["SIASN_ID_DUPLICATE"]]


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: written(rows, ";").encode(),
        lambda rows: written(rows, "\t").encode(),
        lambda rows: written(rows).encode("utf-8-sig"),
        lambda rows: written(rows, ";", "\r\n").encode("utf-8-sig"),
        lambda rows: written([[*rows[0], "flag_ikd"], *([*r, "x"] for r in rows[1:])]).encode(),
        lambda rows: written([r[::-1] for r in rows]).encode(),
    ],
    ids=["semicolon", "tab", "bom", "windows", "unknown column", "columns in another order"],
)
def test_another_form_of_the_file_gives_the_same_report(
    city: portal.PortalFile, form: Callable[[list[list[str]]], bytes]
) -> None:
    found = portal.read(form(list(csv.reader(io.StringIO(EXPORT.decode())))), UNITS)
    assert list(found.messages) == list(city.messages)
    plain = [r.values and (r.values.nip, r.values.name, r.values.restricted) for r in city.rows]
    assert [r.values and (r.values.nip, r.values.name, r.values.restricted) for r in found.rows] == plain


def test_line_numbers_are_those_of_the_file() -> None:
    found = read_rows(row(alamat="Jl. Satu\nRT 02"), "", "," * (len(NAMES) - 1), row(nama=""), "a,b,c")
    assert [r.line for r in found.rows] == [2, 6, 7]
    assert found.rows[0].values is not None
    assert found.rows[0].values.restricted.address == "Jl. Satu\nRT 02"
    assert codes(found.rows[2]) == ["ROW_WIDTH"]


def test_an_open_quote_costs_its_row_and_never_passes_unnoticed() -> None:
    open_quote = LINES[3].replace(",A.Md.,", ",,").replace(",M,", ',"M,', 1)
    assert open_quote.count('"') % 2 == 1
    found = read_rows(row(), open_quote, row(nip_baru="199108042017012908", pns_id="x"))
    assert [(r.line, codes(r)) for r in found.rows] == [(2, []), (3, ["ROW_UNREADABLE"]), (4, [])]
    never_closed = read_rows(row(), "x," * (len(NAMES) - 1) + '"y')
    assert [(r.line, codes(r)) for r in never_closed.rows] == [(2, []), (3, ["ROW_UNREADABLE"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "IMPORT_EMPTY"),
        (b"\xef\xbb\xbf \r\n\r\n", "IMPORT_EMPTY"),
        (HEADER.encode(), "IMPORT_EMPTY"),
        (HEADER.encode() + b"\n" + b"," * (len(NAMES) - 1), "IMPORT_EMPTY"),
        (bytes(range(256)) * 20, "IMPORT_NOT_CSV"),
        (b"PK\x03\x04rest of a workbook", "IMPORT_NOT_CSV"),
        (EXPORT[:9000].decode().encode("utf-16"), "IMPORT_NOT_CSV"),
        (b'"an open quote', "IMPORT_NOT_CSV"),
        (EXPORT.decode().encode("latin-1"), "IMPORT_NOT_UTF8"),
        (b"nama,nip\nA,1\n", "IMPORT_COLUMNS_MISSING"),
        (HEADER.replace("nip_baru", "nip").encode() + b"\n", "IMPORT_COLUMNS_MISSING"),
        ((HEADER + ",NAMA\n").encode(), "IMPORT_COLUMNS_TWICE"),
        (EXPORT[:5000] + b"x" * 10_000_000, "IMPORT_LINE_TOO_LONG"),
        (b"," * 10_000_000, "IMPORT_LINE_TOO_LONG"),
    ],
)
def test_a_file_that_is_no_export_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_the_refusal_says_which_columns_are_missing_and_where_the_letters_are_wrong() -> None:
    assert refusal(HEADER.replace("nip_baru", "nip").encode()).params == {"columns": "nip_baru"}
    assert refusal(EXPORT.decode().encode("latin-1")).params == {"line": 2645}


def test_only_the_first_unknown_units_get_a_guess_because_comparing_is_slow() -> None:
    cells = [{"unor_id": f"x{n}", "unor_nama": f"SD NEGRI {n} KOTA CONTOH"} for n in range(1, 41)]
    found = read_rows(*(row(pns_id="", **c) for c in cells))
    guesses = [m.suggestion for m in found.messages if m.code == "UNIT_UNKNOWN"]
    assert len(guesses) == 40
    assert [guess is not None for guess in guesses] == [True] * 25 + [False] * 15


def test_the_report_is_csv_that_a_spreadsheet_cannot_run() -> None:
    lines = "\n".join((HEADER, row(email="=1+1").strip(), row(unor_id="x", unor_nama="DINAS").strip()))
    found = portal.read(lines.encode(), UNITS | {"=CMD()": "DINAS"})
    report = list(csv.DictReader(portal.report_csv(found.messages, "en")))
    assert [(r["line"], r["code"], r["severity"], r["suggestion"]) for r in report] == [
        ("2", "EMAIL_INVALID", "WARNING", ""),
        ("3", "NIP_DUPLICATE", "ERROR", ""),
        ("3", "UNIT_UNKNOWN", "ERROR", "'=CMD() (DINAS)"),
    ]
    assert "=1+1" in report[0]["message"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_a_cell_that_starts_like_a_formula_is_neutralised(text: str) -> None:
    assert neutral(text) == "'" + text
    assert neutral("a" + text) == "a" + text


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", HEADER.encode() + b"\n"):
        try:
            found = portal.read(start + content, UNITS)
        except Problem as problem:
            assert problem.detail("id")  # noqa: PT017
        else:
            assert list(portal.report_csv(found.messages, "id"))
    try:
        unit_tree.read(content)
    except Problem as problem:
        assert problem.detail("en")  # noqa: PT017


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=24), max_size=6))
def test_any_cells_get_a_verdict(cells: dict[str, str]) -> None:
    try:
        found = read_rows(row(**cells))
    except Problem as problem:
        assert problem.code == "IMPORT_NOT_CSV"  # noqa: PT017
        assert any("\0" in cell for cell in cells.values())
    else:
        assert all(
            (r.values is None) == any(m.severity is Severity.ERROR for m in r.messages) for r in found.rows
        )
        assert list(portal.report_csv(found.messages, "en"))


def units(*rows: dict[str, object], **document: object) -> unit_tree.UnitTree:
    return unit_tree.read(json.dumps({"data": list(rows)} | document).encode())


def unit(siasn_id: str, parent: str, **more: object) -> dict[str, object]:
    return {"Id": siasn_id, "DiatasanId": parent, "NamaUnor": f"UNIT {siasn_id}"} | more


def test_the_city_s_tree_is_read_with_parents_first() -> None:
    tree = unit_tree.read(TREE)
    assert tree.faults == ()
    assert len(tree.units) == 329
    seen: set[str | None] = {None}
    for found in tree.units:
        assert found.parent_siasn_id in seen
        seen.add(found.siasn_id)
    kinds = [found.kind for found in tree.units]
    assert kinds[0] is UnitKind.REGION
    assert [kinds.count(kind) for kind in UnitKind] == [1, 28, 248, 40, 12]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SMP NEGERI 3", UnitKind.SCHOOL),
        ("SDN 12", UnitKind.SCHOOL),
        ("UPTD PUSKESMAS UTARA", UnitKind.HEALTH_CENTRE),
        ("SMPANG JALAN", UnitKind.UNIT),
        ("TATA USAHA PUSKESMAS UTARA", UnitKind.UNIT),
    ],
)
def test_the_name_tells_schools_and_health_centres(name: str, kind: UnitKind) -> None:
    assert units(unit("a", ""), unit("b", "a", NamaUnor=name)).units[1].kind is kind


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([unit("a", ""), unit("b", "c"), unit("c", "b")], ["UNIT_CYCLE"]),
        ([unit("a", ""), unit("b", "b")], ["UNIT_CYCLE"]),
        ([unit("a", ""), unit("b", "x")], ["UNIT_PARENT_MISSING"]),
        ([unit("a", ""), unit("b", "")], ["UNIT_SECOND_ROOT"]),
        ([unit("a", ""), unit("a", "")], ["UNIT_DUPLICATE"]),
        ([unit("a", "a")], ["UNIT_ROOT_MISSING", "UNIT_CYCLE"]),
        ([unit("a", ""), unit("b", "a", IndukUnorId="x")], ["UNIT_AGENCY_MISSING"]),
        ([unit("a", ""), unit("b", "a", NamaUnor=7)], ["UNIT_VALUE_INVALID"]),
        ([unit("a", ""), unit("b", "a", NamaUnor="\ud800")], ["UNIT_VALUE_INVALID"]),
    ],
)
def test_faults_of_a_tree_are_named(rows: list[dict[str, object]], found: list[str]) -> None:
    tree = units(*rows)
    assert [fault.code for fault in tree.faults] == found
    assert all("{" not in fault.message("id") for fault in tree.faults)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "UNIT_FILE_UNREADABLE"),
        (b"[]", "UNIT_FILE_UNREADABLE"),
        (b'{"data": []}', "UNIT_FILE_UNREADABLE"),
        (b"[" * 100_000, "UNIT_FILE_UNREADABLE"),
        (b'{"count": 3, "data": [{}]}', "UNIT_FILE_INCOMPLETE"),
    ],
)
def test_a_file_that_is_no_unit_tree_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        unit_tree.read(content)
    assert caught.value.code == code
