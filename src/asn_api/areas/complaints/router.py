"""Complaints over HTTP for those who handle them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.complaints import (
    deciding,
    gathered,
    handling,
    media,
    queries,
    routing,
    showing,
    templates,
    timing,
)
from asn_api.areas.complaints.schemas import (
    AgencySuggestionsOut,
    AnswerIn,
    AssignmentIn,
    ClocksOut,
    ComplaintFilter,
    ComplaintOut,
    ComplaintSummary,
    DispositionIn,
    GatheredBatchIn,
    GatheredIn,
    GatheredResultsOut,
    MergingIn,
    NoteIn,
    ReadyAnswersOut,
    RejectionIn,
    RevealedOut,
    RevealIn,
    SaidIn,
    SubjectsIn,
    Unreadable,
    VerificationIn,
)
from asn_api.core.http import downloads
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.problems import fault, language_of
from asn_api.core.http.route import Db, IfMatch, Route, Store, Tx, Writing, tagged
from asn_api.errors import Problem
from asn_api.rules.files import MEDIA_TYPES

router = APIRouter(prefix="/v1", tags=["complaints"], route_class=Route)

CanRead = Annotated[Access, require(Permission.COMPLAINTS_READ)]
CanTriage = Annotated[Access, require(Permission.COMPLAINTS_TRIAGE)]
CanAssign = Annotated[Access, require(Permission.COMPLAINTS_ASSIGN)]
CanAnswer = Annotated[Access, require(Permission.COMPLAINTS_ANSWER)]
CanReveal = Annotated[Access, require(Permission.COMPLAINTS_REVEAL)]
CanTakeIn = Annotated[Access, require(Permission.COMPLAINTS_INTAKE)]


@router.get("/complaints", response_model=Page[ComplaintSummary], responses=EXPORTS)
async def list_complaints(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[ComplaintFilter, Query()],
    form: Wanted,
) -> Any:
    """Complaints that you, your people or your branch handle, for coordinators all; the newest first.

    What is about you or somebody in whose branch you work is not among them, whatever your role.
    """
    statement, keys = queries.complaints(access, wanted), queries.NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, showing.COLUMNS, "laporan-masyarakat", form, showing.line)
    return await page(db, request, response, statement, keys, wanted, showing.summary)


@router.post("/complaints/batches", response_model=GatheredResultsOut)
async def take_complaints_in(
    access: CanTakeIn, work: Writing, request: Request, given: GatheredBatchIn
) -> dict[str, Any]:
    """Hand in complaints that were gathered on paper or without a line: one receipt per item, or why it was refused.

    A refused item never costs the others. Send the whole batch again if the line was lost: what has been taken in gives
    the same receipt. They were received when they arrive here; `occurred_on` says when it happened.
    """
    items = [_readable(each) for each in given.items]
    state = request.app.state
    results = await gathered.take_in(access, work, state.keyring, state.objects, items)
    shown = [
        _result(request, number, item, result)
        for number, (item, result) in enumerate(zip(given.items, results, strict=True))
    ]
    done = sum(each["done"] for each in shown)
    return {"done": done, "refused": len(shown) - done, "results": shown}


@router.get("/complaints/{id}", response_model=ComplaintOut)
async def get_complaint(access: CanRead, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One complaint with its conversation, notes, history, deadlines and what you may do. Never who reported it."""
    return await _shown(access, db, id, response)


@router.get("/complaints/{id}/explanation", response_model=ClocksOut)
async def explain_complaint_deadlines(access: CanRead, db: Db, id: UUID) -> dict[str, Any]:
    """Each deadline: from when, how many working days, which days did not count and why, and what came of it."""
    row = await handling.row_of(access, db, id)
    if row is None:
        raise Problem("NOT_FOUND")
    return await timing.explained(access, db, row)


@router.get("/complaints/{id}/agency-suggestions", response_model=AgencySuggestionsOut)
async def suggest_agencies(access: CanTriage, db: Db, id: UUID) -> dict[str, Any]:
    """Agencies to which it may belong: its category's, and those that took on complaints with words in common.

    Each with its reasons. What is kept from you does not count, and who it is about is not among them.
    """
    return await routing.suggested(access, db, id)


@router.get(
    "/complaints/{id}/files/{file_id}",
    response_class=Response,
    responses=downloads.answers(*MEDIA_TYPES.values()),
)
async def download_complaint_file(
    access: CanRead, db: Db, objects: Store, id: UUID, file_id: UUID, part: downloads.Part
) -> Response:
    """A photo or document that the reporter sent, whole or one range; photos without metadata."""
    if await handling.row_of(access, db, id) is None:
        raise Problem("NOT_FOUND")
    stored = await media.stored(access, db, id, file_id)
    if stored is None or objects is None:
        raise Problem("NOT_FOUND")
    return await downloads.download(objects, stored, part)


@router.post("/complaints/{id}/verification", response_model=ComplaintOut)
async def verify_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: VerificationIn, response: Response
) -> dict[str, Any]:
    """Accept it as coordinator, with the right kind and category. Supervisory ones become secret.

    Anybody may then read the words and the place of one that is not secret (Open311).
    """
    await deciding.verify(access, db, id, version, given)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/secrecy", response_model=ComplaintOut)
async def hide_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Make it secret as coordinator, because its words tell too much: the public finds it no more."""
    await deciding.hide(access, db, id, version)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/hold", response_model=ComplaintOut)
async def hold_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: SaidIn, response: Response
) -> dict[str, Any]:
    """Ask the reporter for what is missing; the clock stands still until he answers."""
    await deciding.hold(access, db, id, version, given.text)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/rejection", response_model=ComplaintOut)
async def reject_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: RejectionIn, response: Response
) -> dict[str, Any]:
    """Say that it is not the region's to answer, or archive what is no complaint; the reporter reads why."""
    await deciding.reject(access, db, id, version, given)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/merging", response_model=ComplaintOut)
async def merge_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: MergingIn, response: Response
) -> dict[str, Any]:
    """Let it follow another one that it repeats: its reporter sees that one's status and answers."""
    await deciding.merge(access, db, id, version, given.parent_id)
    return await _shown(access, db, id, response)


@router.put("/complaints/{id}/subjects", status_code=204)
async def name_complaint_subjects(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: SubjectsIn
) -> None:
    """Say whom a supervisory complaint is about: neither they nor anybody in their branches sees it from now on.

    That may include you. While one of them would be handling it, recall it first.
    """
    await deciding.name(access, db, id, version, given)


@router.post("/complaints/{id}/disposition", response_model=ComplaintOut)
async def dispose_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: DispositionIn, response: Response
) -> dict[str, Any]:
    """Hand it to the agency that has to answer, and to an officer where that is known. A supervisory one needs named
    subjects, and never goes into their branches."""
    await deciding.dispose(access, db, id, version, given)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/recall", response_model=ComplaintOut)
async def recall_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: SaidIn, response: Response
) -> dict[str, Any]:
    """Take it back from an agency that does nothing or is the wrong one, with the reason."""
    await deciding.recall(access, db, id, version, given.text)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/reporter", response_model=RevealedOut)
async def reveal_reporter(
    access: CanReveal, db: Tx, request: Request, id: UUID, given: RevealIn
) -> dict[str, Any]:
    """Who reported it. Your reason and your name stay in the journal."""
    return await deciding.reveal(access, db, request.app.state.keyring, id, given.reason)


@router.post("/complaints/{id}/assignment", response_model=ComplaintOut)
async def assign_complaint(
    access: CanAssign, db: Tx, id: UUID, version: IfMatch, given: AssignmentIn, response: Response
) -> dict[str, Any]:
    """Give it to somebody of the agency; he answers it himself."""
    await handling.assign(access, db, id, version, given.officer_id)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/start", response_model=ComplaintOut)
async def start_complaint(
    access: CanAnswer, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Say that work on it has begun."""
    await handling.start(access, db, id, version)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/answer", response_model=ComplaintOut)
async def answer_complaint(
    access: CanAnswer, db: Tx, id: UUID, version: IfMatch, given: AnswerIn, response: Response
) -> dict[str, Any]:
    """Answer the reporter. He may reply for some days; his silence closes it."""
    await handling.answer(access, db, id, version, given.text)
    return await _shown(access, db, id, response)


@router.post("/complaints/{id}/return", status_code=204)
async def give_complaint_back(access: CanAnswer, db: Tx, id: UUID, version: IfMatch, given: SaidIn) -> None:
    """Give it back to the coordinator because it is another agency's, with the reason; only so often."""
    await handling.give_back(access, db, id, version, given.text)


@router.post("/complaints/{id}/notes", response_model=ComplaintOut)
async def note_on_complaint(
    access: CanRead, db: Tx, id: UUID, given: NoteIn, response: Response
) -> dict[str, Any]:
    """A note for those who handle it; the reporter and the public never see it."""
    await handling.note(access, db, id, given)
    return await _shown(access, db, id, response)


@router.get("/complaints/{id}/answer-templates", response_model=ReadyAnswersOut)
async def list_ready_answers(access: CanAnswer, db: Db, id: UUID) -> dict[str, Any]:
    """The region's ready answers that fit this complaint, filled in; edit one and send it as the answer."""
    return {"data": await templates.offered(access, db, id)}


async def _shown(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await showing.shown(access, db, id))


def _readable(item: GatheredIn | Unreadable) -> GatheredIn | Problem:
    if not isinstance(item, Unreadable):
        return item
    return Problem(
        "REQUEST_INVALID", faults=[fault({**each, "loc": ("body", *each["loc"])}) for each in item.errors]
    )


def _result(
    request: Request, number: int, item: GatheredIn | Unreadable, result: gathered.Result
) -> dict[str, Any]:
    language = language_of(request)
    refused = result if isinstance(result, Problem) else None
    return {
        "index": number,
        "key": None if isinstance(item, Unreadable) else item.key,
        "done": refused is None,
        "receipt": None if isinstance(result, Problem) else result[0],
        "code": refused and refused.code,
        "detail": refused and refused.detail(language),
        "errors": [
            {"pointer": each.pointer, "code": each.code, "message": each.message(language)}
            for each in (refused.faults if refused else ())
        ],
    }
