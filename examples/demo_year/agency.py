"""The agency of the year: who works where, as the national portal would export it. The same people every time."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

EXPORT = Path(__file__).parents[1] / "kota-contoh" / "export-data-asn.csv"
FIRST = (
    "AGUS",
    "BAYU",
    "CITRA",
    "DEWI",
    "EKA",
    "FAJAR",
    "GITA",
    "HENDRA",
    "INDAH",
    "JOKO",
    "KARTIKA",
    "LESTARI",
)
LAST = (
    "ANGGRAINI",
    "BASUKI",
    "CAHYONO",
    "DARMAWAN",
    "FIRDAUS",
    "GUNAWAN",
    "HIDAYAT",
    "KUSUMA",
    "MULYANI",
    "PRATIWI",
)
FIELDS = ("PENDATAAN", "PELAYANAN", "PENGAWASAN", "PENGEMBANGAN", "KESEKRETARIATAN")
ROOT, AGENCY = "u-kota", "u-dinas"
HEAD, DIVISION_HEAD, SECTION_HEAD, ANALYST, CLERK = "head", "division", "section", "analyst", "clerk"
GRADES = {HEAD: "43", DIVISION_HEAD: "41", SECTION_HEAD: "34", ANALYST: "31", CLERK: "23"}


@dataclass(frozen=True)
class Person:
    """`superior` is a NIP, None at the top, where the mayor decides by letter."""

    number: int
    nip: str
    name: str
    role: str
    unit: str
    unit_name: str
    title: str
    superior: str | None


@dataclass(frozen=True)
class Size:
    divisions: int
    sections: int
    people: int


def chance(*of: object) -> float:
    """A number in [0, 1) that is the same for the same question, in every run and on every machine."""
    digest = hashlib.sha256("/".join(map(str, of)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def people(size: Size) -> list[Person]:
    """From the head downwards, so that everybody comes after his superior."""
    found: list[Person] = []

    def add(role: str, unit: str, unit_name: str, title: str, superior: Person | None) -> Person:
        number = len(found)
        female = number % 2
        born = date(1970 + number % 25, 1 + number % 12, 1 + number % 28)
        joined = born.year + 24
        nip = f"{born:%Y%m%d}{joined}01{1 + female}{number + 1:03d}"
        name = f"{FIRST[number % 12]} {LAST[number // 12 % 10]} {number:03d}"
        person = Person(number, nip, name, role, unit, unit_name, title, superior.nip if superior else None)
        found.append(person)
        return person

    head = add(HEAD, AGENCY, "DINAS CONTOH", "KEPALA DINAS CONTOH", None)
    sections: list[Person] = []
    for d in range(size.divisions):
        name = f"BIDANG {FIELDS[d]}"
        division = add(DIVISION_HEAD, f"u-bidang-{d}", name, f"KEPALA {name}", head)
        for s in range(size.sections):
            section = f"SEKSI {s + 1} {FIELDS[d]}"
            sections.append(add(SECTION_HEAD, f"u-seksi-{d}-{s}", section, f"KEPALA {section}", division))
    while len(found) < size.people:
        leader = sections[len(found) % len(sections)]
        role, title = (
            (ANALYST, "Analis Kebijakan Ahli Pertama") if len(found) % 3 else (CLERK, "Pengelola Data")
        )
        add(role, leader.unit, leader.unit_name, title, leader)
    return found


def units(everyone: list[Person]) -> bytes:
    """The tree as the national reference of units (ref-unor) has it."""
    above = {HEAD: ROOT, DIVISION_HEAD: AGENCY}
    unit_of = {each.nip: each.unit for each in everyone}
    echelons = {HEAD: "22", DIVISION_HEAD: "31", SECTION_HEAD: "41"}
    rows = [{"Id": ROOT, "DiatasanId": "", "NamaUnor": "KOTA CONTOH", "NamaJabatan": "WALI KOTA"}]
    for each in everyone:
        if each.role not in echelons:
            continue
        rows.append(
            {
                "Id": each.unit,
                "DiatasanId": above.get(each.role) or unit_of[each.superior or ""],
                "EselonId": echelons[each.role],
                "NamaUnor": each.unit_name,
                "NamaJabatan": each.title,
                "IndukUnorId": AGENCY if each.unit == AGENCY else "",
            }
        )
    return json.dumps({"count": len(rows), "data": rows}).encode()


def export(everyone: list[Person]) -> bytes:
    """The portal's export: its columns, most of them empty."""
    with EXPORT.open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="")
    writer.writeheader()
    writer.writerows(dict(_row(each)) for each in everyone)
    return buffer.getvalue().encode()


def _row(person: Person) -> Iterator[tuple[str, str]]:
    born = date(int(person.nip[:4]), int(person.nip[4:6]), int(person.nip[6:8]))
    female = person.nip[14] == "2"
    joined = f"01-01-{person.nip[8:12]}"
    heads = person.role in (HEAD, DIVISION_HEAD, SECTION_HEAD)
    kind = "1" if heads else "2" if person.role == ANALYST else "4"
    grade = GRADES[person.role]
    yield "pns_id", f"p-{person.number}"
    yield "nip_baru", person.nip
    yield "nama", person.name
    yield "tanggal_lahir", f"{born:%d-%m-%Y}"
    yield "jenis_kelamin", "F" if female else "M"
    yield "nik", f"999999{born.day + 40 * female:02d}{born:%m%y}{person.number:04d}"
    yield "jenis_pegawai_id", "15"
    yield "kedudukan_hukum_id", "01"
    yield "kedudukan_hukum_nama", "Aktif"
    yield "status_cpns_pns", "P"
    yield "tmt_cpns", joined
    yield "tmt_pns", joined
    yield "gol_awal_id", grade
    yield "gol_akhir_id", grade
    yield "tmt_golongan", "01-04-2023"
    yield "jenis_jabatan_id", kind
    yield "jabatan_id", person.unit if heads else f"j-{person.unit}-{kind}"
    yield "jabatan_nama", person.title
    yield "tmt_jabatan", "01-01-2024"
    yield "unor_id", person.unit
    yield "unor_nama", person.unit_name
