"""The employee's own side: record, replace, submit, recall, delete. Nothing here verifies."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.activities import queries
from asn_api.areas.activities.ledger import Ledger, Row
from asn_api.areas.activities.schemas import ActivityIn, ActivityValues, LinkIn
from asn_api.core.http.route import check_version
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.activities import ActivityAction, ActivityActor, ActivityStatus, check_transition
from asn_api.rules.calendar import in_utc
from asn_api.rules.links import Share, check_links

_OWNER = (ActivityActor.OWNER,)


class Device(NamedTuple):
    """The phone that recorded a change, when by its clock, and its own id of the change."""

    id: str | None = None
    at: datetime | None = None
    operation_id: UUID | None = None


def claimed(values: ActivityValues) -> Row:
    """The columns of what the employee claims."""
    place = values.location
    return {
        "day": values.day,
        "start_at": in_utc(values.start_at),
        "end_at": in_utc(values.end_at),
        "minutes": values.minutes,
        "category": values.category,
        "description": values.description,
        "output_quantity": values.output_quantity,
        "output_unit": values.output_unit,
        "place_type": values.place_type,
        **_linked(values),
        "complaint_id": values.complaint_id,
        "evidence": [{"url": link.url, "title": link.title} for link in values.evidence],
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "accuracy_m": place.accuracy_m if place else None,
        "mock_location": place.mock if place else None,
        "location_provider": place.provider if place else None,
    }


def _linked(values: ActivityValues) -> Row:
    """The first link in columns, the others beside; which plans they belong to is found when judged."""
    if not values.links:
        return {
            "work_result_id": values.work_result_id,
            "indicator_id": values.indicator_id,
            "share": Decimal(1),
            "further_links": [],
        }
    first, *further = values.links
    return {
        "work_result_id": first.work_result_id,
        "indicator_id": first.indicator_id,
        "share": first.share.normalize(),
        "further_links": [
            {
                "work_result_id": str(link.work_result_id),
                "indicator_id": str(link.indicator_id) if link.indicator_id else None,
                "share": f"{link.share.normalize():f}",
            }
            for link in further
        ],
    }


def results_of(values: ActivityValues) -> set[UUID]:
    """The work results that these values name."""
    named = {link.work_result_id for link in values.links}
    return named | ({values.work_result_id} if values.work_result_id else set())


def complaints_of(values: ActivityValues) -> set[UUID]:
    return {values.complaint_id} if values.complaint_id else set()


def _results_in(row: Mapping[str, Any]) -> set[UUID]:
    further = {UUID(link["work_result_id"]) for link in row["further_links"]}
    return further | ({row["work_result_id"]} if row["work_result_id"] else set())


def values_of(columns: Mapping[str, Any]) -> ActivityValues:
    """What was claimed, from columns as they are stored or as the journal wrote them."""
    place = None
    if columns["latitude"] is not None:
        place = {
            "latitude": columns["latitude"],
            "longitude": columns["longitude"],
            "accuracy_m": columns["accuracy_m"],
            "mock": columns["mock_location"],
            "provider": columns["location_provider"],
        }
    first = {name: columns[name] for name in ("work_result_id", "indicator_id")}
    split = bool(columns["further_links"])
    links = [{**first, "share": columns["share"]}, *columns["further_links"]] if split else []
    named = {"work_result_id", "indicator_id", "links", "location"}
    told = {name: columns[name] for name in ActivityValues.model_fields if name not in named}
    told |= {"links": [{name: link[name] for name in LinkIn.model_fields} for link in links]}
    return ActivityValues.model_validate({**told, **({} if split else first), "location": place})


def same_claim(row: Row, values: ActivityValues) -> bool:
    """Whether the row already holds exactly these values."""
    held = {**row, "further_links": _without_plans(row["further_links"])}
    return all(_equal(held[name], value) for name, value in claimed(values).items())


def _without_plans(links: list[Row]) -> list[Row]:
    return [{name: value for name, value in link.items() if name != "plan_id"} for link in links]


def _equal(stored: Any, given: Any) -> bool:
    if isinstance(given, Decimal):
        return Decimal(stored) == given
    return bool(stored == given)


def add(ledger: Ledger, id: UUID, values: ActivityValues, *, submit: bool, device: Device) -> Row:
    """A new activity in the ledger; INVALID_ACTIVITY names everything that is wrong with it."""
    access = ledger.access
    row: Row = {
        "id": id,
        "employee_id": access.employee_id,
        "unit_id": None,
        "position_id": None,
        "device_id": device.id,
        "device_at": device.at,
        "received_at": access.now,
        "submitted_at": None,
        "status": ActivityStatus.DRAFT,
        "flags": [],
        "verifier_id": None,
        "verified_minutes": None,
        "verified_quantity": None,
        "comment": None,
        "decided_at": None,
    }
    _check_one_way(values)
    _check_complaint(ledger, values, None)
    row = _judged(ledger, {**row, **claimed(values)})
    if submit:
        row |= {"status": ActivityStatus.SUBMITTED, "submitted_at": access.now}
    return ledger.store(row, "CREATE", operation_id=device.operation_id)


def replace(ledger: Ledger, row: Row, values: ActivityValues, device: Device) -> Row:
    """Other values for a draft or a rejected activity."""
    check_transition(ActivityStatus(row["status"]), ActivityAction.EDIT, _OWNER, locked=False)
    _check_one_way(values)
    _check_complaint(ledger, values, row["complaint_id"])
    changed = _judged(ledger, {**row, **claimed(values)})
    return ledger.store(changed, ActivityAction.EDIT, operation_id=device.operation_id)


def submit(ledger: Ledger, row: Row, device: Device) -> Row:
    """Hand a draft or a corrected activity to the superior; the last comment stays for him to see."""
    status = check_transition(ActivityStatus(row["status"]), ActivityAction.SUBMIT, _OWNER, locked=False)
    handed = _judged(ledger, _reported(ledger, row, device))
    handed |= {
        "status": status,
        "submitted_at": ledger.access.now,
        "verifier_id": None,
        "verified_minutes": None,
        "verified_quantity": None,
        "decided_at": None,
    }
    return ledger.store(handed, ActivityAction.SUBMIT, operation_id=device.operation_id)


def recall(ledger: Ledger, row: Row, device: Device) -> Row:
    """Take a submitted activity back before anybody decides."""
    status = check_transition(
        ActivityStatus(row["status"]),
        ActivityAction.RECALL,
        _OWNER,
        locked=False,
        corrected=row["id"] in ledger.corrected,
    )
    back = {**row, "status": status, "submitted_at": None}
    return ledger.store(back, ActivityAction.RECALL, operation_id=device.operation_id)


def remove(ledger: Ledger, row: Row, device: Device) -> None:
    check_transition(ActivityStatus(row["status"]), ActivityAction.DELETE, _OWNER, locked=False)
    ledger.remove(row, operation_id=device.operation_id)


def _reported(ledger: Ledger, row: Row, device: Device) -> Row:
    """When it was reported: a draft is reported now, a corrected one keeps the time of its first report."""
    if row["status"] == ActivityStatus.REJECTED:
        return row
    return {
        **row,
        "received_at": ledger.access.now,
        "device_at": device.at,
        "device_id": device.id or row["device_id"],
    }


def _judged(ledger: Ledger, row: Row) -> Row:
    post = ledger.post(row["employee_id"], row["day"])
    if post is None:
        raise Problem("INVALID_ACTIVITY", faults=[Fault("/day", "ACTIVITY_NO_POST")])
    row = {**row, "unit_id": post.unit_id, "position_id": post.position_id}
    faults = _link(ledger, row)
    judgement = ledger.judge(row, now=ledger.access.now)
    faults += judgement.faults or ledger.crowding(row)
    if faults:
        raise Problem("INVALID_ACTIVITY", faults=faults)
    return {**row, "flags": sorted(judgement.flags)}


def _check_one_way(values: ActivityValues) -> None:
    if values.links and (values.work_result_id or values.indicator_id):
        raise Problem("INVALID_ACTIVITY", faults=[Fault("/links", "ACTIVITY_LINKED_TWO_WAYS")])


def _check_complaint(ledger: Ledger, values: ActivityValues, before: UUID | None) -> None:
    """What was named when it was readable may stay."""
    named = values.complaint_id
    if named is not None and named != before and named not in ledger.complaints:
        raise Problem("INVALID_ACTIVITY", faults=[Fault("/complaint_id", "ACTIVITY_COMPLAINT_UNKNOWN")])


def _link(ledger: Ledger, row: Row) -> list[Fault]:
    """Put the plans of the named work results into the row; gives what is wrong with naming them."""
    row["plan_id"] = None
    result_id, indicator_id = row["work_result_id"], row["indicator_id"]
    if result_id is None:
        return [Fault("/indicator_id", "ACTIVITY_INDICATOR_WITHOUT_RESULT")] if indicator_id else []
    further = row["further_links"]
    if not further and row["share"] == 1:
        faults, row["plan_id"] = _plan(ledger, row["day"], result_id, indicator_id, "")
        return faults
    shares = [Share(result_id, Decimal(row["share"]))]
    shares += [Share(UUID(link["work_result_id"]), Decimal(link["share"])) for link in further]
    faults = check_links(shares, ledger.policy(row["day"]).max_links)
    named, row["plan_id"] = _plan(ledger, row["day"], result_id, indicator_id, "/links/0")
    faults += named
    row["further_links"] = []
    for position, link in enumerate(further, 1):
        indicator = UUID(link["indicator_id"]) if link["indicator_id"] else None
        named, plan = _plan(ledger, row["day"], UUID(link["work_result_id"]), indicator, f"/links/{position}")
        faults += named
        row["further_links"].append({**link, "plan_id": str(plan)})
    return faults


def _plan(
    ledger: Ledger, day: date, result_id: UUID, indicator_id: UUID | None, at: str
) -> tuple[list[Fault], UUID | None]:
    """The plan of a named work result, or what is wrong with naming it on this day."""
    link = ledger.links.get(result_id)
    if link is None:
        return [Fault(f"{at}/work_result_id", "ACTIVITY_RESULT_NOT_OWN")], None
    if day < link.start or (link.end is not None and day >= link.end):
        return [Fault(f"{at}/work_result_id", "ACTIVITY_RESULT_OTHER_PERIOD")], None
    if indicator_id is not None and indicator_id not in link.indicators:
        return [Fault(f"{at}/indicator_id", "ACTIVITY_INDICATOR_NOT_OF_RESULT")], None
    return [], link.plan_id


async def record(db: AsyncSession, access: Access, given: ActivityIn) -> Row:
    """Create one activity; the same id with the same values gives what is there already."""
    me = _me(access)
    id = given.id or uuid7()
    ledger = await Ledger.open(
        db,
        access,
        [(me, given.day)],
        ids=[id],
        results=results_of(given),
        complaints=complaints_of(given),
    )
    existing = ledger.rows.get(id)
    if existing is not None:
        if existing["employee_id"] != me or not same_claim(existing, given):
            raise Problem("ACTIVITY_ID_TAKEN")
        return existing
    device = Device(given.device_id, given.device_at)
    row = add(ledger, id, given, submit=given.submit, device=device)
    await ledger.flush()
    return row


async def change(
    db: AsyncSession,
    access: Access,
    id: UUID,
    expected: int,
    action: ActivityAction,
    values: ActivityValues | None,
) -> Row | None:
    """Replace, submit, recall or delete one's own activity; None when it is gone."""
    me = _me(access)
    found = (await db.execute(queries.places(access, [id]))).one_or_none()
    if found is None or found.employee_id != me:
        raise Problem("NOT_FOUND")
    days = {found.day} | ({values.day} if values else set())
    named = results_of(values) if values else _results_in(found._mapping)
    ledger = await Ledger.open(
        db,
        access,
        [(me, day) for day in days],
        ids=[id],
        results=named,
        complaints=complaints_of(values) if values else (),
    )
    row = ledger.rows.get(id)
    if row is None:
        raise Problem("NOT_FOUND")
    # A newer version may also lie on another day, which is not locked: this refuses both.
    if row["version"] != expected:
        check_version(row["version"], expected, await queries.shown_one(db, access, id))
    match action:
        case ActivityAction.EDIT if values is not None:
            row = replace(ledger, row, values, Device())
        case ActivityAction.SUBMIT:
            row = submit(ledger, row, Device())
        case ActivityAction.RECALL:
            row = recall(ledger, row, Device())
        case ActivityAction.DELETE:
            remove(ledger, row, Device())
            row = None
        case _:
            raise ValueError(f"{action} is not the owner's")
    await ledger.flush()
    return row


def _me(access: Access) -> UUID:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    return access.employee_id
