"""January: the agency's goals, and plans from the head down to the clerks."""

from datetime import date, timedelta
from typing import Any

from examples.demo_year.agency import AGENCY, ANALYST, HEAD, Person
from examples.demo_year.caller import Caller
from examples.demo_year.cast import Cast

WORK = ("Layanan yang tepat waktu", "Data yang lengkap dan benar")


def letter(number: int, day: date) -> dict[str, Any]:
    """How the mayor decides: he is no employee, so the admin records his letter."""
    return {
        "decided_by_name": "WALI KOTA CONTOH",
        "decided_by_title": "Wali Kota",
        "letter_number": f"800/{number:03d}/{day.year}",
        "letter_date": day.isoformat(),
    }


async def levels(cast: Cast) -> None:
    """The admin enters the level of everybody in a functional position: credit points are computed from it."""
    for person in cast.people:
        if person.role != ANALYST:
            continue
        given = {
            "id": cast.stage.names.new(),
            "employee_id": cast[person.nip].id,
            "level": "AHLI_PERTAMA",
            "valid_from": "2024-01-01",
            "decree_number": f"800/{person.number:03d}/2023",
            "decree_date": "2023-12-15",
        }
        await cast.admin.post("/v1/functional-levels", given)


async def goals(cast: Cast, year: int) -> None:
    agency = await cast.unit(AGENCY)
    for code, statement in (("S1", "Pelayanan publik yang prima"), ("S2", "Tata kelola data yang andal")):
        given = {"agency_id": agency, "year": year, "code": code, "statement": statement, "target": "90"}
        made = await cast.admin.post("/v1/goals", {"id": cast.stage.names.new(), **given})
        cast.goals.append(made["id"])


async def plan_everybody(cast: Cast, year: int) -> None:
    """Everybody's own plan, once the superior's is approved, because it leans on his results."""
    for person in cast.people:
        await plan(cast, person, year)


async def plan(cast: Cast, person: Person, year: int) -> None:
    author = cast[person.nip]
    kind = "JPT_OR_UNIT_HEAD" if person.role == HEAD else "ADMIN_FUNCTIONAL"
    new = cast.stage.names.new
    begun = await author.post(
        "/v1/plans", {"id": new(), "year": year, "approach": "QUANTITATIVE", "plan_type": kind}
    )
    results = [_result(cast, person, number, statement) for number, statement in enumerate(WORK)]
    path = f"/v1/plans/{begun['id']}"
    drafted = await author.put(f"{path}/content", {"work_results": results}, begun["version"])
    submitted = await author.post(f"{path}/submission", None, drafted["version"])
    if person.role == HEAD:
        decision = {"action": "APPROVE", **letter(1, cast.stage.clock.today)}
        approved = await cast.admin.post(f"{path}/recorded-decision", decision, submitted["version"])
    else:
        approved = await cast.superior(person).post(f"{path}/approval", None, submitted["version"])
    cast.plans[person.nip] = cast.agreed[approved["id"]] = approved


def _result(cast: Cast, person: Person, number: int, statement: str) -> dict[str, Any]:
    above = None if person.superior is None else cast.plans[person.superior]["work_results"][number]["id"]
    new = cast.stage.names.new
    return {
        "id": new(),
        "kind": "PRIMARY",
        "parent_id": above,
        "goal_id": cast.goals[number] if person.role == HEAD else None,
        "perspective": "SERVICE_RECIPIENT" if person.role == HEAD else None,
        "statement": f"{statement} – {person.unit_name}",
        "indicators": [
            {
                "id": new(),
                "aspect": "QUANTITY",
                "statement": "Jumlah laporan yang selesai",
                "target_value": "12",
                "target_unit": "laporan",
            }
        ],
    }


async def away(cast: Cast, head: Person, deputy: Person, first: date, last: date) -> None:
    """Somebody else sits in the head's seat for some weeks (Plh.) and judges in his place."""
    unit = await cast.unit(head.unit)
    seats = await cast.admin.all("/v1/positions", unit_id=unit, is_head=True)
    appointment = {
        "id": cast.stage.names.new(),
        "employee_id": cast[deputy.nip].id,
        "position_id": seats[0]["id"],
        "kind": "PLH",
        "valid_from": first.isoformat(),
        "valid_to": last.isoformat(),
        "decree_number": "821/009/2026",
        "decree_date": (first - timedelta(days=3)).isoformat(),
    }
    await cast.admin.post("/v1/appointments", appointment)


async def transfer(cast: Cast, person: Person, section: Person, day: date) -> Person:
    """Another section from `day` on: the old plan ends with its segment, a new one begins there."""
    admin: Caller = cast.admin
    given = {
        "unit_id": await cast.unit(section.unit),
        "kind": "EXECUTIVE",
        "title": "Pengelola Data Pindahan",
    }
    position = await admin.post("/v1/positions", {"id": cast.stage.names.new(), **given})
    appointment = {
        "id": cast.stage.names.new(),
        "employee_id": cast[person.nip].id,
        "position_id": position["id"],
        "kind": "DEFINITIVE",
        "valid_from": day.isoformat(),
        "decree_number": "821/007/2026",
        "ends_current": True,
    }
    await admin.post("/v1/appointments", appointment)
    return cast.moved(person, section)
