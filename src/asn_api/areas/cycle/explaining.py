"""Why the figures of the summary are what they are: inputs with their versions, rule and article, steps."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.cycle import queries, summary
from asn_api.areas.cycle.evaluators import MOST_INPUTS, policy_input
from asn_api.areas.cycle.schemas import CycleExplanationOut
from asn_api.areas.cycle.spans import Asked
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut


async def explained(db: AsyncSession, access: Access, asked: Asked) -> CycleExplanationOut:
    """Of everything that the question is about; people get the single records too, third parties only sums."""
    found = await summary.read(db, access, asked)
    shown = found.total.shown()
    planning, evaluating = asked.planning.row_on(asked.until), asked.evaluating.row_on(asked.until)
    plan_policy = policy_input(asked.planning.area, planning)
    evaluation_policy = policy_input(asked.evaluating.area, evaluating)
    records = await _records(db, access, asked)
    plans, evaluations, ratings, owed = (shown[name] for name in ("plans", "evaluations", "ratings", "owed"))
    whose = "own team" if not asked.scope.of_units else "units within reach and below the one asked for"
    return CycleExplanationOut(
        plans=ExplanationOut(
            value=plans,
            inputs=[plan_policy],
            rule="people with a definitive post in the period, each once by the last one; by the plan of the last day",
            article="PermenPANRB 6/2022 art. 5 (planning); dates of the plan: policy plans",
            steps=[
                f"{asked.span.first} – {asked.until}, {whose}: {plans['people']} people, {plans['came']} came, "
                f"{plans['moved']} moved, {plans['left']} left",
                "exempt by legal standing as of today "
                f"({', '.join(planning[2].standings_without_plan)}): {plans['exempt']}",
                f"expected = people - exempt = {plans['expected']}",
                f"expected = none {plans['none']} + drafted {plans['drafted']} + submitted {plans['submitted']} "
                f"+ agreed {plans['agreed']}",
                f"due on {planning[2].due_day_of_january} January or {planning[2].due_days_in_new_post} days after "
                f"the post was taken up, whichever is later; before {access.today}: {plans['overdue']}",
            ],
        ),
        evaluations=ExplanationOut(
            value=evaluations,
            inputs=records,
            rule="agreed plans that touch the period; each has an evaluation of the period, whoever moved has two",
            article="PermenPANRB 6/2022 art. 5 (evaluation); PP 30/2019 art. 59 (objection)",
            steps=[
                " + ".join(f"{name} {evaluations[name]}" for name in _STATES)
                + f" = expected {evaluations['expected']}",
                f"with feedback that counts, given {asked.span.first} – {asked.until}: {evaluations['with_feedback']}",
                f"inputs: the first {MOST_INPUTS} at most",
            ],
        ),
        ratings=ExplanationOut(
            value=ratings,
            inputs=records,
            rule="predicate of the two ratings by the nine cells; final once nobody can change it",
            article="PermenPANRB 6/2022",
            steps=[
                *(
                    f"{each['work_result']} × {each['behaviour']} = {each['predicate']}: {each['final']} final, "
                    f"{each['provisional']} provisional"
                    for each in ratings["cells"]
                ),
                f"rated {ratings['rated']}, unrated {ratings['unrated']}; who is unrated counts nowhere",
            ],
        ),
        owed=ExplanationOut(
            value=owed,
            inputs=[evaluation_policy],
            rule="due = working days of the unit's calendar after the report or the last day for it, with outages",
            article="the days are the region's policy",
            steps=[
                f"report {evaluating[2].report_working_days} working days after the last day judged",
                f"rating {min(evaluating[2].rating_working_days, default='no')} working days after that",
                f"waiting {owed['waiting']}, of them due before {access.today}: {owed['late']}",
            ],
        ),
    )


_STATES = ("running", "not_begun", "reported", "rated", "acknowledged", "objected", "final")


async def _records(db: AsyncSession, access: Access, asked: Asked) -> list[dict[str, Any]]:
    if access.actor.client_id is not None:
        return []
    rows = await db.execute(queries.evaluation_records(access, asked, MOST_INPUTS))
    return [{"entity": "evaluation", **row} for row in rows.mappings()]
