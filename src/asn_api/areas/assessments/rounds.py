"""Rounds: planned, changed, closed early, removed before they begin; and as their managers see them."""

import secrets
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.assessments import queries
from asn_api.areas.assessments.schemas import AllowedRoundOut, RoundIn, RoundOut, RoundPatch, RoundSummary
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.jobs import defer
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import RoundAction, RoundStatus, allowed_actions, refusal
from asn_api.tables.assessments import AssessmentRound

ENTITY = "assessment_round"
TURN = "assessments.turn"
ONE_DAY = timedelta(days=1)
FIELDS = ("unit_id", "title", "period", "opens_on", "closes_on")
SEED_BYTES = 32


async def plan(access: Access, db: AsyncSession, given: RoundIn) -> tuple[RoundOut, bool]:
    """The stored round, and whether it is new; the same one sent again is given back."""
    if await db.scalar(queries.managed_unit(access, given.unit_id)) is None:
        raise Problem("NOT_FOUND")
    period = Range(given.period_start, given.period_end + ONE_DAY)
    wanted = {**given.model_dump(include=set(FIELDS)), "period": period}
    if given.id is not None and (known := await db.scalar(queries.round_in_region(access, given.id))):
        if _content(known) != wanted:
            raise Problem("ASSESSMENT_ROUND_ID_TAKEN")
        return await shown(access, db, known.id), False
    faults = _period_faults(given)
    if given.opens_on < access.today:
        faults.append(Fault("/opens_on", "ASSESSMENT_ROUND_IN_PAST"))
    faults += await _length_faults(access, db, given.opens_on, given.closes_on)
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
    row = AssessmentRound(
        region_id=access.region_id,
        id=given.id or uuid7(),
        year=given.period_start.year,
        status=RoundStatus.PLANNED,
        seed=secrets.token_bytes(SEED_BYTES),
        created_at=access.now,
        **wanted,
    )
    db.add(row)
    await db.flush()
    await journal(access, db, row, "CREATE", difference({}, _plain(row)))
    await _begin_when_due(access, db, row)
    return await shown(access, db, row.id), True


async def change(
    access: Access, db: AsyncSession, round_id: UUID, expected: int, given: RoundPatch
) -> RoundOut:
    row = await _locked(access, db, round_id, expected)
    _check(access, row, RoundAction.CHANGE)
    before = _plain(row)
    if given.opens_on is not None and given.opens_on != row.opens_on:
        if row.status is not RoundStatus.PLANNED:
            raise Problem("ASSESSMENT_ROUND_BEGUN")
        row.opens_on = given.opens_on
    if given.title is not None:
        row.title = given.title
    if given.closes_on is not None:
        row.closes_on = given.closes_on
    faults = await _length_faults(access, db, row.opens_on, row.closes_on)
    if row.status is RoundStatus.PLANNED and row.opens_on < access.today:
        faults.append(Fault("/opens_on", "ASSESSMENT_ROUND_IN_PAST"))
    if row.closes_on < access.today:
        faults.append(Fault("/closes_on", "ASSESSMENT_ROUND_IN_PAST"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
    changes = difference(before, _plain(row))
    if changes:
        await db.flush()
        await journal(access, db, row, "CHANGE", changes)
        await _begin_when_due(access, db, row)
    return await shown(access, db, row.id)


async def close(access: Access, db: AsyncSession, round_id: UUID, expected: int) -> RoundOut:
    """No more answers from now on. It is final: two results of one round would tell what differs."""
    row = await _locked(access, db, round_id, expected)
    policy = await policy_on(db, access.region_id, AssessmentPolicy, access.today)
    _check(access, row, RoundAction.CLOSE, policy)
    row.status, row.closed_at = RoundStatus.CLOSING, access.now
    await db.flush()
    await journal(access, db, row, "CLOSE", {"status": [RoundStatus.OPEN, RoundStatus.CLOSING]})
    await defer(db, TURN, lock=TURN)
    return await shown(access, db, row.id)


async def remove(access: Access, db: AsyncSession, round_id: UUID, expected: int) -> None:
    row = await _locked(access, db, round_id, expected)
    _check(access, row, RoundAction.REMOVE)
    await journal(
        access,
        db,
        row,
        "DELETE",
        {name: [value, None] for name, value in _plain(row).items()},
        row.version + 1,
    )
    await db.delete(row)


async def shown(access: Access, db: AsyncSession, round_id: UUID) -> RoundOut:
    row = (await db.execute(queries.shown_round(access, round_id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    policy = await policy_on(db, access.region_id, AssessmentPolicy, access.today)
    counts = row["progress"]
    if counts is None:
        counts = {**(await db.execute(queries.progress(access, round_id))).mappings().one(), "results": None}
    may_close = _may_close(access, row["opens_on"], policy)
    return RoundOut.model_validate(
        {
            **summary(row).model_dump(),
            "progress": dict(counts),
            "allowed_actions": [
                AllowedRoundOut.model_validate(each)
                for each in allowed_actions(row["status"], may_close=may_close)
            ],
        }
    )


def summary(row: Any) -> RoundSummary:
    return RoundSummary.model_validate({**row, **period_days(row["period"])})


def period_days(period: Range[date]) -> dict[str, date]:
    """The first and the last day."""
    assert period.lower is not None
    assert period.upper is not None
    return {"period_start": period.lower, "period_end": period.upper - ONE_DAY}


async def journal(
    access: Access,
    db: AsyncSession,
    row: AssessmentRound,
    action: str,
    changes: dict[str, Any],
    version: int | None = None,
) -> None:
    change = Change(ENTITY, row.id, version or row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, change)


async def _locked(access: Access, db: AsyncSession, round_id: UUID, expected: int) -> AssessmentRound:
    row = await db.scalar(queries.locked_round(access, round_id))
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await shown(access, db, round_id))
    return row


def _check(
    access: Access, row: AssessmentRound, action: RoundAction, policy: AssessmentPolicy | None = None
) -> None:
    may_close = policy is None or _may_close(access, row.opens_on, policy)
    code = refusal(row.status, action, may_close=may_close)
    if code:
        days = policy.min_open_days if policy else 0
        raise Problem(code, status=row.status.value, days=days)


def _may_close(access: Access, opens_on: date, policy: AssessmentPolicy) -> bool:
    return (access.today - opens_on).days >= policy.min_open_days


def _period_faults(given: RoundIn) -> list[Fault]:
    if given.period_end < given.period_start:
        return [Fault("/period_end", "ASSESSMENT_PERIOD_REVERSED")]
    if given.period_end.year != given.period_start.year:
        return [Fault("/period_end", "ASSESSMENT_PERIOD_OF_TWO_YEARS")]
    return []


async def _length_faults(access: Access, db: AsyncSession, opens_on: date, closes_on: date) -> list[Fault]:
    policy = await policy_on(db, access.region_id, AssessmentPolicy, access.today)
    if (closes_on - opens_on).days + 1 < policy.min_open_days:
        return [Fault("/closes_on", "ASSESSMENT_ROUND_TOO_SHORT", {"days": policy.min_open_days})]
    return []


async def _begin_when_due(access: Access, db: AsyncSession, row: AssessmentRound) -> None:
    if row.status is RoundStatus.PLANNED and row.opens_on <= access.today:
        await defer(db, TURN, lock=TURN)


def _content(row: AssessmentRound) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _plain(row: AssessmentRound) -> dict[str, Any]:
    """As the journal keeps it; never with the seed."""
    return {**_content(row), "period": [day.isoformat() for day in period_days(row.period).values()]}
