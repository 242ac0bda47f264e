"""Samples of the forms."""

from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.plans import PlanStatus
from tests.factories import City
from tests.matrix import Sample
from tests.matrix.evaluations import evaluated
from tests.matrix.performance import of


async def evaluation(city: City) -> Sample:
    return Sample({"id": (await evaluated(city))[0]})


async def objection(city: City) -> Sample:
    return Sample({"id": (await evaluated(city, EvaluationStatus.OBJECTED))[0]})


SAMPLES = {
    "get_plan_document": of(PlanStatus.APPROVED),
    "get_evaluation_document": evaluation,
    "get_objection_document": objection,
}
