"""One row of the national portal's employee export: its cells, their faults, the employee they mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from asn_api.errors import Language, catalogue, fill
from asn_api.rules import nip, reference
from asn_api.rules.organization import PositionKind
from asn_api.rules.people import Employment, Sex

_RESTRICTED = ("nik", "npwp_nomor", "bpjs", "alamat", "agama_id", "jenis_kawin_id")
_READ = (
    *("pns_id", "nip_baru", "nip_lama", "nama", "gelar_depan", "gelar_belakang", "tempat_lahir_nama"),
    *("tanggal_lahir", "jenis_kelamin", "nomor_hp", "email", "email_gov", "jenis_pegawai_id"),
    *("kedudukan_hukum_id", "status_cpns_pns", "nomor_sk_cpns", "tanggal_sk_cpns", "tmt_cpns"),
    *("nomor_sk_pns", "tanggal_sk_pns", "tmt_pns", "gol_awal_id", "gol_akhir_id", "gol_akhir_nama"),
    *("tmt_golongan", "mk_tahun", "mk_bulan", "jenis_jabatan_id", "jabatan_id", "jabatan_nama"),
    *("tmt_jabatan", "tingkat_pendidikan_id", "pendidikan_id", "pendidikan_nama", "tahun_lulus"),
    *("lokasi_kerja_nama", "unor_id", "unor_nama"),
)
# A column left out would look like a field emptied for everybody, so all that is read must be there.
COLUMNS = (*_READ, *_RESTRICTED)
# The names beside the restricted codes say the same as the codes and must not stay behind in `raw`.
NOT_RAW = frozenset((*COLUMNS, "agama_nama", "jenis_kawin_nama"))

_NAMES_TO_GUESS = 25
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LIKELY_DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %m %Y", "%d%m%Y")
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}
_SEX_CODES = {sex: code for code, sex in _SEXES.items()}
_POSITION_KINDS = {
    "1": PositionKind.STRUCTURAL,
    "2": PositionKind.FUNCTIONAL,
    "3": PositionKind.STRUCTURAL,
    "4": PositionKind.EXECUTIVE,
}


class Severity(StrEnum):
    """An ERROR refuses the row, a WARNING lets it in."""

    ERROR = "ERROR"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong in one cell; `suggestion` is a value that could stand there instead."""

    line: int
    column: str
    code: str
    severity: Severity
    params: Mapping[str, object]
    suggestion: str | None

    def text(self, language: Language) -> str:
        return fill(catalogue()[self.code].detail[language], self.params)


@dataclass(frozen=True, slots=True)
class Position:
    kind: PositionKind
    siasn_id: str | None
    title: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Restricted:
    """What is sealed together and shown masked."""

    nik: str | None
    npwp: str | None
    bpjs: str | None
    address: str | None
    religion_code: str | None
    marital_code: str | None


@dataclass(frozen=True, slots=True)
class EmployeeValues:
    """One accepted row; `raw` holds the cells that no other field takes, empty ones left out."""

    siasn_id: str | None
    nip: str
    old_nip: str | None
    name: str
    front_title: str | None
    back_title: str | None
    birth_place: str | None
    birth_date: date
    sex: Sex
    phone: str | None
    email: str | None
    gov_email: str | None
    employment: Employment
    employee_kind_code: str | None
    legal_standing_code: str
    active: bool
    cpns_decree_number: str | None
    cpns_decree_date: date | None
    cpns_since: date | None
    pns_decree_number: str | None
    pns_decree_date: date | None
    pns_since: date | None
    first_grade_code: str | None
    grade_code: str | None
    grade_since: date | None
    service_years: int | None
    service_months: int | None
    position: Position | None
    education_level_code: str | None
    education_code: str | None
    education_name: str | None
    graduation_year: int | None
    work_location: str | None
    unit_siasn_id: str
    restricted: Restricted
    raw: Mapping[str, str]


class Units:
    """The known units, with a guess at what a wrong one was meant to be."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self._ids: dict[str, list[str]] = {}
        for siasn_id, name in names.items():
            self._ids.setdefault(name, []).append(siasn_id)
        self._guesses: dict[str, str | None] = {}

    def meant(self, name: str | None) -> str | None:
        # Comparing is slow: a file of another region, where every unit is wrong, must not take minutes.
        if name is None or (name not in self._guesses and len(self._guesses) >= _NAMES_TO_GUESS):
            return None
        if name not in self._guesses:
            close = [name] if name in self._ids else get_close_matches(name[:200], self._ids, n=1, cutoff=0.7)
            ids = self._ids[close[0]] if close else []
            self._guesses[name] = f"{ids[0]} ({close[0]})" if len(ids) == 1 else None
        return self._guesses[name]


class Row:
    """One row's cells by column name, collecting what is wrong with them."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line = line
        self.messages: list[Message] = []
        self.is_refused = False
        self._cells = cells

    def error(self, column: str, code: str, suggestion: str | None = None, /, **params: object) -> None:
        self.is_refused = True
        self.messages.append(Message(self.line, column, code, Severity.ERROR, params, suggestion))

    def warn(self, column: str, code: str, suggestion: str | None = None, /, **params: object) -> None:
        self.messages.append(Message(self.line, column, code, Severity.WARNING, params, suggestion))

    def text(self, column: str) -> str | None:
        return self._cells[column] or None

    def required(self, column: str) -> str | None:
        text = self.text(column)
        if text is None:
            self.error(column, "VALUE_MISSING", column=column)
        return text

    def day(self, column: str, otherwise: date | None = None) -> date | None:
        text = self.text(column)
        found = _day(text) if text else None
        if text and found is None:
            likely = _likely_day(text) or otherwise
            self.error(column, "DATE_UNREADABLE", _written(likely), value=text[:40])
        return found

    def number(self, column: str, highest: int) -> int | None:
        text = self.text(column)
        if text is None:
            return None
        if text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= highest:
            return int(text)
        self.warn(column, "NUMBER_UNREADABLE", value=text[:40], highest=highest)
        return None

    def email(self, column: str) -> str | None:
        text = self.text(column)
        if text is None or _EMAIL.fullmatch(text):
            return text
        self.warn(column, "EMAIL_INVALID", value=text[:80])
        return None


def values(row: Row, number: nip.Nip | None, units: Units, raw: Mapping[str, str]) -> EmployeeValues | None:
    """The employee of the row, or None when a message refuses it."""
    name = row.required("nama")
    birth_date, sex = _birth_date(row, number), _sex(row)
    if number is not None:
        _compare(row, number, birth_date, sex)
    standing = row.required("kedudukan_hukum_id")
    if standing and standing not in reference.legal_standings():
        row.warn("kedudukan_hukum_id", "LEGAL_STANDING_UNKNOWN", value=standing[:40])
    employment = _employment(row, standing or "")
    first_grade, grade = _grade(row, "gol_awal_id", employment), _grade(row, "gol_akhir_id", employment)
    cpns_decree_date, cpns_since = row.day("tanggal_sk_cpns"), row.day("tmt_cpns")
    pns_decree_date, pns_since = row.day("tanggal_sk_pns"), row.day("tmt_pns")
    grade_since = row.day("tmt_golongan")
    service_years, service_months = row.number("mk_tahun", 60), row.number("mk_bulan", 11)
    graduation_year = row.number("tahun_lulus", 2100)
    email, gov_email = row.email("email"), row.email("email_gov")
    unit, position, restricted = _unit(row, units), _position(row), _restricted(row)
    if row.is_refused or not (number and name and birth_date and sex and standing and employment and unit):
        return None
    return EmployeeValues(
        siasn_id=row.text("pns_id"),
        nip=number.digits,
        old_nip=row.text("nip_lama"),
        name=name,
        front_title=row.text("gelar_depan"),
        back_title=row.text("gelar_belakang"),
        birth_place=row.text("tempat_lahir_nama"),
        birth_date=birth_date,
        sex=sex,
        phone=row.text("nomor_hp"),
        email=email,
        gov_email=gov_email,
        employment=employment,
        employee_kind_code=row.text("jenis_pegawai_id"),
        legal_standing_code=standing,
        active=reference.is_active(standing),
        cpns_decree_number=row.text("nomor_sk_cpns"),
        cpns_decree_date=cpns_decree_date,
        cpns_since=cpns_since,
        pns_decree_number=row.text("nomor_sk_pns"),
        pns_decree_date=pns_decree_date,
        pns_since=pns_since,
        first_grade_code=first_grade,
        grade_code=grade,
        grade_since=grade_since,
        service_years=service_years,
        service_months=service_months,
        position=position,
        education_level_code=row.text("tingkat_pendidikan_id"),
        education_code=row.text("pendidikan_id"),
        education_name=row.text("pendidikan_nama"),
        graduation_year=graduation_year,
        work_location=row.text("lokasi_kerja_nama"),
        unit_siasn_id=unit,
        restricted=restricted,
        raw=raw,
    )


def _birth_date(row: Row, number: nip.Nip | None) -> date | None:
    if row.required("tanggal_lahir") is None:
        return None
    return row.day("tanggal_lahir", number.birth_date if number else None)


def _sex(row: Row) -> Sex | None:
    text = row.required("jenis_kelamin")
    sex = _SEXES.get(text.upper()) if text else None
    if text and sex is None:
        row.error("jenis_kelamin", "SEX_UNKNOWN", value=text[:40])
    return sex


def _compare(row: Row, number: nip.Nip, birth_date: date | None, sex: Sex | None) -> None:
    for fault in nip.differences(number, birth_date, sex):
        if fault.pointer == "/birth_date":
            row.warn("tanggal_lahir", fault.code, _written(number.birth_date), **fault.params)
        else:
            row.warn("jenis_kelamin", fault.code, _SEX_CODES[number.sex], **fault.params)


def _employment(row: Row, standing: str) -> Employment | None:
    # Someone who left keeps the grade of a PPPK but not the standing of one.
    if reference.is_pppk(standing) or reference.is_pppk_grade(row.text("gol_akhir_nama") or ""):
        return Employment.PPPK
    found = {"C": Employment.CPNS, "P": Employment.PNS}.get(row.text("status_cpns_pns") or "")
    if found is None:
        row.error("status_cpns_pns", "EMPLOYMENT_UNKNOWN")
    return found


def _grade(row: Row, column: str, employment: Employment | None) -> str | None:
    """The code of the grade; by its label when the code is empty."""
    text = row.text(column) or row.text(column.replace("_id", "_nama"))
    if text is None:
        return None
    found = reference.grade(text, employment is Employment.PPPK)
    if found is None:
        row.error(column, "GRADE_UNKNOWN", value=text[:40])
    return found.code if found else None


def _unit(row: Row, units: Units) -> str | None:
    siasn_id, name = row.text("unor_id"), row.text("unor_nama")
    if siasn_id is None:
        row.error("unor_id", "UNIT_MISSING", units.meant(name))
    elif siasn_id not in units.names:
        row.error("unor_id", "UNIT_UNKNOWN", units.meant(name), name=(name or siasn_id)[:200])
    return siasn_id


def _position(row: Row) -> Position | None:
    code, since = row.text("jenis_jabatan_id"), row.day("tmt_jabatan")
    if code is None:
        return None
    kind = _POSITION_KINDS.get(code)
    if kind is None:
        row.warn("jenis_jabatan_id", "POSITION_KIND_UNKNOWN", value=code[:40])
        return None
    return Position(kind, row.text("jabatan_id"), row.text("jabatan_nama"), since)


def _restricted(row: Row) -> Restricted:
    nik = row.text("nik")
    digits = "".join(nik.split()) if nik else None
    if digits and not (len(digits) == 16 and digits.isascii() and digits.isdigit()):
        # The number itself stays out of the report, which more people see than the record.
        row.warn("nik", "NIK_LENGTH", length=len(digits))
    return Restricted(
        nik=digits,
        npwp=row.text("npwp_nomor"),
        bpjs=row.text("bpjs"),
        address=row.text("alamat"),
        religion_code=row.text("agama_id"),
        marital_code=row.text("jenis_kawin_id"),
    )


@lru_cache(maxsize=20_000)
def _day(text: str) -> date | None:
    """DD-MM-YYYY, nothing else: guessing would turn 03-04 into the wrong day now and then."""
    if len(text) != 10 or text[2] != "-" or text[5] != "-" or not text.isascii():
        return None
    day, month, year = text[:2], text[3:5], text[6:]
    if not (day.isdigit() and month.isdigit() and year.isdigit() and year >= "1900"):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _likely_day(text: str) -> date | None:
    for form in _LIKELY_DATES:
        try:
            found = datetime.strptime(text.split("T")[0][:10], form).date()
        except ValueError:
            continue
        return found if found.year >= 1900 else None
    return None


def _written(day: date | None) -> str | None:
    return day.strftime("%d-%m-%Y") if day else None
