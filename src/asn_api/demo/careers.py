"""How the people of Kota Demo came to their posts: schooling, start and grades that fit together."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from asn_api.demo.tree import Seat

# Ages and years of service are counted to this day, so that the city never changes.
REFERENCE = date(2026, 1, 1)

GRADES = (
    "I/a",
    "I/b",
    "I/c",
    "I/d",
    "II/a",
    "II/b",
    "II/c",
    "II/d",
    "III/a",
    "III/b",
    "III/c",
    "III/d",
    "IV/a",
    "IV/b",
    "IV/c",
    "IV/d",
    "IV/e",
)
CONTRACT_GRADES = (
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
)
GRADE_IDS = (
    "11",
    "12",
    "13",
    "14",
    "21",
    "22",
    "23",
    "24",
    "31",
    "32",
    "33",
    "34",
    "41",
    "42",
    "43",
    "44",
    "45",
)
SCHOOLING = {"15": "SLTA", "30": "Diploma III/Sarjana Muda", "40": "S-1/Sarjana", "45": "S-2"}
START_GRADE = {"15": "II/a", "30": "II/c", "40": "III/a", "45": "III/b"}
START_AGE = {"15": 19, "30": 22, "40": 23, "45": 25}


@dataclass(frozen=True, slots=True)
class Level:
    """What a seat asks of its holder: kind of position, grades, schooling, share on contract (PPPK)."""

    kind: str
    grades: tuple[str, ...]
    schooling: tuple[str, ...]
    contract: float = 0.0
    prefix: str = ""


LEVELS = {
    "secretary": Level("1", ("IV/c", "IV/d"), ("45",)),
    "director": Level("1", ("IV/b", "IV/c"), ("45",)),
    "administrator_a": Level("1", ("IV/a", "IV/b"), ("40", "45")),
    "administrator_b": Level("1", ("III/d", "IV/a"), ("40", "45")),
    "supervisor_a": Level("1", ("III/c", "III/d"), ("40", "40", "45")),
    "supervisor_b": Level("1", ("III/b", "III/c"), ("40",)),
    "principal": Level("2", ("III/d", "IV/a", "IV/b"), ("40", "45")),
    "health_head": Level("2", ("III/d", "IV/a", "IV/b"), ("45",), prefix="dr."),
    "first": Level("2", ("III/a", "III/b"), ("40",), 0.55),
    "young": Level("2", ("III/c", "III/d"), ("40", "40", "45")),
    "middle": Level("2", ("IV/a", "IV/b", "IV/c"), ("40", "45")),
    "skilled": Level("2", ("II/c", "II/d"), ("30",), 0.5),
    "adept": Level("2", ("III/a", "III/b"), ("30",)),
    "supervisor": Level("2", ("III/c", "III/d"), ("30", "40")),
    "doctor": Level("2", ("III/b",), ("45",), 0.4, "dr."),
    "doctor_young": Level("2", ("III/c", "III/d"), ("45",), prefix="dr."),
    "dentist": Level("2", ("III/b", "III/c"), ("45",), 0.4, "drg."),
    "pharmacist": Level("2", ("III/b",), ("45",), 0.4, "apt."),
    "clerk_s1": Level("4", ("III/a", "III/b", "III/c"), ("40",), 0.25),
    "clerk_d3": Level("4", ("II/c", "II/d", "III/a"), ("30",), 0.3),
    "clerk_sma": Level("4", ("II/a", "II/b", "II/c", "II/d", "III/a"), ("15",), 0.35),
}

STUDIES: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "sekolah": {
        "40": (
            ("S.Pd.", "PENDIDIKAN"),
            ("S.Pd.SD.", "PENDIDIKAN GURU SEKOLAH DASAR"),
            ("S.Pd.I.", "PENDIDIKAN AGAMA"),
        ),
        "45": (("S.Pd., M.Pd.", "MANAJEMEN PENDIDIKAN"), ("S.Pd., M.M.", "MANAJEMEN")),
    },
    "puskesmas": {
        "30": (("A.Md.Kes.", "KESEHATAN"),),
        "40": (("S.KM.", "KESEHATAN MASYARAKAT"),),
        "45": (("M.Kes.", "KESEHATAN MASYARAKAT"), ("", "PROFESI KESEHATAN")),
    },
    "teknik": {
        "40": (("S.T.", "TEKNIK SIPIL"), ("S.Ars.", "ARSITEKTUR"), ("S.T.", "TEKNIK LINGKUNGAN")),
        "45": (("S.T., M.T.", "TEKNIK SIPIL"), ("S.T., M.Si.", "PERENCANAAN WILAYAH")),
    },
    "informatika": {
        "40": (("S.Kom.", "TEKNIK INFORMATIKA"), ("S.I.Kom.", "ILMU KOMUNIKASI"), ("S.Stat.", "STATISTIKA")),
        "45": (("S.Kom., M.Kom.", "ILMU KOMPUTER"), ("S.Kom., M.T.I.", "TEKNOLOGI INFORMASI")),
    },
    "pertanian": {
        "40": (("S.P.", "AGRIBISNIS"), ("S.Pt.", "PETERNAKAN")),
        "45": (("S.P., M.P.", "AGRONOMI"),),
    },
}
GENERAL_STUDIES: dict[str, tuple[tuple[str, str], ...]] = {
    "15": (("", "SLTA UMUM"),),
    "30": (("A.Md.", "ADMINISTRASI"), ("A.Md.Ak.", "AKUNTANSI"), ("A.Md.Kom.", "MANAJEMEN INFORMATIKA")),
    "40": (
        ("S.E.", "EKONOMI"),
        ("S.Sos.", "ADMINISTRASI NEGARA"),
        ("S.H.", "ILMU HUKUM"),
        ("S.AP.", "ADMINISTRASI PUBLIK"),
        ("S.IP.", "ILMU PEMERINTAHAN"),
        ("S.Ak.", "AKUNTANSI"),
    ),
    "45": (
        ("S.E., M.M.", "MANAJEMEN"),
        ("S.Sos., M.Si.", "ADMINISTRASI PUBLIK"),
        ("S.H., M.H.", "ILMU HUKUM"),
        ("S.STP., M.AP.", "ADMINISTRASI PUBLIK"),
    ),
}
PROFESSIONS: tuple[tuple[str, str, tuple[str, str]], ...] = (
    ("Perawat", "30", ("A.Md.Kep.", "KEPERAWATAN")),
    ("Perawat", "40", ("S.Kep., Ns.", "PROFESI NERS")),
    ("Bidan", "30", ("A.Md.Keb.", "KEBIDANAN")),
    ("Bidan", "40", ("S.Tr.Keb.", "KEBIDANAN")),
    ("Dokter Gigi", "45", ("", "PROFESI DOKTER GIGI")),
    ("Dokter", "45", ("", "PROFESI DOKTER")),
    ("Kepala Puskesmas", "45", ("M.Kes.", "KESEHATAN MASYARAKAT")),
    ("Apoteker", "45", ("S.Farm.", "PROFESI APOTEKER")),
    ("Nutrisionis", "30", ("A.Md.Gz.", "GIZI")),
    ("Pengadministrasi", "30", ("A.Md.", "ADMINISTRASI")),
    ("Pengolah", "30", ("A.Md.", "ADMINISTRASI")),
)


@dataclass(frozen=True, slots=True)
class Career:
    born: date
    start: date
    contract: bool
    first_grade: int
    grade: int
    schooling: str


def career(level: Level, rng: Random) -> Career:
    schooling = rng.choice(level.schooling)
    if rng.random() < level.contract:
        grade = CONTRACT_GRADES.index({"15": "V", "30": "VII", "40": "IX", "45": "X"}[schooling])
        start = date(rng.choice((2021, 2022, 2023, 2023, 2024, 2024, 2025)), rng.choice((1, 3, 4, 12)), 1)
        start = min(start, date(2025, 4, 1))
        age = START_AGE[schooling] + rng.randint(1, 24)
        return Career(_birthday(start.year - age, rng), start, True, grade, grade, schooling)
    first = GRADES.index(START_GRADE[schooling])
    grade = max(first, GRADES.index(rng.choice(level.grades)))
    # A regular promotion takes four years; nobody may have passed 57 by the reference day.
    least = (grade - first) * 4 + (1 if grade > first else 0)
    years = least + rng.randint(0 if least == 0 and level.kind != "1" else 1, 5)
    age = START_AGE[schooling] + rng.randint(0, max(0, min(9, 56 - years - START_AGE[schooling])))
    start = date(REFERENCE.year - years, rng.choice((1, 2, 3, 4, 12)), 1)
    return Career(
        _birthday(start.year - age, rng), min(start, date(2025, 6, 1)), False, first, grade, schooling
    )


def study(seat: Seat, schooling: str, rng: Random) -> tuple[str, str]:
    for word, taught, title_and_study in PROFESSIONS:
        if seat.title.startswith(word) and schooling == taught:
            return title_and_study
    return rng.choice(STUDIES.get(seat.field, GENERAL_STUDIES).get(schooling) or GENERAL_STUDIES[schooling])


def graded(path: Career, rng: Random) -> date:
    if path.grade == path.first_grade:
        return path.start
    earliest = path.start.year + (path.grade - path.first_grade) * 4
    year = max(min(2025 - rng.randint(0, 3), 2025), min(earliest, 2025))
    return date(year, rng.choice((4, 10)), 1)


def _birthday(year: int, rng: Random) -> date:
    return date(year, 1, 1) + timedelta(days=rng.randrange(365))
