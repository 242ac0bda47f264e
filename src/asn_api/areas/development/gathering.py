"""All needs of many people at once, from every source, merged and weighed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies.names import names
from asn_api.areas.development import fact_queries
from asn_api.areas.policies.current import applicable, policy_on
from asn_api.errors import Problem
from asn_api.rules.competencies import months_later
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.courses import CourseMode
from asn_api.rules.development import LearningForm
from asn_api.rules.development_policy import DevelopmentPolicy
from asn_api.rules.needs import Cause, Merged, Need, NeedSource, merged
from asn_api.rules.ratings import Expectation


@dataclass(frozen=True)
class Numbers:
    """The policy of the day with its id, so that a plan can say which it was."""

    policy_id: UUID
    policy: DevelopmentPolicy


@dataclass(frozen=True)
class Priced:
    """A merged need with the way to meet it."""

    need: Merged
    form: LearningForm
    course_id: UUID | None
    cost: int


async def numbers_on(access: Access, db: AsyncSession, day: date) -> Numbers:
    row = await db.scalar(applicable(access.region_id, DevelopmentPolicy.area, day))
    if row is None:
        raise Problem("POLICY_NOT_YET", area=DevelopmentPolicy.area, day=day.isoformat())
    return Numbers(row.id, DevelopmentPolicy.from_mapping(row.content))


async def gathered(
    access: Access, db: AsyncSession, people: CTE, year: int, numbers: Numbers
) -> list[Priced]:
    """What these people should learn in the year as of today, the most urgent first."""
    day, policy = access.today, numbers.policy
    levels = await policy_on(db, access.region_id, CompetencyPolicy, day)
    found = [
        *[_gap(row, policy) for row in await db.execute(fact_queries.gaps(access, people, levels, day))],
        *await _judged(access, db, people, policy),
        *[_note(row, policy) for row in await db.execute(fact_queries.notes(access, people))],
        *[_said(row, policy) for row in await db.execute(fact_queries.said(access, people, year))],
    ]
    codes = {need.competency_code for need in found if need.competency_code is not None}
    called = await names(access, db, codes, "id")
    named = [
        need
        if need.competency_code is None
        else Need(need.employee_id, need.competency_code, called[need.competency_code], need.form, need.cause)
        for need in found
    ]
    together = merged(named, policy.high_from, policy.medium_from)
    offered = (await db.execute(fact_queries.offers(access, codes))).all() if codes else []
    held = {
        (row.employee_id, row.code): row.held
        for row in await db.execute(fact_queries.levels(access, people, levels, day))
    }
    return list(_priced(together, _by_code(offered), held, policy))


def _gap(row: Any, policy: DevelopmentPolicy) -> Need:
    points = row.urgency * policy.gap_points
    steps = (
        f"({row.required} − {row.held}) × {row.criticality} = {row.urgency} × {policy.gap_points} = {points}"
    )
    return Need(row.employee_id, row.code, row.code, None, Cause(NeedSource.GAP, None, None, points, steps))


async def _judged(access: Access, db: AsyncSession, people: CTE, policy: DevelopmentPolicy) -> list[Need]:
    """What evaluations find below expectations, where their predicate counts."""
    since = months_later(access.today, -policy.evaluation_months)
    found = []
    for row in await db.execute(fact_queries.evaluations(access, people, since, access.today)):
        points = policy.evaluation_points[row.predicate]
        if points == 0:
            continue
        for part, code in (
            (row.work_result, policy.work_result_competency),
            (row.behaviour, policy.behaviour_competency),
        ):
            if part is Expectation.BELOW:
                cause = Cause(
                    NeedSource.EVALUATION, row.id, row.version, points, f"{row.predicate} = {points}"
                )
                found.append(Need(row.employee_id, code.value, code.value, None, cause))
    return found


def _note(row: Any, policy: DevelopmentPolicy) -> Need:
    points = policy.said_points[NeedSource.NOTE][row.priority]
    cause = Cause(NeedSource.NOTE, row.id, row.version, points, f"{row.priority} = {points}")
    return Need(row.employee_id, row.competency_code, row.subject, row.form, cause)


def _said(row: Any, policy: DevelopmentPolicy) -> Need:
    points = policy.said_points[row.source][row.urgency]
    cause = Cause(row.source, row.id, row.version, points, f"{row.urgency} = {points}")
    return Need(row.employee_id, row.competency_code, row.subject, row.form, cause)


def _by_code(offers: Sequence[Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for offer in offers:
        found.setdefault(offer.competency_code, []).append(offer)
    return found


def _priced(
    needs: Sequence[Merged],
    offers: Mapping[str, list[Any]],
    held: Mapping[tuple[UUID, str], int],
    policy: DevelopmentPolicy,
) -> Iterator[Priced]:
    """The cheapest course that leads above the level held, in the form that was wished for if there is one."""
    for need in needs:
        level = held.get((need.employee_id, need.topic), 0)
        fitting = [
            offer
            for offer in offers.get(need.topic, ())
            if offer.level > level and need.form in (None, form_of(offer.mode))
        ]
        if fitting:
            yield Priced(need, form_of(fitting[0].mode), fitting[0].id, fitting[0].cost)
        else:
            form = need.form or policy.usual_form
            yield Priced(need, form, None, policy.cost_estimates[form])


def form_of(mode: CourseMode) -> LearningForm:
    """How a course is learned; where people meet, also in part, is classical."""
    distant = mode in (CourseMode.ONLINE, CourseMode.SELF_PACED)
    return LearningForm.E_LEARNING if distant else LearningForm.CLASSICAL
