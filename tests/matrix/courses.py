"""Samples of the catalogue: partners of the region, courses that a unit keeps, and what is public."""

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus, PartnerKind
from asn_api.tables.training import Course, Partner, PartnerAgreement
from tests.factories import City
from tests.matrix import Build, Sample, add

_numbers = count(1)
WORDS = {
    "code": "DT-900",
    "title": "Pengolahan Data Layanan",
    "description": "Membersihkan, menggabungkan dan menyajikan data layanan.",
    "kind": "TECHNICAL",
    "mode": "ON_SITE",
    "jp": 20,
    "cost": 0,
}


async def partner(city: City, until: date | None = None, **changes: Any) -> Partner:
    """With an agreement since 2025, `until` a day (not included)."""
    row = Partner(
        region_id=city.region.id,
        id=uuid7(),
        **{"kind": PartnerKind.UNIVERSITY, "name": f"Mitra {next(_numbers)}"} | changes,
    )
    agreement = PartnerAgreement(
        region_id=city.region.id,
        id=uuid7(),
        partner_id=row.id,
        number=f"PKS/{next(_numbers)}",
        valid=Range(date(2025, 1, 1), until),
    )
    await add(city, row)
    await add(city, agreement)
    return row


async def course(city: City, unit: str = "ward", **changes: Any) -> Course:
    number = next(_numbers)
    usual = {
        "code": f"DT-{number}",
        "title": f"Pelatihan {number}",
        "description": "Uraian pelatihan.",
        "form": CourseForm.CLASSICAL,
        "kind": CourseKind.TECHNICAL,
        "mode": CourseMode.ON_SITE,
        "jp": 20,
        "status": CourseStatus.PUBLISHED,
        "published_at": city.now,
    }
    row = Course(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units[unit].id,
        cost=0,
        mandatory_for=[],
        created_at=city.now,
        **usual | changes,
    )
    await add(city, row)
    return row


async def one_partner(city: City) -> Sample:
    return Sample({"id": (await partner(city)).id}, about="region")


async def changed_partner(city: City) -> Sample:
    row = await partner(city)
    return Sample({"id": row.id}, body={"name": row.name, "kind": "COMPANY"}, about="region")


async def listed_partners(city: City) -> Sample:
    return Sample(rows={(await partner(city)).id: "region"})


def one_course(**changes: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await course(city, **changes)).id}, about="ward")

    return build


async def changed_course(city: City) -> Sample:
    body = {**WORDS, "code": f"DT-{next(_numbers)}", "unit_id": str(city.units["ward"].id)}
    return Sample({"id": (await course(city)).id}, body=body, about="ward")


async def listed_courses(city: City) -> Sample:
    return Sample(rows={(await course(city, unit)).id: unit for unit in ("ward", "roads")})


def added_course(city: City) -> Sample:
    body = {**WORDS, "unit_id": str(city.units["ward"].id)}
    return Sample(body=body, about="ward")


def public(city: City) -> Sample:
    return Sample({"region": city.region.code})


async def public_course(city: City) -> Sample:
    return Sample({"region": city.region.code, "id": (await course(city)).id})


SAMPLES: dict[str, Build] = {
    "search_catalogue": public,
    "read_catalogue_course": public_course,
    "list_catalogue_partners": public,
    "list_partners": listed_partners,
    "add_partner": lambda city: Sample(body={"name": "Universitas", "kind": "UNIVERSITY"}, about="caller"),
    "get_partner": one_partner,
    "change_partner": changed_partner,
    "list_courses": listed_courses,
    "add_course": added_course,
    "get_course": one_course(),
    "change_course": changed_course,
    "publish_course": one_course(status=CourseStatus.DRAFT, published_at=None),
    "withdraw_course": one_course(),
}
