"""Nominations for recognition: proposed with the criteria of the day, decided singly or many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.followup import nomination_queries as queries
from asn_api.areas.followup.findings import asked_for, judged, row_of
from asn_api.areas.followup.notes import written_about
from asn_api.areas.followup.schemas import (
    NominationDecisionIn,
    NominationIn,
    NominationOut,
    NominationSummary,
)
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.performance.snapshots import period_days
from asn_api.core.database import driver_of
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.recognition import (
    NominationAction,
    NominationActor,
    NominationStatus,
    check_criteria,
    check_nomination,
    nomination_refusal,
)
from asn_api.tables.followup import Nomination

ENTITY = "nomination"

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Penghargaan", "Recognition", lambda row: row["kind"]),
    Column("Mulai", "From", lambda row: period_days(row["period"])[0]),
    Column("Selesai", "To", lambda row: period_days(row["period"])[1]),
    Column("Memenuhi kriteria", "Meets the criteria", lambda row: row["meets_criteria"]),
    Column("Uraian", "Citation", lambda row: row["citation"]),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Pengusul", "Nominator", lambda row: row["nominator_name"]),
)


async def propose(access: Access, db: AsyncSession, given: NominationIn) -> tuple[UUID, bool]:
    """The id of the stored nomination, and whether it is new; the same one sent again is given back."""
    if given.id is not None and (known := await db.scalar(stored(access, Nomination, given.id))) is not None:
        sent = (access.employee_id, given.employee_id, given.kind, given.year, given.basis, given.citation)
        was = (known.nominator_id, known.employee_id, known.kind, known.year, known.basis, known.citation)
        if was != sent:
            raise Problem("NOMINATION_ID_TAKEN")
        return known.id, False
    unit_id = await written_about(access, db, given.employee_id)
    asked = await asked_for(access, db, given.year, given.basis, given.number)
    finding = judged(asked, await row_of(access, db, asked, given.employee_id))
    row = Nomination(
        region_id=access.region_id,
        id=given.id or uuid7(),
        employee_id=given.employee_id,
        unit_id=unit_id,
        nominator_id=access.employee_id,
        kind=given.kind,
        basis=given.basis,
        year=given.year,
        period=Range(asked.span.first, asked.span.last + ONE_DAY),
        citation=given.citation,
        justification=given.justification,
        meets_criteria=check_criteria(finding, given.justification),
        criteria=[asdict(each) for each in finding.excellence],
        status=NominationStatus.PROPOSED,
        created_at=access.now,
    )
    db.add(row)
    await db.flush()
    change = Change(ENTITY, row.id, 1, "PROPOSE", {"kind": row.kind}, unit_id, row.employee_id)
    await record(db, access.author, access.now, change)
    return row.id, True


Decided = Mapping[str, Any]
"""`status` and `version` after the decision."""


async def decide_all(
    access: Access, db: AsyncSession, items: Sequence[NominationDecisionIn], *, atomic: bool
) -> list[Decided | Problem]:
    """Each decision's outcome or refusal, in their order; `atomic` refuses all when one is refused."""
    found = await db.execute(queries.locked(access, {item.id for item in items}))
    rows = {row["id"]: row for row in found.mappings()}
    seen: set[UUID] = set()
    results: list[Decided | Problem] = []
    for item in items:
        try:
            results.append(_decided(access, rows, item, again=item.id in seen))
            seen.add(item.id)
        except Problem as problem:
            results.append(problem)
    if atomic and any(isinstance(each, Problem) for each in results):
        return [each if isinstance(each, Problem) else Problem("NOT_DONE_ATOMIC") for each in results]
    await _store(access, db, rows, [each for each in results if not isinstance(each, Problem)])
    return results


async def decide(access: Access, db: AsyncSession, item: NominationDecisionIn) -> None:
    """One decision; refusals are raised."""
    (result,) = await decide_all(access, db, [item], atomic=False)
    if not isinstance(result, Problem):
        return
    if result.code == "VERSION_STALE":
        wire = NominationOut.model_validate(await shown(access, db, item.id))
        check_version(wire.version, item.version, wire)
    raise result


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str) -> None:
    """By the nominator while it is open, by whoever stands above once it is endorsed."""
    row = (await db.execute(queries.locked(access, [id]))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    if row["version"] != expected:
        wire = NominationOut.model_validate(await shown(access, db, id))
        check_version(row["version"], expected, wire)
    status = check_nomination(row["status"], NominationAction.WITHDRAW, _actors(access, row), reason)
    await db.execute(queries.moved(access, [id], status=status, withdrawal_reason=reason))
    await record(db, access.author, access.now, _change(row, NominationAction.WITHDRAW, status))


def _decided(access: Access, rows: Mapping[UUID, Any], item: NominationDecisionIn, *, again: bool) -> Decided:
    row = rows.get(item.id)
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row["version"] + again, item.version)
    action = NominationAction(item.decision)
    status = check_nomination(row["status"], action, _actors(access, row), item.comment)
    return {
        "id": item.id,
        "status": status,
        "version": row["version"] + 1,
        "action": action,
        "note": item.comment,
    }


async def _store(
    access: Access, db: AsyncSession, rows: Mapping[UUID, Any], decided: Sequence[Decided]
) -> None:
    """As few statements as there are different words."""
    alike: dict[tuple[NominationStatus, str | None], list[UUID]] = defaultdict(list)
    for each in decided:
        alike[each["status"], each["note"]].append(each["id"])
    for (status, note), ids in alike.items():
        values = {"status": status, "decision_note": note, "decided_by": access.employee_id}
        await db.execute(queries.moved(access, ids, **values, decided_at=access.now))
    changes = [_change(rows[each["id"]], each["action"], each["status"]) for each in decided]
    await record(db, access.author, access.now, *changes)
    told = [
        Notice(rows[each["id"]]["employee_id"], NoticeKind.NOMINATION_ENDORSED, ENTITY, each["id"])
        for each in decided
        if each["status"] is NominationStatus.ENDORSED
    ]
    if told:
        await notify(await driver_of(db), access, told)


def _change(row: Any, action: NominationAction, after: NominationStatus) -> Change:
    changes = {"status": [row["status"], after]}
    return Change(ENTITY, row["id"], row["version"] + 1, action, changes, row["unit_id"], row["employee_id"])


def _actors(access: Access, row: Any) -> set[NominationActor]:
    if row["employee_id"] == access.employee_id:
        return {NominationActor.NOMINEE}
    if row["nominator_id"] == access.employee_id:
        return {NominationActor.NOMINATOR}
    return {NominationActor.ENDORSER} if row["endorses"] else set()


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.nomination(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    kept = ("justification", "criteria", "decided_by", "decision_note", "withdrawal_reason")
    actors = _actors(access, row)
    return {
        **summary(row),
        **{name: row[name] for name in kept},
        "allowed_actions": [
            {"action": action, "refused": nomination_refusal(row["status"], action, actors)}
            for action in NominationAction
        ],
    }


def summary(row: Any) -> dict[str, Any]:
    first, last = period_days(row["period"])
    return {
        **{name: row[name] for name in NominationSummary.model_fields if name in row},
        "employee": {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]},
        "nominator": {"id": row["nominator_id"], "nip": row["nominator_nip"], "name": row["nominator_name"]},
        "period_start": first,
        "period_end": last,
    }
