"""Samples of the forms."""

from asn_api.rules.plans import PlanStatus
from tests.matrix.performance import of

SAMPLES = {"get_plan_document": of(PlanStatus.APPROVED)}
