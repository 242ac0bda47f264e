"""A made-up city, loaded by COPY into an empty, migrated database."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
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
from benchmarks.people import Person, copy, copy_people, people_of, units_of

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
    now = datetime.now(UTC)
    database = Database(settings)
    await database.start()
    try:
        async with database.sessions() as db, db.begin():
            await keys.ensure(db, Keyring(settings.keys), now - timedelta(days=1))
            region = await found(db, "bench", "Kota Bench", Zone.WIB, now)
            root = (await db.scalars(select(Unit).where(Unit.region_id == region.id))).one()
        async with database.sessions() as db:
            signing = await keys.signing(db, Keyring(settings.keys), now)
        people = people_of(rows)
        days = _working_days(now.astimezone(Zone.WIB.tz).date(), len(people), rows)
        connection = await database.connect()
        units = units_of(region.id, root.id)
        await copy(connection, "units", units)
        await copy_people(connection, region.id, people, units, days)
        # Or the foreign keys of the activities would be checked by plans for empty tables.
        await connection.execute("analyze")
        count = await copy_activities(connection, region.id, people, units, days[PUSH_DAYS:], rows)
        await connection.close()
        async with database.sessions() as db, db.begin():
            await rebuild(db, region.id)
        connection = await database.connect()
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
        await connection.close()
    finally:
        await database.stop()
    unit_ids = [unit["id"] for unit in units]
    return City(region.id, people, unit_ids, days[:PUSH_DAYS], count, signing, settings, now)


def _working_days(today: date, people: int, rows: int) -> list[date]:
    """The newest first, from yesterday back."""
    wanted = PUSH_DAYS + -(-rows // (people * PER_DAY))
    days = (today - timedelta(days=back) for back in range(1, 10 * wanted))
    return [day for day in days if day.weekday() < 5][:wanted]
