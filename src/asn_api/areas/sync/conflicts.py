"""Changes that clash with somebody else's: kept as proposals, decided by one call."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.activities import ledger_queries
from asn_api.areas.activities.recording import Device
from asn_api.areas.sync import queries
from asn_api.areas.sync.refusals import stored_problem
from asn_api.areas.sync.resources import Resource, resource_of
from asn_api.areas.sync.schemas import OperationIn, ResolutionIn
from asn_api.core.database import Work
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.errors import Fault, Language, Problem
from asn_api.rules.sync import ConflictDecision
from asn_api.tables.sync import UnappliedOperation

_OPERATION: TypeAdapter[OperationIn] = TypeAdapter(OperationIn, config={"defer_build": True})
Wording = Callable[[Any], Fault]


def shown(row: Any, language: Language) -> dict[str, Any]:
    """The wire form of an operation that was not applied."""
    problem = stored_problem(row.problem)
    return {
        "op_id": row.id,
        "type": row.type,
        "id": row.record_id,
        "employee_id": row.employee_id,
        "action": row.action,
        "base_version": row.base_version,
        "code": problem.code,
        "detail": problem.detail(language),
        "fields": row.fields,
        "data": row.data,
        "device_at": row.device_at,
        "received_at": row.received_at,
        "outcome": row.outcome,
        "decision": row.decision,
        "resolved_at": row.resolved_at,
        "version": 1 if row.resolved_at is None else 2,
    }


async def resolve(work: Work, access: Access, op_id: UUID, given: ResolutionIn, fault: Wording) -> int | None:
    """Carry out one's own proposal on the record as it stands, or drop it; gives the record's version."""
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    db = work.session
    await ledger_queries.locked(db, access, {access.employee_id})
    kept = await db.scalar(queries.own_conflict(access, op_id))
    if kept is None:
        raise Problem("NOT_FOUND")
    if kept.resolved_at is not None:
        raise Problem("CONFLICT_DECIDED")
    version = None
    if given.decision is ConflictDecision.APPLY:
        version = await _applied(work, access, kept, given, fault)
    await _decided(db, access, kept, given.decision)
    return version


async def _applied(
    work: Work, access: Access, kept: UnappliedOperation, given: ResolutionIn, fault: Wording
) -> int:
    operation = _operation(kept, kept.data if given.data is None else _read(kept, given.data, fault))
    resource: Resource = await resource_of(kept.type).open(work, access, [operation])
    row = resource.row(kept.record_id)
    if row is not None and row["version"] != given.base_version:
        check_version(row["version"], given.base_version or 0, await resource.shown(kept.record_id))
    device = Device(str(kept.device_id), kept.device_at, kept.id)
    version = await resource.apply(operation, row, operation.data, device)
    await resource.flush()
    return version


def _read(kept: UnappliedOperation, data: dict[str, Any], fault: Wording) -> BaseModel:
    model: type[BaseModel] = resource_of(kept.type).values
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = [{**each, "loc": ("body", "data", *each["loc"])} for each in error.errors(include_url=False)]
        raise Problem("REQUEST_INVALID", faults=[fault(each) for each in found]) from None


def _operation(kept: UnappliedOperation, data: Any) -> OperationIn:
    return _OPERATION.validate_python(
        {
            "op_id": kept.id,
            "type": kept.type,
            "action": kept.action,
            "id": kept.record_id,
            "base_version": kept.base_version or 1,
            "device_at": kept.device_at,
            "data": data,
        }
    )


async def _decided(
    db: AsyncSession, access: Access, kept: UnappliedOperation, decision: ConflictDecision
) -> None:
    kept.decision = decision
    kept.resolved_at = access.now
    kept.resolved_by = access.employee_id
    await db.flush()
    change = Change(
        "conflict", kept.id, 2, "RESOLVE", {"decision": [None, decision]}, employee_id=kept.employee_id
    )
    await record(db, access.author, access.now, change)
