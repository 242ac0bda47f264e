"""The background work of imports."""

from datetime import UTC
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from asn_api.access.actor import Access, Actor
from asn_api.access.grants import Permission, Reach
from asn_api.areas.employees import imports
from asn_api.areas.employees.import_apply import apply
from asn_api.areas.employees.import_check import check
from asn_api.core.jobs import Job, Means
from asn_api.errors import Problem
from asn_api.rules.calendar import Zone
from asn_api.tables.organization import Region

# Both doors: SQLAlchemy wraps what the driver says, COPY does not.
CONTRADICTIONS = (IntegrityError, DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)


async def check_import(means: Means, **given: Any) -> None:
    await _ending_well(check, means, given)


async def commit_import(means: Means, **given: Any) -> None:
    await _ending_well(apply, means, given)


async def _ending_well(work: Any, means: Means, given: dict[str, Any]) -> None:
    """A refusal or contradiction ends the import; anything else is tried again and ends it the last time."""
    access, id = await _access(means, given), UUID(given["import_id"])
    try:
        await work(access, means.database, means.keyring, id)
    except Problem as problem:
        await _fail(means, access, id, problem)
    except CONTRADICTIONS as error:
        cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
        constraint = getattr(cause, "constraint_name", None) or type(cause).__name__
        await _fail(means, access, id, Problem("IMPORT_CONFLICT", constraint=constraint))
    except Exception:
        if means.is_last_try:
            await _fail(means, access, id, Problem("IMPORT_INTERRUPTED"))
        raise


async def _fail(means: Means, access: Access, id: UUID, problem: Problem) -> None:
    async with means.database.sessions() as db, db.begin():
        await imports.fail(access, db, id, problem)


async def _access(means: Means, given: dict[str, Any]) -> Access:
    """The access of the person who asked; that he may was checked then."""
    region_id = UUID(given["region_id"])
    async with means.database.sessions() as db:
        region = await db.get(Region, region_id)
    actor = Actor(
        region_id,
        UUID(given["principal_id"]),
        (),
        region.zone if region else Zone.WIB,
        account_id=_id(given["account_id"]),
        employee_id=_id(given["employee_id"]),
    )
    scopes = frozenset({(Reach.REGION, "")})
    now = means.clock().astimezone(UTC)
    return Access(actor, Permission.EMPLOYEES_MANAGE, scopes, now, given["request_id"])


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


CHECK_IMPORT = Job(imports.CHECK, check_import)
COMMIT_IMPORT = Job(imports.COMMIT, commit_import)
