"""The unit tree of Kota Demo and the seats in every unit."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from asn_api.demo.agencies import (
    AGENCIES,
    ASSISTANTS,
    CLERKS,
    DISTRICTS,
    EXPERT,
    HEALTH,
    LEADERS,
    SIDES,
    TEACHERS,
)

NAMESPACE = UUID("6b1f4e0a-3c52-5d0e-9a57-64656d6f2d31")
CITY = "KOTA DEMO"


@dataclass(frozen=True, slots=True)
class Unit:
    """`agency` is the key of the agency above (its own for an agency, empty for the city)."""

    key: str
    parent: str
    agency: str
    name: str
    head: str
    echelon: str = ""
    school: bool = False

    @property
    def id(self) -> str:
        return stable_id("unit", self.key)


@dataclass(frozen=True, slots=True)
class Seat:
    """A place for one employee. `level` names the band of grades and schooling in `city.LEVELS`."""

    unit: Unit
    number: int
    title: str
    level: str
    field: str
    heads: bool = False

    @property
    def key(self) -> str:
        return f"{self.unit.key}#{self.number}"


def stable_id(kind: str, key: str) -> str:
    return str(uuid5(NAMESPACE, f"{kind}/{key}"))


class Tree:
    """Units and seats in the order of the tree: a parent always comes before its children."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.seats: list[Seat] = []

    def unit(
        self, parent: Unit, key: str, name: str, head: str, echelon: str, *, field: str, agency: bool = False
    ) -> Unit:
        full = f"{parent.key}/{key}"
        unit = Unit(full, parent.key, full if agency else parent.agency, name.upper(), head.upper(), echelon)
        self.units.append(unit)
        self.seats.append(Seat(unit, 0, unit.head, LEADERS[echelon], field, heads=True))
        return unit

    def service(
        self, parent: Unit, key: str, name: str, head: str, seat: tuple[str, str], *, school: bool, field: str
    ) -> Unit:
        """A school or a health centre: led by a professional, not by a structural post."""
        unit = Unit(f"{parent.key}/{key}", parent.key, parent.agency, name.upper(), head.upper(), "", school)
        self.units.append(unit)
        self.seats.append(Seat(unit, 0, seat[0], seat[1], field, heads=True))
        return unit

    def staff(
        self, unit: Unit, posts: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...], field: str
    ) -> None:
        for number, (title, level) in enumerate(posts, 1):
            self.seats.append(Seat(unit, number, title, level, field))


def clerks(start: int, count: int) -> Iterator[tuple[str, str]]:
    return (CLERKS[(start + step) % len(CLERKS)] for step in range(count))


def experts(positions: tuple[str, ...], start: int, count: int) -> Iterator[tuple[str, str]]:
    for step in range(count):
        rank, level = EXPERT[(start + step) % len(EXPERT)]
        yield f"{positions[step % len(positions)]} {rank}", level


def build() -> Tree:
    tree = Tree()
    root = Unit("kota", "", "", f"PEMERINTAH {CITY}", "WALI KOTA")
    tree.units.append(root)
    secretariat(tree, root)
    council(tree, root)
    inspectorate(tree, root)
    for index, (key, name, field, divisions, positions) in enumerate(AGENCIES):
        agency = office(tree, root, index, key, name, field, divisions, positions)
        if key == "disdik":
            schools(tree, agency)
        if key == "dinkes":
            health_centres(tree, agency)
    for index, name in enumerate(DISTRICTS):
        district(tree, root, index, name)
    return tree


def secretariat(tree: Tree, root: Unit) -> None:
    setda = tree.unit(
        root, "setda", "Sekretariat Daerah", "Sekretaris Daerah", "21", field="pemerintahan", agency=True
    )
    for index, (name, parts) in enumerate(ASSISTANTS):
        above = tree.unit(
            setda, f"asisten-{index + 1}", f"Asisten {name}", f"Asisten {name}", "22", field="pemerintahan"
        )
        for step, part in enumerate(parts):
            bagian = tree.unit(
                above,
                f"bagian-{step + 1}",
                f"Bagian {part}",
                f"Kepala Bagian {part}",
                "31",
                field="pemerintahan",
            )
            tree.staff(bagian, tuple(experts(("Analis Kebijakan", "Analis Hukum"), step, 4)), "pemerintahan")
            sub = tree.unit(
                bagian,
                "subbagian-tata-usaha",
                f"Subbagian Tata Usaha pada Bagian {part}",
                f"Kepala Subbagian Tata Usaha Bagian {part}",
                "41",
                field="pemerintahan",
            )
            tree.staff(sub, clerks(step, 5), "pemerintahan")


def council(tree: Tree, root: Unit) -> None:
    agency = tree.unit(
        root, "setwan", "Sekretariat DPRD", "Sekretaris DPRD", "22", field="pemerintahan", agency=True
    )
    for index, part in enumerate(("Umum", "Keuangan", "Persidangan dan Perundang-undangan")):
        bagian = tree.unit(
            agency,
            f"bagian-{index + 1}",
            f"Bagian {part} pada Sekretariat DPRD",
            f"Kepala Bagian {part} Sekretariat DPRD",
            "31",
            field="pemerintahan",
        )
        tree.staff(bagian, clerks(index, 9), "pemerintahan")


def inspectorate(tree: Tree, root: Unit) -> None:
    agency = tree.unit(root, "inspektorat", "Inspektorat", "Inspektur", "22", field="pengawasan", agency=True)
    office_secretariat(tree, agency, "Inspektorat", 1, "pengawasan")
    for index, numeral in enumerate(("I", "II", "III", "IV")):
        branch = tree.unit(
            agency,
            f"irban-{index + 1}",
            f"Inspektorat Pembantu {numeral}",
            f"Inspektur Pembantu {numeral}",
            "31",
            field="pengawasan",
        )
        tree.staff(
            branch,
            tuple(experts(("Auditor", "Pengawas Penyelenggaraan Urusan Pemerintahan Daerah"), index, 7)),
            "pengawasan",
        )


def office_secretariat(tree: Tree, agency: Unit, name: str, index: int, field: str) -> None:
    above = tree.unit(
        agency, "sekretariat", f"Sekretariat pada {name}", f"Sekretaris {name}", "31", field=field
    )
    parts = (
        ("umum", "Umum dan Kepegawaian"),
        ("keuangan", "Keuangan"),
        ("program", "Perencanaan dan Evaluasi"),
    )
    for step, (key, part) in enumerate(parts[: 2 + index % 2]):
        sub = tree.unit(
            above,
            f"subbagian-{key}",
            f"Subbagian {part} pada {name}",
            f"Kepala Subbagian {part} {name}",
            "41",
            field=field,
        )
        tree.staff(sub, clerks(index + step, 4 + (index + step) % 2), field)


def office(
    tree: Tree,
    root: Unit,
    index: int,
    key: str,
    name: str,
    field: str,
    divisions: tuple[str, ...],
    positions: tuple[str, ...],
) -> Unit:
    head = f"Kepala {name}"
    agency = tree.unit(root, key, name, head, "22", field=field, agency=True)
    office_secretariat(tree, agency, name, index, field)
    for step, part in enumerate(divisions):
        bidang = tree.unit(
            agency,
            f"bidang-{step + 1}",
            f"Bidang {part} pada {name}",
            f"Kepala Bidang {part} {name}",
            "32",
            field=field,
        )
        posts = (*experts(positions, index + step, 5), *clerks(index + step, 3))
        tree.staff(bidang, posts, field)
    return agency


def schools(tree: Tree, agency: Unit) -> None:
    for kind, number, teachers in (("TK", 6, 4), ("SD", 60, 9), ("SMP", 24, 18)):
        subjects = {"TK": "Guru Kelas TK", "SD": "Guru Kelas", "SMP": "Guru Mata Pelajaran"}
        for index in range(1, number + 1):
            school = tree.service(
                agency,
                f"{kind.lower()}-{index}",
                f"{kind} Negeri {index} {CITY}",
                f"Kepala {kind} Negeri {index}",
                ("Kepala Sekolah", "principal"),
                school=True,
                field="sekolah",
            )
            size = teachers + index % 4 - 1
            ranks = [TEACHERS[(index + step) % len(TEACHERS)] for step in range(size)]
            posts = [(f"{subjects[kind]} {rank}", level) for rank, level in ranks]
            tree.staff(school, (*posts, *clerks(2, 1 if kind != "SMP" else 3)), "sekolah")


def health_centres(tree: Tree, agency: Unit) -> None:
    for index in range(1, 21):
        name = f"{DISTRICTS[(index - 1) // 2]} {'I' if index % 2 else 'II'}"
        centre = tree.service(
            agency,
            f"puskesmas-{index}",
            f"UPTD Puskesmas {name}",
            f"Kepala UPTD Puskesmas {name}",
            ("Kepala Puskesmas", "health_head"),
            school=False,
            field="puskesmas",
        )
        tree.staff(centre, HEALTH[: 18 + index % 5], "puskesmas")


def district(tree: Tree, root: Unit, index: int, name: str) -> None:
    key, field = f"kecamatan-{index + 1}", "kewilayahan"
    agency = tree.unit(root, key, f"Kecamatan {name}", f"Camat {name}", "31", field=field, agency=True)
    secretary = tree.unit(
        agency,
        "sekretariat",
        f"Sekretariat Kecamatan {name}",
        f"Sekretaris Kecamatan {name}",
        "32",
        field=field,
    )
    for step, part in enumerate(("Umum dan Kepegawaian", "Program dan Keuangan")):
        sub = tree.unit(
            secretary,
            f"subbagian-{step + 1}",
            f"Subbagian {part} Kecamatan {name}",
            f"Kepala Subbagian {part} Kecamatan {name}",
            "42",
            field=field,
        )
        tree.staff(sub, clerks(index + step, 2), field)
    for step, part in enumerate(
        ("Pemerintahan", "Pemberdayaan Masyarakat", "Ketenteraman dan Ketertiban", "Pelayanan Umum")
    ):
        seksi = tree.unit(
            agency,
            f"seksi-{step + 1}",
            f"Seksi {part} Kecamatan {name}",
            f"Kepala Seksi {part} Kecamatan {name}",
            "41",
            field=field,
        )
        tree.staff(seksi, clerks(index + step, 2), field)
    for step, side in enumerate(SIDES[: 4 + index % 2]):
        village = tree.unit(
            agency,
            f"kelurahan-{step + 1}",
            f"Kelurahan {name} {side}",
            f"Lurah {name} {side}",
            "41",
            field=field,
        )
        tree.staff(village, clerks(index + step, 5), field)
