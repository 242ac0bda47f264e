"""What is expected of the employee's behaviour, by core value (SE MenPANRB 20/2021): proposed, then set."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from asn_api.areas.performance.schemas import BehaviourOut, ValueTextIn
from asn_api.core.journal import difference
from asn_api.errors import Fault, Problem
from asn_api.rules.ratings import CoreValue
from asn_api.tables.performance import Plan

Words = Literal["proposal", "expectation"]


def put_texts(plan: Plan, whose: Words, given: Sequence[ValueTextIn], pointer: str) -> dict[str, Any]:
    """Replace the employee's proposals or the evaluator's expectations; what changed, for the journal."""
    values = [each.core_value for each in given]
    twice = [
        Fault(f"{pointer}/{number}/core_value", "PLAN_VALUE_TWICE")
        for number, value in enumerate(values)
        if value in values[:number]
    ]
    if twice:
        raise Problem("REQUEST_INVALID", faults=twice)
    before = plan.behaviour
    plan.behaviour = _with(before, whose, {each.core_value: each.text for each in given})
    return difference({"behaviour": before}, {"behaviour": plan.behaviour})


def _with(before: Mapping[str, Any], whose: Words, texts: Mapping[CoreValue, str]) -> dict[str, Any]:
    after = {}
    for value in CoreValue:
        kept = {name: text for name, text in before.get(value, {}).items() if name != whose}
        said = kept | ({whose: texts[value]} if value in texts else {})
        if said:
            after[value.value] = said
    return after


def behaviour_shown(stored: Mapping[str, Any]) -> list[BehaviourOut]:
    return [
        BehaviourOut(
            core_value=value,
            proposal=stored.get(value, {}).get("proposal"),
            expectation=stored.get(value, {}).get("expectation"),
        )
        for value in CoreValue
    ]
