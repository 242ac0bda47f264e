"""The SQL of nominations."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Update

from asn_api.access.actor import Access
from asn_api.access.followup import endorses, nominations_within
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.followup.schemas import NominationFilter
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.recognition import NominationStatus
from asn_api.tables.employees import Employee
from asn_api.tables.followup import Nomination
from asn_api.tables.organization import Unit

NEWEST_FIRST = (Key(Nomination.__table__.c.id, "id", UUID, descending=True),)


def nominations(access: Access, wanted: NominationFilter) -> Select[Any]:
    row, person, nominator = Nomination, aliased(Employee), aliased(Employee)
    conditions = [nominations_within(access)]
    for name in ("employee_id", "status", "kind", "year"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.waiting_for_me:
        conditions += [row.status == NominationStatus.PROPOSED, endorses(access)]
    return (
        select(
            *row.__table__.c,
            person.nip.label("employee_nip"),
            person.name.label("employee_name"),
            nominator.nip.label("nominator_nip"),
            nominator.name.label("nominator_name"),
            Unit.name.label("unit_name"),
            endorses(access).label("endorses"),
        )
        .join(person, matches(person, row.employee_id, row))
        .join(nominator, matches(nominator, row.nominator_id, row))
        .join(Unit, matches(Unit, row.unit_id, row))
        .where(*conditions)
    )


def nomination(access: Access, id: UUID) -> Select[Any]:
    return nominations(access, NominationFilter()).where(Nomination.id == id)


def locked(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """In one order, so that two heads at once do not wait for each other in a circle."""
    return (
        nominations(access, NominationFilter())
        .where(Nomination.id.in_(ids))
        .order_by(Nomination.id)
        .with_for_update(of=Nomination, key_share=True)
    )


def moved(access: Access, ids: Collection[UUID], **values: Any) -> Update:
    return (
        update(Nomination)
        .where(Nomination.region_id == access.region_id, Nomination.id.in_(ids))
        .values(version=Nomination.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
