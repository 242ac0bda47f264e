"""One's own request for a seat, in few statements: many ask at the same moment (decision 0039)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from asn_api.access.actor import Access
from asn_api.areas.classes.schemas import EnrolmentIn
from asn_api.areas.classes.seats import ENTITY
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.enrolments import (
    ClassStatus,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentOrigin,
    EnrolmentStatus,
    check_enrolment,
    check_registration,
    given_place,
)
from asn_api.rules.notifications import NoticeKind

_OUTLOOK = """
select c.course_id, c.name as class_name, c.starts_on, c.ends_on, c.begins_at, c.status as class_status,
    o.code as course_code, o.title as course_title, e.nip as employee_nip, e.name as employee_name,
    u.id as unit_id, u.name as unit_name, l.superior_id, k.employee_id as known_employee, k.class_id as known_class,
    array(
        select b.title from course_prerequisites q
        join courses b on b.region_id = $1 and b.id = q.prerequisite_id
        where q.region_id = $1 and q.course_id = c.course_id and not exists (
            select from enrolments d join course_classes t on t.region_id = $1 and t.id = d.class_id
            where d.region_id = $1 and d.employee_id = $2 and d.status = 'COMPLETED' and t.course_id = b.id)
        and not exists (
            select from training_certificates x
            where x.region_id = $1 and x.employee_id = $2 and x.status = 'VERIFIED' and x.course_id = b.id)
        order by b.title) as missing
from course_classes c
join courses o on o.region_id = $1 and o.id = c.course_id
join employees e on e.region_id = $1 and e.id = $2 and e.active
left join appointments a on a.region_id = $1 and a.employee_id = $2 and a.kind = 'DEFINITIVE' and a.valid @> $5::date
left join units u on u.region_id = $1 and u.id = a.unit_id
left join reporting_lines l on l.region_id = $1 and l.employee_id = $2 and l.valid @> $5::date
left join enrolments k on k.region_id = $1 and k.id = $4
where c.region_id = $1 and c.id = $3 and c.status <> 'DRAFT'
"""

_NOT_YET = (
    "nominated_by",
    "nominated_at",
    "decided_by",
    "decided_at",
    "decision_note",
    "cancellation",
    "cancellation_reason",
    "offer_expires_at",
    "pre_score",
    "post_score",
    "passed",
    "ended_at",
)

_LOCK = """
select status, seats, seats_held, last_place, needs_approval, registration_opens_at, registration_closes_at
from course_classes where region_id = $1 and id = $2 for no key update
"""

_BUSY = """
(select range_agg(tstzrange(s.starts_at, s.ends_at)) from class_sessions s
 join course_classes c on c.region_id = $1 and c.id = s.class_id and c.mode <> 'SELF_PACED'
 where s.region_id = $1 and s.class_id = $2)
"""

# Asked after the lock, so that whatever the one before has done is seen.
_STANDING = f"""
select (
    select id from enrolments where region_id = $1 and class_id = $2 and employee_id = $3
        and status not in ('CANCELLED', 'REJECTED')) as live,
    exists (
        select from enrolments where region_id = $1 and employee_id = $3 and class_id <> $2
            and busy && {_BUSY}) as clashes,
    (select count(*) from enrolments where region_id = $1 and class_id = $2 and status = 'WAITLISTED') as waiting
"""  # noqa: S608 (names of this module only)

_STORE = f"""
with made as (
    insert into enrolments (region_id, class_id, employee_id, id, version, unit_id, origin, status, note,
                            requested_at, place, busy)
    values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, 1, $5::uuid, '{EnrolmentOrigin.REQUEST}',
            $6::text, $7::text, $8::timestamptz, $9::bigint,
            case when $6::text = '{EnrolmentStatus.CONFIRMED}' then {_BUSY} end)
), counted as (
    update course_classes set last_place = coalesce($9::bigint, last_place),
        seats_held = seats_held + case when $6::text = '{EnrolmentStatus.CONFIRMED}' then 1 else 0 end
    where region_id = $1 and id = $2 and $9::bigint is not null
)
insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id, unit_id,
                     account_id, actor_id, client_id, request_id)
select $1::uuid, $8::timestamptz, '{ENTITY}', $4::uuid, 1, happened.action, happened.changes,
       $3::uuid, $5::uuid, $10::uuid, $3::uuid, $11::uuid, $12::text
from unnest($13::text[], $14::jsonb[]) as happened (action, changes)
"""  # noqa: S608 (names of this module only)


async def request(
    driver: asyncpg.Connection, access: Access, given: EnrolmentIn
) -> tuple[UUID, dict[str, Any] | None]:
    """The enrolment's id and its row as `showing.whole` takes it; None for one that is stored already."""
    me, region_id = access.employee_id, access.region_id
    if me is None:
        raise Problem("NOT_AN_EMPLOYEE")
    id = given.id or uuid7()
    found = await driver.fetchrow(_OUTLOOK, region_id, me, given.class_id, id, access.today)
    if found is None:
        raise Problem("NOT_FOUND", faults=[Fault("/class_id", "NOT_FOUND")])
    if found["known_employee"] is not None:
        if (found["known_employee"], found["known_class"]) != (me, given.class_id):
            raise Problem("ENROLMENT_ID_TAKEN")
        return id, None
    if found["unit_id"] is None:
        raise Problem("ENROLMENT_WITHOUT_POST")
    if found["missing"]:
        raise Problem("PREREQUISITES_MISSING", courses="; ".join(found["missing"]))
    seats = await driver.fetchrow(_LOCK, region_id, given.class_id)
    window = seats["registration_opens_at"], seats["registration_closes_at"]
    check_registration(ClassStatus(seats["status"]), window, access.now)
    standing = await driver.fetchrow(_STANDING, region_id, given.class_id, me)
    if standing["live"] is not None:
        # Sent twice at once: this one waited for the lock.
        if standing["live"] == id:
            return id, None
        raise Problem("ENROLMENT_ALREADY")
    if standing["clashes"]:
        raise Problem("ENROLMENT_CLASHES")
    free = None if seats["needs_approval"] else seats["seats"] - seats["seats_held"]
    status, happened = _steps(given.class_id, free)
    place = None if free is None else seats["last_place"] + 1
    author = access.author
    await driver.execute(
        _STORE,
        region_id,
        given.class_id,
        me,
        id,
        found["unit_id"],
        status.value,
        given.note,
        access.now,
        place,
        author.account_id,
        author.client_id,
        author.request_id,
        [action for action, _ in happened],
        [orjson.dumps(changes).decode() for _, changes in happened],
    )
    await _tell(driver, access, id, status, found)
    waits = status is EnrolmentStatus.WAITLISTED
    return id, {
        **found,
        **dict.fromkeys(_NOT_YET),
        "id": id,
        "version": 1,
        "class_id": given.class_id,
        "employee_id": me,
        "origin": EnrolmentOrigin.REQUEST,
        "status": status,
        "note": given.note,
        "requested_at": access.now,
        "place": place,
        "position": standing["waiting"] + 1 if waits else None,
        "is_led": False,
        "is_managed": False,
    }


def _steps(class_id: UUID, free: int | None) -> tuple[EnrolmentStatus, Sequence[tuple[str, dict[str, Any]]]]:
    """Where it ends and what the journal says of it; `free` is None while the superior has to approve."""
    status = EnrolmentStatus.REQUESTED
    happened: list[tuple[str, dict[str, Any]]] = [("REQUEST", {"class_id": str(class_id)})]
    for action in () if free is None else (EnrolmentAction.APPROVE, given_place(free)):
        before, status = status, check_enrolment(status, action, EnrolmentActor.SYSTEM)
        happened.append((action.value, {"status": [before, status]}))
    return status, happened


async def _tell(
    driver: asyncpg.Connection, access: Access, id: UUID, status: EnrolmentStatus, found: asyncpg.Record
) -> None:
    employee_id, kind = access.employee_id, NoticeKind.ENROLMENT_CONFIRMED
    if status is EnrolmentStatus.REQUESTED:
        employee_id, kind = found["superior_id"], NoticeKind.ENROLMENT_WAITING
    elif status is EnrolmentStatus.WAITLISTED:
        kind = NoticeKind.ENROLMENT_WAITLISTED
    if employee_id is not None:
        words = {"class": found["class_name"], "day": found["starts_on"].isoformat()}
        await notify(driver, access, [Notice(employee_id, kind, ENTITY, id, None, words)])
