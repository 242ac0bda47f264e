"""Classes, enrolments, attendance and results, over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.classes import (
    attendance,
    batches,
    classes,
    enrolments,
    queries,
    requesting,
    results,
    showing,
)
from asn_api.areas.classes.attendance_schemas import (
    AttendanceResultOut,
    AttendanceResultsOut,
    AttendancesIn,
    ResultsIn,
    SheetOut,
)
from asn_api.areas.classes.schemas import (
    ClassFilter,
    ClassIn,
    ClassOut,
    ClassSummary,
    ClassValues,
    EnrolmentDecisionsIn,
    EnrolmentFilter,
    EnrolmentIn,
    EnrolmentNoteIn,
    EnrolmentOut,
    EnrolmentResultOut,
    EnrolmentResultsOut,
    EnrolmentSummary,
    NominationsIn,
    ReasonIn,
    RefusedFieldOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, Route, Tx, Writing, etag, in_turns, json_response, tagged
from asn_api.errors import Problem
from asn_api.rules.enrolments import EnrolmentAction
from asn_api.tables.training import Enrolment

router = APIRouter(prefix="/v1", tags=["classes"], route_class=Route)

CanRead = Annotated[Access, require(Permission.CLASSES_READ)]
CanManage = Annotated[Access, require(Permission.CLASSES_MANAGE)]
CanSee = Annotated[Access, require(Permission.ENROLMENTS_READ)]
CanRequest = Annotated[Access, require(Permission.ENROLMENTS_REQUEST)]
CanDecide = Annotated[Access, require(Permission.ENROLMENTS_DECIDE)]
CanNominate = Annotated[Access, require(Permission.ENROLMENTS_NOMINATE)]
CanRecord = Annotated[Access, require(Permission.ATTENDANCE_RECORD)]


@router.get("/classes", response_model=Page[ClassSummary], responses=EXPORTS)
async def list_classes(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[ClassFilter, Query()],
    form: Wanted,
) -> Any:
    """The region's classes, the earliest first; drafts only for those who manage or organise them."""
    statement, keys = queries.classes(access, wanted), queries.EARLIEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column for key in keys])
        return await export(
            request, ordered, showing.CLASS_COLUMNS, "kelas-pelatihan", form, showing.class_summary
        )
    return await page(db, request, response, statement, keys, wanted, showing.class_summary)


@router.post("/classes", status_code=201, response_model=ClassOut)
async def plan_class(access: CanManage, db: Tx, given: ClassIn, response: Response) -> dict[str, Any]:
    """Plan a class of a published course, as a draft, organised by a unit of one's branch.

    Refused with `PARTNER_WITHOUT_AGREEMENT` when no agreement with the course's partner holds today. The same id
    and content again gives what was stored.
    """
    id, is_new = await classes.plan(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/classes/{id}"
    return await _class(access, db, id, response)


@router.get("/classes/{id}", response_model=ClassOut)
async def get_class(access: CanRead, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One class with its sessions, how many seats are held and how many people wait."""
    return await _class(access, db, id, response)


@router.put("/classes/{id}", response_model=ClassOut)
async def change_class(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: ClassValues, response: Response
) -> dict[str, Any]:
    """Replace a class that has not begun. A session keeps its attendance by its id.

    More seats go to the waiting list at once. Refused: fewer seats than are held, and times at which somebody with a
    seat is in another class. Whoever has a seat or waits for one is told of other times or places.
    """
    await classes.change(access, db, id, version, given)
    return await _class(access, db, id, response)


@router.post("/classes/{id}/opening", response_model=ClassOut)
async def open_class(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Show it to everybody, and take enrolments in the window of registration."""
    await classes.open_registration(access, db, id, version)
    return await _class(access, db, id, response)


@router.post("/classes/{id}/cancellation", response_model=ClassOut)
async def cancel_class(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> dict[str, Any]:
    """Call it off, with the reason; everybody in it is told."""
    await classes.cancel(access, db, id, version, given.reason)
    return await _class(access, db, id, response)


@router.post("/classes/{id}/nominations", response_model=EnrolmentResultsOut)
async def nominate_for_class(
    access: CanNominate, db: Tx, request: Request, id: UUID, given: NominationsIn
) -> EnrolmentResultsOut:
    """Enrol people of one's branch, never oneself, in the order given: one result per item.

    No approval is needed. Whoever has asked already is approved by it: so is somebody without a superior. Seats go
    by order; those for whom none is left are on the waiting list.
    """
    found = await batches.nominate(access, db, id, given.items, atomic=given.atomic == "all")
    return _results(request, given.items, found)


@router.get("/classes/{id}/attendance", response_model=SheetOut)
async def get_attendance(access: CanRecord, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """The attendance list of a class that one organises: all that a phone needs to go on without a network."""
    return tagged(response, await attendance.sheet(access, db, id))


@router.put("/classes/{id}/attendance", response_model=AttendanceResultsOut)
async def record_attendance(
    access: CanRecord, db: Tx, request: Request, id: UUID, given: AttendancesIn
) -> AttendanceResultsOut:
    """Record who came to which session: one result per item, and sending it again is harmless.

    What was written down later by the clock of its device stays. Without a network the same goes through
    `POST /v1/sync/push` as operations of type `attendance`.
    """
    found = await attendance.mark_all(access, db, id, given.items, atomic=given.atomic == "all")
    shown = []
    for item, result in zip(given.items, found, strict=True):
        stored = None if isinstance(result, Problem) else result
        shown.append(
            AttendanceResultOut(
                enrolment_id=item.enrolment_id,
                session_id=item.session_id,
                id=stored.id if stored else item.id,
                done=stored is not None,
                version=stored.version if stored else None,
                **_words(request, result),
            )
        )
    return AttendanceResultsOut(**_counted(shown), results=shown)


@router.put("/classes/{id}/results", response_model=AttendanceResultsOut)
async def record_results(
    access: CanRecord, db: Tx, request: Request, id: UUID, given: ResultsIn
) -> AttendanceResultsOut:
    """Record scores before and after (0–100) and who passed, as the organiser, until the class is finished."""
    found = await results.record_results(access, db, id, given.items, atomic=given.atomic == "all")
    shown = []
    for item, result in zip(given.items, found, strict=True):
        stored = None if isinstance(result, Problem) else result
        shown.append(
            AttendanceResultOut(
                enrolment_id=item.enrolment_id,
                session_id=None,
                id=None,
                done=stored is not None,
                version=stored.version if stored else None,
                **_words(request, result),
            )
        )
    return AttendanceResultsOut(**_counted(shown), results=shown)


@router.post("/classes/{id}/completion", response_model=ClassOut)
async def finish_class(
    access: CanRecord, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """End a class that is over, as its organiser: everybody has completed it, failed, or was never there.

    Completed is who attended as much as the policy asks (`enrolments`) and did not fail the test. What the course
    teaches becomes evidence of their competencies.
    """
    await results.finish(access, db, id, version)
    return await _class(access, db, id, response)


@router.get("/enrolments", response_model=Page[EnrolmentSummary], responses=EXPORTS)
async def list_enrolments(
    access: CanSee,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[EnrolmentFilter, Query()],
    form: Wanted,
) -> Any:
    """One's own, those of one's team or branch, the newest first, with the place on the waiting list."""
    statement, keys = queries.enrolments(access, wanted), queries.NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(
            request, ordered, showing.ENROLMENT_COLUMNS, "peserta-pelatihan", form, showing.summary
        )
    return await page(db, request, response, statement, keys, wanted, showing.summary)


@router.post("/enrolments", status_code=201, response_model=EnrolmentOut)
@in_turns(3)
async def request_enrolment(access: CanRequest, work: Writing, given: EnrolmentIn) -> Response:
    """Ask for a seat for oneself. It waits for the superior, or takes a seat or a place on the list at once.

    Refused by code: outside the window of registration, without what has to be completed before, and while one has
    a seat elsewhere at that time. The same id again gives what was stored.
    """
    id, row = await requesting.request(await work.driver(), access, given)
    if row is None:
        async with work.database.sessions() as db:
            shown = await showing.shown(access, db, id)
    else:
        shown = showing.whole(access, row)
    headers = {"ETag": etag(shown["version"]), "Location": f"/v1/enrolments/{id}"}
    return json_response(shown, headers, 200 if row is None else 201)


@router.post("/enrolments/decisions", response_model=EnrolmentResultsOut)
async def decide_enrolments(
    access: CanDecide, db: Tx, request: Request, given: EnrolmentDecisionsIn
) -> EnrolmentResultsOut:
    """Approve or reject requests of one's team, many at once: one result per item."""
    found = await batches.decide_all(access, db, given.items, atomic=given.atomic == "all")
    return _results(request, given.items, found)


@router.get("/enrolments/{id}", response_model=EnrolmentOut)
async def get_enrolment(access: CanSee, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One enrolment within reach, with its place on the waiting list and what the caller may do."""
    return await _enrolment(access, db, id, response)


@router.post("/enrolments/{id}/approval", response_model=EnrolmentOut)
async def approve_enrolment(
    access: CanDecide, db: Tx, id: UUID, version: IfMatch, given: EnrolmentNoteIn, response: Response
) -> dict[str, Any]:
    """Approve the request of somebody of one's team: he gets a seat, or the next place on the waiting list."""
    await batches.decide(access, db, id, version, EnrolmentAction.APPROVE, given.note)
    return await _enrolment(access, db, id, response)


@router.post("/enrolments/{id}/rejection", response_model=EnrolmentOut)
async def reject_enrolment(
    access: CanDecide, db: Tx, id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> dict[str, Any]:
    """Reject it, with the reason; he may ask again."""
    await batches.decide(access, db, id, version, EnrolmentAction.REJECT, given.reason)
    return await _enrolment(access, db, id, response)


@router.post("/enrolments/{id}/confirmation", response_model=EnrolmentOut)
async def confirm_enrolment(
    access: CanRequest, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Take up the seat that became free, before the offer expires."""
    await enrolments.confirm(access, db, id, version)
    return await _enrolment(access, db, id, response)


@router.post("/enrolments/{id}/cancellation", response_model=EnrolmentOut)
async def cancel_enrolment(
    access: CanRequest, db: Tx, id: UUID, version: IfMatch, given: EnrolmentNoteIn, response: Response
) -> dict[str, Any]:
    """Give up one's enrolment before the class begins, or decline an offered seat; the next one moves up."""
    await enrolments.cancel(access, db, id, version, given.note)
    return await _enrolment(access, db, id, response)


@router.post("/enrolments/{id}/removal", response_model=EnrolmentOut)
async def remove_enrolment(
    access: CanNominate, db: Tx, id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> dict[str, Any]:
    """Take somebody of one's branch out of a class before it begins, with the reason; he is told."""
    await enrolments.remove(access, db, id, version, given.reason)
    return await _enrolment(access, db, id, response)


async def _class(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await showing.shown_class(access, db, id))


async def _enrolment(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await showing.shown(access, db, id))


def _results(
    request: Request, items: Sequence[Any], found: Sequence[Enrolment | Problem]
) -> EnrolmentResultsOut:
    shown = [
        EnrolmentResultOut(**batches.told(result, item), **_words(request, result))
        for item, result in zip(items, found, strict=True)
    ]
    return EnrolmentResultsOut(**_counted(shown), results=shown)


def _counted(shown: Sequence[Any]) -> dict[str, int]:
    done = sum(each.done for each in shown)
    return {"done": done, "refused": len(shown) - done}


def _words(request: Request, result: object) -> dict[str, Any]:
    if not isinstance(result, Problem):
        return {"code": None, "detail": None, "errors": []}
    language = language_of(request)
    return {
        "code": result.code,
        "detail": result.detail(language),
        "errors": [
            RefusedFieldOut(pointer=fault.pointer, code=fault.code, message=fault.message(language))
            for fault in result.faults
        ],
    }
