"""Two people contest their ratings: the superior of the evaluator changes one and upholds the other."""

from typing import Any

from examples.demo_year.agency import Person
from examples.demo_year.cast import Cast
from examples.demo_year.deserving import MEETS


async def object_to(
    cast: Cast, person: Person, form: dict[str, Any], evaluator: str, *, rightly: bool
) -> dict[str, Any]:
    """The employee objects, the evaluator explains himself, his own superior decides for good."""
    path = f"/v1/evaluations/{form['id']}/objection"
    grounds = "Semua laporan selesai sebelum batas waktunya." if rightly else "Nilai ini terasa kurang adil."
    given = {
        "id": cast.stage.names.new(),
        "grounds": grounds,
        "contested": [{"item": "ALL_WORK_RESULTS"}],
    }
    objected = await cast[person.nip].post(path, given, form["version"])
    statement = {"statement": "Dua laporan triwulan ini terlambat disampaikan."}
    stated = await cast[evaluator].put(f"{path}/statement", statement, objected["version"])
    above = cast.superior(cast.person(evaluator))
    decision: dict[str, Any] = {"decision": "UPHELD", "reason": "Penilaian sesuai dengan bukti yang ada."}
    if rightly:
        decision = {
            "decision": "CHANGED",
            "reason": "Bukti menunjukkan laporan tepat waktu.",
            "work_result": MEETS,
            "results": [
                {"work_result_id": each["work_result_id"], "rating": MEETS} for each in form["results"]
            ],
        }
    decided: dict[str, Any] = await above.post(f"{path}/decision", decision, stated["version"])
    changed = decided["predicate"] != form["predicate"]
    assert changed == rightly, (form["predicate"], decided["predicate"])
    cast.story["objections"].append(
        {
            "nip": person.nip,
            "name": person.name,
            "period": f"{form['period_start']}/{form['period_end']}",
            "decision": decided["objection"]["decision"],
            "decided_by": decided["objection"]["decider"]["name"],
            "before": form["predicate"],
            "after": decided["predicate"],
        }
    )
    return decided
