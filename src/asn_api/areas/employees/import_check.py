"""The dry run of an import: every row with its verdict, kept for the eyes of a clerk and for the commit."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.employees import portal
from asn_api.areas.employees.import_queries import known, one, units_seen
from asn_api.areas.employees.import_rows import People, Verdict, judge
from asn_api.areas.employees.imports import (
    content_context,
    forget_rows,
    read_tree,
    row_context,
    unit_context,
)
from asn_api.areas.employees.portal_rows import EmployeeValues
from asn_api.areas.organization import unit_import
from asn_api.areas.policies.current import policy_on
from asn_api.core.bulk import copy_in
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.imports import ImportStatus, RowAction
from asn_api.rules.policy import IdentityPolicy
from asn_api.tables.employees import EmployeeImport, EmployeeImportRow

CHUNK = 500
UNIT_CHANGES_TOLD = 200
VALUES = TypeAdapter(EmployeeValues)

Progress = Callable[[int, int], None]


def unseen(done: int, total: int) -> None:
    """Nobody watches."""


async def check(
    access: Access, database: Database, keyring: Keyring, id: UUID, progress: Progress = unseen
) -> None:
    """Judge a waiting import, or again one whose check was interrupted."""
    async with database.sessions() as db:
        found = await db.scalar(one(access, id))
        if found is None or found.status not in (ImportStatus.WAITING, ImportStatus.CHECKING):
            return
        found.status, found.rows_done, found.summary = ImportStatus.CHECKING, 0, {}
        await forget_rows(access, db, id)
        await db.commit()
        plan = await planned_units(access, db, keyring, found)
        verdicts = await _verdicts(access, db, keyring, found, plan)
        found.rows_total = len(verdicts)
        await db.commit()
        for start in range(0, len(verdicts), CHUNK):
            chunk = verdicts[start : start + CHUNK]
            await copy_in(db, EmployeeImportRow, [_row(access, keyring, id, each) for each in chunk])
            found.rows_done += len(chunk)
            await db.commit()
            progress(found.rows_done, found.rows_total)
        found.status = ImportStatus.CHECKED
        found.summary = _summary(verdicts, plan)
        # The rows hold what the commit needs; the file itself is no longer wanted.
        found.content = None
        await db.commit()


async def planned_units(
    access: Access, db: AsyncSession, keyring: Keyring, found: EmployeeImport
) -> unit_import.UnitPlan:
    if found.unit_content is None:
        return unit_import.NOTHING
    content = keyring.open(found.unit_content, unit_context(access.region_id, found.id))
    return await unit_import.plan(access, db, read_tree(content))


def fingerprint(plan: unit_import.UnitPlan) -> str:
    return hashlib.sha256(orjson.dumps(plan.shown())).hexdigest()


async def _verdicts(
    access: Access, db: AsyncSession, keyring: Keyring, found: EmployeeImport, plan: unit_import.UnitPlan
) -> list[Verdict]:
    if found.content is None:
        return []
    content = keyring.open(found.content, content_context(access.region_id, found.id))
    units = await units_seen(access, db, plan)
    if not units:
        raise Problem("UNITS_MISSING")
    names = {siasn_id: unit.name for siasn_id, unit in units.items()}
    policy = await policy_on(db, access.region_id, IdentityPolicy, access.today)
    file = await asyncio.to_thread(portal.read, content, names, policy.pppk_contract_codes)
    values = [row.values for row in file.rows if row.values is not None]
    people = People(await known(access, db, keyring, values))
    return judge(file.rows, people, units)


def _row(access: Access, keyring: Keyring, id: UUID, verdict: Verdict) -> dict[str, Any]:
    row, current = verdict.row, verdict.current
    values = None
    if verdict.action is not RowAction.REFUSE:
        context = row_context(access.region_id, id, row.line)
        values = keyring.seal(VALUES.dump_json(row.values), context)  # type: ignore[arg-type]
    return {
        "region_id": access.region_id,
        "id": uuid7(),
        "import_id": id,
        "line": row.line,
        "nip": row.nip,
        "action": verdict.action.value,
        "employee_id": current.id if current else None,
        "base_version": current.version if current else None,
        "messages": [
            {
                "column": message.column,
                "code": message.code,
                "severity": message.severity.value,
                "params": dict(message.params),
                "suggestion": message.suggestion,
            }
            for message in verdict.messages
        ],
        "changes": verdict.changes,
        "values": values,
    }


def _summary(verdicts: Sequence[Verdict], plan: unit_import.UnitPlan) -> dict[str, Any]:
    actions = Counter(verdict.action for verdict in verdicts)
    refused = actions[RowAction.REFUSE]
    return {
        "rows": len(verdicts),
        "accepted": len(verdicts) - refused,
        "refused": refused,
        "with_warnings": sum(
            bool(verdict.messages) for verdict in verdicts if verdict.action is not RowAction.REFUSE
        ),
        "actions": {action.value: actions[action] for action in RowAction},
        "codes": dict(
            sorted(Counter(message.code for verdict in verdicts for message in verdict.messages).items())
        ),
        "units": {"created": plan.created, "changed": plan.changed, "unchanged": plan.unchanged},
        "unit_changes": [each for each in plan.shown() if each["version"]][:UNIT_CHANGES_TOLD],
        "units_fingerprint": fingerprint(plan),
        "changes_nothing": not (plan.changes or actions[RowAction.CREATE] or actions[RowAction.CHANGE]),
    }
