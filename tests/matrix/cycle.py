"""Samples of the cycle's dashboards."""

from asn_api.rules.evaluations import EvaluationStatus
from tests.factories import City
from tests.matrix import Build, Sample
from tests.matrix.evaluations import evaluated

YEAR = {"year": 2025}
PERIOD = {"kind": "YEARLY"}


def of_unit(unit: str) -> Build:
    return lambda city: Sample(YEAR, {**PERIOD, "unit_id": city.units[unit].id}, about=unit)


async def evaluators(city: City) -> Sample:
    await evaluated(city, EvaluationStatus.RATED)
    return Sample(YEAR, {"kind": "PERIODIC", "number": 1}, rows={city.id("supervisor"): "supervisor"})


async def one_evaluator(city: City) -> Sample:
    """Whoever leads him reads it only with a branch: superiors without one see themselves."""
    await evaluated(city, EvaluationStatus.RATED)
    refused = {"chief": (404, "a superior without a branch sees his own duties")}
    return Sample(
        {**YEAR, "employee_id": city.id("supervisor")},
        {"kind": "PERIODIC", "number": 1},
        about="supervisor",
        refused=refused,
    )


def distributions(city: City) -> Sample:
    rows = {city.units[unit].id: unit for unit in ("health", "works")}
    return Sample(YEAR, PERIOD, rows=rows)


SAMPLES: dict[str, Build] = {
    "get_cycle_summary": lambda city: Sample(YEAR, PERIOD, about="caller"),
    "get_cycle_summary:of a unit": of_unit("ward"),
    "explain_cycle_summary": of_unit("ward"),
    "list_cycle_evaluators": evaluators,
    "explain_cycle_evaluator": one_evaluator,
    "list_cycle_distributions": distributions,
    "explain_cycle_distribution": lambda city: Sample(
        {**YEAR, "agency_id": city.units["health"].id}, PERIOD, about="health"
    ),
}
