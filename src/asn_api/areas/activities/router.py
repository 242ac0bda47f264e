"""Daily activities over HTTP."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.access.scope import hot_params
from asn_api.areas.activities import (
    columns,
    corrections,
    locked_queries,
    queries,
    recording,
    shapes,
    verification,
)
from asn_api.areas.activities.complaint_queries import readable
from asn_api.areas.activities.schemas import (
    ActivityFilter,
    ActivityIn,
    ActivityOut,
    ActivityValues,
    CorrectionIn,
    CorrectionOut,
    DecisionIn,
    DecisionOut,
    DecisionsIn,
    DecisionsOut,
    FaultOut,
    OwnActivityFilter,
    RejectionIn,
    ReopeningIn,
    VerificationIn,
)
from asn_api.core.database import driver_of
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.hot import hot
from asn_api.core.http.paging import MAX_LIMIT, Cursors, Page, PagingQuery, Position, link_header, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, HotDatabase, IfMatch, Route, Tx, etag, json_response
from asn_api.errors import Problem
from asn_api.rules.activities import ActivityAction, ActivityStatus

router = APIRouter(tags=["activities"], route_class=Route)

CanRead = Annotated[Access, require(Permission.ACTIVITIES_READ)]
CanRecord = Annotated[Access, require(Permission.ACTIVITIES_RECORD)]
CanVerify = Annotated[Access, require(Permission.ACTIVITIES_VERIFY)]
CanReopen = Annotated[Access, require(Permission.ACTIVITIES_REOPEN)]


@router.get("/v1/me/activities", response_model=Page[ActivityOut])
@hot
async def list_my_activities(
    request: Request,
    response: Response,
    database: HotDatabase,
    access: CanRecord,
    wanted: Annotated[OwnActivityFilter, Query()],
) -> Response:
    """One's own activities, the newest day first."""
    limit = min(wanted.limit, MAX_LIMIT)
    cursors = Cursors(request)
    after = cursors.read(wanted.cursor, queries.OWN_ORDER) if wanted.cursor else None
    rows = await queries.own(database, access, wanted, after, limit + 1)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = cursors.write(Position([rows[-1]["day"].isoformat(), str(rows[-1]["id"])], False))
    link_header(request, response, following, None)
    content = {
        "data": [shapes.shown(row, access) for row in rows],
        "page": {"next": following, "prev": None, "limit": limit, "total": None},
    }
    return json_response(content, dict(response.headers))


@router.get("/v1/activities/{id}", response_model=ActivityOut)
@hot
async def get_activity(id: UUID, database: HotDatabase, access: CanRead) -> Response:
    """One activity within reach, with what the caller may do about it."""
    row = await database.fetch_row(queries.ONE, queries.one_params(access, id, hot_params(access)))
    if row is None:
        raise Problem("NOT_FOUND")
    around = await locked_queries.hot_surroundings_of(database, access) if row["disturbed"] else None
    complaints: Collection[UUID] = ()
    if named := shapes.complaint_of(row, access):
        async with database.acquire() as connection:
            complaints = await readable(connection, access, {named})
    shown = shapes.shown(row, access, around, complaints)
    return json_response(shown, {"ETag": etag(row["version"])})


@router.get("/v1/activities", response_model=Page[ActivityOut], responses=EXPORTS)
async def list_activities(
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[ActivityFilter, Query()],
    format: Wanted,
) -> Response:
    """Activities within reach, the newest day first; as a table or a stream of lines by `Accept`."""
    statement, keys = queries.listed(access, wanted), queries.order(wanted)
    shown = shapes.listing(access, await locked_queries.surroundings_of(db, access))
    if format is not Format.JSON:
        ordered = statement.order_by(*queries.sorting(keys))
        return await export(request, ordered, columns.COLUMNS, "kegiatan", format, shown)
    narrow = queries.narrowed(access, wanted)
    named: dict[str, UUID] = {}

    def noted(record: Any) -> dict[str, Any]:
        if complaint := shapes.complaint_of(record, access):
            named[record["id"]] = complaint
        return shown(record)

    found = await page(db, request, response, statement, keys, wanted, noted, narrow)
    if named:
        complaints = await readable(await driver_of(db), access, set(named.values()))
        for row in found["data"]:
            row["complaint_id"] = row["complaint_id"] or _among(complaints, named.get(row["id"]))
    return json_response(found, dict(response.headers))


@router.post("/v1/activities", status_code=201, response_model=ActivityOut)
async def record_activity(db: Tx, access: CanRecord, given: ActivityIn) -> Response:
    """Record what was done; it goes to the superior at once unless `submit` is false."""
    row = await recording.record(db, access, given)
    return await _shown(db, access, row["id"], 201)


@router.put("/v1/activities/{id}", response_model=ActivityOut)
async def replace_activity(
    id: UUID, db: Tx, access: CanRecord, version: IfMatch, given: ActivityValues
) -> Response:
    """Other values for a draft or a rejected activity."""
    await recording.change(db, access, id, version, ActivityAction.EDIT, given)
    return await _shown(db, access, id)


@router.delete("/v1/activities/{id}", status_code=204)
async def delete_activity(id: UUID, db: Tx, access: CanRecord, version: IfMatch) -> None:
    """Remove a draft or a rejected activity; the journal keeps what it was."""
    await recording.change(db, access, id, version, ActivityAction.DELETE, None)


@router.post("/v1/activities/{id}/submission", response_model=ActivityOut)
async def submit_activity(id: UUID, db: Tx, access: CanRecord, version: IfMatch) -> Response:
    """Hand a draft or a corrected activity to the superior."""
    await recording.change(db, access, id, version, ActivityAction.SUBMIT, None)
    return await _shown(db, access, id)


@router.post("/v1/activities/{id}/recall", response_model=ActivityOut)
async def recall_activity(id: UUID, db: Tx, access: CanRecord, version: IfMatch) -> Response:
    """Take a submitted activity back while nobody has decided."""
    await recording.change(db, access, id, version, ActivityAction.RECALL, None)
    return await _shown(db, access, id)


@router.post("/v1/activities/{id}/verification", response_model=ActivityOut)
async def verify_activity(
    id: UUID, db: Tx, access: CanVerify, version: IfMatch, given: VerificationIn
) -> Response:
    """Grant the claimed minutes, or fewer."""
    await verification.decide(
        db, access, DecisionIn(id=id, version=version, decision="VERIFY", **given.model_dump())
    )
    return await _shown(db, access, id)


@router.post("/v1/activities/{id}/rejection", response_model=ActivityOut)
async def reject_activity(
    id: UUID, db: Tx, access: CanVerify, version: IfMatch, given: RejectionIn
) -> Response:
    """Send it back with a comment; the employee can correct and submit it again."""
    await verification.decide(
        db, access, DecisionIn(id=id, version=version, decision="REJECT", comment=given.comment)
    )
    return await _shown(db, access, id)


@router.post("/v1/activities/{id}/reopening", response_model=ActivityOut)
async def reopen_activity(
    id: UUID, db: Tx, access: CanReopen, version: IfMatch, given: ReopeningIn
) -> Response:
    """Undo a verification before the month is locked."""
    await verification.reopen(db, access, id, version, given.reason)
    return await _shown(db, access, id)


@router.post("/v1/activities/{id}/corrections", status_code=201)
async def correct_activity(
    id: UUID, db: Tx, access: CanVerify, given: CorrectionIn, response: Response
) -> CorrectionOut:
    """Let other minutes count for submitted or verified work once its month is locked.

    The activity itself stays as it was; day and month show the correction beside the locked number.
    """
    correction, new = await corrections.correct(db, access, id, given)
    if not new:
        response.status_code = 200
    return CorrectionOut.model_validate(correction)


@router.get("/v1/activities/{id}/corrections", response_model=Page[CorrectionOut])
async def list_corrections(
    id: UUID, db: Db, access: CanRead, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """What was corrected after the lock, in order; the last one holds."""
    if (await db.execute(queries.places(access, [id]))).first() is None:
        raise Problem("NOT_FOUND")
    statement = locked_queries.corrections(access, id)
    return await page(db, request, response, statement, locked_queries.CORRECTIONS_ORDER, wanted, dict)


@router.post("/v1/activities/verifications", response_model=DecisionsOut)
async def verify_activities(request: Request, db: Tx, access: CanVerify, given: DecisionsIn) -> DecisionsOut:
    """Decide about many at once: one result per item, and a refused item never costs the others."""
    results = await verification.decide_all(db, access, given.items, atomic=given.atomic == "all")
    language = language_of(request)
    shown = []
    for item, result in zip(given.items, results, strict=True):
        refused = result if isinstance(result, Problem) else None
        row = None if isinstance(result, Problem) else result
        shown.append(
            DecisionOut(
                id=item.id,
                done=row is not None,
                status=ActivityStatus(row["status"]) if row else None,
                version=row["version"] if row else None,
                code=refused.code if refused else None,
                detail=refused.detail(language) if refused else None,
                errors=[
                    FaultOut(pointer=fault.pointer, code=fault.code, message=fault.message(language))
                    for fault in (refused.faults if refused else ())
                ],
            )
        )
    done = sum(each.done for each in shown)
    return DecisionsOut(done=done, refused=len(shown) - done, results=shown)


def _among(complaints: Collection[UUID], named: UUID | None) -> UUID | None:
    return named if named in complaints else None


async def _shown(db: Tx, access: Access, id: UUID, status: int = 200) -> Response:
    """The activity as it stands now in this transaction."""
    row = await queries.shown_one(db, access, id)
    headers = {"ETag": etag(row["version"])}
    if status == 201:
        headers["Location"] = f"/v1/activities/{id}"
    return json_response(row, headers, status)
