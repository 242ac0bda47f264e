"""Who heads a unit on a day, for whom, and who acts instead where the seat is vacant."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.organization.queries import headcounts, heads, unit
from asn_api.areas.organization.schemas import (
    ActingSuperiorOut,
    HeadOut,
    UnitDetailOut,
    UnitHeadOut,
    UnitOut,
    nodes_above,
)
from asn_api.errors import Problem
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.reporting import PRECEDENCE
from asn_api.tables.organization import Unit


async def known_unit(access: Access, db: AsyncSession, id: UUID) -> Unit:
    found = await db.scalar(unit(access, id))
    if found is None:
        raise Problem("NOT_FOUND")
    return found


async def detail(access: Access, db: AsyncSession, id: UUID, day: date) -> UnitDetailOut:
    found = await known_unit(access, db, id)
    own, below = await headcounts(access, db, found, day)
    return UnitDetailOut(
        unit=UnitOut.model_validate(found),
        as_of=day,
        head=_effective((await heads(access, db, [id], day)).get(id, ())),
        headcount=own,
        headcount_branch=below,
    )


async def head_of(access: Access, db: AsyncSession, id: UUID, day: date) -> UnitHeadOut:
    found = await known_unit(access, db, id)
    upwards = [id, *reversed(nodes_above(found.path))]
    seated = await heads(access, db, upwards, day)
    head = _effective(seated.get(id, ()))
    holder = next((each for each in seated.get(id, ()) if each.kind is AppointmentKind.DEFINITIVE), None)
    above = next((each for each in upwards[1:] if each in seated), None) if head is None else None
    instead = None
    if above is not None and (acting := _effective(seated[above])) is not None:
        name = (await known_unit(access, db, above)).name
        instead = ActingSuperiorOut(unit_id=above, unit_name=name, head=acting)
    return UnitHeadOut(
        unit_id=id,
        as_of=day,
        head=head,
        acts_for=holder if head != holder else None,
        acting_superior=instead,
    )


def _effective(seated: Sequence[HeadOut]) -> HeadOut | None:
    return min(seated, key=lambda head: PRECEDENCE.index(head.kind), default=None)
