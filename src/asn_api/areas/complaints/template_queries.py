"""The region's ready answers, and those that fit one complaint."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, or_, select

from asn_api.access.actor import Access
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.tables.complaints import ComplaintTemplate
from asn_api.tables.organization import Unit

BY_NAME = (
    Key(ComplaintTemplate.__table__.c.name, "name", str),
    Key(ComplaintTemplate.__table__.c.id, "id", UUID),
)
OFFERED = 50


def templates(access: Access) -> Select[Any]:
    return select(*ComplaintTemplate.__table__.c).where(ComplaintTemplate.region_id == access.region_id)


def template(access: Access, id: UUID) -> Select[ComplaintTemplate]:
    return select(ComplaintTemplate).where(
        ComplaintTemplate.region_id == access.region_id, ComplaintTemplate.id == id
    )


def fitting(access: Access, category_id: UUID | None, path: str | None) -> Select[ComplaintTemplate]:
    """For this category or any, for this unit, one above it or any; those of both first, then by name."""
    row = ComplaintTemplate
    return (
        select(row)
        .outerjoin(Unit, matches(Unit, row.agency_id, row))
        .where(
            row.region_id == access.region_id,
            or_(row.category_id.is_(None), row.category_id == category_id),
            or_(row.agency_id.is_(None), literal(path or "").startswith(Unit.path)),
        )
        .order_by(row.category_id.is_(None), row.agency_id.is_(None), row.name, row.id)
        .limit(OFFERED)
    )
