"""What a newcomer should see of a year at a glance."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

PREDICATES = ("VERY_GOOD", "GOOD", "NEEDS_IMPROVEMENT", "POOR", "VERY_POOR")


def summary(result: dict[str, Any]) -> Iterator[str]:
    people, story = result["people"].values(), result["story"]
    evaluations = [each for person in people for each in person["evaluations"]]
    cells = {(each["work_result"], each["behaviour"]) for each in evaluations if each["kind"] == "PERIODIC"}
    minutes = sum(person["contribution"]["effort"]["minutes"] for person in people)
    yield (
        f"{len(people)} people, {sum(len(person['plans']) for person in people)} plans, "
        f"{minutes // 60} verified hours, {len(evaluations)} evaluations, all final"
    )
    yield ""
    yield f"{'predicates':<14}" + "".join(f"{each:>19}" for each in PREDICATES) + "   agency (findings)"
    for period, found in result["agency"]["distributions"].items():
        counts = {each["predicate"]: each["count"] for each in found["shares"]}
        yield (
            f"{period:<14}"
            + "".join(f"{counts[each]:>19}" for each in PREDICATES)
            + f"   {found['agency']['predicate']} ({len(found['findings'])})"
        )
    yield ""
    without = sum(each["self_report_missing"] for each in evaluations)
    departed = sum(each["departure_reason"] is not None for each in evaluations)
    yield f"ratings: {len(cells)} of the nine cells, {without} without a report, {departed} beside the suggestion"
    moved, away = story["transfer"], story["away"]
    yield f"transfer on {moved['day']}: {moved['name']}, {moved['from']} → {moved['to']}"
    segments = result["people"][moved["nip"]]["year"]["segments"]
    for each in segments:
        yield f"  {each['first']} – {each['last']}: {each['predicate']}{', counts' if each['counts'] else ''}"
    yield f"deputy: {away['deputy']} rated in the place of {away['head']}"
    for each in story["objections"]:
        yield (
            f"objection of {each['name']} ({each['period']}): {each['decision']} by {each['decided_by']}, "
            f"{each['before']} → {each['after']}"
        )
    scores = Counter(each["category"] for each in result["assessments"].values())
    yield "360° round: " + ", ".join(f"{count} {category}" for category, count in sorted(scores.items()))
    yield f"justified: {result['agency']['distributions']['YEARLY 1']['agency']['justification']}"
