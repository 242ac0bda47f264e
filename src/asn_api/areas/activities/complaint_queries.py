"""Which complaints an activity may name, and who else may see that it does. Asked only where one is named."""

from collections.abc import Collection
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.rules.complaints import ComplaintKind
from asn_api.tables.complaints import Complaint

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


async def readable(driver: asyncpg.Connection, access: Access, ids: Collection[UUID]) -> set[UUID]:
    """Those of these complaints that the caller reads today; supervisory ones never: who serves one, says too much."""
    # Who sees complaints is not brought along at every start.
    from asn_api.access.complaints import complaints_within
    from asn_api.access.monitoring import by

    reading = by(access, Permission.COMPLAINTS_READ)
    if not ids or not reading.scopes:
        return set()
    statement = select(Complaint.id).where(
        Complaint.id.in_(ids),
        Complaint.kind != ComplaintKind.COMPLAINT_SUPERVISORY,
        complaints_within(reading),
    )
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    return {row["id"] for row in await driver.fetch(str(compiled), *values)}
