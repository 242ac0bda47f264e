"""A made-up city, loaded by COPY into an empty, migrated database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from asn_api.areas.identity import keys
from asn_api.areas.organization.founding import found
from asn_api.areas.organization.lines import rebuild
from asn_api.core import tokens
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.calendar import Zone
from asn_api.tables.organization import Unit
from benchmarks.history import PER_DAY, copy_activities
from benchmarks.people import Person, copy, copy_people, enrol, people_of, units_of

PUSH_DAYS = 3
"""The newest working days are left empty: the pushes fill them."""


@dataclass
class City:
    region_id: UUID
    people: list[Person]
    unit_ids: list[UUID]
    push_days: list[date]
    activities: int
    signing: tokens.SigningKey
    settings: Settings
    now: datetime
    _tokens: dict[UUID, str] = field(default_factory=dict)

    @property
    def staff(self) -> list[Person]:
        return [person for person in self.people if not person.is_head]

    def token(self, person: Person) -> str:
        """A token as signing in would give it, but good for a day."""
        if person.id not in self._tokens:
            claims = tokens.Claims(
                subject=str(person.account_id),
                token_id=str(uuid7()),
                session=str(person.session_id),
                region=str(self.region_id),
                roles=(tokens.Held("EMPLOYEE", "own"),),
                scope=frozenset(),
                issued_at=self.now,
                expires_at=self.now + timedelta(days=1),
            )
            self._tokens[person.id] = tokens.issue(
                self.signing, claims, issuer=self.settings.issuer, audience=self.settings.audience
            )
        return self._tokens[person.id]


async def load(settings: Settings, rows: int) -> City:
    """An empty, migrated database becomes a city with about `rows` activities."""
    today = datetime.now(UTC).astimezone(Zone.WIB.tz).date()
    people = people_of(rows)
    days = working_days(today, PUSH_DAYS + -(-rows // (len(people) * PER_DAY)))
    city, units = await settle(settings, people, days)
    database = Database(settings)
    connection = await database.connect()
    try:
        city.activities = await copy_activities(
            connection, city.region_id, people, units, days[PUSH_DAYS:], rows
        )
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
        await database.stop()
    return city


async def settle(
    settings: Settings, people: list[Person], days: Sequence[date], code: str = "bench"
) -> tuple[City, list[dict[str, Any]]]:
    """The region, its tree and its people, with plans for these days; nobody has reported anything yet."""
    now = datetime.now(UTC)
    database = Database(settings)
    await database.start()
    try:
        async with database.sessions() as db, db.begin():
            await keys.ensure(db, Keyring(settings.keys), now - timedelta(days=1))
            region = await found(db, code, "Kota Bench", Zone.WIB, now)
            root = (await db.scalars(select(Unit).where(Unit.region_id == region.id))).one()
        async with database.sessions() as db:
            signing = await keys.signing(db, Keyring(settings.keys), now)
        connection = await database.connect()
        units = units_of(region.id, root.id)
        await copy(connection, "units", units)
        await copy_people(connection, region.id, people, units, days)
        await enrol(connection, region.id)
        # Or the foreign keys of the activities would be checked by plans for empty tables.
        await connection.execute("analyze")
        await connection.close()
        async with database.sessions() as db, db.begin():
            await rebuild(db, region.id)
    finally:
        await database.stop()
    unit_ids = [unit["id"] for unit in units]
    return City(region.id, people, unit_ids, list(days[:PUSH_DAYS]), 0, signing, settings, now), units


def working_days(today: date, wanted: int) -> list[date]:
    """The newest first, from yesterday back."""
    days = (today - timedelta(days=back) for back in range(1, 10 * wanted))
    return [day for day in days if day.weekday() < 5][:wanted]
