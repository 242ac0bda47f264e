"""The seats of one class under its lock: who gets one, who waits in which order, who is next."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import driver_of
from asn_api.core.journal import Change, record
from asn_api.errors import Problem
from asn_api.rules.courses import CourseMode
from asn_api.rules.enrolment_policy import EnrolmentPolicy
from asn_api.rules.enrolments import (
    SEATED,
    CancellationCause,
    ClassStatus,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentStatus,
    check_enrolment,
    given_place,
    offer_until,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.training import ClassSession, CourseClass, Enrolment

ENTITY = "enrolment"

_SYSTEM = EnrolmentActor.SYSTEM
_ENDED = {
    CancellationCause.REMOVED,
    CancellationCause.OFFER_EXPIRED,
    CancellationCause.CLASH,
    CancellationCause.NOT_REACHED,
}
"""What somebody did not choose himself is told to him."""


def busy_times(mode: CourseMode, sessions: Iterable[Any]) -> MultiRange[Any] | None:
    """When whoever holds a seat cannot be elsewhere; self-paced learning has no such times."""
    if mode is CourseMode.SELF_PACED:
        return None
    times = sorted((each.starts_at, each.ends_at) for each in sessions)
    return MultiRange(Range(*each) for each in times) if times else None


@dataclass
class Seats:
    """All changes of one class in one transaction; `store` writes counters, journal and notices at the end."""

    access: Access
    db: AsyncSession
    row: CourseClass
    sessions: list[ClassSession]
    held: int
    last_place: int
    _changes: list[tuple[Enrolment, str, dict[str, Any]]] = field(default_factory=list)
    _notices: list[Notice] = field(default_factory=list)

    @classmethod
    async def lock(cls, access: Access, db: AsyncSession, class_id: UUID) -> Self:
        row = await db.scalar(queries.locked_class(access, class_id))
        if row is None:
            raise Problem("NOT_FOUND")
        sessions = list(await db.scalars(queries.sessions(access, class_id)))
        return cls(access, db, row, sessions, row.seats_held, row.last_place)

    @property
    def busy(self) -> MultiRange[Any] | None:
        return busy_times(self.row.mode, self.sessions)

    @property
    def free(self) -> int:
        return self.row.seats - self.held

    @property
    def has_begun(self) -> bool:
        return self.access.now >= self.row.begins_at

    async def clashing(self, employees: Collection[UUID]) -> set[UUID]:
        """Which of them are elsewhere then; until the end of the transaction they get no seat elsewhere."""
        busy = self.busy
        if busy is None or not employees:
            return set()
        await self.db.execute(queries.held_still(self.access, employees))
        return set(await self.db.scalars(queries.clashing(self.access, employees, busy, self.row.id)))

    def add(self, enrolment: Enrolment) -> None:
        self.db.add(enrolment)
        self._changes.append((enrolment, "REQUEST", {"class_id": str(self.row.id)}))

    def approve(self, enrolment: Enrolment, actor: EnrolmentActor) -> None:
        """Give the next place: a seat while one is free, otherwise the end of the waiting list."""
        self._step(enrolment, EnrolmentAction.APPROVE, actor)
        self.last_place += 1
        enrolment.place = self.last_place
        follows = given_place(self.free)
        self._step(enrolment, follows, _SYSTEM)
        if follows is EnrolmentAction.CONFIRM:
            self._take(enrolment)
            self._tell(enrolment, NoticeKind.ENROLMENT_CONFIRMED)
        else:
            self._tell(enrolment, NoticeKind.ENROLMENT_WAITLISTED)

    def reject(self, enrolment: Enrolment, actor: EnrolmentActor) -> None:
        self._step(enrolment, EnrolmentAction.REJECT, actor)
        self._tell(enrolment, NoticeKind.ENROLMENT_REJECTED)

    def confirm(self, enrolment: Enrolment, actor: EnrolmentActor) -> None:
        """Take up an offered seat."""
        self._step(enrolment, EnrolmentAction.CONFIRM, actor)
        enrolment.offer_expires_at = None

    def cancel(
        self,
        enrolment: Enrolment,
        actor: EnrolmentActor,
        cause: CancellationCause,
        reason: str | None = None,
    ) -> None:
        was_seated = enrolment.status in SEATED
        self._step(enrolment, EnrolmentAction.CANCEL, actor)
        enrolment.cancellation, enrolment.cancellation_reason = cause, reason
        enrolment.ended_at, enrolment.offer_expires_at, enrolment.busy = self.access.now, None, None
        if was_seated:
            self.held -= 1
        if cause in _ENDED:
            self._tell(enrolment, NoticeKind.ENROLMENT_ENDED, cause=cause)
        elif cause is CancellationCause.CLASS_CANCELLED:
            self._tell(enrolment, NoticeKind.CLASS_CANCELLED)

    def attend(self, enrolment: Enrolment) -> None:
        self._step(enrolment, EnrolmentAction.ATTEND, _SYSTEM)

    def end(self, enrolment: Enrolment, action: EnrolmentAction) -> None:
        """Complete, fail, or a no-show."""
        self._step(enrolment, action, EnrolmentActor.ORGANISER)
        # What is over keeps nobody from anything.
        enrolment.ended_at, enrolment.busy = self.access.now, None
        self._tell(enrolment, NoticeKind.TRAINING_FINISHED, status=enrolment.status)

    async def promote(self) -> None:
        """Offer what is free to whoever waits longest; whoever is elsewhere by now leaves the list."""
        while self.free > 0 and self.row.status is ClassStatus.OPEN and not self.has_begun:
            await self.db.flush()
            waiting = queries.of_class(self.access, self.row.id, [EnrolmentStatus.WAITLISTED])
            following = list(await self.db.scalars(waiting.limit(self.free)))
            if not following:
                return
            elsewhere = await self.clashing({each.employee_id for each in following})
            policy = await policy_on(self.db, self.access.region_id, EnrolmentPolicy, self.access.today)
            for each in following:
                if each.employee_id in elsewhere:
                    self.cancel(each, _SYSTEM, CancellationCause.CLASH)
                else:
                    self._offer(each, policy.offer_hours)

    def _offer(self, enrolment: Enrolment, hours: int) -> None:
        self._step(enrolment, EnrolmentAction.OFFER, _SYSTEM)
        self._take(enrolment)
        if hours == 0:
            self._step(enrolment, EnrolmentAction.CONFIRM, _SYSTEM)
            self._tell(enrolment, NoticeKind.ENROLMENT_CONFIRMED)
            return
        until = offer_until(self.access.now, hours, self.row.begins_at)
        enrolment.offer_expires_at = until
        local = until.astimezone(self.access.actor.zone.tz)
        self._tell(enrolment, NoticeKind.SEAT_OFFERED, until=local.date(), time=f"{local:%H:%M}")

    def _take(self, enrolment: Enrolment) -> None:
        self.held += 1
        enrolment.busy = self.busy

    def _step(self, enrolment: Enrolment, action: EnrolmentAction, actor: EnrolmentActor) -> None:
        before = enrolment.status
        enrolment.status = check_enrolment(before, action, actor)
        self._changes.append((enrolment, action, {"status": [before, enrolment.status]}))

    def _tell(self, enrolment: Enrolment, kind: NoticeKind, **params: object) -> None:
        told = {"class": self.row.name, "day": self.row.starts_on, **params}
        words = {name: str(value) for name, value in told.items()}
        self._notices.append(Notice(enrolment.employee_id, kind, ENTITY, enrolment.id, None, words))

    def tell(self, *notices: Notice) -> None:
        self._notices.extend(notices)

    async def store(self) -> None:
        await self.db.flush()
        counters = {"seats_held": self.held, "last_place": self.last_place}
        if counters != {name: getattr(self.row, name) for name in counters}:
            # Not through the record: whoever edits the class would find it changed by every enrolment.
            key = (CourseClass.region_id == self.row.region_id, CourseClass.id == self.row.id)
            statement = update(CourseClass).where(*key).values(**counters)
            await self.db.execute(statement, execution_options={"synchronize_session": False})
            for name, value in counters.items():
                set_committed_value(self.row, name, value)
        happened = [
            Change(
                ENTITY,
                each.id,
                each.version,
                action,
                changes,
                unit_id=each.unit_id,
                employee_id=each.employee_id,
            )
            for each, action, changes in self._changes
        ]
        await record(self.db, self.access.author, self.access.now, *happened)
        await notify(await driver_of(self.db), self.access, self._notices)
        self._changes, self._notices = [], []
