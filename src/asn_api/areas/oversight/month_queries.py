"""The SQL of a month by units, in fixed shapes for the second door: one for whole units, one for one's own team."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import hot_params, hot_units_within, team
from asn_api.areas.oversight.schemas import MonthFilter
from asn_api.core.database import Prepared
from asn_api.rules.activities import ActivityStatus, Flag
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.rollups import CATEGORY_MINUTES, MONTH_NUMBERS
from asn_api.tables.activities import Activity, UnitMonth
from asn_api.tables.organization import Appointment, Unit

Rows: TypeAlias = Select[*tuple[Any, ...]]

_REGION = bindparam("region", type_=Uuid)
_FIRST, _AFTER = bindparam("first", type_=Date), bindparam("after", type_=Date)

DATED = Prepared(
    text("""
select
    (select json_agg(json_build_object('valid_from', valid_from, 'content', content)
                     order by valid_from, revision)::text
     from policies where region_id = :region and area = 'activities') as policies,
    (select path from units where region_id = :region and id = :unit) as path
""").bindparams(_REGION, bindparam("unit", type_=Uuid))
)
"""The dated policies, and the path of the unit that is asked for."""


@dataclass(frozen=True)
class Shape:
    """What is counted: `months` by agency and path, null for no activity; `posts` by the part of the month.

    `after` of a post is no longer part of it.
    """

    months: Prepared
    posts: Prepared


def shape(access: Access, wanted: MonthFilter) -> Shape:
    if not of_units(access, wanted):
        return _TEAM
    return _REGION_WHOLE if access.reaches(Reach.REGION) and wanted.unit_id is None else _UNITS


def of_units(access: Access, wanted: MonthFilter) -> bool:
    """Whether whole units are within reach, or only the people of one's own team."""
    return not wanted.team and (access.reaches(Reach.REGION) or bool(access.branches))


def params(access: Access, first: date, after: date, wanted: MonthFilter, path: str) -> dict[str, Any]:
    """`path`: of the unit that is asked for, or empty. `months` also wants `held`, the units with posts."""
    scope = hot_params(access)
    return {
        "region": access.region_id,
        "first": first,
        "after": after,
        "below": f"{path}%",
        "own": None if wanted.team else scope["scope_own"],
        **scope,
    }


def _people() -> ColumnElement[Any]:
    """To be compared with an employee: one's reports of today and oneself, as far as they are asked for."""
    reports = team(_REGION, bindparam("scope_superior", type_=Uuid), bindparam("scope_today", type_=Date))
    # One array, computed once, keeps the look-up by the index of people.
    people = func.array(reports.correlate(None).scalar_subquery(), type_=ARRAY(Uuid))
    return any_(func.array_append(people, bindparam("own", type_=Uuid), type_=ARRAY(Uuid)))


def _months(sums: Rows, within: ColumnElement[bool]) -> Prepared:
    agency, kept = aliased(Unit), sums.subquery()
    return Prepared(
        select(
            Unit.id,
            Unit.name,
            Unit.path,
            Unit.days_per_week,
            Unit.agency_id,
            agency.name.label("agency_name"),
            *(kept.c[name] for name in MONTH_NUMBERS),
        )
        .select_from(Unit)
        .outerjoin(kept, kept.c.unit_id == Unit.id)
        .outerjoin(agency, and_(agency.region_id == Unit.region_id, agency.id == Unit.agency_id))
        .where(
            Unit.region_id == _REGION,
            or_(kept.c.unit_id.is_not(None), Unit.id == any_(bindparam("held", type_=ARRAY(Uuid)))),
            within,
        )
        .order_by(agency.name, Unit.path)
    )


def _posts(*conditions: ColumnElement[bool]) -> Prepared:
    lower = func.greatest(func.lower(Appointment.valid), _FIRST).label("start")
    upper = func.least(func.upper(Appointment.valid), _AFTER).label("after")
    return Prepared(
        select(Appointment.unit_id, lower, upper, func.count().label("people"))
        .where(
            Appointment.region_id == _REGION,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.overlaps(func.daterange(_FIRST, _AFTER)),
            *conditions,
        )
        .group_by(Appointment.unit_id, lower, upper)
    )


def _held_in(units: ColumnElement[bool]) -> ColumnElement[bool]:
    inside = select(Unit.id).where(Unit.region_id == _REGION, units)
    return Appointment.unit_id == any_(func.array(inside.scalar_subquery(), type_=ARRAY(Uuid)))


def activity_sums() -> list[ColumnElement[int]]:
    """`rules.rollups.of_activity` summed, as columns named after its numbers."""
    status = Activity.status
    handed_in = status != ActivityStatus.DRAFT
    verified = status == ActivityStatus.VERIFIED
    claimed = status.in_([ActivityStatus.SUBMITTED, ActivityStatus.VERIFIED])

    def minutes(column: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column).filter(condition), 0)

    sums = {
        "drafts": func.count().filter(status == ActivityStatus.DRAFT),
        "waiting": func.count().filter(status == ActivityStatus.SUBMITTED),
        "verified": func.count().filter(verified),
        "rejected": func.count().filter(status == ActivityStatus.REJECTED),
        "late": func.count().filter(and_(handed_in, Activity.flags.contains([Flag.LATE.value]))),
        "flagged": func.count().filter(and_(handed_in, func.cardinality(Activity.flags) > 0)),
        "claimed_minutes": minutes(Activity.minutes, claimed),
        "verified_minutes": minutes(Activity.verified_minutes, verified),
        **{
            name: minutes(Activity.verified_minutes, and_(verified, Activity.category == category))
            for category, name in CATEGORY_MINUTES.items()
        },
    }
    return [sums[name].label(name) for name in MONTH_NUMBERS]


_KEPT = select(UnitMonth.unit_id, *(getattr(UnitMonth, name) for name in MONTH_NUMBERS)).where(
    UnitMonth.region_id == _REGION, UnitMonth.month == _FIRST
)
# The same sums of one's own team; a test holds them to `rules.rollups`.
_OF_TEAM = (
    select(Activity.unit_id, *activity_sums())
    .where(
        Activity.region_id == _REGION,
        Activity.day >= _FIRST,
        Activity.day < _AFTER,
        Activity.employee_id == _people(),
    )
    .group_by(Activity.unit_id)
)
_BELOW = Unit.path.like(bindparam("below", type_=Text))
_WITHIN = and_(_BELOW, hot_units_within(Unit.path))
_UNITS = Shape(_months(_KEPT, _WITHIN), _posts(_held_in(_WITHIN)))
_REGION_WHOLE = Shape(_UNITS.months, _posts())  # every unit: a join of all posts for nothing
_TEAM = Shape(_months(_OF_TEAM, _BELOW), _posts(_held_in(_BELOW), Appointment.employee_id == _people()))
