"""Posts, appointments and grades of an import: old ones end where new ones begin, nothing overlaps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.employees.import_rows import Verdict
from asn_api.areas.employees.portal_rows import EmployeeValues
from asn_api.areas.employees.portal_rows import Position as Seat
from asn_api.core.bulk import copy_in
from asn_api.core.journal import Change
from asn_api.core.mapping import Table, uuid7
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.tables.employees import EmployeeGrade
from asn_api.tables.organization import Appointment, Position, Unit

Person = tuple[UUID, Verdict, EmployeeValues]


@dataclass
class Term:
    """Something held from a day on; `until` is the first day without it."""

    id: UUID
    employee_id: UUID
    since: date
    until: date | None
    version: int = 1
    kind: AppointmentKind = AppointmentKind.DEFINITIVE
    unit_id: UUID | None = None
    is_head: bool = False


@dataclass
class Endings:
    """Terms to be cut off or, when they would not have lasted a day, removed."""

    today: date
    cut: list[Term] = field(default_factory=list)
    removed: list[Term] = field(default_factory=list)

    def end(self, terms: list[Term], day: date, *, remove: bool = False) -> date:
        """End the last of these terms by the day; the first day that is free of the ones before."""
        last = terms[-1]
        # What has ended already stays as it was.
        if last.until is None or last.until > max(day, self.today):
            if remove or last.since >= day:
                self.removed.append(terms.pop())
            else:
                last.until = day
                self.cut.append(last)
        return max([day, *(term.until for term in terms if term.until is not None)])

    async def carry_out(self, db: AsyncSession, access: Access, table: type[Table]) -> None:
        columns = table.__table__.c
        if self.removed:
            gone = [term.id for term in self.removed]
            await db.execute(delete(table).where(columns.region_id == access.region_id, columns.id.in_(gone)))
        if self.cut:
            until = bindparam("until", type_=Date)
            raised = {"version": columns.version + 1} if "version" in columns else {}
            await db.execute(
                update(table.__table__)  # type: ignore[arg-type]
                .where(columns.region_id == access.region_id, columns.id == bindparam("term"))
                .values(valid=func.daterange(func.lower(columns.valid), until), **raised),
                [{"term": term.id, "until": term.until} for term in self.cut],
            )


async def take_grades(access: Access, db: AsyncSession, people: Sequence[Person]) -> list[Change]:
    """The grades that are new or begin on another day."""
    wanted = [
        person
        for person in people
        if person[2].grade_code
        and (person[1].current is None or {"grade_code", "grade_since"} & {*person[1].changes})
    ]
    held: dict[UUID, list[Term]] = defaultdict(list)
    grade = EmployeeGrade
    found: Iterable[Any] = await db.execute(
        select(grade.id, grade.employee_id, grade.valid)
        .where(grade.region_id == access.region_id, _among(grade.employee_id, (p[0] for p in wanted)))
        .order_by(func.lower(grade.valid))
    )
    for id, employee_id, valid in found:
        held[employee_id].append(Term(id, employee_id, valid.lower, valid.upper))
    endings, rows, told = Endings(access.today), [], []
    for employee_id, verdict, values in wanted:
        since = values.grade_since or access.today
        if terms := held[employee_id]:
            since = endings.end(terms, since, remove="grade_code" not in verdict.changes)
        row = _term(access, employee_id, since) | {"grade_code": values.grade_code}
        rows.append(row)
        changes = {"grade_code": [None, values.grade_code], "since": [None, since.isoformat()]}
        told.append(Change("employee_grade", row["id"], 1, "CREATE", changes, employee_id=employee_id))
    await endings.carry_out(db, access, grade)
    await copy_in(db, grade, rows)
    return told


def _among(column: Any, ids: Iterable[UUID]) -> Any:
    return column == any_(literal(list(ids), ARRAY(Uuid())))


def _term(access: Access, employee_id: UUID, since: date) -> dict[str, Any]:
    return {
        "region_id": access.region_id,
        "id": uuid7(),
        "employee_id": employee_id,
        "valid": Range(since, None),
    }


class Posts:
    """The positions of the region and who of the touched people, or at the head of a unit, holds what."""

    def __init__(self) -> None:
        self.units: dict[str, UUID] = {}
        self.heads: dict[UUID, UUID] = {}
        self.positions: dict[tuple[UUID, PositionKind, str], UUID] = {}
        self.held: dict[UUID, list[Term]] = defaultdict(list)
        self.seats: dict[UUID, list[Term]] = defaultdict(list)
        self._units_of: dict[UUID, UUID] = {}

    def unit_of(self, employee_id: UUID) -> UUID | None:
        return self._units_of.get(employee_id)

    @classmethod
    async def read(cls, access: Access, db: AsyncSession, ids: Sequence[UUID]) -> Self:
        posts = cls()
        units = await db.execute(
            select(Unit.siasn_id, Unit.id).where(
                Unit.region_id == access.region_id, Unit.siasn_id.is_not(None)
            )
        )
        posts.units = {str(siasn_id): id for siasn_id, id in units}
        positions = await db.execute(
            select(Position.id, Position.unit_id, Position.kind, Position.title, Position.is_head).where(
                Position.region_id == access.region_id
            )
        )
        for id, unit_id, kind, title, is_head in positions:
            posts.positions[unit_id, kind, title] = id
            if is_head:
                posts.heads[unit_id] = id
        at = Appointment
        appointments: Iterable[Any] = await db.execute(
            select(at.id, at.employee_id, at.unit_id, at.is_head, at.kind, at.version, at.valid)
            .where(at.region_id == access.region_id, at.is_head | _among(at.employee_id, ids))
            .order_by(func.lower(at.valid))
        )
        for id, employee_id, unit_id, is_head, office, version, valid in appointments:
            term = Term(id, employee_id, valid.lower, valid.upper, version, office, unit_id, is_head)
            posts.held[employee_id].append(term)
            if is_head and office is AppointmentKind.DEFINITIVE:
                posts.seats[unit_id].append(term)
        for employee_id, terms in posts.held.items():
            posts._units_of[employee_id] = terms[-1].unit_id  # type: ignore[assignment]
        return posts

    async def take(self, access: Access, db: AsyncSession, people: Sequence[Person]) -> list[Change]:
        """End what people leave, make the positions that are missing, appoint."""
        endings = Endings(access.today)
        starting: list[tuple[UUID, Verdict, Seat, date]] = []
        for employee_id, verdict, values in people:
            if not values.active:
                for term in self.held[employee_id]:
                    if term.until is None:
                        endings.end([term], access.today)
            elif values.position is not None and (verdict.current is None or _moves(verdict)):
                since = values.position.since or access.today
                definitive = [t for t in self.held[employee_id] if t.kind is AppointmentKind.DEFINITIVE]
                if definitive:
                    since = endings.end(definitive, since, remove=not _moves_elsewhere(verdict))
                starting.append((employee_id, verdict, values.position, since))
        gone = {term.id for term in endings.removed}
        positions: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        told = [_ended(term, "REMOVE") for term in endings.removed]
        told += [_ended(term, "END") for term in endings.cut]
        for employee_id, verdict, wanted, since in starting:
            unit_id = self.units[verdict.values.unit_siasn_id]
            if verdict.heads:
                free = [term.until for term in self.seats[unit_id] if term.until and term.id not in gone]
                since = max([since, *free])
            position_id = self._position(access, unit_id, verdict, wanted, positions)
            row = _term(access, employee_id, since) | {
                "version": 1,
                "position_id": position_id,
                "unit_id": unit_id,
                "is_head": verdict.heads,
                "kind": AppointmentKind.DEFINITIVE.value,
            }
            rows.append(row)
            self._units_of[employee_id] = unit_id
            changes = {"position_id": [None, str(position_id)], "since": [None, since.isoformat()]}
            change = Change("appointment", row["id"], 1, "CREATE", changes, unit_id, employee_id)
            told.append(change)
        await endings.carry_out(db, access, Appointment)
        await copy_in(db, Position, positions)
        await copy_in(db, Appointment, rows)
        return told + [
            Change("position", row["id"], 1, "CREATE", {"title": [None, row["title"]]}, row["unit_id"])
            for row in positions
        ]

    def _position(
        self, access: Access, unit_id: UUID, verdict: Verdict, wanted: Seat, added: list[dict[str, Any]]
    ) -> UUID:
        if verdict.heads and unit_id in self.heads:
            return self.heads[unit_id]
        key = (unit_id, wanted.kind, verdict.title)
        if key not in self.positions:
            row: dict[str, Any] = {
                "region_id": access.region_id,
                "id": uuid7(),
                "version": 1,
                "unit_id": unit_id,
                "kind": wanted.kind.value,
                "title": verdict.title,
                "is_head": verdict.heads,
                "siasn_id": wanted.siasn_id,
            }
            added.append(row)
            self.positions[key] = row["id"]
            if verdict.heads:
                self.heads[unit_id] = row["id"]
        return self.positions[key]


def _ended(term: Term, action: str) -> Change:
    until = term.until.isoformat() if term.until and action == "END" else None
    return Change(
        "appointment",
        term.id,
        term.version + 1,
        action,
        {"until": [None, until]},
        unit_id=term.unit_id,
        employee_id=term.employee_id,
    )


def _moves(verdict: Verdict) -> bool:
    return bool({"unit", "position", "position_kind", "is_head", "position_since"} & {*verdict.changes})


def _moves_elsewhere(verdict: Verdict) -> bool:
    """Another post, not only another first day of the same one."""
    return bool({"unit", "position", "position_kind", "is_head"} & {*verdict.changes})
