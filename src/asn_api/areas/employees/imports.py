"""An import's life: received, judged and applied by jobs, or discarded."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, null, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.employees import portal
from asn_api.areas.employees.import_queries import one
from asn_api.areas.organization import unit_tree
from asn_api.core.crypto import Keyring
from asn_api.core.jobs import defer
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.imports import ImportAction, ImportStatus, refusal
from asn_api.tables.employees import EmployeeImport, EmployeeImportRow

CHECK = "employees.check_import"
COMMIT = "employees.commit_import"
_FAULTS_TOLD = 100


@dataclass(frozen=True)
class Given:
    """What was uploaded: the employees' export, the unit tree, or both."""

    file_name: str
    employees: bytes | None
    units: bytes | None


def check_form(given: Given) -> None:
    """Refuse at once what no job needs to look at."""
    if given.employees is None and given.units is None:
        raise Problem("IMPORT_WITHOUT_FILE")
    if given.employees is not None:
        portal.check_form(given.employees)
    if given.units is not None:
        read_tree(given.units)


def read_tree(content: bytes) -> unit_tree.UnitTree:
    tree = unit_tree.read(content)
    if tree.faults:
        raise Problem("UNIT_FILE_INVALID", faults=tree.faults[:_FAULTS_TOLD], count=len(tree.faults))
    return tree


def check_reach(access: Access) -> None:
    if not access.reaches(Reach.REGION):
        raise Problem("IMPORT_NEEDS_WHOLE_REGION")


async def receive(access: Access, db: AsyncSession, keyring: Keyring, given: Given) -> EmployeeImport:
    """Keep the files sealed, to be judged by `check`."""
    check_reach(access)
    check_form(given)
    id = uuid7()
    received = EmployeeImport(
        region_id=access.region_id,
        id=id,
        status=ImportStatus.WAITING,
        file_name=_tidy(given.file_name),
        content=_sealed(keyring, given.employees, content_context(access.region_id, id)),
        unit_content=_sealed(keyring, given.units, unit_context(access.region_id, id)),
        created_at=access.now,
        created_by=access.actor.principal_id,
        rows_total=0,
        rows_done=0,
        summary={},
    )
    db.add(received)
    await db.flush()
    await _tell(access, db, received, "RECEIVE", {"file_name": [None, received.file_name]})
    return received


async def submit(access: Access, db: AsyncSession, keyring: Keyring, given: Given) -> EmployeeImport:
    received = await receive(access, db, keyring, given)
    await defer(db, CHECK, lock=f"import:{received.id}", **arguments(access, received.id))
    return received


async def request_commit(access: Access, db: AsyncSession, found: EmployeeImport) -> None:
    """Let a job apply what the dry run showed; imports of one region are applied one after another."""
    await _begin_commit(access, db, found)
    await defer(db, COMMIT, lock=f"imports:{access.region_id}", **arguments(access, found.id))


async def mark_committing(access: Access, db: AsyncSession, id: UUID) -> None:
    """For whoever applies it at once, without a job."""
    await _begin_commit(access, db, await locked(access, db, id))


async def _begin_commit(access: Access, db: AsyncSession, found: EmployeeImport) -> None:
    check_allowed(found.status, ImportAction.COMMIT)
    found.status = ImportStatus.COMMITTING
    await db.flush()
    await _tell(access, db, found, "commit_requested", {"status": ["CHECKED", "COMMITTING"]})


async def discard_unfinished(access: Access, db: AsyncSession, id: UUID) -> None:
    """Leave no people's data behind when a command ends before it has applied anything."""
    found = await locked(access, db, id)
    if found.status is not ImportStatus.COMMITTED:
        found.status = ImportStatus.CHECKED
        await discard(access, db, found)


async def discard(access: Access, db: AsyncSession, found: EmployeeImport) -> None:
    """Remove an import that was not applied, with all that it holds."""
    check_allowed(found.status, ImportAction.DISCARD)
    await _tell(access, db, found, "DISCARD", {"status": [found.status.value, None]})
    await forget_rows(access, db, found.id)
    await db.delete(found)


def check_allowed(status: ImportStatus, action: ImportAction) -> None:
    if code := refusal(status, action):
        raise Problem(code)


async def locked(access: Access, db: AsyncSession, id: UUID) -> EmployeeImport:
    check_reach(access)
    found = await db.scalar(one(access, id).with_for_update())
    if found is None:
        raise Problem("NOT_FOUND")
    return found


async def forget_rows(access: Access, db: AsyncSession, id: UUID) -> None:
    await db.execute(
        delete(EmployeeImportRow).where(
            EmployeeImportRow.region_id == access.region_id, EmployeeImportRow.import_id == id
        )
    )


async def forget_content(access: Access, db: AsyncSession, found: EmployeeImport) -> None:
    """What is over needs no copies of people's data; the report stays."""
    found.content = found.unit_content = None
    await db.execute(
        update(EmployeeImportRow)
        .where(EmployeeImportRow.region_id == access.region_id, EmployeeImportRow.import_id == found.id)
        .values({EmployeeImportRow.values: null()})
    )


async def fail(access: Access, db: AsyncSession, id: UUID, problem: Problem) -> None:
    """Record why an import ended without effect."""
    found = await db.scalar(one(access, id).with_for_update())
    if found is None:
        return
    found.status = ImportStatus.FAILED
    found.problem_code = problem.code
    found.summary = {**found.summary, "problem_params": problem.params}
    await forget_content(access, db, found)
    await db.flush()
    await _tell(access, db, found, "failed", {"problem_code": [None, problem.code]})


async def finish(access: Access, db: AsyncSession, found: EmployeeImport) -> None:
    found.status = ImportStatus.COMMITTED
    found.committed_at = access.now
    await forget_content(access, db, found)
    await db.flush()
    await _tell(access, db, found, "COMMIT", {"status": ["COMMITTING", "COMMITTED"]})


async def _tell(
    access: Access, db: AsyncSession, found: EmployeeImport, action: str, changes: dict[str, Any]
) -> None:
    change = Change("employee_import", found.id, found.version, action, changes)
    await record(db, access.author, access.now, change)


def arguments(access: Access, id: UUID) -> dict[str, Any]:
    """What a job needs to act for the person who asked."""
    author = access.author
    return {
        "region_id": author.region_id,
        "import_id": id,
        "principal_id": access.actor.principal_id,
        "account_id": author.account_id,
        "employee_id": author.actor_id,
        "request_id": author.request_id,
    }


def content_context(region_id: UUID, id: UUID) -> str:
    return f"employee_imports.content:{region_id}/{id}"


def unit_context(region_id: UUID, id: UUID) -> str:
    return f"employee_imports.unit_content:{region_id}/{id}"


def row_context(region_id: UUID, id: UUID, line: int) -> str:
    return f"employee_import_rows.values:{region_id}/{id}/{line}"


def _sealed(keyring: Keyring, content: bytes | None, context: str) -> bytes | None:
    return None if content is None else keyring.seal(content, context)


def _tidy(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[:200] or "-"
