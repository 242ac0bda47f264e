"""The one code of a contact: written anew, found, used up, forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.dml import Insert

from asn_api.access.actor import Access
from asn_api.core.mapping import uuid7
from asn_api.tables.complaints import ComplaintContactCode


def put(access: Access, index: bytes, digest: bytes, until: datetime) -> Insert:
    """In the place of the one before."""
    fresh: dict[str, Any] = {"digest": digest, "expires_at": until, "attempts": 0}
    values = {"region_id": access.region_id, "id": uuid7(), "contact_index": index, **fresh}
    return (
        insert(ComplaintContactCode)
        .values(**values)
        .on_conflict_do_update(constraint="uq_complaint_contact_codes_contact", set_=fresh)
    )


def code_of(access: Access, index: bytes) -> Select[ComplaintContactCode]:
    row = ComplaintContactCode
    return select(row).where(row.region_id == access.region_id, row.contact_index == index)


def without(access: Access, index: bytes) -> Delete:
    row = ComplaintContactCode
    return delete(row).where(row.region_id == access.region_id, row.contact_index == index)


def expired(access: Access) -> Delete:
    row = ComplaintContactCode
    return delete(row).where(row.region_id == access.region_id, row.expires_at < access.now)
