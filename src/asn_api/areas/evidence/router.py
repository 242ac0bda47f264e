"""Evidence records over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.evidence import queries, service
from asn_api.areas.evidence.schemas import (
    EvidenceFilter,
    EvidenceRecordIn,
    EvidenceRecordOut,
    EvidenceRecordsOut,
)
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, IfMatch, IfMatchOrNone, Route, Tx, tagged
from asn_api.errors import Problem

router = APIRouter(tags=["evidence"], route_class=Route)

CanRead = Annotated[Access, require(Permission.ACTIVITIES_READ)]
CanRecord = Annotated[Access, require(Permission.ACTIVITIES_RECORD)]


@router.get("/v1/activities/{id}/evidence")
async def list_activity_evidence(id: UUID, db: Db, access: CanRead) -> EvidenceRecordsOut:
    """What an activity within reach is shown by, besides the links in the activity itself."""
    found = await queries.of_activity(db, access, id)
    if found is None:
        raise Problem("NOT_FOUND")
    return EvidenceRecordsOut(data=[EvidenceRecordOut.model_validate(each) for each in found])


@router.get("/v1/evidence", response_model=Page[EvidenceRecordOut])
async def list_evidence(
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[EvidenceFilter, Query()],
) -> dict[str, Any]:
    """Evidence of activities within reach, the newest first, each with the state of its file."""
    statement = queries.listed(access, wanted)
    return await page(db, request, response, statement, queries.NEWEST_FIRST, wanted, queries.shown)


@router.get("/v1/evidence/{id}")
async def get_evidence(id: UUID, db: Db, access: CanRead, response: Response) -> EvidenceRecordOut:
    """One piece of evidence within reach, with the state of its file."""
    shown = (await queries.by_ids(db, access, [id])).get(id)
    if shown is None:
        raise Problem("NOT_FOUND")
    return EvidenceRecordOut.model_validate(tagged(response, shown))


@router.put("/v1/evidence/{id}", responses={201: {"model": EvidenceRecordOut, "description": "It is new."}})
async def put_evidence(
    id: UUID,
    db: Tx,
    access: CanRecord,
    response: Response,
    given: EvidenceRecordIn,
    version: IfMatchOrNone = None,
) -> EvidenceRecordOut:
    """Add evidence to one's own activity under an id of the phone's making, or replace it with `If-Match`.

    The file may arrive before or after. The same creation again gives what is there already.
    """
    is_new = version is None and await db.scalar(queries.stored(access, id)) is None
    await service.put(db, access, id, given, version)
    if is_new:
        response.status_code = 201
        response.headers["Location"] = f"/v1/evidence/{id}"
    shown = (await queries.by_ids(db, access, [id]))[id]
    return EvidenceRecordOut.model_validate(tagged(response, shown))


@router.delete("/v1/evidence/{id}", status_code=204)
async def delete_evidence(id: UUID, db: Tx, access: CanRecord, version: IfMatch) -> None:
    """Withdraw evidence from an activity that is not verified. Its file stays for a while."""
    await service.remove(db, access, id, version)
