"""Everybody in the story, with what they need to remember."""

from dataclasses import dataclass, field, replace
from typing import Any

from examples.demo_year.agency import Person, Size, export, people, units
from examples.demo_year.caller import Caller
from examples.demo_year.stage import Stage


@dataclass
class Cast:
    stage: Stage
    admin: Caller
    people: list[Person]
    callers: dict[str, Caller] = field(default_factory=dict)
    acting: dict[str, Person] = field(default_factory=dict)
    """Who sits in the seat of a head who is away, by the head's NIP."""
    goals: list[str] = field(default_factory=list)
    plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The plan in force of each NIP."""
    agreed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Every plan that was approved, by its id."""
    done: dict[str, str] = field(default_factory=dict)
    """How far each indicator is, as it was last reported."""
    achieved: dict[str, str] = field(default_factory=dict)
    """What the agency achieved, by period."""
    ratings: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Work results and behaviour as they were rated quarter by quarter, by NIP."""
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Each evaluation as whoever acted last got it."""
    story: dict[str, Any] = field(default_factory=lambda: {"objections": []})
    _units: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, nip: str) -> Caller:
        return self.callers[nip]

    def superior(self, person: Person) -> Caller:
        """Whoever leads him today."""
        assert person.superior is not None
        return self.callers[self.leader(person.superior)]

    def leader(self, head: str) -> str:
        return self.acting[head].nip if head in self.acting else head

    def person(self, nip: str) -> Person:
        return next(each for each in self.people if each.nip == nip)

    def team(self, nip: str) -> list[Person]:
        return [each for each in self.people if each.superior == nip]

    def moved(self, person: Person, section: Person) -> Person:
        there = replace(person, unit=section.unit, unit_name=section.unit_name, superior=section.nip)
        self.people[self.people.index(person)] = there
        return there

    async def unit(self, national: str) -> str:
        if not self._units:
            for row in await self.admin.all("/v1/units"):
                self._units[row["siasn_id"]] = row["id"]
        return self._units[national]


async def gathered(stage: Stage, size: Size) -> Cast:
    """Found the region, import its people, and let each of them set a password with a one-time code."""
    admin = Caller(stage, "admin.kota")
    await admin.activate(await stage.founded())
    everybody = people(size)
    await _imported(stage, admin, everybody)
    cast = Cast(stage, admin, everybody)
    ids = {row["nip"]: row["id"] for row in await admin.all("/v1/employees")}
    issued = await admin.post(
        "/v1/activation-codes", {"purpose": "ACTIVATION", "employee_ids": [*ids.values()]}
    )
    codes = {each["employee_id"]: each["code"] for each in issued["data"]}
    for person in everybody:
        caller = Caller(stage, person.nip)
        caller.id = ids[person.nip]
        await caller.activate(codes[caller.id])
        cast.callers[person.nip] = caller
    return cast


async def _imported(stage: Stage, admin: Caller, everybody: list[Person]) -> None:
    files = {
        "employees": ("export.csv", export(everybody), "text/csv"),
        "units": ("ref-unor.json", units(everybody), "application/json"),
    }
    begun = await admin.call("POST", "/v1/employee-imports", files=files)
    path = f"/v1/employee-imports/{begun['id']}"
    await stage.finish_jobs()
    checked = await admin.get(path)
    assert checked["summary"]["accepted"] == len(everybody), checked["summary"]
    await admin.post(f"{path}/commit", None, checked["version"])
    await stage.finish_jobs()
    committed = await admin.get(path)
    assert committed["status"] == "COMMITTED", committed
