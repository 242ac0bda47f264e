"""One person's competencies on a day: what is held, what the definitive post asks for, the gap, the job fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission, Reach
from asn_api.access.monitoring import by
from asn_api.areas.competencies import level_queries, queries
from asn_api.areas.competencies.names import names
from asn_api.areas.competencies.schemas import (
    CompetencyExplanationOut,
    CompetencyProfileOut,
    CompetencyStepsOut,
    FitOut,
    HeldCompetencyOut,
    ProfilePositionOut,
    UsedEvidenceOut,
)
from asn_api.areas.performance.schemas import PersonOut
from asn_api.areas.policies.current import applicable
from asn_api.errors import Language, Problem
from asn_api.rules.competencies import (
    Evidence,
    Fit,
    Held,
    NoStandard,
    fit,
    gap,
    gap_status,
    group_of,
    held,
    urgency,
    uses,
)
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.tables.competencies import CompetencyEvidence

ARTICLE = "PermenPANRB 38/2017"


@dataclass(frozen=True)
class Standing:
    """What is known of somebody's competencies on a day."""

    employee: PersonOut
    day: date
    policy_id: UUID
    policy: CompetencyPolicy
    post: Any
    asked: Mapping[str, Any]
    evidence: Mapping[str, Sequence[CompetencyEvidence]]
    levels: Mapping[str, Held]

    @property
    def no_standard(self) -> NoStandard | None:
        if self.post is None:
            return NoStandard.NO_POSITION
        return NoStandard.TIER_UNKNOWN if self.post["tier"] is None else None

    @property
    def codes(self) -> list[str]:
        """What is asked for or held, the national ones first."""
        every = self.asked.keys() | self.levels.keys()
        return sorted(every, key=lambda code: (list(type(group_of(code))).index(group_of(code)), code))

    @property
    def of_fit(self) -> list[str]:
        """What counts for the job fit: asked for, of the groups of the scheme."""
        return [
            code for code in self.codes if code in self.asked and group_of(code) in self.policy.fit_groups
        ]

    @property
    def fit(self) -> Fit | None:
        pairs = [
            (self.levels[code].level, self.asked[code]["required"])
            for code in self.of_fit
            if code in self.levels
        ]
        if len(pairs) < len(self.of_fit):
            return None
        return fit(pairs, self.policy.fit_thresholds, capped=self.policy.fit_capped)


async def person_within(access: Access, db: AsyncSession, employee_id: UUID) -> PersonOut:
    """Somebody within reach today."""
    person = (await db.execute(queries.person(access, employee_id))).mappings().one_or_none()
    if person is None:
        raise Problem("NOT_FOUND")
    return PersonOut.model_validate(dict(person))


async def standing(access: Access, db: AsyncSession, employee_id: UUID, day: date) -> Standing:
    person = await person_within(access, db, employee_id)
    row = await db.scalar(applicable(access.region_id, CompetencyPolicy.area, day))
    if row is None:
        raise Problem("POLICY_NOT_YET", area=CompetencyPolicy.area, day=day.isoformat())
    policy = CompetencyPolicy.from_mapping(row.content)
    people = level_queries.of_person(access, day, employee_id)
    post = (await db.execute(select(people))).mappings().one_or_none()
    asked = level_queries.required(access, people, policy, day)
    found = {each["code"]: each for each in (await db.execute(select(asked))).mappings()} if post else {}
    evidence: dict[str, list[CompetencyEvidence]] = {}
    for each in await db.scalars(queries.evidence_of(access, employee_id)):
        evidence.setdefault(each.competency_code, []).append(each)
    levels = {
        code: level
        for code, rows in evidence.items()
        if (level := held(map(_plain, rows), day, policy.weighing)) is not None
    }
    return Standing(person, day, row.id, policy, post, found, evidence, levels)


def _plain(row: CompetencyEvidence) -> Evidence:
    return Evidence(
        row.id, row.level, row.source, row.assessed_on, row.valid_until, row.withdrawn_at is not None
    )


async def shown(
    access: Access, db: AsyncSession, employee_id: UUID, day: date, language: Language
) -> CompetencyProfileOut:
    found = await standing(access, db, employee_id, day)
    called = await names(access, db, found.codes, language)
    post = found.post
    return CompetencyProfileOut(
        employee=found.employee,
        as_of=day,
        position=None
        if post is None
        else ProfilePositionOut(
            id=post["position_id"],
            title=post["position_title"],
            unit_id=post["unit_id"],
            unit_name=post["unit_name"],
            tier=post["tier"],
        ),
        no_standard=found.no_standard,
        competencies=[_line(found, code, called[code]) for code in found.codes],
        fit=_fit(found),
        assessment_refused=await _assessment_refusal(access, db, employee_id),
    )


async def _assessment_refusal(access: Access, db: AsyncSession, employee_id: UUID) -> str | None:
    assessor = by(access, Permission.COMPETENCIES_ASSESS)
    if employee_id == access.employee_id and assessor.reaches(Reach.OWN):
        return None
    within = assessor.scopes and (await db.execute(queries.person(assessor, employee_id))).one_or_none()
    return None if within else "COMPETENCY_EVIDENCE_NOT_YOURS"


def _line(found: Standing, code: str, name: str) -> HeldCompetencyOut:
    asked, level = found.asked.get(code), found.levels.get(code)
    has = level.level if level else None
    return HeldCompetencyOut(
        competency_code=code,
        name=name,
        group=group_of(code),
        required=asked["required"] if asked else None,
        criticality=asked["criticality"] if asked else None,
        origin=asked["origin"] if asked else None,
        held=has,
        source=level.decided_by.source if level else None,
        assessed_on=level.decided_by.assessed_on if level else None,
        valid_until=level.decided_by.valid_until if level else None,
        raised=bool(level and level.raised_by),
        gap=gap(has, asked["required"]) if asked else None,
        status=gap_status(has, asked["required"]) if asked else None,
        urgency=urgency(has, asked["required"], asked["criticality"]) if asked else 0,
    )


def _fit(found: Standing) -> FitOut:
    result = found.fit
    return FitOut(
        percentage=result.percentage if result else None,
        category=result.category if result else None,
        held=result.held if result else None,
        required=sum(found.asked[code]["required"] for code in found.of_fit),
        capped=found.policy.fit_capped,
        missing=[code for code in found.of_fit if code not in found.levels],
    )


async def explained(
    access: Access, db: AsyncSession, employee_id: UUID, day: date
) -> CompetencyExplanationOut:
    found = await standing(access, db, employee_id, day)
    every = [*found.codes, *sorted(found.evidence.keys() - set(found.codes))]
    standards = [each["standard_id"] for each in found.asked.values() if each["standard_id"] is not None]
    rows = (await db.execute(queries.standard_versions(access, standards))).all()
    versions = {row.id: row.version for row in rows}
    return CompetencyExplanationOut(
        employee_id=employee_id,
        as_of=day,
        policy_id=found.policy_id,
        source_order=list(found.policy.source_order),
        raising_sources=list(found.policy.raising_sources),
        raise_limit=found.policy.raise_limit,
        competencies=[_steps(found, code, versions) for code in every],
        fit=_fit_steps(found),
        article=ARTICLE,
    )


def _steps(found: Standing, code: str, versions: Mapping[UUID, int]) -> CompetencyStepsOut:
    asked, level = found.asked.get(code), found.levels.get(code)
    rows = {row.id: row for row in found.evidence.get(code, ())}
    used = uses(map(_plain, rows.values()), found.day, found.policy.weighing)
    standard_id = asked["standard_id"] if asked else None
    return CompetencyStepsOut(
        competency_code=code,
        held=level.level if level else None,
        required=asked["required"] if asked else None,
        standard_id=standard_id,
        standard_version=versions.get(standard_id) if standard_id else None,
        evidence=[
            UsedEvidenceOut(
                evidence_id=each.id,
                version=rows[each.id].version,
                level=each.level,
                source=each.source,
                assessed_on=each.assessed_on,
                valid_until=each.valid_until,
                use=use,
            )
            for each, use in used
        ],
        steps=_words(asked, level, found.policy.raise_limit),
    )


def _words(asked: Any, level: Held | None, limit: int) -> list[str]:
    steps = []
    if level is None:
        steps.append("held: -")
    else:
        steps.append(f"{level.decided_by.source} {level.decided_by.assessed_on}: {level.decided_by.level}")
        if level.raised_by is not None:
            steps.append(
                f"{level.raised_by.source} {level.raised_by.assessed_on}: "
                f"min({level.raised_by.level}, {level.decided_by.level} + {limit}) = {level.level}"
            )
    if asked is not None:
        steps.append(f"{asked['origin']}: {asked['required']} × {asked['criticality']}")
        if level is not None:
            steps.append(
                f"{level.level} − {asked['required']} = {gap(level.level, asked['required'])} → "
                f"{gap_status(level.level, asked['required'])}, "
                f"{urgency(level.level, asked['required'], asked['criticality'])}"
            )
    return steps


def _fit_steps(found: Standing) -> list[str]:
    result = found.fit
    if result is None:
        missing = [code for code in found.of_fit if code not in found.levels]
        return [f"unknown: {', '.join(missing) or '-'}"]
    capped = " (min(held, required))" if found.policy.fit_capped else ""
    bars = ", ".join(f"{step} ≥ {least}" for step, least in found.policy.fit_thresholds.items())
    return [
        f"Σ held{capped} / Σ required × 100 = {result.held} / {result.required} × 100 = {result.percentage}",
        f"{bars} → {result.category}",
    ]
