"""Samples of contributions."""

from asn_api.tables.performance import AgencyGoal
from tests.factories import City
from tests.matrix import Build, Sample
from tests.matrix.activities import verified
from tests.matrix.performance import goal

MONTH = {"from": "2026-11", "to": "2026-11"}
FOREIGN = {"foreign_admin": (404, "the unit is another region's")}


async def goals(city: City) -> Sample:
    id = await goal(city)

    async with city.database.sessions.begin() as db:
        row = await db.get(AgencyGoal, (city.region.id, id))
        assert row is not None
        row.year, row.code = 2026, str(id)
    return Sample(query=MONTH, rows={id: "health"})


async def people(city: City) -> Sample:
    await verified(city)
    owners = ("staff", "other_staff", "supervisor")
    return Sample(query=MONTH, rows={city.id(person): person for person in owners})


def of_staff(city: City) -> Sample:
    return Sample({"employee_id": city.id("staff")}, MONTH)


def of_unit(unit: str) -> Build:
    return lambda city: Sample(
        query={**MONTH, "unit_id": city.units[unit].id}, about="caller", refused=FOREIGN
    )


async def one_goal(city: City) -> Sample:
    refused = {"foreign_admin": (404, "the goal is another region's")}
    return Sample({"goal_id": await goal(city)}, MONTH, about="caller", refused=refused)


async def people_of_a_goal(city: City) -> Sample:
    query = {**MONTH, "goal_id": await goal(city)}
    return Sample(
        query=query, about="caller", refused={"foreign_admin": (404, "the goal is another region's")}
    )


SAMPLES: dict[str, Build] = {
    "get_contribution_summary": lambda city: Sample(query=MONTH, about="caller"),
    "get_contribution_summary:of a unit": of_unit("roads"),
    "explain_contribution_summary": of_unit("ward"),
    "list_goal_contributions": goals,
    "list_goal_contributions:of a unit": of_unit("ward"),
    "explain_goal_contribution": one_goal,
    "list_person_contributions": people,
    "list_person_contributions:of a unit": of_unit("ward"),
    "list_person_contributions:of a goal": people_of_a_goal,
    "get_person_contribution": of_staff,
    "explain_person_contribution": of_staff,
    "get_my_contribution": lambda city: Sample(query=MONTH, about="caller"),
    "explain_my_contribution": lambda city: Sample(query=MONTH, about="caller"),
}
