"""What figures of complaints are counted from, and where they are kept. Supervisory ones are in none of them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Update, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import Insert, aggregate_order_by, insert

from asn_api.access.actor import Access
from asn_api.access.scope import units_within
from asn_api.rules.calendar import midnight
from asn_api.rules.complaint_figures import month_after
from asn_api.rules.complaints import ComplaintKind
from asn_api.tables.complaint_figures import ComplaintMonth, ComplaintYear
from asn_api.tables.complaints import Complaint, ComplaintTransition
from asn_api.tables.organization import Unit


def last_changes(access: Access) -> Select[date, datetime]:
    """Each month of receipt, by the region's days, and when something of its complaints changed last."""
    row = Complaint
    month = _month(access).label("month")
    changed = func.max(func.greatest(row.changed_at, row.rated_at)).label("changed")
    # All kinds: what turned out to be supervisory has to go out of a month's figures.
    return select(month, changed).where(row.region_id == access.region_id).group_by(month)


def _month(access: Access) -> ColumnElement[date]:
    local = func.timezone(access.actor.zone.tz.key, Complaint.received_at)
    return cast(func.date_trunc(literal("month"), local), ComplaintMonth.month.type)


def of_month(access: Access, month: date) -> Select[*tuple[Any, ...]]:
    """The complaints received in a month, each with its states and their days in order."""
    row, entry = Complaint, ComplaintTransition
    zone = access.actor.zone
    return (
        select(
            row.id,
            row.kind,
            row.agency_id,
            row.rating,
            func.array_agg(aggregate_order_by(entry.day, entry.version)).label("days"),
            func.array_agg(aggregate_order_by(cast(entry.status, Text), entry.version)).label("states"),
        )
        .join(entry, (entry.region_id == row.region_id) & (entry.complaint_id == row.id))
        .where(
            row.region_id == access.region_id,
            row.received_at >= midnight(month, zone),
            row.received_at < midnight(month_after(month), zone),
            row.kind != ComplaintKind.COMPLAINT_SUPERVISORY,
        )
        .group_by(row.region_id, row.id)
    )


def counted(access: Access) -> Select[date, datetime]:
    row = ComplaintMonth
    return select(row.month, row.counted_at).where(row.region_id == access.region_id)


def confirmed(access: Access, changed: Collection[date]) -> Update:
    """Nothing has happened in the other months: their figures are those of now."""
    row = ComplaintMonth
    return (
        update(row)
        .where(row.region_id == access.region_id, row.month.not_in(changed))
        .values(counted_at=access.now)
    )


def keep_month(access: Access, month: date, units: Mapping[str, Any]) -> Insert:
    values = {"counted_at": access.now, "units": units}
    statement = insert(ComplaintMonth).values(region_id=access.region_id, month=month, **values)
    return statement.on_conflict_do_update(index_elements=["region_id", "month"], set_=values)


def keep_year(access: Access, year: int, until: date, agencies: Mapping[str, Any]) -> Insert:
    values = {"counted_at": access.now, "until": until, "agencies": agencies}
    statement = insert(ComplaintYear).values(region_id=access.region_id, year=year, **values)
    return statement.on_conflict_do_update(index_elements=["region_id", "year"], set_=values)


def months(access: Access, first: date, last: date) -> Select[ComplaintMonth]:
    """Of a span, both months included."""
    row = ComplaintMonth
    return select(row).where(row.region_id == access.region_id, row.month.between(first, last))


def year(access: Access, wanted: int) -> Select[ComplaintYear]:
    row = ComplaintYear
    return select(row).where(row.region_id == access.region_id, row.year == wanted)


def agencies(access: Access) -> Select[UUID, UUID]:
    """Each unit with its agency; above the agencies a unit is its own."""
    agency = func.coalesce(Unit.agency_id, Unit.id)
    return select(Unit.id, agency).where(Unit.region_id == access.region_id)


def names(access: Access, ids: Collection[UUID]) -> Select[UUID, str]:
    return select(Unit.id, Unit.name).where(Unit.region_id == access.region_id, Unit.id.in_(ids))


def unit_within(access: Access, id: UUID) -> Select[Unit]:
    """A unit that is within reach as a whole."""
    return select(Unit).where(Unit.id == id, units_within(access))
