"""The commit of an import: in one transaction, exactly what the dry run showed, or nothing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.areas.employees.import_check import VALUES, fingerprint, planned_units
from asn_api.areas.employees.import_posts import Posts, take_grades
from asn_api.areas.employees.import_queries import known, one, units_seen
from asn_api.areas.employees.import_rows import FIELDS, People, Verdict, judge
from asn_api.areas.employees.imports import finish, row_context
from asn_api.areas.employees.portal import PortalRow
from asn_api.areas.employees.portal_rows import EmployeeValues
from asn_api.areas.employees.sealing import nik_index, seal
from asn_api.areas.identity.accounts import ensure_accounts
from asn_api.areas.organization import unit_import
from asn_api.areas.organization.lines import rebuild
from asn_api.core.bulk import analyze, copy_in
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.journal import Change, JournalEntry, entry
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.imports import ImportStatus, RowAction
from asn_api.tables.employees import Employee, EmployeeGrade, EmployeeImportRow
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position, Region, ReportingLine, Unit

FILLED = (Unit, Position, Employee, EmployeeGrade, Appointment, ReportingLine, Account)
TOUCHING = (RowAction.CREATE, RowAction.CHANGE)
_TOLD_OF_NEW = ("nip", "name", "employment", "active")


async def apply(access: Access, database: Database, keyring: Keyring, id: UUID) -> None:
    """Apply a judged import. Problem IMPORT_STALE when what it builds on has changed since."""
    async with database.sessions() as db, db.begin():
        await db.execute(
            select(Region.id).where(Region.id == access.region_id).with_for_update(key_share=True)
        )
        found = await db.scalar(one(access, id).with_for_update())
        if found is None or found.status is not ImportStatus.COMMITTING:
            return
        plan = await planned_units(access, db, keyring, found)
        if fingerprint(plan) != found.summary["units_fingerprint"]:
            raise Problem("IMPORT_STALE")
        verdicts = await _unchanged_verdicts(access, db, keyring, id, plan)
        await unit_import.apply(access, db, plan, access.now)
        touched = [verdict for verdict in verdicts if verdict.action in TOUCHING]
        if touched:
            await _take(access, db, keyring, touched)
        await finish(access, db, found)
    async with database.sessions.begin() as db:
        await analyze(db, *FILLED)


async def _unchanged_verdicts(
    access: Access, db: AsyncSession, keyring: Keyring, id: UUID, plan: unit_import.UnitPlan
) -> list[Verdict]:
    """Judge the kept rows again, with the employees locked, and insist on the same verdicts."""
    row = EmployeeImportRow
    kept = (
        await db.execute(
            select(row.line, row.action, row.base_version, row.changes, row.messages, row.values)
            .where(row.region_id == access.region_id, row.import_id == id, row.action != RowAction.REFUSE)
            .order_by(row.line)
        )
    ).all()
    rows = []
    for each in kept:
        plain = keyring.open(each.values, row_context(access.region_id, id, each.line))
        values = VALUES.validate_json(plain)
        rows.append(PortalRow(each.line, values.nip, values, ()))
    given = [each.values for each in rows if each.values is not None]
    units = await units_seen(access, db, plan)
    if any(each.unit_siasn_id not in units for each in given):
        raise Problem("IMPORT_STALE")
    people = People(await known(access, db, keyring, given, lock=True))
    verdicts = judge(rows, people, units)
    for shown, verdict in zip(kept, verdicts, strict=True):
        version = verdict.current.version if verdict.current else None
        codes = {message["code"] for message in shown.messages}
        is_same = (shown.action, shown.base_version, shown.changes) == (
            verdict.action,
            version,
            verdict.changes,
        ) and {message.code for message in verdict.messages} <= codes
        if shown.action in TOUCHING and not is_same:
            raise Problem("IMPORT_STALE")
        # What was not to be touched stays untouched, whatever has become of it since.
        verdict.action = shown.action
    return verdicts


async def _take(access: Access, db: AsyncSession, keyring: Keyring, touched: Sequence[Verdict]) -> None:
    ids = {id(verdict): verdict.current.id if verdict.current else uuid7() for verdict in touched}
    people = [(ids[id(verdict)], verdict, verdict.values) for verdict in touched]
    told: list[Change] = []
    created = [_record(access, keyring, *each) for each in people if each[1].action is RowAction.CREATE]
    await copy_in(db, Employee, created)
    await _change(access, db, keyring, [each for each in people if each[1].action is RowAction.CHANGE])
    told += await take_grades(access, db, people)
    posts = await Posts.read(access, db, [employee_id for employee_id, _, _ in people])
    told += await posts.take(access, db, people)
    for employee_id, verdict, values in people:
        version = verdict.current.version + 1 if verdict.current else 1
        action = "CHANGE" if verdict.current else "CREATE"
        changes = verdict.changes or {name: [None, _plain(getattr(values, name))] for name in _TOLD_OF_NEW}
        told.append(
            Change(
                "employee",
                employee_id,
                version,
                action,
                changes,
                unit_id=posts.unit_of(employee_id),
                employee_id=employee_id,
            )
        )
    author = access.author
    await copy_in(db, JournalEntry, [entry(author, access.now, change) for change in told])
    await ensure_accounts(db, access.region_id, list(ids.values()), author, access.now)
    await rebuild(db, access.region_id)
    await announce(db, "region", access.region_id)


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | str) else str(value)


def _record(
    access: Access, keyring: Keyring, employee_id: UUID, verdict: Verdict, values: EmployeeValues
) -> dict[str, Any]:
    siasn_id = values.siasn_id or (verdict.current.fields["siasn_id"] if verdict.current else None)
    return {
        "region_id": access.region_id,
        "id": employee_id,
        "version": verdict.current.version + 1 if verdict.current else 1,
        **{name: getattr(values, name) for name in FIELDS},
        "raw": dict(values.raw),
        "siasn_id": siasn_id,
        "sort_name": values.name.lower(),
        "restricted": seal(keyring, access.region_id, employee_id, values.restricted),
        "nik_index": nik_index(keyring, values.restricted.nik),
    }


async def _change(
    access: Access, db: AsyncSession, keyring: Keyring, people: Sequence[tuple[UUID, Verdict, EmployeeValues]]
) -> None:
    if not people:
        return
    records = [_record(access, keyring, *each) for each in people]
    table = Employee.__table__
    columns = [name for name in records[0] if name not in ("region_id", "id")]
    await db.execute(
        update(table)  # type: ignore[arg-type]
        .where(table.c.region_id == access.region_id, table.c.id == bindparam("employee"))
        .values({name: bindparam(f"new_{name}") for name in columns}),
        [{"employee": each["id"], **{f"new_{name}": each[name] for name in columns}} for each in records],
    )
