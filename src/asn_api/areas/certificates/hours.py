"""The learning hours of a year: of a person, of a unit's people."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import learning_queries as queries
from asn_api.areas.certificates.learning_schemas import (
    HoursCertificateOut,
    HoursOut,
    LearnerOut,
    UnitHoursOut,
)
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.performance.schemas import PersonOut
from asn_api.areas.policies.current import policy_on
from asn_api.errors import Problem
from asn_api.rules.learning_hours import HoursStatus, Learned, exclusion, standing, total_of
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.organization import Unit

TWO_PLACES = Decimal("0.01")


async def of_person(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> HoursOut:
    person = await db.scalar(queries.person(access, employee_id))
    if person is None:
        raise Problem("NOT_FOUND")
    rule = (await policy_of(access, db, year)).yearly_hours[person.employment]
    rows = (await db.scalars(queries.touching(access, employee_id, year))).all()
    found = standing(total_of([_learned(row) for row in rows], year), rule)
    return HoursOut(
        employee=PersonOut.model_validate(person),
        employment=person.employment,
        year=year,
        minimum=rule.minimum,
        maximum=rule.maximum,
        total=found.total,
        counted=found.counted,
        beyond=found.beyond,
        shortfall=found.shortfall,
        status=found.status,
        certificates=[_certificate(row, year) for row in rows],
    )


async def explained(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> ExplanationOut:
    found = await of_person(access, db, employee_id, year)
    counting = [each for each in found.certificates if each.excluded is None]
    steps = [
        f"{each.number}: {each.jp}" if each.excluded is None else f"{each.number}: 0 ({each.excluded})"
        for each in found.certificates
    ]
    steps.append(f"{' + '.join(str(each.jp) for each in counting) or '0'} = {found.total}")
    if found.maximum is not None:
        steps.append(f"min({found.total}, {found.maximum}) = {found.counted}")
    if found.minimum is not None:
        steps.append(f"max({found.minimum} − {found.counted}, 0) = {found.shortfall}")
    return ExplanationOut(
        value=found.counted,
        inputs=[
            {
                "entity": "certificate",
                "id": each.certificate_id,
                "version": each.version,
                "ends_on": each.ends_on,
                "jp": each.jp,
                "status": each.status,
                "excluded": each.excluded,
            }
            for each in found.certificates
        ],
        rule=f"learning yearly_hours {found.employment} {year}",
        article="PP 11/2017 art. 203; PP 49/2018; PerLAN 10/2018 (decision 0040)",
        steps=steps,
    )


async def of_unit(access: Access, db: AsyncSession, unit_id: UUID, year: int) -> UnitHoursOut:
    unit = await unit_of(access, db, unit_id)
    policy, day = await policy_of(access, db, year), last_day(access, year)
    people = dict.fromkeys(HoursStatus, 0)
    total = shortfall = 0
    for row in await db.execute(queries.unit_hours(access, unit_id, year, day)):
        found = standing(int(row.total), policy.yearly_hours[row.employment])
        people[found.status] += row.people
        total += found.total * row.people
        shortfall += found.shortfall * row.people
    everybody = sum(people.values())
    return UnitHoursOut(
        unit_id=unit.id,
        unit_name=unit.name,
        year=year,
        on=day,
        people=everybody,
        fulfilled=people[HoursStatus.FULFILLED],
        short=people[HoursStatus.SHORT],
        no_minimum=people[HoursStatus.NO_MINIMUM],
        total=total,
        mean=(Decimal(total) / everybody).quantize(TWO_PLACES, ROUND_HALF_UP) if everybody else None,
        shortfall=shortfall,
    )


def learner(policy: LearningPolicy, row: Any) -> LearnerOut:
    found = standing(int(row["total"]), policy.yearly_hours[row["employment"]])
    return LearnerOut(
        employee=PersonOut(id=row["id"], nip=row["nip"], name=row["name"]),
        unit_name=row["unit_name"],
        employment=row["employment"],
        total=found.total,
        counted=found.counted,
        shortfall=found.shortfall,
        status=found.status,
    )


async def unit_of(access: Access, db: AsyncSession, unit_id: UUID) -> Unit:
    unit = await db.scalar(queries.unit_within(access, unit_id))
    if unit is None:
        raise Problem("NOT_FOUND")
    return unit


async def policy_of(access: Access, db: AsyncSession, year: int) -> LearningPolicy:
    """The numbers of the year's last day hold for all of it."""
    return await policy_on(db, access.region_id, LearningPolicy, date(year, 12, 31))


def last_day(access: Access, year: int) -> date:
    """As of when posts count: the year's last day, today while it runs."""
    return min(access.today, date(year, 12, 31))


def _learned(row: TrainingCertificate) -> Learned:
    return Learned(row.jp, row.ends_on, row.status)


def _certificate(row: TrainingCertificate, year: int) -> HoursCertificateOut:
    return HoursCertificateOut(
        certificate_id=row.id,
        version=row.version,
        title=row.title,
        number=row.number,
        issuer=row.issuer,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        jp=row.jp,
        status=row.status,
        excluded=exclusion(_learned(row), year),
    )
