"""Names evaluators and advisers by letter, and ends their terms."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluators import queries
from asn_api.areas.evaluators.schemas import AllowedAssignmentOut, AssignmentIn
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.evaluators import (
    ONE_DAY,
    AssignmentAction,
    EvaluatorRole,
    Span,
    assignment_refusal,
    check_assignment,
    last_day_fault,
)
from asn_api.tables.performance import EvaluatorAssignment

ENTITY = "evaluator_assignment"
FIELDS = ("employee_id", "plan_id", "evaluator_id", "role", "reason", "letter_number", "letter_date")


async def assign(access: Access, db: AsyncSession, given: AssignmentIn) -> tuple[dict[str, Any], bool]:
    """The stored letter, and whether it is new; the same one sent again is given back."""
    if await db.scalar(queries.employee(access, given.employee_id)) is None:
        raise Problem("NOT_FOUND", faults=[Fault("/employee_id", "NOT_FOUND")])
    # Nobody arranges his own evaluation, or gives himself the right to evaluate.
    if access.employee_id in (given.employee_id, given.evaluator_id):
        raise Problem("EVALUATOR_BY_ONESELF")
    faults = check_assignment(
        given.employee_id,
        given.evaluator_id,
        given.start,
        given.end,
        given.letter_date,
        today=access.today,
    )
    if faults:
        raise Problem("EVALUATOR_INVALID", faults=faults)
    people = {row.id: row for row in await db.execute(_both(access, given))}
    row = EvaluatorAssignment(
        region_id=access.region_id,
        id=given.id or uuid7(),
        valid=_days(given.start, given.end),
        created_at=access.now,
        **{name: getattr(given, name) for name in FIELDS},
    )
    if given.id is not None and (known := await db.scalar(queries.known(access, given.id))) is not None:
        if _values(known) != _values(row):
            raise Problem("EVALUATOR_ID_TAKEN")
        return await shown(access, db, known.id), False
    evaluator = people.get(given.evaluator_id)
    if evaluator is None or not evaluator.active:
        raise Problem("EVALUATOR_INVALID", faults=[Fault("/evaluator_id", "EVALUATOR_UNKNOWN")])
    if given.plan_id is not None and not await db.scalar(
        queries.plan_of(access, given.plan_id, given.employee_id, row.valid)
    ):
        raise Problem("EVALUATOR_INVALID", faults=[Fault("/plan_id", "EVALUATOR_PLAN_UNKNOWN")])
    if given.role is EvaluatorRole.EVALUATOR and await db.scalar(
        queries.is_below(access, given.evaluator_id, given.employee_id, row.valid)
    ):
        raise Problem("EVALUATOR_INVALID", faults=[Fault("/evaluator_id", "EVALUATOR_BELOW_EMPLOYEE")])
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "ASSIGN", difference({}, _values(row)))
    return await shown(access, db, row.id), True


async def end(access: Access, db: AsyncSession, id: UUID, expected: int, last_day: date) -> dict[str, Any]:
    """Shorten a term; what was decided under it stays."""
    row = await _locked(access, db, id, expected, AssignmentAction.END)
    if fault := last_day_fault(last_day, _span(row), access.today):
        raise Problem("EVALUATOR_INVALID", faults=[fault])
    before = _values(row)
    row.valid = _days(before["start"], last_day)
    await db.flush()
    if row.version != expected:
        await _journal(access, db, row, "END", difference(before, _values(row)))
    return await shown(access, db, id)


async def remove(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    row = await _locked(access, db, id, expected, AssignmentAction.DELETE)
    gone = {name: [value, None] for name, value in _values(row).items() if value is not None}
    await _journal(access, db, row, "DELETE", gone)
    await db.delete(row)


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.one(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return as_shown(access, row)


def as_shown(access: Access, row: Any) -> dict[str, Any]:
    people = {
        name: {part: row[f"{name}_{part}"] for part in ("id", "nip", "name")}
        for name in ("employee", "evaluator")
    }
    kept = ("id", "version", "plan_id", "role", "reason", "letter_number", "letter_date", "created_at")
    days = Span(row["start"], row["after"])
    allowed = [
        AllowedAssignmentOut(action=action, refused=_refusal(access, row["employee_id"], days, action))
        for action in AssignmentAction
    ]
    return {
        **{name: row[name] for name in kept},
        **people,
        "start": days.start,
        "end": None if days.end is None else days.end - ONE_DAY,
        "allowed_actions": allowed,
    }


async def _locked(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: AssignmentAction
) -> EvaluatorAssignment:
    row = await db.scalar(queries.locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await shown(access, db, id))
    if code := _refusal(access, row.employee_id, _span(row), action):
        raise Problem(code)
    return row


def _refusal(access: Access, employee_id: UUID, days: Span, action: AssignmentAction) -> str | None:
    if employee_id == access.employee_id:
        return "EVALUATOR_BY_ONESELF"
    return assignment_refusal(action, days, access.today)


def _both(access: Access, given: AssignmentIn) -> Any:
    return queries.both_locked(access, given.employee_id, given.evaluator_id)


def _span(row: EvaluatorAssignment) -> Span:
    if row.valid.lower is None:
        raise ValueError("a letter has a first day")
    return Span(row.valid.lower, row.valid.upper)


def _days(first: date, last: date | None) -> Range[date]:
    return Range(first, None if last is None else last + ONE_DAY)


def _values(row: EvaluatorAssignment) -> dict[str, Any]:
    days = _span(row)
    return {
        **{name: getattr(row, name) for name in FIELDS},
        "start": days.start,
        "end": None if days.end is None else days.end - ONE_DAY,
    }


async def _journal(
    access: Access, db: AsyncSession, row: EvaluatorAssignment, action: str, changes: dict[str, Any]
) -> None:
    change = Change(ENTITY, row.id, row.version, action, changes, employee_id=row.employee_id)
    await record(db, access.author, access.now, change)
