"""Where complaints of the same words went and stayed, of those that the caller may know."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from asn_api.access.actor import Access
from asn_api.access.complaints import complaints_within, unit_is_named
from asn_api.areas.complaints.similar_queries import CANDIDATES
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import TAKEN_ON, ComplaintKind
from asn_api.tables.complaints import Complaint
from asn_api.tables.organization import Unit


def taken_on(access: Access, complaint: Complaint, policy: ComplaintPolicy, pairs: str) -> Select[Any]:
    """The newest ones with two of the words; of supervisory ones and of the others each their own kind."""
    row = Complaint
    supervisory = row.kind == ComplaintKind.COMPLAINT_SUPERVISORY
    return (
        select(row.agency_id, func.tsvector_to_array(row.words).label("stems"))
        .where(
            complaints_within(access),
            row.id != complaint.id,
            row.status.in_(sorted(TAKEN_ON)),
            supervisory if complaint.kind is ComplaintKind.COMPLAINT_SUPERVISORY else ~supervisory,
            row.received_at >= access.now - timedelta(days=policy.routing_days),
            row.words.op("@@")(cast(pairs, TSQUERY)),
        )
        .order_by(row.received_at.desc(), row.id.desc())
        .limit(CANDIDATES)
    )


def fit_agencies(access: Access, complaint_id: UUID, ids: Collection[UUID]) -> Select[UUID, str]:
    """Those that exist today and into which it may be disposed."""
    return select(Unit.id, Unit.name).where(
        Unit.region_id == access.region_id,
        Unit.id.in_(ids),
        or_(Unit.closed_on.is_(None), Unit.closed_on > access.today),
        ~unit_is_named(access.region_id, complaint_id, Unit.id, access.today),
    )
