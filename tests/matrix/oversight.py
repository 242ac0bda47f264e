"""Samples of the months by unit and of the verifications by verifier."""

from tests.factories import City
from tests.matrix import Build, Sample
from tests.matrix.activities import recorded

MONTH = {"month": "2026-11"}
PERIOD = {"from": "2026-11-01", "to": "2026-11-30"}


async def verifiers(city: City) -> Sample:
    for person in ("staff", "other_staff", "supervisor"):
        await recorded(city, person)
    superiors = ("supervisor", "other_head", "chief")
    return Sample(query=PERIOD, rows={city.id(person): person for person in superiors})


async def one_verifier(city: City) -> Sample:
    await recorded(city, "staff")
    return Sample(query={"verifier_id": city.id("supervisor"), **PERIOD}, about="supervisor")


SAMPLES: dict[str, Build] = {
    "get_month_summary": lambda city: Sample(MONTH, about="caller"),
    "get_month_summary:of a unit": lambda city: Sample(
        MONTH,
        {"unit_id": city.units["roads"].id},
        about="caller",
        refused={"foreign_admin": (404, "the unit is another region's")},
    ),
    "explain_month_summary": lambda city: Sample(MONTH, about="caller"),
    "explain_month_summary:of a unit": lambda city: Sample(
        MONTH, {"unit_id": city.units["ward"].id}, about="ward"
    ),
    "list_verification_sums": verifiers,
    "explain_verification_sums": one_verifier,
}
