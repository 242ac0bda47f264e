"""What may be the same as somebody is about to report: by words and by place, of what anybody may see."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from asn_api.access.actor import Access
from asn_api.access.complaints import known_to_public
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.similarity import Box
from asn_api.tables.complaints import Complaint

CANDIDATES = 100
"""The newest ones, which are then weighed one by one."""


def joinable(access: Access, id: UUID) -> Select[UUID]:
    """What anybody may be shown, locked: it must not be merged away while somebody joins it."""
    return (
        select(Complaint.id)
        .where(Complaint.id == id, known_to_public(access))
        .with_for_update(key_share=True)
    )


def candidates(
    access: Access,
    policy: ComplaintPolicy,
    pairs: str | None,
    box: Box | None,
    category_id: UUID | None,
) -> Select[Any]:
    """Two of the words in common, or nearby and of the same category; the newest first."""
    row = Complaint
    found: list[ColumnElement[bool]] = []
    if pairs is not None:
        found.append(row.words.op("@@")(cast(pairs, TSQUERY)))
    if box is not None:
        found.append(
            and_(
                row.latitude.between(box.south, box.north),
                row.longitude.between(box.west, box.east),
                row.category_id.is_not_distinct_from(category_id),
            )
        )
    since = access.now - timedelta(days=policy.similar_days)
    return (
        select(
            row.id,
            row.subject,
            row.status,
            row.received_at,
            row.joined,
            row.latitude,
            row.longitude,
            row.category_id,
            func.tsvector_to_array(row.words).label("stems"),
        )
        .where(known_to_public(access), row.received_at >= since, or_(*found))
        .order_by(row.received_at.desc(), row.id.desc())
        .limit(CANDIDATES)
    )
