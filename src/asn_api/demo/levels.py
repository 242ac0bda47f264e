"""The levels of the demo city's functional positions: its titles are made up here, so they can be believed."""

from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.core.bulk import copy_in
from asn_api.core.mapping import uuid7
from asn_api.rules.credits import level_in
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.tables.credits import FunctionalTerm
from asn_api.tables.organization import Appointment, Position


async def store(db: AsyncSession, access: Access) -> None:
    posts = await db.execute(
        select(Appointment.employee_id, func.lower(Appointment.valid).label("since"), Position.title)
        .join(
            Position,
            and_(Position.region_id == Appointment.region_id, Position.id == Appointment.position_id),
        )
        .where(
            Appointment.region_id == access.region_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
            Position.kind == PositionKind.FUNCTIONAL,
        )
        .order_by(Appointment.employee_id)
    )
    found = [(each.employee_id, each.since or date(2020, 1, 1), level_in(each.title)) for each in posts]
    rows = [
        {
            "region_id": access.region_id,
            "id": uuid7(),
            "employee_id": employee_id,
            "level": level,
            "valid": Range(since, None),
            "decree_number": f"821.29/{number:04d}/{since.year}",
            "decree_date": since,
            "version": 1,
        }
        for number, (employee_id, since, level) in enumerate(found, 1)
        if level is not None
    ]
    await copy_in(db, FunctionalTerm, rows)
