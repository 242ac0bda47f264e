"""What a form says about the place: the agency and the government that issues it."""

from uuid import UUID

from sqlalchemy import Select, and_, func, literal, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.rules.calendar import Zone
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Region, Unit


def issuer(access: Access, unit_id: UUID) -> Select[str, str, Zone]:
    """The region's name, the agency that the unit belongs to (the unit itself where it has none), the unit's zone."""
    agency = aliased(Unit)
    return (
        select(Region.name.label("region"), func.coalesce(agency.name, Unit.name).label("agency"), Unit.zone)
        .join(Unit, Unit.region_id == Region.id)
        .outerjoin(agency, and_(agency.region_id == Unit.region_id, agency.id == Unit.agency_id))
        .where(Region.id == access.region_id, Unit.id == unit_id)
    )


def full_name(access: Access, employee_id: UUID) -> Select[str]:
    """With titles, as it stands on a certificate."""
    return select(
        func.concat(Employee.front_title + literal(" "), Employee.name, literal(", ") + Employee.back_title)
    ).where(Employee.region_id == access.region_id, Employee.id == employee_id)
