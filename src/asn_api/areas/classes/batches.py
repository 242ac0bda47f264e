"""Many enrolments at once, with a result for each: nominations by heads and admins, decisions of superiors."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.classes.atomic import each_or_all
from asn_api.areas.classes.enrolments import held
from asn_api.areas.classes.joining import (
    check_before_start,
    known_class,
    units,
    unprepared,
)
from asn_api.areas.classes.schemas import EnrolmentDecisionIn, NomineeIn
from asn_api.areas.classes.seats import Seats
from asn_api.areas.policies.current import policy_on
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.enrolment_policy import EnrolmentPolicy
from asn_api.rules.enrolments import (
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentOrigin,
    EnrolmentStatus,
    check_enrolment,
    check_registration,
)
from asn_api.tables.training import Enrolment

Result = Enrolment | Problem


async def nominate(
    access: Access, db: AsyncSession, class_id: UUID, items: Sequence[NomineeIn], *, atomic: bool
) -> list[Result]:
    """Enrol people of one's branch, in the order given; the request of one who has asked already is approved."""
    policy = await policy_on(db, access.region_id, EnrolmentPolicy, access.today)
    if len(items) > policy.nomination_items:
        raise Problem("TOO_MANY_NOMINEES", limit=policy.nomination_items)
    people = {each.employee_id for each in items}
    course_class = await known_class(access, db, class_id, "")
    places = await units(access, db, people)
    refusals = await unprepared(access, db, course_class.course_id, places)

    async def run() -> list[Result]:
        seats = await Seats.lock(access, db, class_id)
        window = seats.row.registration_opens_at, seats.row.registration_closes_at
        check_registration(seats.row.status, window, access.now)
        ids = {each.id for each in items if each.id is not None}
        known = {each.id: each for each in await db.scalars(queries.fresh(access, ids))}
        live = {each.employee_id: each for each in await db.scalars(queries.live(access, class_id, people))}
        refusals.update(dict.fromkeys(await seats.clashing(places), Problem("ENROLMENT_CLASHES")))
        results: list[Result] = []
        for item in items:
            try:
                row = _sent_before(known, class_id, item)
                if row is None:
                    row = _nominated(access, seats, item, places, live, refusals)
                live[item.employee_id] = row
                results.append(row)
            except Problem as problem:
                results.append(problem)
        await seats.store()
        return results

    return await each_or_all(db, run, atomic=atomic)


def _sent_before(known: Mapping[UUID, Enrolment], class_id: UUID, item: NomineeIn) -> Enrolment | None:
    row = known.get(item.id) if item.id is not None else None
    if row is not None and (row.class_id, row.employee_id) != (class_id, item.employee_id):
        raise Problem("ENROLMENT_ID_TAKEN")
    return row


def _nominated(
    access: Access,
    seats: Seats,
    item: NomineeIn,
    places: Mapping[UUID, UUID],
    live: Mapping[UUID, Enrolment],
    refusals: Mapping[UUID, Problem],
) -> Enrolment:
    person, row = item.employee_id, live.get(item.employee_id)
    if person not in places:
        raise Problem("NOT_FOUND")
    if person == access.employee_id:
        raise Problem("ENROLMENT_FOR_ONESELF")
    if row is not None and row.status is not EnrolmentStatus.REQUESTED:
        raise Problem("ENROLMENT_ALREADY")
    if person in refusals:
        raise refusals[person]
    if row is None:
        row = Enrolment(
            region_id=access.region_id,
            id=item.id or uuid7(),
            class_id=seats.row.id,
            employee_id=person,
            unit_id=places[person],
            origin=EnrolmentOrigin.NOMINATION,
            status=EnrolmentStatus.REQUESTED,
            note=item.note,
            requested_at=access.now,
            nominated_by=access.employee_id,
            nominated_at=access.now,
        )
        seats.add(row)
    else:
        row.decided_by, row.decided_at, row.decision_note = access.employee_id, access.now, item.note
    seats.approve(row, EnrolmentActor.MANAGER)
    return row


async def decide_all(
    access: Access, db: AsyncSession, items: Sequence[EnrolmentDecisionIn], *, atomic: bool
) -> list[Result]:
    """Each decision's outcome or refusal, in their order; `atomic` refuses all when one is refused."""
    found = await db.execute(queries.within(access, {each.id for each in items}))
    class_of: dict[UUID, UUID] = {row.id: row.class_id for row in found}

    async def run() -> list[Result]:
        results: dict[int, Result] = {}
        by_class: dict[UUID, list[int]] = defaultdict(list)
        for number, item in enumerate(items):
            if item.id in class_of:
                by_class[class_of[item.id]].append(number)
            else:
                results[number] = Problem("NOT_FOUND")
        # In one order, or two superiors with the same classes would wait for each other.
        for class_id in sorted(by_class):
            seats = await Seats.lock(access, db, class_id)
            asked = [(number, items[number]) for number in by_class[class_id]]
            results |= await _decide_class(access, seats, asked)
        return [results[number] for number in range(len(items))]

    return await each_or_all(db, run, atomic=atomic)


async def _decide_class(
    access: Access, seats: Seats, asked: Sequence[tuple[int, EnrolmentDecisionIn]]
) -> dict[int, Result]:
    rows = {
        row.id: row for row in await seats.db.scalars(queries.fresh(access, {each.id for _, each in asked}))
    }
    elsewhere = await seats.clashing({row.employee_id for row in rows.values()})
    results: dict[int, Result] = {}
    decided: set[UUID] = set()
    for number, item in asked:
        row = rows[item.id]
        try:
            if row.version != item.version or row.id in decided:
                raise Problem("VERSION_STALE")
            _decide(access, seats, row, item, elsewhere)
            decided.add(row.id)
            results[number] = row
        except Problem as problem:
            results[number] = problem
    await seats.store()
    return results


async def decide(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: EnrolmentAction, note: str | None
) -> None:
    """One decision of the superior; refusals are raised."""
    seats, row = await held(access, db, id, expected)
    item = EnrolmentDecisionIn.model_validate(
        {"id": id, "version": expected, "decision": action.value, "note": note}
    )
    _decide(access, seats, row, item, await seats.clashing([row.employee_id]))
    await seats.store()


def _decide(
    access: Access, seats: Seats, row: Enrolment, item: EnrolmentDecisionIn, elsewhere: Collection[UUID]
) -> None:
    if row.employee_id == access.employee_id:
        raise Problem("ENROLMENT_FOR_ONESELF")
    if item.decision == "REJECT":
        if item.note is None:
            raise Problem("REQUEST_INVALID", faults=[Fault("/note", "REJECTION_REASON_REQUIRED")])
        seats.reject(row, EnrolmentActor.SUPERIOR)
    else:
        check_enrolment(row.status, EnrolmentAction.APPROVE, EnrolmentActor.SUPERIOR)
        check_before_start(seats)
        if row.employee_id in elsewhere:
            raise Problem("ENROLMENT_CLASHES")
        seats.approve(row, EnrolmentActor.SUPERIOR)
    row.decided_by, row.decided_at, row.decision_note = access.employee_id, access.now, item.note


def told(result: Result, asked: Any) -> dict[str, Any]:
    """What is said about one item, apart from the words of a refusal."""
    if isinstance(result, Problem):
        nothing = {"status": None, "version": None}
        return {"id": asked.id, "employee_id": getattr(asked, "employee_id", None), "done": False, **nothing}
    return {
        "id": result.id,
        "employee_id": result.employee_id,
        "done": True,
        "status": result.status,
        "version": result.version,
    }
