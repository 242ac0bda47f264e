"""What citizens of Kota Demo reported in three years, in every state, and who handles it."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints.codes import CODE_LENGTH, pin_digest
from asn_api.areas.complaints.timing import Scene, nearest_due, scene
from asn_api.core.bulk import analyze, copy_in
from asn_api.core.crypto import CROCKFORD, Keyring
from asn_api.demo.agencies import AGENCIES
from asn_api.demo.cascade import SEED, uuid7
from asn_api.demo.roster import Person
from asn_api.rules.calendar import local_day
from asn_api.rules.complaint_clocks import Since
from asn_api.rules.complaints import COMPLAINT_STEPS, WITH_AGENCY, ComplaintKind, MessageKind
from asn_api.rules.complaints import ComplaintAction as A
from asn_api.rules.complaints import ComplaintStatus as S
from asn_api.rules.identity import GrantedRole
from asn_api.rules.organization import UnitKind
from asn_api.tables.complaints import (
    Complaint,
    ComplaintCategory,
    ComplaintMessage,
    ComplaintSubject,
    ComplaintTransition,
)
from asn_api.tables.identity import RoleGrant
from asn_api.tables.organization import Unit

Row = dict[str, Any]

COUNT = 300
DAYS = 3 * 365
PIN = "20262026"
"""Of all of them: the demo's reporters are nobody."""
_DONE = (A.VERIFY, A.DISPOSE, A.START, A.ANSWER, A.CONFIRM)
_SILENT = (*_DONE[:-1], A.CLOSE_BY_SILENCE)
# The last ones are those under way; long ago everything has come to an end.
OVER: tuple[tuple[tuple[A, ...], int], ...] = (
    (_DONE, 50),
    (_SILENT, 20),
    ((*_DONE, A.REOPEN, A.ANSWER, A.CLOSE_BY_SILENCE), 8),
    ((A.VERIFY, A.DISPOSE, A.BOUNCE, A.DISPOSE, A.ANSWER, A.CONFIRM), 6),
    ((A.HOLD, A.SUPPLEMENT, *_DONE), 6),
    ((A.NOT_AUTHORITY,), 4),
    ((A.ARCHIVE,), 3),
    ((A.MERGE,), 5),
)
UNDER_WAY: tuple[tuple[A, ...], ...] = (
    (),
    (A.HOLD,),
    (A.VERIFY,),
    (A.VERIFY, A.DISPOSE),
    (A.VERIFY, A.DISPOSE, A.START),
    (A.VERIFY, A.DISPOSE, A.START, A.ANSWER),
    (*_DONE, A.REOPEN),
)
LATELY = 25
"""Days within which something is still under way."""
SAID = {
    A.HOLD: (MessageKind.QUESTION, "Mohon sebutkan lokasi yang lebih tepat."),
    A.SUPPLEMENT: (MessageKind.REPLY, "Tepatnya di seberang pos ronda."),
    A.NOT_AUTHORITY: (MessageKind.DECISION, "Ini wewenang pemerintah provinsi; mohon disampaikan ke sana."),
    A.ARCHIVE: (MessageKind.DECISION, "Laporan tidak memuat keterangan yang dapat ditindaklanjuti."),
    A.BOUNCE: (MessageKind.NOTE, "Bukan ruas kami; ini jalan lingkungan."),
    A.REOPEN: (MessageKind.REPLY, "Ternyata rusak lagi setelah dua hari."),
}

_JOURNAL = text("""
insert into journal (region_id, at, entity, entity_id, version, action, changes, unit_id)
select t.region_id, t.at, 'complaint', t.complaint_id, t.version, coalesce(t.action, 'RECEIVE'),
       jsonb_build_object('status', jsonb_build_array(null, t.status)), t.agency_id
from complaint_transitions t where t.region_id = :region_id
order by t.at, t.version
""")


@cache
def vocabulary() -> dict[str, Any]:
    return tomllib.loads(resources.files("asn_api").joinpath("demo/complaints.toml").read_text("utf-8"))


async def store(db: AsyncSession, keyring: Keyring, access: Access, people: Sequence[Person]) -> None:
    around = await scene(access, db, access.today - timedelta(days=DAYS))
    units = {
        name.casefold(): id
        for name, id in await db.execute(
            select(Unit.name, Unit.id).where(Unit.region_id == access.region_id, Unit.kind == UnitKind.AGENCY)
        )
    }
    agencies = {key: units[name.casefold()] for key, name, *_ in AGENCIES if name.casefold() in units}
    made = Made(access, keyring, around, agencies, people)
    for number in range(COUNT):
        made.complaint(number)
    for table, rows in made.rows.items():
        await copy_in(db, table, rows)
        await analyze(db, table)
    await _grant(db, access, made)
    await db.execute(_JOURNAL, {"region_id": access.region_id})


async def _grant(db: AsyncSession, access: Access, made: "Made") -> None:
    """Two coordinators of different agencies, and a contact in each agency that answers."""
    root = (
        await db.scalars(select(Unit.id).where(Unit.region_id == access.region_id, Unit.parent_id.is_(None)))
    ).one()
    answering = {of["agency"] for of in vocabulary()["categories"]}
    chosen = [
        (made.staff[key][1], GrantedRole.COMPLAINT_CONTACT, made.agencies[key]) for key in sorted(answering)
    ]
    chosen += [
        (made.staff[key][2], GrantedRole.COMPLAINT_COORDINATOR, root) for key in ("bappeda", "satpolpp")
    ]
    db.add_all(
        RoleGrant(
            region_id=access.region_id,
            id=uuid7(0, made.rng),
            account_id=person.account_id,
            role=role,
            unit_id=unit_id,
            valid=Range(access.today - timedelta(days=DAYS), None),
        )
        for person, role, unit_id in chosen
    )
    await db.flush()


class Made:
    def __init__(
        self,
        access: Access,
        keyring: Keyring,
        around: Scene,
        agencies: dict[str, UUID],
        people: Sequence[Person],
    ) -> None:
        self.access, self.keyring, self.around, self.agencies = access, keyring, around, agencies
        self.rng = Random(f"{SEED}/complaints")  # noqa: S311
        self.staff = {key: [each for each in people if each.agency_id == id] for key, id in agencies.items()}
        self.rows: dict[Any, list[Row]] = {
            ComplaintCategory: [],
            Complaint: [],
            ComplaintSubject: [],
            ComplaintMessage: [],
            ComplaintTransition: [],
        }
        for of in vocabulary()["categories"]:
            self.rows[ComplaintCategory].append(
                self._row(version=1, code=of["code"], name=of["name"], agency_id=agencies[of["agency"]])
            )
        self.categories = [each["id"] for each in self.rows[ComplaintCategory]]

    def _row(self, moment: datetime | None = None, /, **values: Any) -> Row:
        id = uuid7(int((moment or self.access.now).timestamp() * 1000), self.rng)
        return {"region_id": self.access.region_id, "id": id, **values}

    def complaint(self, number: int) -> None:
        rng, words = self.rng, vocabulary()
        is_lately = number >= COUNT * 9 // 10
        back = rng.uniform(2, LATELY) if is_lately else rng.uniform(60, DAYS)
        received = self.access.now - timedelta(days=back)
        way = (
            UNDER_WAY[number % len(UNDER_WAY)]
            if is_lately
            else rng.choices([each for each, _ in OVER], [weight for _, weight in OVER])[0]
        )
        parents = [
            each for each in self.rows[Complaint] if each["parent_id"] is None and not each["is_secret"]
        ]
        if way == (A.MERGE,) and not parents:
            way = _DONE
        is_supervisory = number % 25 == 7 and A.MERGE not in way
        place = rng.choice(words["places"])
        category = rng.randrange(len(self.categories))
        of = words["supervisory"] if is_supervisory else words["categories"][category]
        agency = "satpolpp" if is_supervisory else words["categories"][category]["agency"]
        steps = list(self._steps(received, way, back))
        at, status, _ = steps[-1]
        with_agency = status in WITH_AGENCY
        reached = {status: at for at, status, _ in steps}
        is_rated = status is S.CLOSED and rng.random() < 0.6
        kind = ComplaintKind.COMPLAINT_NON_SUPERVISORY
        if is_supervisory:
            kind = ComplaintKind.COMPLAINT_SUPERVISORY
        elif rng.random() < 0.15:
            kind = rng.choice((ComplaintKind.ASPIRATION, ComplaintKind.INFORMATION_REQUEST))
        row = self._row(
            received,
            version=len(steps),
            code="".join(rng.choices(CROCKFORD, k=CODE_LENGTH)),
            kind=kind,
            status=status,
            is_anonymous=True,
            is_secret=is_supervisory or rng.random() < 0.05,
            category_id=None if is_supervisory else self.categories[category],
            subject=rng.choice(of["subjects"]).format(place),
            content=" ".join(
                [rng.choice(of["texts"]), rng.choice(words["since"]), rng.choice(words["wishes"])]
            ),
            latitude=-7.0 + rng.gauss(0, 0.03) if rng.random() < 0.7 else None,
            longitude=None,
            address=place,
            received_at=received,
            changed_at=at,
            agency_id=self.agencies[agency] if with_agency else None,
            officer_id=self.staff[agency][3 + number % 3].id if with_agency and number % 2 else None,
            parent_id=rng.choice(parents)["id"] if status is S.MERGED else None,
            joined=0,
            bounces=way.count(A.BOUNCE),
            reopenings=way.count(A.REOPEN),
            answered_at=reached.get(S.ANSWERED),
            closed_at=at if status is S.CLOSED else None,
            rating=rng.choices((1, 2, 3, 4, 5), (1, 1, 3, 6, 5))[0] if is_rated else None,
            rating_comment=rng.choice(words["comments"]) if is_rated and rng.random() < 0.5 else None,
            rated_at=at if is_rated else None,
        )
        if row["latitude"] is not None:
            row["longitude"] = 110.4 + rng.gauss(0, 0.03)
        history = [Since(local_day(at, self.access.actor.zone), status) for at, status, _ in steps]
        row |= nearest_due(self.around.clocks(kind, history))
        row["pin_digest"] = pin_digest(self.keyring, row["region_id"], row["id"], PIN)
        for parent in parents:
            parent["joined"] += parent["id"] == row["parent_id"]
        self.rows[Complaint].append(row)
        if is_supervisory:
            unit = self.agencies[words["categories"][category]["agency"]]
            self.rows[ComplaintSubject].append(
                self._row(
                    received, complaint_id=row["id"], unit_id=unit, employee_id=None, created_at=received
                )
            )
        self._history(row, steps, agency)

    def _steps(
        self, received: datetime, way: Sequence[A], back: float
    ) -> Iterator[tuple[datetime, S, A | None]]:
        """Days that fit between receipt and today."""
        at, status = received, S.RECEIVED
        yield at, status, None
        most = min(8.0, 0.9 * back / max(1, len(way)))
        for action in way:
            at += timedelta(days=self.rng.uniform(0.1, most))
            status = COMPLAINT_STEPS[status, action].next
            yield at, status, action

    def _history(self, row: Row, steps: Sequence[tuple[datetime, S, A | None]], agency: str) -> None:
        for version, (at, status, action) in enumerate(steps, 1):
            actor = COMPLAINT_STEPS[steps[version - 2][1], action].actor if action else "REPORTER"
            kind, words = SAID.get(action, (None, None)) if action else (None, None)
            if action is A.ANSWER:
                kind, words = MessageKind.ANSWER, self.rng.choice(vocabulary()["answers"])
            message_id = None
            if kind is not None:
                message = self._row(
                    at,
                    complaint_id=row["id"],
                    kind=kind,
                    author=actor,
                    employee_id=None,
                    content=words,
                    created_at=at,
                )
                message_id = message["id"]
                self.rows[ComplaintMessage].append(message)
            self.rows[ComplaintTransition].append(
                self._row(
                    at,
                    complaint_id=row["id"],
                    version=version,
                    at=at,
                    day=local_day(at, self.access.actor.zone),
                    action=action,
                    status=status,
                    actor=actor,
                    employee_id=None,
                    agency_id=self.agencies[agency] if status in WITH_AGENCY else None,
                    message_id=message_id,
                )
            )
