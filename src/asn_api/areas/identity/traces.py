"""Journal rows of identity: they belong to the unit where the person works."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.journal import Author, Change, record
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.organization import Appointment


async def trace(db: AsyncSession, author: Author, now: datetime, *happened: Change) -> None:
    """`record`, with the unit of each employee's post where the change names none."""
    people = {change.employee_id for change in happened if change.employee_id and not change.unit_id}
    posts = select(Appointment.employee_id, Appointment.unit_id).where(
        Appointment.region_id == author.region_id,
        Appointment.employee_id.in_(people),
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(now.date()),
    )
    units = dict((await db.execute(posts)).all()) if people else {}
    placed = [
        change._replace(
            unit_id=change.unit_id or (units.get(change.employee_id) if change.employee_id else None)
        )
        for change in happened
    ]
    await record(db, author, now, *placed)
