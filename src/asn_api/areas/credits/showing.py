"""Credit points as they are read: rows, a person's account, how it came about, what a promotion still needs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.credits import converting, queries
from asn_api.areas.credits.schemas import (
    AccountOut,
    CheckOut,
    CreditExplanationOut,
    CreditOut,
    CreditStepOut,
    GapOut,
    ReadinessOut,
    StandingOut,
    StepOut,
    TermOut,
    UnknownLevelOut,
)
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.credits import (
    SIASN_COEFFICIENTS,
    CreditGap,
    CreditKind,
    PromotionRule,
    Standing,
    level_in,
    readiness,
    standings,
    total,
)
from asn_api.rules.people import Employment
from asn_api.rules.ratings import Predicate

ONE_DAY = timedelta(days=1)
BKN = "Peraturan BKN 3/2023"
PANRB = "PermenPANRB 1/2023"
SOURCES = {
    PromotionRule.CREDITS: PANRB,
    PromotionRule.YEARS_IN_RANK: "PP 99/2000",
    PromotionRule.PREDICATES: PANRB,
    PromotionRule.NO_SANCTION: "PP 94/2021",
    PromotionRule.COMPETENCY_TEST: PANRB,
    PromotionRule.VACANCY: PANRB,
}

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit", "Unit", lambda row: row["unit_name"]),
    Column("Jenis", "Kind", lambda row: row["kind"]),
    Column("Jenjang", "Level", lambda row: row["level"]),
    Column("Tahun", "Year", lambda row: row["year"]),
    Column("Bulan", "Months", lambda row: row["months"]),
    Column("Predikat", "Predicate", lambda row: row["predicate"]),
    Column("Angka kredit", "Credit points", lambda row: row["printed"]),
    Column("Sementara", "Provisional", lambda row: row["provisional"]),
)


def listed_term(row: Any) -> TermOut:
    valid = row["valid"]
    until = valid.upper - ONE_DAY if valid.upper else None
    return TermOut.model_validate({**row, "valid_from": valid.lower, "valid_until": until})


async def term(access: Access, db: AsyncSession, id: UUID) -> TermOut:
    row = (await db.execute(queries.term(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return listed_term(row)


def unknown_level(row: Any) -> UnknownLevelOut:
    return UnknownLevelOut.model_validate(
        {
            **row,
            "employee_id": row["id"],
            "reason": CreditGap.LEVEL_UNKNOWN,
            "suggested_level": level_in(row["position_title"]),
        }
    )


def listed(row: Any) -> CreditOut:
    period = row["period"]
    days = {
        "period_start": period.lower if period else None,
        "period_end": period.upper - ONE_DAY if period else None,
    }
    return CreditOut.model_validate({**row, **days})


async def credit(access: Access, db: AsyncSession, id: UUID) -> CreditOut:
    row = (await db.execute(queries.credit(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return listed(row)


async def account(access: Access, db: AsyncSession, employee_id: UUID) -> AccountOut:
    person, rows, reached = await _reached(access, db, employee_id)
    gaps = [
        gap
        for year in (access.today.year - 1, access.today.year)
        for gap in await converting.gaps(access, db, year, employee_id)
        if person.level is not None or gap.reason is not CreditGap.NOT_FUNCTIONAL
    ]
    return AccountOut(
        employee_id=employee_id,
        level=person.level,
        level_since=person.level_since,
        grade_code=person.grade_code,
        grade_since=person.grade_since,
        total=reached[0].have,
        firm=reached[0].firm,
        standings=[StandingOut.model_validate(each) for each in reached],
        credits=rows,
        gaps=[
            GapOut(
                period_start=each.start, period_end=each.end - ONE_DAY, months=each.months, reason=each.reason
            )
            for each in gaps
        ],
    )


async def explanation(access: Access, db: AsyncSession, employee_id: UUID) -> CreditExplanationOut:
    person, rows, reached = await _reached(access, db, employee_id)
    raw = (await db.execute(queries.account_credits(access, employee_id))).mappings().all()
    parts = [_part(row, row["level"] is person.level) for row in raw]
    counted = " + ".join(str(each.printed) for each in rows if each.level is person.level) or "0"
    steps = [StepOut(rule="SUM_OF_PRINTED_PARTS", value=f"{counted} = {reached[0].have}", source=BKN)]
    for each in reached:
        need = "–" if each.needed is None else f"{each.needed} − {each.have} → {each.shortfall}"
        steps.append(
            StepOut(rule=f"{each.promotion}_SHORTFALL", value=str(each.missing or need), source=PANRB)
        )
    return CreditExplanationOut(
        employee_id=employee_id,
        level=person.level,
        total=reached[0].have,
        parts=parts,
        steps=steps,
        standings=[StandingOut.model_validate(each) for each in reached],
    )


async def promotion(access: Access, db: AsyncSession, employee_id: UUID) -> ReadinessOut:
    """Every rule with what was found, as of today."""
    person, _, reached = await _reached(access, db, employee_id)
    numbers = await converting.numbers_on(access, db, access.today)
    predicates: dict[int, Predicate] = {
        each.year: each.predicate
        for each in await db.execute(queries.accepted_predicates(access, employee_id))
    }
    checks = readiness(reached, person.grade_since, predicates, access.today, numbers.policy.requirements)
    return ReadinessOut(
        employee_id=employee_id,
        on=access.today,
        level=person.level,
        grade_code=person.grade_code,
        checks=[
            CheckOut(
                promotion=each.promotion,
                rule=each.rule,
                status=each.status,
                required=each.required,
                found=each.found,
                source=SOURCES[each.rule],
            )
            for each in checks
        ],
    )


async def _reached(
    access: Access, db: AsyncSession, employee_id: UUID
) -> tuple[Any, list[CreditOut], tuple[Standing, Standing]]:
    person = (await db.execute(queries.person(access, employee_id))).one_or_none()
    if person is None:
        raise Problem("NOT_FOUND")
    rows = [
        listed(row) for row in (await db.execute(queries.account_credits(access, employee_id))).mappings()
    ]
    numbers = await converting.numbers_on(access, db, access.today)
    mine = [each for each in rows if each.level is person.level]
    have = total(each.printed for each in mine)
    firm = total(each.printed for each in mine if not each.provisional)
    return (
        person,
        rows,
        standings(
            person.level,
            person.grade_code,
            have,
            firm,
            numbers.policy.needs,
            has_ranks=person.employment is not Employment.PPPK,
        ),
    )


def _part(row: Any, counts: bool) -> CreditStepOut:
    if row["kind"] is CreditKind.CONVERSION:
        formula = (
            f"{_short(row['percentage'])} % × {_short(row['coefficient'])} × {row['months']}/12 "
            f"= {row['amount']} → {row['printed']}"
        )
        step = StepOut(rule="CONVERSION", value=formula, source=BKN)
    else:
        decree = f"{row['decree_number']}, {row['decree_date']}: {row['amount']} → {row['printed']}"
        step = StepOut(rule=row["kind"], value=decree, source=BKN)
    return CreditStepOut(
        credit_id=row["id"],
        version=row["version"],
        evaluation_id=row["evaluation_id"],
        policy_id=row["policy_id"],
        siasn_coefficient_id=SIASN_COEFFICIENTS[row["level"]],
        counts=counts,
        step=step,
    )


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}"
