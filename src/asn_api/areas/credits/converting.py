"""Converts evaluations into credit points: the same facts give the same rows, however often it runs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.credits import queries
from asn_api.areas.policies.current import applicable
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.credit_policy import CreditPolicy
from asn_api.rules.credits import (
    CreditKind,
    CreditLevel,
    Gap,
    Judged,
    Month,
    Segment,
    credit,
    months_of,
    segments,
)
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.tables.credits import Credit
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.policies import Policy

ENTITY = "credit"
ONE_DAY = timedelta(days=1)
FIELDS = (
    "unit_id",
    "level",
    "amount",
    "printed",
    "provisional",
    "basis",
    "period",
    "months",
    "evaluation_id",
    "predicate",
    "percentage",
    "coefficient",
    "policy_id",
)


@dataclass(frozen=True)
class Numbers:
    """The policy that converts, and its row."""

    id: UUID
    policy: CreditPolicy


@dataclass(frozen=True)
class Facts:
    """What a year of some people is converted from."""

    year: int
    posts: dict[UUID, list[Range[date]]]
    levels: dict[UUID, list[tuple[Range[date], CreditLevel]]]
    evaluations: dict[UUID, list[Evaluation]]
    existing: dict[UUID, list[Credit]]

    def months(self, employee_id: UUID, firsts: Iterable[date]) -> list[Month]:
        return [
            Month(
                first,
                any(first in valid for valid in self.posts[employee_id]),
                next((level for valid, level in self.levels[employee_id] if first in valid), None),
                next((_judged(each) for each in self.evaluations[employee_id] if first in each.period), None),
            )
            for first in firsts
        ]

    def evaluation(self, employee_id: UUID, id: UUID) -> Evaluation:
        return next(each for each in self.evaluations[employee_id] if each.id == id)


async def facts(
    access: Access, db: AsyncSession, year: int, employee_ids: Collection[UUID], kind: EvaluationKind
) -> Facts:
    """Statements as many as kinds of facts, however many people."""
    days = span(year)
    posts: dict[UUID, list[Range[date]]] = defaultdict(list)
    levels: dict[UUID, list[tuple[Range[date], CreditLevel]]] = defaultdict(list)
    evaluations: dict[UUID, list[Evaluation]] = defaultdict(list)
    existing: dict[UUID, list[Credit]] = defaultdict(list)
    for post in await db.execute(queries.posts(access, employee_ids, days)):
        posts[post.employee_id].append(post.valid)
    for term in await db.scalars(queries.levels(access, employee_ids, days)):
        levels[term.employee_id].append((term.valid, term.level))
    for evaluation in await db.scalars(queries.evaluations(access, employee_ids, days, kind)):
        evaluations[evaluation.employee_id].append(evaluation)
    for row in await db.scalars(queries.conversions(access, employee_ids, days)):
        existing[row.employee_id].append(row)
    return Facts(year, posts, levels, evaluations, existing)


async def recompute(access: Access, db: AsyncSession, year: int, employee_ids: Collection[UUID]) -> int:
    """Bring the conversions of these people's year into line with their evaluations; gives how many changed.

    Months that were converted periodically stay so, with the predicate that their evaluation has now.
    """
    await db.execute(queries.locked_people(access, employee_ids))
    yearly = await facts(access, db, year, employee_ids, EvaluationKind.YEARLY)
    periodic = await facts(access, db, year, employee_ids, EvaluationKind.PERIODIC)
    numbers = await numbers_on(access, db, _last_day(year))
    changes = Changes()
    for employee_id in employee_ids:
        existing = yearly.existing[employee_id]
        wanted = [
            _values(each, periodic, employee_id, EvaluationKind.PERIODIC, numbers)
            for row in existing
            if row.basis is EvaluationKind.PERIODIC
            for each in segments(periodic.months(employee_id, _firsts(row)))[0]
        ]
        taken = {first for each in wanted for first in _months(each["period"])}
        free = [first for first in months_of(*_bounds(year)) if first not in taken]
        wanted += [
            _values(each, yearly, employee_id, EvaluationKind.YEARLY, numbers)
            for each in segments(yearly.months(employee_id, free))[0]
        ]
        changes.compare(access, employee_id, year, existing, wanted)
    await changes.store(access, db)
    return len(changes)


async def gaps(access: Access, db: AsyncSession, year: int, employee_id: UUID) -> list[Gap]:
    """Months of the year up to today that give nothing, apart from those converted periodically."""
    found = await facts(access, db, year, [employee_id], EvaluationKind.YEARLY)
    taken = {
        first
        for each in found.existing[employee_id]
        if each.basis is EvaluationKind.PERIODIC
        for first in _firsts(each)
    }
    begun = [each for each in months_of(*_bounds(year)) if each <= access.today and each not in taken]
    return segments(found.months(employee_id, begun))[1]


async def convert_periodically(
    access: Access, db: AsyncSession, employee_id: UUID, year: int, firsts: Sequence[date]
) -> list[UUID]:
    """Convert these months by their periodic evaluations, before the year is evaluated."""
    await db.execute(queries.locked_people(access, [employee_id]))
    found = await facts(access, db, year, [employee_id], EvaluationKind.PERIODIC)
    taken = {first for each in found.existing[employee_id] for first in _firsts(each)}
    if twice := sorted(taken & set(firsts)):
        raise Problem("CREDIT_MONTHS_TAKEN", month=f"{twice[0]:%Y-%m}")
    counted, missing = segments(found.months(employee_id, firsts))
    if missing:
        raise Problem(
            "CREDIT_MONTHS_WITHOUT_RATING", month=f"{missing[0].start:%Y-%m}", reason=missing[0].reason
        )
    numbers = await numbers_on(access, db, _last_day(year))
    made = [
        _row(access, employee_id, year, _values(each, found, employee_id, EvaluationKind.PERIODIC, numbers))
        for each in counted
    ]
    db.add_all(made)
    await db.flush()
    for row in made:
        await journal(access, db, row, "CREATE", difference({}, content(row)))
    return [row.id for row in made]


async def is_converted(access: Access, db: AsyncSession, year: int) -> bool:
    """Whether there are numbers for the year; points of older rules are entered by decree."""
    return await db.scalar(applicable(access.region_id, CreditPolicy.area, _last_day(year))) is not None


async def numbers_on(access: Access, db: AsyncSession, day: date) -> Numbers:
    row: Policy | None = await db.scalar(applicable(access.region_id, CreditPolicy.area, day))
    if row is None:
        raise Problem("POLICY_NOT_YET", area=CreditPolicy.area, day=day.isoformat())
    return Numbers(row.id, CreditPolicy.from_mapping(row.content))


async def journal(
    access: Access,
    db: AsyncSession,
    row: Credit,
    action: str,
    changes: dict[str, Any],
    version: int | None = None,
) -> None:
    await record(db, access.author, access.now, _change(row, action, changes, version))


def _change(row: Credit, action: str, changes: dict[str, Any], version: int | None = None) -> Change:
    return Change(
        ENTITY,
        row.id,
        version or row.version,
        action,
        changes,
        unit_id=row.unit_id,
        employee_id=row.employee_id,
    )


def content(row: Credit) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return [str(value.lower), str(value.upper)] if isinstance(value, Range) else value


@dataclass
class Changes:
    """What differs between the rows there are and those there should be; a row is known by its months."""

    gone: list[Credit] = field(default_factory=list)
    new: list[Credit] = field(default_factory=list)
    other: list[tuple[Credit, dict[str, Any]]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.gone) + len(self.new) + len(self.other)

    def compare(
        self,
        access: Access,
        employee_id: UUID,
        year: int,
        existing: Sequence[Credit],
        wanted: Sequence[dict[str, Any]],
    ) -> None:
        known = {row.period: row for row in existing}
        for values in wanted:
            row = known.pop(values["period"], None)
            if row is None:
                self.new.append(_row(access, employee_id, year, values))
            elif any(getattr(row, name) != value for name, value in values.items()):
                self.other.append((row, values))
        self.gone += known.values()

    async def store(self, access: Access, db: AsyncSession) -> None:
        """What is gone goes first, because months are held once."""
        happened = []
        for row in self.gone:
            gone = {name: [value, None] for name, value in content(row).items()}
            happened.append(_change(row, "DELETE", gone, row.version + 1))
            await db.delete(row)
        await db.flush()
        before = [content(row) for row, _ in self.other]
        for row, values in self.other:
            for name, value in values.items():
                setattr(row, name, value)
        db.add_all(self.new)
        await db.flush()
        happened += [_change(row, "CREATE", difference({}, content(row))) for row in self.new]
        happened += [
            _change(row, "CHANGE", difference(earlier, content(row)))
            for (row, _), earlier in zip(self.other, before, strict=True)
        ]
        await record(db, access.author, access.now, *happened)


def _row(access: Access, employee_id: UUID, year: int, values: dict[str, Any]) -> Credit:
    return Credit(
        region_id=access.region_id,
        id=uuid7(),
        employee_id=employee_id,
        kind=CreditKind.CONVERSION,
        year=year,
        effective_on=values["period"].upper - ONE_DAY,
        **values,
    )


def _values(
    segment: Segment, found: Facts, employee_id: UUID, basis: EvaluationKind, numbers: Numbers
) -> dict[str, Any]:
    percentage = numbers.policy.percentages[segment.predicate]
    coefficient = numbers.policy.coefficients[segment.level]
    points = credit(percentage, coefficient, segment.months)
    return {
        "unit_id": found.evaluation(employee_id, segment.evaluation_id).unit_id,
        "level": segment.level,
        "amount": points.stored,
        "printed": points.printed,
        "provisional": segment.provisional,
        "basis": basis,
        "period": Range(segment.start, segment.end),
        "months": segment.months,
        "evaluation_id": segment.evaluation_id,
        "predicate": segment.predicate,
        "percentage": percentage,
        "coefficient": coefficient,
        "policy_id": numbers.id,
    }


def _judged(evaluation: Evaluation) -> Judged:
    if evaluation.status is EvaluationStatus.RATED:
        return Judged(evaluation.id, None, False)
    return Judged(evaluation.id, evaluation.predicate, evaluation.status is EvaluationStatus.OBJECTED)


def _firsts(row: Credit) -> list[date]:
    assert row.period is not None
    return _months(row.period)


def _months(period: Range[date]) -> list[date]:
    assert period.lower is not None
    assert period.upper is not None
    return months_of(period.lower, period.upper)


def _bounds(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year + 1, 1, 1)


def span(year: int) -> Range[date]:
    return Range(*_bounds(year))


def _last_day(year: int) -> date:
    return date(year, 12, 31)
