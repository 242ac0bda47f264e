"""Complaints over HTTP for those who handle them."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.complaints import categories, deciding, figures, handling, media, queries, showing, timing
from asn_api.areas.complaints.figure_schemas import ComplaintResultsOut
from asn_api.areas.complaints.schemas import (
    AnswerIn,
    AssignmentIn,
    CategoryChangeIn,
    CategoryIn,
    CategoryOut,
    ClocksOut,
    ComplaintFilter,
    ComplaintOut,
    ComplaintSummary,
    DispositionIn,
    MergingIn,
    NoteIn,
    RejectionIn,
    RevealedOut,
    RevealIn,
    SaidIn,
    SubjectsIn,
    VerificationIn,
)
from asn_api.areas.contribution.schemas import SpanFilter
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, PagingQuery, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, etag
from asn_api.core.objects import Objects
from asn_api.errors import Problem
from asn_api.rules.files import MEDIA_TYPES, download_name

router = APIRouter(prefix="/v1", tags=["complaints"], route_class=Route)

CanRead = Annotated[Access, require(Permission.COMPLAINTS_READ)]
CanTriage = Annotated[Access, require(Permission.COMPLAINTS_TRIAGE)]
CanAssign = Annotated[Access, require(Permission.COMPLAINTS_ASSIGN)]
CanAnswer = Annotated[Access, require(Permission.COMPLAINTS_ANSWER)]
CanReveal = Annotated[Access, require(Permission.COMPLAINTS_REVEAL)]
CanSee = Annotated[Access, require(Permission.EVALUATIONS_READ)]
CanManage = Annotated[Access, require(Permission.COMPLAINT_CATEGORIES_MANAGE)]

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
    }
}


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


@router.get("/complaints/{id}/files/{file_id}", response_class=Response, responses=_FILE)
async def download_complaint_file(
    access: CanRead, db: Db, request: Request, id: UUID, file_id: UUID
) -> Response:
    """A photo or document that the reporter sent; photos without metadata."""
    if await handling.row_of(access, db, id) is None:
        raise Problem("NOT_FOUND")
    rows = (await db.execute(queries.files(access, id))).mappings()
    file = next((each for each in rows if each["id"] == file_id), None)
    objects: Objects | None = request.app.state.objects
    if file is None or objects is None:
        raise Problem("NOT_FOUND")
    try:
        content = await objects.opened(media.path(access.region_id, file_id), 0, file["size"])
    except FileNotFoundError:
        raise Problem("FILES_UNREACHABLE", headers={"Retry-After": "10"}) from None
    name = quote(download_name(file["name"], file["kind"]))
    headers = {
        "Content-Length": str(file["size"]),
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, 200, headers, media_type=MEDIA_TYPES[file["kind"]])


@router.post("/complaints/{id}/verification", response_model=ComplaintOut)
async def verify_complaint(
    access: CanTriage, db: Tx, id: UUID, version: IfMatch, given: VerificationIn, response: Response
) -> dict[str, Any]:
    """Accept it as coordinator, with the right kind and category. Supervisory ones become secret."""
    await deciding.verify(access, db, id, version, given)
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
) -> dict[str, str | None]:
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


@router.get("/complaint-categories", response_model=Page[CategoryOut])
async def list_complaint_categories(
    access: CanManage, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """The region's categories by code, closed ones too."""
    return await page(db, request, response, queries.categories(access), queries.BY_CODE, wanted, dict)


@router.post("/complaint-categories", status_code=201)
async def add_complaint_category(
    access: CanManage, db: Tx, given: CategoryIn, response: Response
) -> CategoryOut:
    """A new category, with the agency that is suggested for it; for those who reach the whole region."""
    shown, is_new = await categories.add(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.put("/complaint-categories/{id}")
async def change_complaint_category(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: CategoryChangeIn, response: Response
) -> CategoryOut:
    """Replace all but the code."""
    shown = await categories.change(access, db, id, version, given)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.get("/units/{id}/complaint-results")
async def get_complaint_results(
    access: CanSee, db: Db, id: UUID, wanted: Annotated[SpanFilter, Query()]
) -> ComplaintResultsOut:
    """How a unit, with all below it, handled the complaints received in some months: for its performance, in sums.

    For heads and admins who see its evaluations; counted each night, without supervisory complaints. Whoever does not
    read its complaints gets what is public: whole agencies, from January to December.
    """
    return ComplaintResultsOut.model_validate(await figures.of_unit(access, db, id, wanted))


async def _shown(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """What may be done changes with days and posts, without the version: the checksum tells."""
    shown = await showing.shown(access, db, id)
    response.headers["ETag"] = etag(shown["version"], orjson.dumps(shown, default=str))
    return shown
