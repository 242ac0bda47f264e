"""The SQL of what clients of Open311 may know of complaints."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.complaints import known_to_public, open_to_public
from asn_api.areas.performance.queries import matches
from asn_api.rules.complaints import KNOWN_TO_PUBLIC, PUBLIC_MESSAGES, ComplaintStatus
from asn_api.tables.complaints import Complaint, ComplaintCategory, ComplaintMessage
from asn_api.tables.organization import Unit

_LEAD, _CATEGORY, _AGENCY = aliased(Complaint), aliased(ComplaintCategory), aliased(Unit)


def of_ids(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """For whoever holds the ids, before anybody has looked at them too."""
    return _shown(access).where(Complaint.id.in_(ids))


def listed(
    access: Access,
    start: datetime,
    end: datetime,
    codes: Collection[str] | None,
    statuses: Collection[ComplaintStatus] | None,
) -> Select[Any]:
    """For everybody, the newest first."""
    statement = _shown(access).where(
        known_to_public(access), Complaint.received_at >= start, Complaint.received_at <= end
    )
    if codes is not None:
        statement = statement.where(_CATEGORY.code.in_(codes))
    if statuses is not None:
        statement = statement.where(Complaint.status.in_(sorted(statuses)))
    return statement


def _shown(access: Access) -> Select[Any]:
    """With the one that a merged one follows, which must be open to the public as well."""
    row = Complaint
    columns: list[Any] = [
        row.id,
        row.received_at,
        row.status.in_(sorted(KNOWN_TO_PUBLIC)).label("is_readable"),
        row.subject,
        row.content,
        row.address,
        row.latitude,
        row.longitude,
        _LEAD.id.label("lead_id"),
        _LEAD.status,
        _LEAD.changed_at,
        _LEAD.due_on,
        _CATEGORY.code.label("category_code"),
        _CATEGORY.name.label("category_name"),
        _AGENCY.name.label("agency_name"),
    ]
    return (
        select(*columns)
        .join(
            _LEAD,
            and_(_LEAD.region_id == row.region_id, _LEAD.id == func.coalesce(row.parent_id, row.id)),
        )
        .outerjoin(_CATEGORY, matches(_CATEGORY, row.category_id, row))
        .outerjoin(_AGENCY, matches(_AGENCY, _LEAD.agency_id, _LEAD))
        .where(open_to_public(access), open_to_public(access, _LEAD))
        .order_by(row.received_at.desc(), row.id.desc())
    )


def last_words(access: Access, ids: Collection[UUID]) -> Select[UUID, str]:
    """What the government said in public last."""
    row = ComplaintMessage
    return (
        select(row.complaint_id, row.content)
        .ext(distinct_on(row.complaint_id))
        .where(
            row.region_id == access.region_id,
            row.complaint_id.in_(ids),
            row.kind.in_(sorted(PUBLIC_MESSAGES)),
        )
        .order_by(row.complaint_id, row.created_at.desc(), row.id.desc())
    )
