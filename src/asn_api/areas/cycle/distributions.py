"""Agencies side by side: their people's predicates against what each achieved."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.cycle import queries
from asn_api.areas.cycle.evaluators import policy_input
from asn_api.areas.cycle.spans import Asked
from asn_api.areas.evaluations.organisation import judged, limits_of, shape
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.ratings import Predicate

Row = Mapping[Any, Any]


def row(asked: Asked) -> Callable[[Row], dict[str, Any]]:
    limits = limits_of(asked.evaluating.on(asked.span.last))

    def made(found: Row) -> dict[str, Any]:
        agency = {"id": found["agency_id"], "name": found["agency_name"]}
        achieved = None
        if found["id"] is not None:
            achieved = shape({**found, "unit_id": agency["id"], "unit_name": agency["name"]})
        counted = {each: found[each.value] for each in Predicate if found[each.value]}
        return {
            "agency": agency,
            **judged(achieved, counted, limits),
            **{name: found[name] for name in ("unrated", "final")},
        }

    return made


def columns(asked: Asked) -> list[Column]:
    made = row(asked)

    def of(predicate: Predicate, id: str, en: str) -> Column:
        return Column(id, en, lambda each: each[predicate.value])

    return [
        Column("Perangkat daerah", "Agency", lambda each: each["agency_name"]),
        of(Predicate.VERY_GOOD, "Sangat Baik", "Very good"),
        of(Predicate.GOOD, "Baik", "Good"),
        of(Predicate.NEEDS_IMPROVEMENT, "Butuh Perbaikan", "Needs improvement"),
        of(Predicate.POOR, "Kurang", "Poor"),
        of(Predicate.VERY_POOR, "Sangat Kurang", "Very poor"),
        Column("Belum dinilai", "Unrated", lambda each: each["unrated"]),
        Column("Final", "Final", lambda each: each["final"]),
        Column("Capaian organisasi", "Achievement of the agency", lambda each: each["predicate"]),
        Column("Sesuai pola", "Conforms", lambda each: made(each)["conforms"]),
        Column(
            "Penyimpangan",
            "Departures",
            lambda each: ", ".join(found.fault for found in made(each)["findings"]),
        ),
    ]


async def explained(db: AsyncSession, access: Access, asked: Asked, agency_id: UUID) -> ExplanationOut:
    statement = queries.distributions(access, asked, agency_id)
    found = (await db.execute(statement)).mappings().one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    shown, policy = row(asked)(found), asked.evaluating.row_on(asked.span.last)
    achieved = shown["organisation_rating"]
    rated = {} if achieved is None else {"entity": "organisation_rating"} | achieved.model_dump(mode="json")
    limits = limits_of(policy[2])
    return ExplanationOut(
        value=shown["conforms"],
        inputs=[policy_input(asked.evaluating.area, policy)]
        + [
            {name: rated[name] for name in ("entity", "id", "version", "predicate")}
            for _ in range(bool(rated))
        ],
        rule="pattern of an agency with this achievement; a departure is a warning to be justified, never a block",
        article="SE MenPANRB 3/2023",
        steps=[
            "each person once, by the last segment in the agency that ends within the period",
            *(
                f"{each.predicate}: {each.count} = {each.percent or '-'} % of {shown['rated']}"
                for each in shown["shares"]
            ),
            f"unrated, not counted: {shown['unrated']}",
            f"limits: most {limits.most_limit}, main floor {limits.main_floor}, next floor {limits.next_floor}, "
            f"top {limits.top_limit}",
            f"achievement of the agency: {'-' if achieved is None else achieved.predicate}",
            *(
                f"{each.fault}: {' + '.join(each.predicates)} {each.count}, limit {each.limit or '-'}"
                for each in shown["findings"]
            ),
        ],
    )
