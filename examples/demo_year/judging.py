"""The quarters and the year's end: reports, ratings, the objection, what became final."""

from datetime import date, timedelta
from typing import Any

from examples.demo_year.agency import AGENCY, HEAD, Person, chance
from examples.demo_year.cast import Cast
from examples.demo_year.planning import letter

VALUES = (
    *("SERVICE_ORIENTED", "ACCOUNTABLE", "COMPETENT", "HARMONIOUS"),
    *("LOYAL", "ADAPTIVE", "COLLABORATIVE"),
)
EVIDENCE = [{"title": "Berita acara pembinaan"}]


def deserved(person: Person, span: str, what: str) -> str:
    drawn = chance(person.nip, span, what)
    return "ABOVE" if drawn < 0.25 else "BELOW" if drawn > 0.95 else "MEETS"


async def evaluate(cast: Cast, end: date, *, objector: str | None = None) -> None:
    """One round: people report, their superiors rate, most accept, one objects, time makes the rest final."""
    stage = cast.stage
    await stage.time_passes(end + timedelta(days=1))
    await _rate_agency(cast, end)
    for person, found in await _due(cast, end):
        await _report(cast, person, found)
    for person, found in await _due(cast, end):
        await _rate(cast, person, found, f"{found['kind']}/{end}", harsh=person.nip == objector)
    for person, found in await _due(cast, end):
        if person.nip == objector:
            await _object(cast, person, found)
        elif chance(person.nip, found["kind"], end, "accepts") < 0.8:
            path = f"/v1/evaluations/{found['id']}/acknowledgement"
            await cast[person.nip].post(path, None, found["version"])
    await stage.time_passes(end + timedelta(days=17))
    left = [each["status"] for each in await cast.admin.all("/v1/evaluations", **_until(end))]
    assert left, "nothing was evaluated"
    assert set(left) <= {"ACKNOWLEDGED", "FINAL"}, left


async def _rate_agency(cast: Cast, end: date) -> None:
    """What the agency achieved comes first; the mayor decides, and the head's own rating follows from it."""
    spans = [("PERIODIC", end.month // 3)] + ([("YEARLY", 1)] if end.month == 12 else [])
    for kind, number in spans:
        given = {
            "id": cast.stage.names.new(),
            "unit_id": await cast.unit(AGENCY),
            "year": end.year,
            "kind": kind,
            "number": number,
            "predicate": "GOOD",
            "basis": "Capaian perjanjian kinerja sesuai target.",
            "letter": letter(10 + number, cast.stage.clock.today),
        }
        await cast.admin.post("/v1/organisation-ratings", given)


def _until(end: date) -> dict[str, str]:
    return {"period_end[gte]": date(end.year, 1, 1).isoformat(), "period_end[lte]": end.isoformat()}


async def _due(cast: Cast, end: date) -> list[tuple[Person, dict[str, Any]]]:
    """What is open, in the order of the people: several where a plan has ended or the year is over."""
    rows = await cast.admin.all("/v1/evaluations", **_until(end))
    wanted = [each for each in rows if each["status"] in ("OPEN", "REPORTED", "RATED")]
    order = {person.nip: number for number, person in enumerate(cast.people)}
    wanted.sort(key=lambda each: (order[each["employee_nip"]], each["kind"], each["period_start"]))
    return [(cast.person(each["employee_nip"]), each) for each in wanted]


async def talk(cast: Cast, span: str) -> None:
    """Feedback of the quarter: every superior to some of his people, and colleagues to each other."""
    for person in cast.people:
        team = cast.team(person.superior) if person.superior else []
        colleague = team[(team.index(person) + 1) % len(team)] if len(team) > 1 else None
        if person.superior and chance(person.nip, span, "told") < 0.5:
            await _say(
                cast,
                person.superior,
                person,
                "POSITIVE" if chance(person.nip, span, "+") < 0.7 else "CONSTRUCTIVE",
            )
        if colleague is not None and chance(person.nip, span, "asked") < 0.2:
            await _say(cast, person.nip, colleague, "POSITIVE")


async def _say(cast: Cast, giver: str, about: Person, polarity: str) -> None:
    text = (
        "Laporan rapi dan tepat waktu." if polarity == "POSITIVE" else "Data pendukung perlu lebih lengkap."
    )
    given = {
        "id": cast.stage.names.new(),
        "employee_id": cast[about.nip].id,
        "core_value": "ACCOUNTABLE",
        "polarity": polarity,
        "text": text,
    }
    await cast[giver].post("/v1/feedback", given)


async def _report(cast: Cast, person: Person, summary: dict[str, Any]) -> None:
    caller, path = cast[person.nip], f"/v1/evaluations/{summary['id']}"
    form = await caller.get(path)
    report = {
        "results": [
            {
                "work_result_id": each["work_result_id"],
                "realisation": f"{each['work']['activities']} kegiatan, {each['work']['verified_minutes']} menit",
                "self_rating": "MEETS",
            }
            for each in form["results"]
        ],
        "indicators": [
            {"indicator_id": indicator["indicator_id"], "value": (indicator["progress"] or {}).get("value")}
            for each in form["results"]
            for indicator in each["indicators"]
        ],
        "values": [{"core_value": value, "self_rating": "MEETS"} for value in VALUES],
        "work_result": "MEETS",
        "behaviour": "MEETS",
    }
    drafted = await caller.put(f"{path}/report", report, form["version"])
    await caller.post(f"{path}/submission", None, drafted["version"])


async def _rate(cast: Cast, person: Person, summary: dict[str, Any], span: str, *, harsh: bool) -> None:
    path = f"/v1/evaluations/{summary['id']}"
    work = "BELOW" if harsh else "MEETS" if person.role == HEAD else deserved(person, span, "work")
    behaviour = deserved(person, span, "behaviour")
    form = await cast.admin.get(path)
    # Not always the superior of today: who led the person when an ended plan was over rates it.
    evaluator = form["present_evaluator"]["nip"]
    note = {"comment": "Beberapa kali tidak sesuai.", "evidence": EVIDENCE} if behaviour == "BELOW" else {}
    rating = {
        "results": [{"work_result_id": each["work_result_id"], "rating": work} for each in form["results"]],
        "values": [{"core_value": value, "rating": behaviour, **note} for value in VALUES],
        "work_result": work,
        "behaviour": behaviour,
    }
    if evaluator is None:
        paper = letter(2, cast.stage.clock.today)
        await cast.admin.post(f"{path}/recorded-rating", rating | paper, form["version"])
    else:
        await cast[evaluator].put(f"{path}/rating", rating, form["version"])


async def _object(cast: Cast, person: Person, summary: dict[str, Any]) -> None:
    """The evaluator explains himself, and his own superior changes the rating."""
    path = f"/v1/evaluations/{summary['id']}/objection"
    given = {
        "id": cast.stage.names.new(),
        "grounds": "Semua laporan selesai sebelum batas waktunya.",
        "contested": [{"item": "ALL_WORK_RESULTS"}],
    }
    objected = await cast[person.nip].post(path, given, summary["version"])
    evaluator = cast.superior(person)
    statement = {"statement": "Dua laporan triwulan ini terlambat disampaikan."}
    stated = await evaluator.put(f"{path}/statement", statement, objected["version"])
    above = cast.superior(cast.person(person.superior or ""))
    decision = {
        "decision": "CHANGED",
        "reason": "Bukti menunjukkan laporan tepat waktu.",
        "work_result": "MEETS",
    }
    await above.post(f"{path}/decision", decision, stated["version"])
