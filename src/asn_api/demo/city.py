"""Kota Demo in the formats of the national portal: its unit tree and its employees, none of them real."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from asn_api.demo.agencies import DISTRICTS, SIDES
from asn_api.demo.careers import (
    CONTRACT_GRADES,
    GRADE_IDS,
    GRADES,
    LEVELS,
    REFERENCE,
    SCHOOLING,
    START_GRADE,
    Career,
    career,
    graded,
    study,
)
from asn_api.demo.names import RELIGIONS, person
from asn_api.demo.tree import CITY, Seat, build, stable_id

SEED = 20260105
REGION_ID = stable_id("instansi", "kota").replace("-", "").upper()
REGION = "Pemerintah Kota Demo"
VACANT_HEADS = 0.05

KINDS = {"1": "Jabatan Struktural", "2": "Jabatan Fungsional Tertentu", "4": "Jabatan Fungsional Umum"}
MARRIAGE = {"1": "Menikah", "2": "Cerai", "3": "Janda / Duda", "4": "Belum Kawin"}


@dataclass(frozen=True, slots=True)
class Demo:
    """The people of the demo logins; the supervisor leads the employee, the head leads the agency of both."""

    employee_nip: str
    head_nip: str
    admin_nip: str
    supervisor_nip: str


@dataclass(frozen=True, slots=True)
class Cast:
    """A person whose name, birth, start and grade are fixed for the demo."""

    nip: str
    name: str
    grade: str
    schooling: str
    suffix: str


DEMO = Demo(
    employee_nip="199404172019032901",
    head_nip="197108201997031901",
    admin_nip="198811052014022901",
    supervisor_nip="198302112008011901",
)
CAST = {
    "kota/diskominfo/sekretariat/subbagian-umum#1": Cast(
        DEMO.employee_nip, "SEKAR PUSPITA DEMO", "III/b", "40", "S.AP."
    ),
    "kota/diskominfo/sekretariat/subbagian-umum#0": Cast(
        DEMO.supervisor_nip, "BAYU ATASAN DEMO", "III/d", "40", "S.Sos."
    ),
    "kota/diskominfo#0": Cast(DEMO.head_nip, "RADEN PIMPINAN DEMO", "IV/c", "45", "S.Kom., M.T.I."),
    "kota/bkpsdm/bidang-1#3": Cast(DEMO.admin_nip, "NIRMALA PENGELOLA DEMO", "III/c", "40", "S.Kom."),
}
# The path from the demo employee to the city must have no gap, or the demo would show acting heads first.
FILLED = {*CAST, "kota/diskominfo/sekretariat#0", "kota/setda#0", "kota/bkpsdm#0", "kota/bkpsdm/bidang-1#0"}


@cache
def _city() -> tuple[tuple[dict[str, str], ...], tuple[dict[str, str], ...]]:
    tree = build()
    rng = Random(SEED)  # noqa: S311
    taken: Counter[str] = Counter(cast.nip[:15] for cast in CAST.values())
    people: list[dict[str, str]] = []
    heads: dict[str, str] = {}
    for seat in tree.seats:
        is_agency = seat.unit.key == seat.unit.agency
        # An agency without a head has no top of its cascade of plans.
        if seat.heads and not is_agency and seat.key not in FILLED and rng.random() < VACANT_HEADS:
            continue
        row = _employee(seat, len(people) + 1, rng, taken)
        people.append(row)
        if seat.heads:
            heads[seat.unit.key] = row["pns_id"]
    ids = {unit.key: unit.id for unit in tree.units}
    units = tuple(
        {
            "Id": unit.id,
            "InstansiId": REGION_ID,
            "DiatasanId": ids.get(unit.parent, ""),
            "EselonId": unit.echelon,
            "NamaUnor": unit.name,
            "NamaJabatan": unit.head,
            "CepatKode": "",
            "IndukUnorId": ids.get(unit.agency, ""),
            "PemimpinPnsId": heads.get(unit.key, ""),
            "JenisUnorId": "",
            "IsUnorSekolah": "1" if unit.school else "",
        }
        for unit in tree.units
    )
    return units, tuple(people)


def units() -> list[dict[str, str]]:
    """The unit tree as the portal's unit reference gives it; parents come before their children."""
    return [dict(unit) for unit in _city()[0]]


def employees() -> Iterator[dict[str, str]]:
    """The rows of the portal's employee export, with its columns in its order."""
    return (dict(row) for row in _city()[1])


def _employee(seat: Seat, number: int, rng: Random, taken: Counter[str]) -> dict[str, str]:
    level = LEVELS[seat.level]
    sex = "F" if rng.random() < (0.62 if seat.field in {"sekolah", "puskesmas"} else 0.42) else "M"
    if "Bidan" in seat.title:
        sex = "F"
    name, religion = person(rng, sex)
    path = career(level, rng)
    suffix, studied = study(seat, path.schooling, rng)
    nip = ""
    if cast := CAST.get(seat.key):
        nip, name, suffix, religion = cast.nip, cast.name, cast.suffix, "1"
        sex = "M" if nip[14] == "1" else "F"
        path = _career_of(cast)
    nip = nip or _nip(path, sex, taken)
    trainee = not path.contract and _years_later(path.start, 1) > REFERENCE
    confirmed = None if path.contract or trainee else _years_later(path.start, 1)
    graded_on = graded(path, rng)
    positioned = max(path.start, date(rng.randint(2018, 2025), rng.choice((1, 2, 6, 9)), 1))
    positioned = min(positioned, REFERENCE - timedelta(days=30))
    served = (REFERENCE.year - path.start.year) * 12 + REFERENCE.month - path.start.month
    married = rng.choices(("1", "4", "3", "2"), (84, 10 if path.born.year > 1990 else 3, 4, 2))[0]
    labels = CONTRACT_GRADES if path.contract else GRADES
    legal = ("71", "PPPK Aktif") if path.contract else ("01", "Aktif")
    unit = seat.unit
    position = unit.id if level.kind == "1" else _reference("jabatan", seat.title)
    district, side = rng.choice(DISTRICTS), rng.choice(SIDES)
    birthplace = rng.choices(
        (CITY, "KABUPATEN DEMO UTARA", "KABUPATEN DEMO SELATAN", "KOTA DEMO BARU"), (6, 2, 2, 1)
    )[0]
    return {
        "pns_id": stable_id("pns", seat.key).replace("-", "").upper(),
        "nip_baru": nip,
        "nip_lama": "",
        "nama": name,
        "gelar_depan": level.prefix,
        "gelar_belakang": suffix,
        "tempat_lahir_id": _reference("lokasi", birthplace),
        "tempat_lahir_nama": birthplace,
        "tanggal_lahir": _day(path.born),
        "jenis_kelamin": sex,
        "agama_id": religion,
        "agama_nama": RELIGIONS[religion],
        "jenis_kawin_id": married,
        "jenis_kawin_nama": MARRIAGE[married],
        "nik": f"990101{path.born.day + (40 if sex == 'F' else 0):02}{path.born:%m%y}{number:04}",
        # 0840 is not assigned to any operator.
        "nomor_hp": f"0840{number:08}",
        "email": f"pegawai{number:04}@example.invalid",
        "email_gov": "",
        "alamat": f"Jl. {district} {side} No. {rng.randint(1, 180)}, RT {rng.randint(1, 12):02}, Kota Demo",
        "npwp_nomor": f"99{rng.randrange(10**8):08}{number:05}",
        "bpjs": f"000{rng.randrange(10**5):05}{number:05}",
        "jenis_pegawai_id": "15",
        "jenis_pegawai_nama": "PNS Daerah Kab./Kota yang bekerja pada Kab./Kota",
        "kedudukan_hukum_id": legal[0],
        "kedudukan_hukum_nama": legal[1],
        "status_cpns_pns": "C" if trainee else "P",
        "kartu_asn_virtual": "",
        "nomor_sk_cpns": f"813/{rng.randint(1, 999):03}/{path.start.year}",
        "tanggal_sk_cpns": _day(path.start),
        "tmt_cpns": _day(path.start),
        "nomor_sk_pns": f"821/{rng.randint(1, 999):03}/{confirmed.year}" if confirmed else "",
        "tanggal_sk_pns": _day(confirmed),
        "tmt_pns": _day(confirmed),
        "gol_awal_id": GRADE_IDS[path.first_grade],
        "gol_awal_nama": labels[path.first_grade],
        "gol_akhir_id": GRADE_IDS[path.grade],
        "gol_akhir_nama": labels[path.grade],
        "tmt_golongan": _day(graded_on),
        "mk_tahun": str(served // 12),
        "mk_bulan": str(served % 12),
        "jenis_jabatan_id": level.kind,
        "jenis_jabatan_nama": KINDS[level.kind],
        "jabatan_id": position,
        "jabatan_nama": seat.title,
        "tmt_jabatan": _day(positioned),
        "tingkat_pendidikan_id": path.schooling,
        "tingkat_pendidikan_nama": SCHOOLING[path.schooling],
        "pendidikan_id": _reference("pendidikan", path.schooling + studied),
        "pendidikan_nama": studied,
        "tahun_lulus": str(min(path.start.year - rng.randint(0, 2), REFERENCE.year - 1)),
        "kpkn_id": "",
        "kpkn_nama": "",
        "lokasi_kerja_id": _reference("lokasi", CITY),
        "lokasi_kerja_nama": CITY,
        "unor_id": unit.id,
        "unor_nama": unit.name,
        "instansi_induk_id": REGION_ID,
        "instansi_induk_nama": REGION,
        "instansi_kerja_id": REGION_ID,
        "instansi_kerja_nama": REGION,
        "satuan_kerja_induk_id": _reference("satuan-kerja", "kota"),
        "satuan_kerja_induk_nama": REGION,
        "satuan_kerja_kerja_id": _reference("satuan-kerja", "kota"),
        "satuan_kerja_kerja_nama": REGION,
        "is_valid_nik": "true",
    }


def _career_of(cast: Cast) -> Career:
    nip = cast.nip
    born = date(int(nip[:4]), int(nip[4:6]), int(nip[6:8]))
    start = date(int(nip[8:12]), int(nip[12:14]), 1)
    first = GRADES.index(START_GRADE[cast.schooling])
    return Career(born, start, False, first, GRADES.index(cast.grade), cast.schooling)


def _nip(path: Career, sex: str, taken: Counter[str]) -> str:
    """Sequence numbers from 901: no agency hires so many born on one day, so no real person has this NIP."""
    month = "21" if path.contract else f"{path.start:%m}"
    stem = f"{path.born:%Y%m%d}{path.start:%Y}{month}{'1' if sex == 'M' else '2'}"
    taken[stem] += 1
    return f"{stem}{900 + taken[stem]}"


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


@cache
def _reference(kind: str, name: str) -> str:
    return stable_id(kind, name).replace("-", "").upper()
