"""The beginning of a region: its row, the root of its tree, the default policies as its first dated ones."""

import json
from datetime import date, datetime
from importlib import resources

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import Zone
from asn_api.rules.organization import UnitKind
from asn_api.tables.organization import Region, Unit
from asn_api.tables.policies import Policy


async def found(db: AsyncSession, code: str, name: str, zone: Zone, now: datetime) -> Region:
    """A new region with a root unit, ready for an import; its policies are copies it may supersede."""
    region = Region(id=uuid7(), code=code, name=name, zone=zone)
    db.add(region)
    await db.flush()
    root_id = uuid7()
    db.add(
        Unit(
            region_id=region.id,
            id=root_id,
            path=f"{root_id.hex}.",
            kind=UnitKind.REGION,
            name=name,
            head_title="Kepala Daerah",
            zone=zone,
            days_per_week=5,
        )
    )
    defaults = json.loads(resources.files("asn_api").joinpath("data/policies.json").read_text("utf-8"))
    for area, document in defaults.items():
        db.add(
            Policy(
                region_id=region.id,
                id=uuid7(),
                area=area,
                valid_from=date.fromisoformat(document["valid_from"]),
                revision=1,
                content={field: entry["value"] for field, entry in document["values"].items()},
                source="bawaan asn_api (data/policies.json)",
                created_at=now,
            )
        )
    await db.flush()
    return region
