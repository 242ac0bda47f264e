"""The superior's side: verify, grant less, reject, reopen; singly or three hundred on a Friday."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import reports
from asn_api.areas.activities import queries
from asn_api.areas.activities.ledger import Ledger, Row
from asn_api.areas.activities.schemas import DecisionIn
from asn_api.core.http.route import check_version
from asn_api.errors import Problem
from asn_api.rules.activities import (
    ActivityAction,
    ActivityActor,
    ActivityStatus,
    check_not_self,
    check_transition,
    check_verification,
)
from asn_api.tables.organization import ReportingLine


async def decide(db: AsyncSession, access: Access, decision: DecisionIn) -> Row:
    """One decision; refusals are raised."""
    ledger, superiors = await opened(db, access, [decision.id])
    await _check_current(db, access, found(ledger, decision.id), decision.version)
    row = _decided(ledger, superiors, decision)
    await ledger.flush()
    return row


async def decide_all(
    db: AsyncSession, access: Access, decisions: Sequence[DecisionIn], *, atomic: bool
) -> list[Row | Problem]:
    """Each decision's row or refusal, in their order; `atomic` refuses all when one is refused."""
    ledger, superiors = await opened(db, access, [each.id for each in decisions])
    results: list[Row | Problem] = []
    for decision in decisions:
        try:
            results.append(_decided(ledger, superiors, decision))
        except Problem as problem:
            results.append(problem)
    if atomic and any(isinstance(each, Problem) for each in results):
        return [each if isinstance(each, Problem) else Problem("NOT_DONE_ATOMIC") for each in results]
    await ledger.flush()
    return results


async def reopen(db: AsyncSession, access: Access, id: UUID, expected: int, reason: str) -> Row:
    """Undo a verification before the month is locked, so that it can be decided again."""
    ledger, superiors = await opened(db, access, [id])
    row = found(ledger, id)
    await _check_current(db, access, row, expected)
    not_self(access, row)
    actors = {ActivityActor.VERIFIER} if row["employee_id"] in superiors else set()
    if not access.scopes <= {(Reach.TEAM, "")}:
        actors.add(ActivityActor.ADMIN)
    status = check_transition(
        ActivityStatus(row["status"]),
        ActivityAction.REOPEN,
        actors,
        locked=ledger.is_locked(row),
        corrected=id in ledger.corrected,
        reason=reason,
    )
    reopened = row | {
        "status": status,
        "verifier_id": None,
        "verified_minutes": None,
        "verified_quantity": None,
        "decided_at": None,
        "comment": reason,
    }
    behalf = acted_for(access, superiors, row["employee_id"])
    stored = ledger.store(reopened, ActivityAction.REOPEN, on_behalf_of=behalf)
    await ledger.flush()
    return stored


async def opened(db: AsyncSession, access: Access, ids: Sequence[UUID]) -> tuple[Ledger, Mapping[UUID, UUID]]:
    """The ledger of the days of these activities as far as they are within reach, and the superior of each
    owner in whose place, or as whom, the caller decides.
    """
    places = list(await db.execute(queries.places(access, list(ids))))
    ledger = await Ledger.open(db, access, {(each.employee_id, each.day) for each in places}, ids=ids)
    visible = {each.id for each in places}
    for id in set(ids) - visible:
        ledger.rows.pop(id, None)
    owners = {row["employee_id"] for row in ledger.rows.values()}
    if access.employee_id is None or not owners:
        return ledger, {}
    mine = reports(access, access.today).where(ReportingLine.employee_id.in_(owners))
    return ledger, {each.employee_id: each.superior_id for each in await db.execute(mine)}


def acted_for(access: Access, superiors: Mapping[UUID, UUID], owner_id: UUID) -> UUID | None:
    """The superior in whose place the caller acts; None for the superior himself, or an admin."""
    superior_id = superiors.get(owner_id)
    return None if superior_id == access.employee_id else superior_id


def _decided(ledger: Ledger, superiors: Mapping[UUID, UUID], decision: DecisionIn) -> Row:
    row = found(ledger, decision.id)
    check_version(row["version"], decision.version)
    not_self(ledger.access, row)
    if row["employee_id"] not in superiors:
        raise Problem("NOT_FOUND")
    action = ActivityAction(decision.decision)
    status = check_transition(
        ActivityStatus(row["status"]),
        action,
        {ActivityActor.VERIFIER},
        locked=ledger.is_locked(row),
        corrected=row["id"] in ledger.corrected,
        reason=decision.comment,
    )
    claimed_quantity = Decimal(row["output_quantity"])
    minutes = row["minutes"] if decision.verified_minutes is None else decision.verified_minutes
    quantity = claimed_quantity if decision.verified_quantity is None else decision.verified_quantity
    faults = check_verification(
        action,
        claimed_minutes=row["minutes"],
        verified_minutes=minutes,
        claimed_quantity=claimed_quantity,
        verified_quantity=quantity,
        comment=decision.comment,
    )
    if faults:
        raise Problem("INVALID_VERIFICATION", faults=faults)
    verified = action is ActivityAction.VERIFY
    return ledger.store(
        row
        | {
            "status": status,
            "verifier_id": ledger.access.employee_id,
            "verified_minutes": minutes if verified else None,
            "verified_quantity": quantity if verified else None,
            "comment": decision.comment,
            "decided_at": ledger.access.now,
        },
        action,
        on_behalf_of=acted_for(ledger.access, superiors, row["employee_id"]),
    )


def found(ledger: Ledger, id: UUID) -> Row:
    row = ledger.rows.get(id)
    if row is None:
        raise Problem("NOT_FOUND")
    return row


async def _check_current(db: AsyncSession, access: Access, row: Row, expected: int) -> None:
    if row["version"] != expected:
        check_version(row["version"], expected, await queries.shown_one(db, access, row["id"]))


def not_self(access: Access, row: Mapping[str, object]) -> None:
    check_not_self(access.employee_id, row["employee_id"])
