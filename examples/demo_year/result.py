"""What the year came to, as the people themselves see it, without what differs from run to run.

Ids made by the server are left out and people are named by NIP; everything else is the same every time.
"""

import re
from typing import Any

import orjson

from examples.demo_year.agency import AGENCY, ANALYST, Person
from examples.demo_year.cast import Cast

MADE_BY_CHANCE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def result(cast: Cast, year: int) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await cast.admin.all("/v1/evaluations", year=year):
        found.setdefault(row["employee_nip"], []).append(_evaluation(cast.forms[row["id"]], row))
    for each in found.values():
        each.sort(key=lambda one: (one["kind"], one["period"]))
    return {
        "year": year,
        "story": cast.story,
        "agency": await _agency(cast, year),
        "assessments": await _assessments(cast, year),
        "people": {
            person.nip: {
                "name": person.name,
                "unit": person.unit_name,
                "plans": await _plans(cast, person, year),
                "evaluations": found.get(person.nip, []),
                "year": await _year(cast, person, year),
                "contribution": await _contribution(cast, person, year),
                "credits": await _credits(cast, person) if person.role == ANALYST else None,
            }
            for person in sorted(cast.people, key=lambda each: each.nip)
        },
    }


def canonical(result: dict[str, Any]) -> bytes:
    written = orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    left = MADE_BY_CHANCE.search(written)
    assert left is None, f"an id is left in the result: {left}"
    return written


def _picked(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _evaluation(form: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The form as it was last read, with what time has done to it since."""
    objection = form["objection"]
    return {
        **_picked(row, "kind", "status", "work_result", "behaviour", "predicate", "finalised_at"),
        **_picked(form, "reported_at", "rated_at", "self_report_missing", "organisation_predicate"),
        **_picked(form, "departure_reason", "self_work_result", "self_behaviour"),
        "period": f"{row['period_start']}/{row['period_end']}",
        "objection_until": row["objection_until"],
        "unit": row["unit_name"],
        "evaluator": _person(row["evaluator"]),
        "suggestion": {
            side: f"{each['rating']}: {each['reason']}" for side, each in form["suggestion"].items()
        },
        "results": [
            {
                **_picked(each, "statement", "realisation", "self_rating", "rating"),
                **_picked(each["work"], "activities", "verified_minutes"),
                "indicators": [_picked(one, "value", "attainment") for one in each["indicators"]],
            }
            for each in form["results"]
        ],
        "values": {each["core_value"]: each["rating"] for each in form["values"]},
        "feedback": [
            f"{each['day']} {each['relation']} {(each['giver'] or {}).get('name')}: {each['text']}"
            for each in form["feedback"]
        ],
        "objection": objection
        and {
            **_picked(objection, "grounds", "evaluator_statement", "decision", "decision_reason"),
            "before": _picked(objection["rating_before"], "work_result", "behaviour", "predicate"),
            "decider": _person(objection["decider"]),
        },
    }


def _person(shown: dict[str, Any]) -> str:
    return f"{shown['nip'] or shown['letter_number']} {shown['name']}, {shown['position']}"


async def _plans(cast: Cast, person: Person, year: int) -> list[dict[str, Any]]:
    caller, found = cast[person.nip], []
    for row in await caller.all("/v1/plans", year=year, employee_id=caller.id):
        plan = await caller.get(f"/v1/plans/{row['id']}")
        found.append(
            {
                **_picked(plan, "period_start", "period_end", "status", "revision", "unit_name", "ended_on"),
                "evaluator": _person(plan["evaluator"]),
                "work_results": [each["statement"] for each in plan["work_results"]],
            }
        )
    return sorted(found, key=lambda each: str(each["period_start"]))


async def _year(cast: Cast, person: Person, year: int) -> dict[str, Any]:
    caller = cast[person.nip]
    path = f"/v1/employees/{caller.id}/performance-years/{year}"
    found = await caller.get(path)
    segments = ("first", "last", "months", "counts", "work_result", "behaviour", "predicate", "plan_status")
    return {
        **_picked(found, "combination", "work_result", "behaviour", "predicate", "final"),
        "segments": [_picked(each, *segments) for each in found["segments"]],
        "explanation": (await caller.get(f"{path}/explanation"))["steps"],
    }


async def _contribution(cast: Cast, person: Person, year: int) -> dict[str, Any]:
    span = {"from": f"{year}-01", "to": f"{year}-12"}
    found = await cast[person.nip].get("/v1/me/contribution", **span)
    shares = ("minutes", "effort_share_pct", "goal_share_pct", "attainment_pct")
    return {
        "effort": found["effort"],
        "attainment_pct": found["attainment_pct"],
        "goals": {each["goal"]["code"]: _picked(each, *shares) for each in found["goals"]},
        "results": sorted(
            (_picked(each, "statement", "minutes", "attainment_pct", "flags") for each in found["results"]),
            key=lambda each: str(each["statement"]),
        ),
    }


async def _credits(cast: Cast, person: Person) -> dict[str, Any]:
    caller = cast[person.nip]
    found = await caller.get(f"/v1/employees/{caller.id}/credits")
    explained = await caller.get(f"/v1/employees/{caller.id}/credits/explanation")
    parts = ("kind", "level", "amount", "provisional", "period_start", "period_end", "months", "predicate")
    return {
        **_picked(found, "level", "total", "firm", "gaps"),
        "credits": [_picked(each, *parts) for each in found["credits"]],
        "explanation": [f"{each['step']['rule']}: {each['step']['value']}" for each in explained["parts"]],
    }


async def _agency(cast: Cast, year: int) -> dict[str, Any]:
    """How the ratings are distributed, beside what is expected of an agency rated so, and whom the work served."""
    unit = await cast.unit(AGENCY)
    spans = [("PERIODIC", number) for number in (1, 2, 3, 4)] + [("YEARLY", 1)]
    path, months = f"/v1/units/{unit}/rating-distribution", {"from": f"{year}-01", "to": f"{year}-12"}
    distributions = {}
    for kind, number in spans:
        found = await cast.admin.get(path, year=year, kind=kind, number=number)
        distributions[f"{kind} {number}"] = {
            **_picked(found, "shares", "rated", "unrated", "final", "conforms", "findings"),
            "agency": _picked(found["organisation_rating"], "predicate", "basis", "justification"),
        }
    goals = await cast.admin.all("/v1/contributions/goals", **months)
    shares = ("minutes", "effort_share_pct", "goal_share_pct", "people", "attainment_pct")
    return {
        "distributions": distributions,
        "goals": {each["goal"]["code"]: _picked(each, *shares) for each in goals},
    }


async def _assessments(cast: Cast, year: int) -> dict[str, Any]:
    found = {}
    for row in await cast.admin.all("/v1/assessments", year=year):
        caller = cast[row["employee_nip"]]
        shown = await caller.get(f"/v1/assessments/{row['id']}")
        found[row["employee_nip"]] = _picked(shown, "category", "score", "groups", "values", "reasons")
    return found
