"""Keeps the reporting lines true: rebuilt in the transaction that changes the tree or the appointments."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.authority import announce
from asn_api.core.bulk import copy_in
from asn_api.core.mapping import uuid7
from asn_api.rules.reporting import Line, Post, lines
from asn_api.tables.organization import Appointment, Region, ReportingLine, Unit


async def rebuild(db: AsyncSession, region_id: UUID) -> None:
    """Compute the region's lines anew and write only what differs; serialised by the region's row."""
    await db.flush()
    # Not the full lock: every journal row refers to the region.
    await db.execute(select(Region.id).where(Region.id == region_id).with_for_update(key_share=True))
    units = await db.execute(select(Unit.id, Unit.parent_id).where(Unit.region_id == region_id))
    parents: dict[UUID, UUID | None] = {each.id: each.parent_id for each in units}
    appointed = await db.execute(
        select(
            Appointment.employee_id,
            Appointment.unit_id,
            Appointment.is_head,
            Appointment.kind,
            Appointment.valid,
        ).where(Appointment.region_id == region_id)
    )
    posts = [
        Post(employee, unit, is_head, kind, valid.lower, valid.upper)
        for employee, unit, is_head, kind, valid in appointed
        if valid.lower is not None
    ]
    wanted = set(lines(parents, posts))
    held = {
        Line(employee, superior, valid.lower, valid.upper): id
        for id, employee, superior, valid in await db.execute(
            select(
                ReportingLine.id, ReportingLine.employee_id, ReportingLine.superior_id, ReportingLine.valid
            ).where(ReportingLine.region_id == region_id)
        )
        if valid.lower is not None
    }
    outdated = [id for line, id in held.items() if line not in wanted]
    if outdated:
        await db.execute(
            delete(ReportingLine).where(ReportingLine.region_id == region_id, ReportingLine.id.in_(outdated))
        )
    added = [
        {
            "region_id": region_id,
            "id": uuid7(),
            "employee_id": line.employee_id,
            "superior_id": line.superior_id,
            "valid": Range(line.start, line.end),
        }
        for line in wanted
        if line not in held
    ]
    await copy_in(db, ReportingLine, added)
    if outdated or added:
        await announce(db, "region", region_id)
