"""Samples of credit points: by person, entered by the admin."""

from datetime import date
from decimal import Decimal
from itertools import count
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.credits import CreditKind, CreditLevel
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.people import Employment, Sex
from asn_api.tables.credits import Credit, FunctionalTerm
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Position
from tests.factories import City
from tests.matrix import Build, Sample, add

_years = count(1960)
_numbers = count(1)


async def term(city: City, person: str) -> UUID:
    """In a year of its own, so that levels do not overlap."""
    year = next(_years)
    row = FunctionalTerm(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        level=CreditLevel.MAHIR,
        valid=Range(date(year, 1, 1), date(year + 1, 1, 1)),
        decree_number="821/1",
        decree_date=date(year, 1, 1),
    )
    await add(city, row)
    return row.id


async def points(city: City, person: str) -> UUID:
    """Of somebody new in this person's unit for each sample: first points exist once."""
    number = next(_numbers)
    row = Credit(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        kind=CreditKind.FIRST if number % 2 else CreditKind.INTEGRATION,
        level=CreditLevel.MAHIR,
        year=2024,
        effective_on=date(2024, 1, 1),
        amount=Decimal("10"),
        printed=Decimal("10"),
        provisional=False,
        decree_number="PAK/1",
        decree_date=date(2024, 1, 1),
    )
    await add(city, row)
    return row.id


async def newcomer(city: City) -> UUID:
    """Somebody in a functional position of `staff`'s unit without a level."""
    person = Employee(
        region_id=city.region.id,
        id=uuid7(),
        nip=f"19900101201001{next(_numbers):04d}",
        name="Perawat Baru",
        sort_name="perawat baru",
        birth_date=date(1990, 1, 1),
        sex=Sex.FEMALE,
        employment=Employment.PNS,
        legal_standing_code="01",
        active=True,
        raw={},
    )
    position = Position(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units["ward"].id,
        kind=PositionKind.FUNCTIONAL,
        title=f"Perawat {next(_numbers)} Terampil",
    )
    await add(city, person)
    await add(city, position)
    post = Appointment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=person.id,
        position_id=position.id,
        unit_id=position.unit_id,
        is_head=False,
        kind=AppointmentKind.DEFINITIVE,
        valid=Range(date(2020, 1, 1), None),
    )
    await add(city, post)
    return person.id


async def listed_terms(city: City) -> Sample:
    people = ("staff", "other_staff", "supervisor")
    return Sample(rows={await term(city, person): person for person in people})


async def listed_points(city: City) -> Sample:
    people = ("chief", "other_head", "colleague")
    return Sample(rows={await points(city, person): person for person in people})


async def unknown(city: City) -> Sample:
    return Sample(rows={await newcomer(city): "ward"})


async def removed_term(city: City) -> Sample:
    return Sample({"term_id": await term(city, "staff")})


async def removed_points(city: City) -> Sample:
    return Sample({"credit_id": await points(city, "staff")})


def new_term(city: City) -> Sample:
    body = {
        "employee_id": str(city.id("staff")),
        "level": "MAHIR",
        "valid_from": "2025-01-01",
        "decree_number": "821/2",
        "decree_date": "2025-01-01",
    }
    return Sample(body=body)


def new_points(city: City) -> Sample:
    body = {
        "employee_id": str(city.id("supervisor")),
        "kind": "FIRST",
        "level": "MAHIR",
        "amount": "10",
        "effective_on": "2025-01-01",
        "decree_number": "PAK/2",
        "decree_date": "2025-01-01",
    }
    return Sample(body=body, about="supervisor")


def of_staff(city: City) -> Sample:
    return Sample({"employee_id": city.id("staff")})


def periodic(city: City) -> Sample:
    body = {"first_month": "2026-01", "last_month": "2026-03"}
    return Sample({"employee_id": city.id("staff")}, body=body, succeeds=False)


SAMPLES: dict[str, Build] = {
    "list_functional_levels": listed_terms,
    "list_unknown_functional_levels": unknown,
    "enter_functional_level": new_term,
    "remove_functional_level": removed_term,
    "list_credits": listed_points,
    "enter_credits": new_points,
    "remove_credits": removed_points,
    "recompute_credits": lambda city: Sample(body={"year": 2025}, about="caller"),
    "get_credit_account": of_staff,
    "explain_credit_account": of_staff,
    "convert_credits_periodically": periodic,
    "get_promotion_readiness": of_staff,
}
