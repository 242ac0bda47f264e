"""Who sees and who decides nominations: the head of the branch, and whoever is above the one who nominated."""

from sqlalchemy import ColumnElement, and_, false, or_, select

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by, leads
from asn_api.access.scope import records_within, team, units_within
from asn_api.tables.followup import DevelopmentNote, Nomination
from asn_api.tables.organization import Unit


def notes_within(access: Access) -> ColumnElement[bool]:
    row = DevelopmentNote
    return and_(row.region_id == access.region_id, records_within(access, row.employee_id, row.unit_id))


def nominations_within(access: Access) -> ColumnElement[bool]:
    """One's own, those of one's team or branch, those one made, and those that one's reports made."""
    row = Nomination
    return and_(
        row.region_id == access.region_id,
        or_(
            records_within(access, row.employee_id, row.unit_id),
            row.nominator_id == access.employee_id,
            _of_a_report(access),
        ),
    )


def endorses(access: Access) -> ColumnElement[bool]:
    """Whether the caller stands above a nomination today: as the nominator's superior, or as head of the branch.

    A head below the nominator does not: he would decide about the wish of his own superior.
    """
    me = access.employee_id
    if me is None:
        return false()
    row = Nomination
    writing = by(access, Permission.FOLLOWUP_WRITE)
    branch = row.unit_id.in_(select(Unit.id).where(units_within(writing)).correlate(None))
    below = leads(access.region_id, row.nominator_id, me, access.today)
    return and_(
        row.employee_id != me, row.nominator_id != me, or_(_of_a_report(access), and_(branch, ~below))
    )


def _of_a_report(access: Access) -> ColumnElement[bool]:
    me = access.employee_id
    return Nomination.nominator_id.in_(team(access.region_id, me, access.today)) if me else false()
