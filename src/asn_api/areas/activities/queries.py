"""Reading activities: one, one's own, those within reach."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    Subquery,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement, KeyedColumnElement
from sqlalchemy.types import Boolean, Date, DateTime, Integer, Text, Uuid

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import (
    acting_for,
    hot_records_within,
    personal,
    records_within,
    reports,
    units_within,
)
from asn_api.areas.activities.complaint_queries import readable
from asn_api.areas.activities.locked_queries import surroundings_of
from asn_api.areas.activities.schemas import ActivityFilter, OwnActivityFilter
from asn_api.areas.activities.shapes import complaint_of, shown
from asn_api.core.database import Database, Prepared, driver_of
from asn_api.core.http.paging import Cut, Key, Narrow, Position, day
from asn_api.rules.activities import ActivityStatus
from asn_api.tables.activities import Activity, ActivityCorrection
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.policies import Outage, Policy

_LOCK_DAY = (
    select(cast(Policy.content["period_lock_day"].astext, Integer))
    .where(
        Policy.region_id == Activity.region_id,
        Policy.area == "activities",
        Policy.valid_from <= Activity.day,
    )
    .order_by(Policy.valid_from.desc(), Policy.revision.desc())
    .limit(1)
    .scalar_subquery()
)


_CORRECTED = (
    select(ActivityCorrection.minutes_after)
    .where(ActivityCorrection.region_id == Activity.region_id, ActivityCorrection.activity_id == Activity.id)
    .order_by(ActivityCorrection.made_at.desc(), ActivityCorrection.id.desc())
    .limit(1)
    .scalar_subquery()
)

_NOT_SHOWN = {"region_id", "chain_id", "further_chain_ids"}
_REMEMBERED = timedelta(days=60)
"""An outage that ended so long ago moves no lock beyond today."""


def _as_text(id: KeyedColumnElement[Any]) -> ColumnElement[Any]:
    """Ids that are only passed on: orjson would ask back for each of the driver's UUIDs."""
    return id if id.name == "employee_id" else cast(id, Text).label(id.name)


def _rows(
    is_report: ColumnElement[bool], lock_day: ColumnElement[Any], disturbed: ColumnElement[bool]
) -> Select[Any]:
    shown = [column for column in Activity.__table__.columns if column.name not in _NOT_SHOWN]
    return (
        select(
            *[_as_text(column) if isinstance(column.type, Uuid) else column for column in shown],
            Employee.nip,
            Employee.name,
            Unit.path,
            Unit.zone,
            Unit.days_per_week,
            _CORRECTED.label("corrected_minutes"),
            disturbed.label("disturbed"),
            is_report.label("is_report"),
            lock_day.label("lock_day"),
        )
        .join(
            Employee,
            and_(Employee.region_id == Activity.region_id, Employee.id == Activity.employee_id),
        )
        .join(Unit, and_(Unit.region_id == Activity.region_id, Unit.id == Activity.unit_id))
    )


_REPORT = exists().where(
    ReportingLine.region_id == Activity.region_id,
    ReportingLine.employee_id == Activity.employee_id,
    ReportingLine.employee_id != bindparam("me", type_=Uuid),
    ReportingLine.superior_id
    == acting_for(
        bindparam("region", type_=Uuid),
        bindparam("me", type_=Uuid),
        bindparam("me", type_=Uuid),
        bindparam("today", type_=Date),
    ),
    ReportingLine.valid.contains(bindparam("today", type_=Date)),
)

# Whether an outage may have moved a lock: only then days off and outages are read as well.
_DISTURBED = (
    exists()
    .where(
        Outage.region_id == bindparam("region", type_=Uuid),
        Outage.withdrawn.is_(False),
        func.upper(Outage.span) > bindparam("remembered", type_=DateTime(timezone=True)),
    )
    .correlate(None)
)

ONE = Prepared(
    _rows(_REPORT, _LOCK_DAY, _DISTURBED).where(
        Activity.region_id == bindparam("region", type_=Uuid),
        Activity.id == bindparam("id", type_=Uuid),
        hot_records_within(Activity.region_id, Activity.employee_id, Activity.unit_id),
    )
)


def one_params(access: Access, id: UUID, scope: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, **viewer(access), **scope}


def viewer(access: Access) -> dict[str, Any]:
    return {
        "region": access.region_id,
        "me": access.employee_id,
        "today": access.today,
        "remembered": access.now - _REMEMBERED,
    }


async def one(db: AsyncSession, access: Access, id: UUID) -> Any:
    """One's own or a report's activity within a transaction that has just changed it."""
    found = await db.execute(some(access, [id]), viewer(access))
    return found.mappings().one()


def some(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """Those of these activities that are within reach; run it with `viewer`."""
    return _rows(_REPORT, _LOCK_DAY, _DISTURBED).where(
        Activity.region_id == access.region_id,
        Activity.id.in_(ids),
        records_within(access, Activity.employee_id, Activity.unit_id),
    )


async def shown_one(db: AsyncSession, access: Access, id: UUID) -> dict[str, Any]:
    """The wire form of one's own or a report's activity as it stands in this transaction."""
    row = await one(db, access, id)
    around = await surroundings_of(db, access) if row["disturbed"] else None
    named = complaint_of(row, access)
    complaints = await readable(await driver_of(db), access, {named}) if named else ()
    return shown(row, access, around, complaints)


OWN_ORDER = (Key(Activity.__table__.c.day, "day", day, True), Key(Activity.__table__.c.id, "id", UUID, True))


async def own(
    database: Database, access: Access, wanted: OwnActivityFilter, after: Position | None, rows: int
) -> list[Any]:
    """One's own activities, newest day first."""
    shape = (wanted.status is None, wanted.day_from is None, wanted.day_to is None, after is None)
    params = {
        "region": access.region_id,
        "me": access.employee_id,
        "status": wanted.status,
        "day_from": wanted.day_from,
        "day_to": wanted.day_to,
        "after_day": after.values[0] if after else None,
        "after_id": after.values[1] if after else None,
        "rows": rows,
    }
    return await database.fetch(_own(*shape), params)


@lru_cache(maxsize=16)
def _own(any_status: bool, from_any: bool, to_any: bool, first_page: bool) -> Prepared:
    """One statement per shape, so that each has its own plan."""
    statement = _rows(literal(False), cast(null(), Integer), literal(False)).where(
        Activity.region_id == bindparam("region", type_=Uuid),
        Activity.employee_id == bindparam("me", type_=Uuid),
    )
    if not any_status:
        statement = statement.where(Activity.status == bindparam("status", type_=Text))
    if not from_any:
        statement = statement.where(Activity.day >= bindparam("day_from", type_=Date))
    if not to_any:
        statement = statement.where(Activity.day <= bindparam("day_to", type_=Date))
    if not first_page:
        statement = statement.where(
            tuple_(Activity.day, Activity.id)
            < tuple_(bindparam("after_day", type_=Date), bindparam("after_id", type_=Uuid))
        )
    return Prepared(
        statement.order_by(Activity.day.desc(), Activity.id.desc()).limit(bindparam("rows", type_=Integer))
    )


def listed(access: Access, wanted: ActivityFilter) -> Select[Any]:
    """Activities within reach that pass the filter."""
    return _rows(_is_report(access), _LOCK_DAY, literal(False)).where(
        Activity.region_id == access.region_id,
        records_within(access, Activity.employee_id, Activity.unit_id),
        *_filters(access, wanted),
    )


def _is_report(access: Access) -> ColumnElement[bool]:
    mine = access.employee_id
    if mine is None or not access.reaches(Reach.TEAM):
        return literal(False, Boolean)
    return Activity.employee_id.in_(_reports(access))


def _filters(access: Access, wanted: ActivityFilter) -> list[ColumnElement[bool]]:
    mine = access.employee_id
    conditions: list[ColumnElement[bool]] = []
    if wanted.employee_id is not None:
        conditions.append(Activity.employee_id == wanted.employee_id)
    if wanted.unit_id is not None:
        conditions.append(Activity.unit_id.in_(_branch(access, wanted.unit_id)))
    if wanted.status is not None:
        conditions.append(_has_status(wanted.status))
    if wanted.category is not None:
        conditions.append(Activity.category == wanted.category)
    if wanted.day is not None:
        conditions.append(Activity.day == wanted.day)
    if wanted.day_from is not None:
        conditions.append(Activity.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(Activity.day <= wanted.day_to)
    if wanted.waiting_for_me:
        conditions.append(
            and_(
                _has_status(ActivityStatus.SUBMITTED),
                _CORRECTED.is_(None),
                Activity.employee_id.in_(_reports(access)) if mine else false(),
            )
        )
    return conditions


def _has_status(status: ActivityStatus) -> ColumnElement[bool]:
    """Written out, because a plan made for any status cannot use the index of those that wait."""
    return Activity.status == literal(status, Activity.status.type, literal_execute=True)


def narrowed(access: Access, wanted: ActivityFilter) -> Narrow | None:
    """The page's rows from the first ones of each person and each unit within reach, all by index.

    `listed` alone would read all that a team or an agency ever did, to show its newest.
    """
    if wanted.employee_id is not None or (access.reaches(Reach.REGION) and wanted.unit_id is None):
        return None

    def narrow(cut: Cut) -> Select[Any]:
        firsts = []
        if (people := personal(access)) is not None:
            firsts.append(_firsts(access, wanted, cut, Activity.employee_id, people.subquery("people")))
        if not wanted.waiting_for_me and (access.branches or access.reaches(Reach.REGION)):
            within = select(Unit.id).where(units_within(access))
            if wanted.unit_id is not None:
                within = within.where(Unit.id.in_(_branch(access, wanted.unit_id)))
            firsts.append(_firsts(access, wanted, cut, Activity.unit_id, within.subquery("branches")))
        if not firsts:
            return listed(access, wanted).where(false())
        found = union(*firsts).subquery("firsts")
        ids = cut(select(found.c.id), found.c).subquery("page")
        rows = _rows(_is_report(access), _LOCK_DAY, literal(False)).join(ids, ids.c.id == Activity.id)
        return rows.where(Activity.region_id == access.region_id)

    return narrow


def _firsts(
    access: Access, wanted: ActivityFilter, cut: Cut, column: Any, owners: Subquery
) -> Select[UUID, date]:
    """Id and day of each owner's activities that could be on the page."""
    inner = select(Activity.id, Activity.day).where(
        Activity.region_id == access.region_id, column == owners.c[0], *_filters(access, wanted)
    )
    found = cut(inner).correlate(owners).lateral("own")
    return select(found.c.id, found.c.day).select_from(owners).join(found, true())


def _reports(access: Access) -> Select[UUID]:
    return reports(access, access.today).with_only_columns(ReportingLine.employee_id)


def _branch(access: Access, unit_id: UUID) -> Select[UUID]:
    """This unit and all below it; `records_within` decides what of it is in reach."""
    inner, top = aliased(Unit), aliased(Unit)
    return (
        select(inner.id)
        .join(top, and_(top.region_id == inner.region_id, inner.path.startswith(top.path)))
        .where(inner.region_id == access.region_id, top.id == unit_id)
    )


def order(wanted: ActivityFilter) -> tuple[Key, Key]:
    down = wanted.sort == "-day"
    return (
        Key(Activity.__table__.c.day, "day", day, down),
        Key(Activity.__table__.c.id, "id", UUID, down),
    )


def places(access: Access, ids: list[UUID]) -> Select[Any]:
    """Owner, day and links of activities within reach: what must be locked before they can be judged."""
    return select(
        Activity.id, Activity.employee_id, Activity.day, Activity.work_result_id, Activity.further_links
    ).where(
        Activity.region_id == access.region_id,
        Activity.id.in_(ids),
        records_within(access, Activity.employee_id, Activity.unit_id),
    )


def sorting(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    return [key.column.desc() if key.descending else key.column.asc() for key in keys]
