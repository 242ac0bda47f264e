"""The quarters and the year's end: what the agency achieved, reports, ratings, what became final."""

from datetime import date, timedelta
from typing import Any

from examples.demo_year.agency import AGENCY, HEAD, Person
from examples.demo_year.cast import Cast
from examples.demo_year.deserving import (
    ABOVE,
    ACHIEVED,
    BELOW,
    MEETS,
    accepts,
    is_seen_otherwise,
    is_silent,
    of_quarter,
    of_year,
)
from examples.demo_year.objecting import object_to
from examples.demo_year.planning import letter

VALUES = (
    *("SERVICE_ORIENTED", "ACCOUNTABLE", "COMPETENT", "HARMONIOUS"),
    *("LOYAL", "ADAPTIVE", "COLLABORATIVE"),
)
EVIDENCE = [{"title": "Berita acara pembinaan"}]
QUARTERS = ("GOOD", "NEEDS_IMPROVEMENT", "GOOD", "EXCELLENT")
OF_THE_YEAR = "EXCELLENT"
FINAL = timedelta(days=29)
"""After the first day: the days to object are over, also to ratings of those who did not report."""


async def evaluate(cast: Cast, end: date, *, objector: str | None = None, rightly: bool = False) -> None:
    """One round, on the morning after the period: reports, ratings, and what people say to them."""
    quarter, began = end.month // 3, cast.stage.clock.today
    await _rate_agency(cast, end)
    silent = []
    for person, found in await _due(cast, end):
        objects = person.nip == objector and found["kind"] == "PERIODIC"
        if is_silent(person, quarter) and person.nip != objector:
            silent.append((person, found["id"]))
            continue
        reported = await _report(cast, person, found)
        rated = await _rate(cast, person, reported, quarter, harsh=objects and rightly)
        if objects:
            evaluator = reported["present_evaluator"]["nip"]
            decided = await object_to(cast, person, rated, evaluator, rightly=rightly)
            cast.ratings[person.nip][-1] = decided["work_result"], decided["behaviour"]
            cast.forms[decided["id"]] = decided
        else:
            await _hear(cast, person, rated, quarter)
    late = [(person, await cast.admin.get(f"/v1/evaluations/{id}")) for person, id in silent]
    if late:
        awaited = max(date.fromisoformat(form["deadlines"]["report_until"]) for _, form in late)
        cast.stage.clock.go_to(awaited + timedelta(days=1))
    for person, form in late:
        await _hear(cast, person, await _rate(cast, person, form, quarter), quarter)
    await cast.stage.time_passes(began + FINAL)
    left = [each["status"] for each in await cast.admin.all("/v1/evaluations", **_until(end))]
    assert left, "nothing was evaluated"
    assert set(left) == {"FINAL"}, left


async def _rate_agency(cast: Cast, end: date) -> None:
    """What the agency achieved comes first; the mayor decides, and the head's own rating follows from it."""
    quarter = end.month // 3
    spans = [("PERIODIC", quarter, QUARTERS[quarter - 1])]
    if end.month == 12:
        spans.append(("YEARLY", 1, OF_THE_YEAR))
    for kind, number, predicate in spans:
        given = {
            "id": cast.stage.names.new(),
            "unit_id": await cast.unit(AGENCY),
            "year": end.year,
            "kind": kind,
            "number": number,
            "predicate": predicate,
            "basis": "Capaian perjanjian kinerja menurut laporan triwulan.",
            "letter": letter(10 + number, cast.stage.clock.today),
        }
        made = await cast.admin.post("/v1/organisation-ratings", given)
        cast.achieved[kind] = predicate
        cast.story["organisation_rating"] = made


async def justify(cast: Cast, year: int) -> None:
    """The year's ratings depart from the pattern of an excellent agency: a warning, which the mayor answers."""
    unit = await cast.unit(AGENCY)
    path = f"/v1/units/{unit}/rating-distribution"
    found = await cast.admin.get(path, year=year, kind="YEARLY")
    assert found["findings"], "the distribution was to depart from the pattern"
    made = cast.story.pop("organisation_rating")
    given = {
        "predicate": made["predicate"],
        "basis": made["basis"],
        "justification": "Layanan baru dibuka dengan pegawai yang sedang dibina; tidak ada nilai yang diubah.",
        "letter": letter(20, cast.stage.clock.today),
        "reason": "Sebaran predikat berbeda dari pola.",
    }
    await cast.admin.put(f"/v1/organisation-ratings/{made['id']}", given, made["version"])


def _until(end: date) -> dict[str, str]:
    return {"period_end[gte]": date(end.year, 1, 1).isoformat(), "period_end[lte]": end.isoformat()}


async def _due(cast: Cast, end: date) -> list[tuple[Person, dict[str, Any]]]:
    """What is open, in the order of the people: several where a plan has ended or the year is over."""
    rows = await cast.admin.all("/v1/evaluations", status="OPEN", **_until(end))
    order = {person.nip: number for number, person in enumerate(cast.people)}
    rows.sort(key=lambda each: (order[each["employee_nip"]], each["kind"], each["period_start"]))
    return [(cast.person(each["employee_nip"]), each) for each in rows]


async def _report(cast: Cast, person: Person, summary: dict[str, Any]) -> dict[str, Any]:
    """What came of each result, and how the person sees himself: rather well."""
    caller, path = cast[person.nip], f"/v1/evaluations/{summary['id']}"
    results = cast.agreed[summary["plan_id"]]["work_results"]
    indicators = [each["id"] for result in results for each in result["indicators"]]
    report = {
        "results": [
            {
                "work_result_id": result["id"],
                "realisation": f"{cast.done[result['indicators'][0]['id']]} laporan selesai",
                "self_rating": ABOVE if number == 0 else MEETS,
            }
            for number, result in enumerate(results)
        ],
        "indicators": [{"indicator_id": each, "value": cast.done[each]} for each in indicators],
        "values": [{"core_value": value, "self_rating": MEETS} for value in VALUES],
        "work_result": MEETS,
        "behaviour": MEETS,
    }
    drafted = await caller.put(f"{path}/report", report, summary["version"])
    submitted: dict[str, Any] = await caller.post(f"{path}/submission", None, drafted["version"])
    return submitted


async def _rate(
    cast: Cast, person: Person, form: dict[str, Any], quarter: int, *, harsh: bool = False
) -> dict[str, Any]:
    """By the superior, or whoever sits in his seat; of the head by the mayor, on paper."""
    kind, path = form["kind"], f"/v1/evaluations/{form['id']}"
    given = cast.ratings.setdefault(person.nip, [])
    work, behaviour = of_quarter(person, quarter) if kind == "PERIODIC" else of_year(given)
    if harsh:
        work, behaviour = BELOW, MEETS
    if person.role == HEAD:
        work = ACHIEVED[cast.achieved[kind]]
    rating: dict[str, Any] = _parts(form, work, behaviour) | {"work_result": work, "behaviour": behaviour}
    if work != MEETS and person.role != HEAD and not harsh and is_seen_otherwise(person, kind, quarter):
        rating |= _parts(form, MEETS, behaviour) | {"departure_reason": "Bobot kedua hasil kerja berbeda."}
    if kind == "PERIODIC":
        given.append((work, behaviour))
    evaluator = form["present_evaluator"]["nip"]
    if evaluator is None:
        paper = letter(2, cast.stage.clock.today)
        rated = await cast.admin.post(f"{path}/recorded-rating", rating | paper, form["version"])
    else:
        rated = await cast[evaluator].put(f"{path}/rating", rating, form["version"])
    cast.forms[form["id"]] = rated
    return cast.forms[form["id"]]


def _parts(form: dict[str, Any], work: str, behaviour: str) -> dict[str, Any]:
    """The parts that suggest these ratings; one core value stands a little beside the others."""
    values = []
    for value in VALUES:
        rating = MEETS if value == "LOYAL" else behaviour
        note = {"comment": "Beberapa kali tidak sesuai.", "evidence": EVIDENCE} if rating == BELOW else {}
        values.append({"core_value": value, "rating": rating, **note})
    results = [{"work_result_id": each["work_result_id"], "rating": work} for each in form["results"]]
    return {"results": results, "values": values}


async def _hear(cast: Cast, person: Person, rated: dict[str, Any], quarter: int) -> None:
    if accepts(person, rated["kind"], quarter):
        path = f"/v1/evaluations/{rated['id']}/acknowledgement"
        cast.forms[rated["id"]] = await cast[person.nip].post(path, None, rated["version"])
