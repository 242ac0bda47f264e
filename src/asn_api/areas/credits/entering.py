"""What an admin enters by decree: levels, first and integrated points, conversions of a part of a year."""

from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.credits import queries, showing
from asn_api.areas.credits.converting import content, convert_periodically, is_converted, journal, recompute
from asn_api.areas.credits.schemas import CreditIn, CreditOut, PeriodicIn, TermIn, TermOut
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.credits import CreditKind, following, months_of, printed
from asn_api.rules.evaluations import EvaluationKind
from asn_api.tables.credits import Credit, FunctionalTerm

R = TypeVar("R", FunctionalTerm, Credit)

ONE_DAY = timedelta(days=1)
TERM = "functional_term"
TERM_FIELDS = ("level", "valid", "decree_number", "decree_date")
INITIAL_FIELDS = ("employee_id", "kind", "level", "amount", "effective_on", "decree_number", "decree_date")


async def enter_term(access: Access, db: AsyncSession, given: TermIn) -> tuple[TermOut, bool]:
    """A level from a day on, and whether it is new. What was converted from that day on is converted anew."""
    await _person(access, db, given.employee_id, given.decree_date)
    if given.valid_until is not None and given.valid_until < given.valid_from:
        raise _invalid("/valid_until", "CREDIT_LEVEL_REVERSED")
    valid = Range(given.valid_from, given.valid_until + ONE_DAY if given.valid_until else None)
    wanted = {**given.model_dump(include=set(TERM_FIELDS)), "valid": valid}
    if given.id is not None and (known := await db.scalar(queries.term_in_region(access, given.id))):
        if (known.employee_id, _term(known)) != (given.employee_id, wanted):
            raise Problem("CREDIT_LEVEL_ID_TAKEN")
        return await showing.term(access, db, known.id), False
    for other in (await db.scalars(queries.overlapping_terms(access, given.employee_id, valid))).all():
        since, before = other.valid.lower, _term(other)
        if other.valid.upper is not None or since is None or since >= given.valid_from:
            raise Problem("CREDIT_LEVEL_OVERLAPS", since=str(since))
        other.valid = Range(since, given.valid_from)
        await db.flush()
        await _journal_term(access, db, other, "CHANGE", before)
    row = FunctionalTerm(
        region_id=access.region_id, id=given.id or uuid7(), employee_id=given.employee_id, **wanted
    )
    db.add(row)
    await db.flush()
    await _journal_term(access, db, row, "CREATE", {})
    await _again(access, db, given.employee_id, given.valid_from)
    return await showing.term(access, db, row.id), True


async def remove_term(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """Take a level back that was entered by mistake; its months give nothing until another one covers them."""
    row = await _locked(access, db, queries.term_within(access, id))
    check_version(row.version, expected, await showing.term(access, db, id))
    _not_oneself(access, row.employee_id)
    gone = {name: [_plain(value), None] for name, value in _term(row).items()}
    change = Change(TERM, row.id, row.version + 1, "DELETE", gone, employee_id=row.employee_id)
    await record(db, access.author, access.now, change)
    await db.delete(row)
    await db.flush()
    assert row.valid.lower is not None
    await _again(access, db, row.employee_id, row.valid.lower)


async def enter_credit(access: Access, db: AsyncSession, given: CreditIn) -> tuple[CreditOut, bool]:
    """First or integrated points, once each in a career; and whether they are new."""
    unit_id = await _person(access, db, given.employee_id, given.decree_date)
    if given.effective_on > access.today:
        raise _invalid("/effective_on", "CREDIT_DAY_IN_FUTURE")
    wanted = given.model_dump(exclude={"id"})
    if given.id is not None and (known := await db.scalar(queries.credit_in_region(access, given.id))):
        if {name: getattr(known, name) for name in INITIAL_FIELDS} != wanted:
            raise Problem("CREDIT_ID_TAKEN")
        return await showing.credit(access, db, known.id), False
    if await db.scalar(queries.has_initial(access, given.employee_id, given.kind)):
        raise Problem("CREDIT_ENTERED_ALREADY")
    if unit_id is None:
        raise Problem("CREDIT_WITHOUT_POST")
    row = Credit(
        region_id=access.region_id,
        id=given.id or uuid7(),
        unit_id=unit_id,
        year=given.effective_on.year,
        printed=printed(given.amount),
        provisional=False,
        **wanted,
    )
    db.add(row)
    await db.flush()
    entered = {name: getattr(row, name) for name in INITIAL_FIELDS}
    await journal(access, db, row, "CREATE", difference({}, entered))
    return await showing.credit(access, db, row.id), True


async def convert(access: Access, db: AsyncSession, employee_id: UUID, given: PeriodicIn) -> list[CreditOut]:
    """Convert whole months by periodic evaluations."""
    await _person(access, db, employee_id, None)
    first, last = (date.fromisoformat(f"{month}-01") for month in (given.first_month, given.last_month))
    if last < first or last.year != first.year:
        raise _invalid("/last_month", "CREDIT_MONTHS_REVERSED")
    if following(last) > access.today:
        raise _invalid("/last_month", "CREDIT_DAY_IN_FUTURE")
    made = await convert_periodically(access, db, employee_id, first.year, months_of(first, following(last)))
    return [await showing.credit(access, db, id) for id in made]


async def remove_credit(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """Take entered points back, or a periodic conversion; the months of the latter then follow the year."""
    row = await _locked(access, db, queries.credit_within(access, id))
    check_version(row.version, expected, await showing.credit(access, db, id))
    _not_oneself(access, row.employee_id)
    if row.basis is EvaluationKind.YEARLY:
        raise Problem("CREDIT_IS_COMPUTED")
    gone = {name: [value, None] for name, value in content(row).items() if value is not None}
    await journal(access, db, row, "DELETE", gone, row.version + 1)
    await db.delete(row)
    await db.flush()
    if row.kind is CreditKind.CONVERSION:
        await recompute(access, db, row.year, [row.employee_id])


async def _person(
    access: Access, db: AsyncSession, employee_id: UUID, decree_date: date | None
) -> UUID | None:
    """The unit of somebody within reach, locked; never oneself."""
    found = (await db.execute(queries.person(access, employee_id))).one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    _not_oneself(access, employee_id)
    if decree_date is not None and decree_date > access.today:
        raise _invalid("/decree_date", "CREDIT_DAY_IN_FUTURE")
    await db.execute(queries.locked_people(access, [employee_id]))
    unit_id: UUID | None = found.unit_id
    return unit_id


async def _locked(access: Access, db: AsyncSession, statement: Select[R]) -> R:
    """A row of somebody within reach as it stands once nobody else changes that person's points."""
    seen = await db.scalar(statement)
    if seen is None:
        raise Problem("NOT_FOUND")
    await db.execute(queries.locked_people(access, [seen.employee_id]))
    row = await db.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise Problem("NOT_FOUND")
    return row


def _not_oneself(access: Access, employee_id: UUID) -> None:
    if employee_id == access.employee_id:
        raise Problem("CREDIT_OF_ONESELF")


async def _again(access: Access, db: AsyncSession, employee_id: UUID, since: date) -> None:
    for year in (await db.scalars(queries.judged_years(access, employee_id, since))).all():
        if await is_converted(access, db, year):
            await recompute(access, db, year, [employee_id])


def _term(row: FunctionalTerm) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TERM_FIELDS}


def _plain(value: Any) -> Any:
    return (
        [str(value.lower), None if value.upper is None else str(value.upper)]
        if isinstance(value, Range)
        else value
    )


async def _journal_term(
    access: Access, db: AsyncSession, row: FunctionalTerm, action: str, before: dict[str, Any]
) -> None:
    changes = difference(
        {name: _plain(value) for name, value in before.items()},
        {name: _plain(value) for name, value in _term(row).items()},
    )
    change = Change(TERM, row.id, row.version, action, changes, employee_id=row.employee_id)
    await record(db, access.author, access.now, change)


def _invalid(pointer: str, code: str) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault(pointer, code)])
