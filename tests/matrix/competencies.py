"""Samples of competencies: what the region shares, and what is known of people."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import EvidenceSource
from asn_api.tables.competencies import Competency, CompetencyEvidence, CompetencyStandard
from tests.factories import City
from tests.matrix import Build, Sample, add

_days = count()
_codes = count(1)


async def technical(city: City) -> str:
    code = f"TEKNIS_{next(_codes)}"
    await add(
        city, Competency(region_id=city.region.id, id=uuid7(), code=code, name=f"Teknis {code}", version=1)
    )
    return code


async def standard(city: City, person: str = "staff") -> UUID:
    """Of a day of its own long ago, so that standards leave each other place."""
    first = date(1990, 1, 1) + timedelta(days=next(_days))
    row = CompetencyStandard(
        region_id=city.region.id,
        id=uuid7(),
        position_id=city.posts[person].position_id,
        competency_code="INTEGRITY",
        level=3,
        criticality=2,
        valid=Range(first, first + timedelta(days=1)),
    )
    await add(city, row)
    return row.id


async def seen(
    city: City,
    person: str = "staff",
    source: EvidenceSource = EvidenceSource.ASSESSMENT_CENTRE,
    **changes: Any,
) -> UUID:
    by_superior = source is EvidenceSource.SUPERIOR
    usual: dict[str, Any] = {
        "competency_code": "INTEGRITY",
        "level": 3,
        "assessed_on": date(2001, 1, 1) + timedelta(days=next(_days)),
        "assessor_id": city.id("supervisor") if by_superior else None,
        "assessor": None if by_superior else "Pusat Penilaian",
        "created_at": city.now,
    }
    row = CompetencyEvidence(
        region_id=city.region.id, id=uuid7(), employee_id=city.id(person), source=source, **usual | changes
    )
    await add(city, row)
    return row.id


def everybody(**given: Any) -> Build:
    """What whoever may read has in common."""
    return lambda city: Sample(about="caller", **given)


async def changed_competency(city: City) -> Sample:
    return Sample({"code": await technical(city)}, body={"name": "Nama lain"}, about="region")


def new_standard(city: City) -> Sample:
    body = {
        "position_id": str(city.posts["staff"].position_id),
        "competency_code": "COMMUNICATION",
        "level": 2,
        "valid_from": "2026-01-01",
    }
    return Sample(body=body, about="ward")


async def one_standard(city: City) -> Sample:
    refused = {"foreign_admin": (404, "of another region")}
    return Sample({"id": await standard(city)}, about="caller", refused=refused)


async def changed_standard(city: City) -> Sample:
    return Sample({"id": await standard(city)}, body={"decree_number": "K/1"}, about="ward")


async def listed_evidence(city: City) -> Sample:
    people = ("staff", "other_staff", "supervisor")
    return Sample(rows={await seen(city, person): person for person in people})


def result(city: City) -> dict[str, Any]:
    return {
        "employee_id": str(city.id("staff")),
        "competency_code": "DECISION_MAKING",
        "level": 3,
        "source": "ASSESSMENT_CENTRE",
        "assessor": "Pusat Penilaian",
        "assessed_on": "2026-05-01",
    }


async def one_piece(city: City) -> Sample:
    return Sample({"id": await seen(city)})


async def withdrawn_piece(city: City) -> Sample:
    return Sample({"id": await seen(city)}, body={"reason": "Keliru orang"})


async def withdrawn_assessment(city: City) -> Sample:
    refused = {"staff": (409, "what the superior said is the superior's to take back")}
    id = await seen(city, source=EvidenceSource.SUPERIOR)
    return Sample({"id": id}, body={"reason": "Keliru orang"}, refused=refused)


def assessment(city: City) -> Sample:
    items = [{"competency_code": "INTEGRITY", "level": 2}]
    return Sample(body={"employee_id": str(city.id("staff")), "items": items})


def of_staff(city: City) -> Sample:
    return Sample({"employee_id": city.id("staff")})


def gaps(city: City) -> Sample:
    """Whoever is in a definitive position with a known level has rows."""
    return Sample(rows={city.id(person): person for person in ("staff", "colleague", "other_staff")})


SAMPLES: dict[str, Build] = {
    "list_competency_gaps": gaps,
    "list_competencies": everybody(),
    "define_competency": everybody(body={"code": "TEKNIS_BARU", "name": "Teknis baru"}),
    "get_competency": everybody(path={"code": "INTEGRITY"}),
    "change_competency": changed_competency,
    "list_competency_standards": everybody(),
    "set_competency_standard": new_standard,
    "get_competency_standard": one_standard,
    "change_competency_standard": changed_standard,
    "list_competency_evidence": listed_evidence,
    "enter_competency_evidence": lambda city: Sample(body=result(city)),
    "enter_competency_evidence_in_bulk": lambda city: Sample(
        body={"items": [result(city)]}, batch=("NOT_FOUND",)
    ),
    "get_competency_evidence": one_piece,
    "withdraw_competency_evidence": withdrawn_piece,
    "assess_competencies": assessment,
    "withdraw_competency_assessment": withdrawn_assessment,
    "get_competency_profile": of_staff,
    "explain_competency_profile": of_staff,
    "get_competency_map": lambda city: Sample({"unit_id": city.units["ward"].id}, about="ward"),
}
