"""Who sees a complaint, and from whom it is kept: the official it is about, and everybody in his branch."""

from collections.abc import Collection
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, exists, literal, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.access.scope import records_within
from asn_api.rules.complaints import KNOWN_TO_PUBLIC, ComplaintKind
from asn_api.tables.complaints import Complaint, ComplaintSubject
from asn_api.tables.identity import Account, RoleGrant
from asn_api.tables.organization import Appointment, Unit

Column: TypeAlias = ColumnElement[Any] | Any

ENTITY = "complaint"
"""The name of complaints in the journal."""

_NAMED, _PLACE, _HERE = aliased(ComplaintSubject), aliased(Unit), aliased(Unit)
_POST, _HIS_POST = aliased(Appointment), aliased(Appointment)
_GRANT, _ACCOUNT, _NODE = aliased(RoleGrant), aliased(Account), aliased(Unit)


def complaints_within(access: Access) -> ColumnElement[bool]:
    """Those one handles, those of one's people or branch, for coordinators all; never one that is kept from one."""
    return and_(
        Complaint.region_id == access.region_id,
        records_within(access, Complaint.officer_id, Complaint.agency_id),
        Complaint.id.not_in(kept_from_caller(access)),
    )


def kept_from_caller(access: Access) -> Select[UUID]:
    """The complaints that the caller must not know of, whatever his roles: also those held in the branch count."""
    nodes = {held.path for held in access.actor.roles if held.path}
    # As a literal: compared with None itself, "nobody" would be everybody who is not named in person.
    me = literal(access.employee_id, Uuid)
    return kept_from(access.region_id, me, access.today, nodes)


def kept_from(region_id: UUID, employee_id: Column, day: date, nodes: Collection[str] = ()) -> Select[UUID]:
    """The complaints about this employee, or about somebody or a unit in whose branch he has a post or role on the day.

    The branch of an official is his unit of when he was named and where he has posts on the day, with all below. Of
    the root it is the posts at the root itself: else nobody could hear a complaint about who leads the region.
    """
    holds_here = [
        and_(_PLACE.parent_id.is_not(None), literal(path).startswith(_PLACE.path)) for path in sorted(nodes)
    ]
    stands_here = (
        exists()
        .where(
            _POST.region_id == region_id,
            _POST.employee_id == employee_id,
            _POST.valid.contains(day),
            _HERE.region_id == region_id,
            _HERE.id == _POST.unit_id,
            _inside(_HERE, _PLACE),
        )
        .correlate_except(_POST, _HERE)
    )
    granted_here = (
        exists()
        .where(
            _ACCOUNT.region_id == region_id,
            _ACCOUNT.employee_id == employee_id,
            _GRANT.region_id == region_id,
            _GRANT.account_id == _ACCOUNT.id,
            _GRANT.valid.contains(day),
            _NODE.region_id == region_id,
            _NODE.id == _GRANT.unit_id,
            _PLACE.parent_id.is_not(None),
            _NODE.path.startswith(_PLACE.path),
        )
        .correlate_except(_ACCOUNT, _GRANT, _NODE)
    )
    in_branch = _of_branch(region_id, day, or_(stands_here, granted_here, *holds_here))
    return select(_NAMED.complaint_id).where(
        _NAMED.region_id == region_id, or_(_NAMED.employee_id == employee_id, in_branch)
    )


def open_to_public(access: Access, row: Any = Complaint) -> ColumnElement[bool]:
    """Where it stands may be told to whoever holds its id or code: not secret, about no official."""
    return and_(
        row.region_id == access.region_id,
        row.is_secret.is_(False),
        row.kind != ComplaintKind.COMPLAINT_SUPERVISORY,
    )


def known_to_public(access: Access) -> ColumnElement[bool]:
    """What anybody may find and read: moreover the coordinator has looked at it."""
    return and_(open_to_public(access), Complaint.status.in_(sorted(KNOWN_TO_PUBLIC)))


def unit_is_named(region_id: UUID, complaint_id: UUID, unit_id: Column, day: date) -> ColumnElement[bool]:
    """Whether a unit lies in the branch of somebody whom the complaint is about: it must not handle it."""
    lies_here = (
        exists()
        .where(_HERE.region_id == region_id, _HERE.id == unit_id, _inside(_HERE, _PLACE))
        .correlate_except(_HERE)
    )
    return exists().where(
        _NAMED.region_id == region_id,
        _NAMED.complaint_id == complaint_id,
        _of_branch(region_id, day, lies_here),
    )


def _of_branch(region_id: UUID, day: date, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the condition holds for the top of one of the branches of somebody named."""
    posts = (
        select(_HIS_POST.unit_id)
        .where(
            _HIS_POST.region_id == region_id,
            _HIS_POST.employee_id == _NAMED.employee_id,
            _HIS_POST.valid.contains(day),
        )
        .correlate_except(_HIS_POST)
    )
    return (
        exists()
        .where(
            _PLACE.region_id == region_id,
            or_(_PLACE.id == _NAMED.unit_id, _PLACE.id.in_(posts)),
            condition,
        )
        .correlate_except(_PLACE)
    )


def _inside(unit: Any, place: Any) -> ColumnElement[bool]:
    """Whether a unit lies in the branch of a place; the branch of the root is the root."""
    return or_(unit.id == place.id, and_(place.parent_id.is_not(None), unit.path.startswith(place.path)))


def entries_not_kept(access: Access, entity: Column, entity_id: Column) -> ColumnElement[bool]:
    """Journal entries without those of complaints that are kept from the caller.

    Entries of supervisory complaints are for those alone who may read complaints: before anybody is named, nobody
    can tell whom they must be kept from.
    """
    reading = by(access, Permission.COMPLAINTS_READ)
    told = exists().where(
        Complaint.region_id == access.region_id,
        Complaint.id == entity_id,
        Complaint.id.not_in(kept_from_caller(access)),
        or_(
            Complaint.kind != ComplaintKind.COMPLAINT_SUPERVISORY,
            records_within(reading, Complaint.officer_id, Complaint.agency_id),
        ),
    )
    return or_(entity != ENTITY, told)
