"""Samples of the forms."""

from asn_api.rules.plans import PlanStatus
from tests.areas.evaluating import objected, opened
from tests.factories import City
from tests.matrix import Sample
from tests.matrix.performance import of


async def evaluation(city: City) -> Sample:
    return Sample({"id": (await opened(city))["id"]})


async def objection(city: City) -> Sample:
    return Sample({"id": (await objected(city))["id"]})


SAMPLES = {
    "get_plan_document": of(PlanStatus.APPROVED),
    "get_evaluation_document": evaluation,
    "get_objection_document": objection,
}
