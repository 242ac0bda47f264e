"""Findings, development notes and nominations, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.followup import (
    findings,
    nomination_queries,
    nominations,
    note_queries,
    notes,
    queries,
)
from asn_api.areas.followup.schemas import (
    EndorsementIn,
    FindingFilter,
    NominationDecisionIn,
    NominationDecisionOut,
    NominationDecisionsIn,
    NominationDecisionsOut,
    NominationFilter,
    NominationIn,
    NominationOut,
    NominationSummary,
    NoteAcknowledgementIn,
    NoteChangeIn,
    NoteFilter,
    NoteIn,
    NoteOut,
    NoteRemarkIn,
    NoteSummary,
    PerformanceFindingOut,
    ReasonIn,
    RefusedFieldOut,
    SpanIn,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged
from asn_api.errors import Problem
from asn_api.rules.development import NoteAction

router = APIRouter(prefix="/v1", tags=["followup"], route_class=Route)

CanRead = Annotated[Access, require(Permission.FOLLOWUP_READ)]
CanWrite = Annotated[Access, require(Permission.FOLLOWUP_WRITE)]


@router.get("/performance-findings", response_model=Page[PerformanceFindingOut], responses=EXPORTS)
async def list_performance_findings(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[FindingFilter, Query()],
    form: Wanted,
) -> Any:
    """Who needs guidance and who excels by the region's criteria (policy `followup`), by name, with the figures.

    Of final evaluations of the span and before it. `finding=NO_DATA` are those about whom nothing can be said yet;
    they are never among the others by what is missing. Everybody sees what is said about himself.
    """
    asked = await findings.asked_for(access, db, wanted.year, wanted.kind, wanted.number)
    statement, keys = queries.people(access, asked, wanted), queries.BY_NAME
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column for key in keys])
        columns = findings.columns(access, asked)
        return await export(
            request, ordered, columns, "temuan-kinerja", form, lambda row: findings.line(access, asked, row)
        )
    return await page(
        db, request, response, statement, keys, wanted, lambda row: findings.shape(access, asked, row)
    )


@router.get("/performance-findings/{employee_id}/explanation")
async def explain_performance_finding(
    access: CanRead, db: Db, employee_id: UUID, wanted: Annotated[SpanIn, Query()]
) -> ExplanationOut:
    """Why somebody is found, or not: the evaluations with their versions, the policy, every criterion."""
    asked = await findings.asked_for(access, db, wanted.year, wanted.kind, wanted.number)
    return await findings.explained(access, db, asked, employee_id)


@router.get("/development-notes", response_model=Page[NoteSummary], responses=EXPORTS)
async def list_development_notes(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[NoteFilter, Query()],
    form: Wanted,
) -> Any:
    """What should be learned, by oneself, one's team or branch, the newest first."""
    statement, keys = note_queries.notes(access, wanted), note_queries.NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, notes.COLUMNS, "catatan-pengembangan", form, notes.summary)
    return await page(db, request, response, statement, keys, wanted, notes.summary)


@router.post("/development-notes", status_code=201, response_model=NoteOut)
async def write_development_note(
    access: CanWrite, db: Tx, given: NoteIn, response: Response
) -> dict[str, Any]:
    """Write what somebody of one's team or branch should learn, resting on a record that one may read.

    The employee reads it and is told. The same id and content again gives what was stored.
    """
    id, is_new = await notes.write(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/development-notes/{id}"
    return await _note(access, db, id, response)


@router.get("/development-notes/{id}", response_model=NoteOut)
async def get_development_note(access: CanRead, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One note within reach, with what the caller may do with it."""
    return await _note(access, db, id, response)


@router.put("/development-notes/{id}", response_model=NoteOut)
async def change_development_note(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: NoteChangeIn, response: Response
) -> dict[str, Any]:
    """Replace the words of an open note, until the employee has acknowledged it."""
    await notes.change(access, db, id, version, given)
    return await _note(access, db, id, response)


@router.post("/development-notes/{id}/acknowledgement", response_model=NoteOut)
async def acknowledge_development_note(
    access: CanRead,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: NoteAcknowledgementIn,
    response: Response,
) -> dict[str, Any]:
    """Say, as the employee, that one has read it, and what one thinks of it; once."""
    await notes.acknowledge(access, db, id, version, given.comment)
    return await _note(access, db, id, response)


@router.post("/development-notes/{id}/planning", response_model=NoteOut)
async def plan_development_note(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: NoteRemarkIn, response: Response
) -> dict[str, Any]:
    """Mark that the learning is planned."""
    await notes.move(access, db, id, version, NoteAction.PLAN, given.remark)
    return await _note(access, db, id, response)


@router.post("/development-notes/{id}/completion", response_model=NoteOut)
async def complete_development_note(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: NoteRemarkIn, response: Response
) -> dict[str, Any]:
    """Mark that it was learned."""
    await notes.move(access, db, id, version, NoteAction.COMPLETE, given.remark)
    return await _note(access, db, id, response)


@router.post("/development-notes/{id}/withdrawal", response_model=NoteOut)
async def withdraw_development_note(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> dict[str, Any]:
    """Take a note back, with the reason; it stays readable."""
    await notes.move(access, db, id, version, NoteAction.WITHDRAW, given.reason)
    return await _note(access, db, id, response)


@router.get("/nominations", response_model=Page[NominationSummary], responses=EXPORTS)
async def list_nominations(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[NominationFilter, Query()],
    form: Wanted,
) -> Any:
    """Nominations of oneself, one's team or branch, and those that one or one's reports made, the newest first."""
    statement, keys = nomination_queries.nominations(access, wanted), nomination_queries.NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(
            request, ordered, nominations.COLUMNS, "usulan-penghargaan", form, nominations.summary
        )
    return await page(db, request, response, statement, keys, wanted, nominations.summary)


@router.post("/nominations", status_code=201, response_model=NominationOut)
async def propose_nomination(
    access: CanWrite, db: Tx, given: NominationIn, response: Response
) -> dict[str, Any]:
    """Propose somebody of one's team or branch for recognition, never oneself.

    Whether the criteria of excellence are met on this day is kept with it; without, it needs a justification and
    goes on all the same. One that is open or endorsed leaves no place for another of its kind and span.
    """
    id, is_new = await nominations.propose(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/nominations/{id}"
    return await _nomination(access, db, id, response)


@router.post("/nominations/decisions", response_model=NominationDecisionsOut)
async def decide_nominations(
    access: CanWrite, db: Tx, request: Request, given: NominationDecisionsIn
) -> NominationDecisionsOut:
    """Endorse or reject many at once: one result per item, and a refused item never costs the others."""
    results = await nominations.decide_all(access, db, given.items, atomic=given.atomic == "all")
    language = language_of(request)
    shown = []
    for item, result in zip(given.items, results, strict=True):
        refused = result if isinstance(result, Problem) else None
        decided = {} if isinstance(result, Problem) else result
        shown.append(
            NominationDecisionOut(
                id=item.id,
                done=refused is None,
                status=decided.get("status"),
                version=decided.get("version"),
                code=refused.code if refused else None,
                detail=refused.detail(language) if refused else None,
                errors=[
                    RefusedFieldOut(pointer=fault.pointer, code=fault.code, message=fault.message(language))
                    for fault in (refused.faults if refused else ())
                ],
            )
        )
    done = sum(each.done for each in shown)
    return NominationDecisionsOut(done=done, refused=len(shown) - done, results=shown)


@router.get("/nominations/{id}", response_model=NominationOut)
async def get_nomination(access: CanRead, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One nomination within reach, with the criteria as they stood and what the caller may do."""
    return await _nomination(access, db, id, response)


@router.post("/nominations/{id}/endorsement", response_model=NominationOut)
async def endorse_nomination(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: EndorsementIn, response: Response
) -> dict[str, Any]:
    """Endorse it as the head of the branch or as the nominator's superior; never one's own, never about oneself."""
    item = NominationDecisionIn(id=id, version=version, decision="ENDORSE", comment=given.comment)
    await nominations.decide(access, db, item)
    return await _nomination(access, db, id, response)


@router.post("/nominations/{id}/rejection", response_model=NominationOut)
async def reject_nomination(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> dict[str, Any]:
    """Reject it, by the same people, with the reason."""
    item = NominationDecisionIn(id=id, version=version, decision="REJECT", comment=given.reason)
    await nominations.decide(access, db, item)
    return await _nomination(access, db, id, response)


@router.post("/nominations/{id}/withdrawal", response_model=NominationOut)
async def withdraw_nomination(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> dict[str, Any]:
    """Take it back: the nominator while it is open, whoever may endorse once it is endorsed."""
    await nominations.withdraw(access, db, id, version, given.reason)
    return await _nomination(access, db, id, response)


async def _note(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await notes.shown(access, db, id))


async def _nomination(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await nominations.shown(access, db, id))
