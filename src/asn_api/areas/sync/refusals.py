"""Refusals as they are kept and worded: by code and parameters, in the language of whoever reads them."""

from typing import Any

import orjson

from asn_api.errors import Fault, Language, Problem


def storable(problem: Problem) -> dict[str, Any]:
    """Code and parameters, so that it can be worded later in any language."""
    return {
        "code": problem.code,
        "params": problem.params,
        "faults": [
            {"pointer": fault.pointer, "code": fault.code, "params": dict(fault.params)}
            for fault in problem.faults
        ],
    }


def stored_problem(stored: Any) -> Problem:
    kept = orjson.loads(stored) if isinstance(stored, str) else stored
    return Problem(
        kept["code"],
        faults=[Fault(each["pointer"], each["code"], each["params"]) for each in kept["faults"]],
        **kept["params"],
    )


def faults(problem: Problem, language: Language) -> list[dict[str, str]]:
    return [
        {"pointer": fault.pointer, "code": fault.code, "message": fault.message(language)}
        for fault in problem.faults
    ]
