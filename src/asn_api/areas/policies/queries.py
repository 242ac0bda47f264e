"""Which policies apply, and which did."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on

from asn_api.access.actor import Access
from asn_api.areas.policies.current import applicable
from asn_api.tables.policies import Policy


def in_force(access: Access, area: str, day: date) -> Select[Policy]:
    return applicable(access.region_id, area, day)


def all_in_force(access: Access, day: date) -> Select[Policy]:
    """One row for each area."""
    return (
        select(Policy)
        .ext(distinct_on(Policy.area))
        .where(Policy.region_id == access.region_id, Policy.valid_from <= day)
        .order_by(Policy.area, Policy.valid_from.desc(), Policy.revision.desc())
    )


def revisions(access: Access, area: str) -> Select[Any]:
    return select(*Policy.__table__.c).where(Policy.region_id == access.region_id, Policy.area == area)
