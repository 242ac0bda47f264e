"""What the lock of a month depends on, and what was corrected after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import records_within
from asn_api.areas.activities.places import Surroundings
from asn_api.core.database import Database, Prepared
from asn_api.core.http.paging import Key
from asn_api.tables.activities import ActivityCorrection

_SURROUNDINGS = text("""
select
    (select json_agg(json_build_object('day', day, 'provisional', provisional) order by day)::text
     from national_days) as national_days,
    (select json_agg(json_build_object('day', r.day, 'path', coalesce(u.path, '')) order by r.day)::text
     from regional_days r left join units u on u.region_id = r.region_id and u.id = r.unit_id
     where r.region_id = :region and not r.withdrawn) as regional_days,
    (select json_agg(json_build_array(lower(o.span), upper(o.span), coalesce(u.path, '')) order by o.span)::text
     from outages o left join units u on u.region_id = o.region_id and u.id = o.unit_id
     where o.region_id = :region and not o.withdrawn) as outages
""").bindparams(bindparam("region", type_=Uuid))
HOT_SURROUNDINGS = Prepared(_SURROUNDINGS)


async def surroundings_of(db: AsyncSession, access: Access) -> Surroundings:
    """Days off and outages of the region, by which a lock may have moved."""
    found = await db.execute(_SURROUNDINGS, {"region": access.region_id})
    return Surroundings.read(dict(found.mappings().one()))


async def hot_surroundings_of(database: Database, access: Access) -> Surroundings:
    row = await database.fetch_row(HOT_SURROUNDINGS, {"region": access.region_id})
    return Surroundings.read(dict(row or {}))


def corrections(access: Access, activity_id: UUID) -> Select[Any]:
    """The corrections of an activity within reach."""
    columns = [each for each in ActivityCorrection.__table__.columns if each.name != "region_id"]
    return select(*columns).where(
        ActivityCorrection.region_id == access.region_id,
        ActivityCorrection.activity_id == activity_id,
        records_within(access, ActivityCorrection.employee_id, ActivityCorrection.unit_id),
    )


CORRECTIONS_ORDER = (
    Key(ActivityCorrection.__table__.c.made_at, "made_at", datetime.fromisoformat),
    Key(ActivityCorrection.__table__.c.id, "id", UUID),
)
