"""Competencies over HTTP: catalogue, standards, evidence, one person's profile, the map of a branch."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.competencies import branch_map, catalogue, evidence, profile, queries, standards
from asn_api.areas.competencies.schemas import (
    CompetencyAssessmentIn,
    CompetencyExplanationOut,
    CompetencyFilter,
    CompetencyGapOut,
    CompetencyIn,
    CompetencyMapOut,
    CompetencyOut,
    CompetencyPatch,
    CompetencyProfileOut,
    EvidenceBatchIn,
    EvidenceFilter,
    EvidenceIn,
    EvidenceListOut,
    EvidenceOut,
    EvidenceResultOut,
    EvidenceResultsOut,
    GapFilter,
    MapFilter,
    StandardFilter,
    StandardIn,
    StandardOut,
    StandardPatch,
    WithdrawalIn,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged
from asn_api.errors import Problem

router = APIRouter(prefix="/v1", tags=["competencies"], route_class=Route)

CanRead = Annotated[Access, require(Permission.COMPETENCIES_READ)]
CanAssess = Annotated[Access, require(Permission.COMPETENCIES_ASSESS)]
CanManage = Annotated[Access, require(Permission.COMPETENCIES_MANAGE)]
AsOf = Annotated[date | None, Query(description="Today when left out.")]


@router.get("/competencies", response_model=Page[CompetencyOut])
async def list_competencies(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[CompetencyFilter, Query()],
) -> dict[str, Any]:
    """The nine national competencies and the region's technical ones, by code."""
    statement, key = queries.competencies(access, wanted, language_of(request))
    return await page(db, request, response, statement, (key,), wanted, dict)


@router.post("/competencies", status_code=201)
async def define_competency(
    access: CanManage, db: Tx, request: Request, given: CompetencyIn, response: Response
) -> CompetencyOut:
    """A technical competency. The code is its key: the same code and words again give what was stored."""
    if not await catalogue.define(access, db, given):
        response.status_code = 200
    response.headers["Location"] = f"/v1/competencies/{given.code}"
    return await _competency(access, db, request, given.code, response)


@router.get("/competencies/{code}")
async def get_competency(
    access: CanRead, db: Db, request: Request, code: str, response: Response
) -> CompetencyOut:
    """One competency."""
    return await _competency(access, db, request, code, response)


@router.patch("/competencies/{code}")
async def change_competency(
    access: CanManage,
    db: Tx,
    request: Request,
    code: str,
    version: IfMatch,
    given: CompetencyPatch,
    response: Response,
) -> CompetencyOut:
    """Rename, close or reopen a technical competency; it closes when no standard asks for it any more."""
    await catalogue.change(access, db, code, version, given, language_of(request))
    return await _competency(access, db, request, code, response)


@router.get("/competency-standards", response_model=Page[StandardOut])
async def list_competency_standards(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[StandardFilter, Query()],
) -> dict[str, Any]:
    """What positions and levels of positions ask for, beside the national defaults (policy `competencies`)."""
    statement = queries.standards(access, wanted)
    return await page(db, request, response, statement, queries.STANDARDS_BY_ID, wanted, standards.shape)


@router.post("/competency-standards", status_code=201)
async def set_competency_standard(
    access: CanManage, db: Tx, given: StandardIn, response: Response
) -> StandardOut:
    """Ask for a level from a day on, of one position or of every position of a level.

    A position's own standard goes before that of its level, and that before the national default. An open one
    for the same ends the day before; the same id and content again gives what was stored.
    """
    id, is_new = await standards.ask(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/competency-standards/{id}"
    return await _standard(access, db, id, response)


@router.get("/competency-standards/{id}")
async def get_competency_standard(access: CanRead, db: Db, id: UUID, response: Response) -> StandardOut:
    """One standard."""
    return await _standard(access, db, id, response)


@router.patch("/competency-standards/{id}")
async def change_competency_standard(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: StandardPatch, response: Response
) -> StandardOut:
    """End a standard, or correct its level before its first day; what was asked on past days stays."""
    await standards.change(access, db, id, version, given)
    return await _standard(access, db, id, response)


@router.get("/competency-evidence", response_model=Page[EvidenceOut], responses=EXPORTS)
async def list_competency_evidence(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[EvidenceFilter, Query()],
    form: Wanted,
) -> Any:
    """What is recorded about the levels of those within reach, the newest first; withdrawn evidence too."""
    statement, keys = queries.evidence(access, wanted), queries.EVIDENCE_NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, evidence.COLUMNS, "bukti-kompetensi", form, dict)
    return await page(db, request, response, statement, keys, wanted, lambda row: evidence.shape(access, row))


@router.post("/competency-evidence", status_code=201)
async def enter_competency_evidence(
    access: CanManage, db: Tx, given: EvidenceIn, response: Response
) -> EvidenceOut:
    """What an assessment centre, a certificate or a training says of one competency of somebody; never oneself.

    The same id and content again gives what was stored. One source says one thing a day about a competency:
    withdraw what was wrong first.
    """
    id, is_new = await evidence.enter(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/competency-evidence/{id}"
    return await _evidence(access, db, id, response)


@router.post("/competency-evidence/batches", response_model=EvidenceResultsOut)
async def enter_competency_evidence_in_bulk(
    access: CanManage, db: Tx, request: Request, given: EvidenceBatchIn
) -> EvidenceResultsOut:
    """The results of a whole assessment at once: one result per item, and a refused item never costs the others."""
    results = await evidence.enter_all(access, db, given.items, atomic=given.atomic == "all")
    language = language_of(request)
    shown = []
    for index, (item, result) in enumerate(zip(given.items, results, strict=True)):
        refused = result if isinstance(result, Problem) else None
        fault = refused.faults[0] if refused and refused.faults else None
        detail = fault.message(language) if fault else refused.detail(language) if refused else None
        shown.append(
            EvidenceResultOut(
                index=index,
                id=item.id if isinstance(result, Problem) else result[0],
                done=refused is None,
                code=fault.code if fault else refused.code if refused else None,
                detail=detail,
            )
        )
    done = sum(each.done for each in shown)
    return EvidenceResultsOut(done=done, refused=len(shown) - done, results=shown)


@router.get("/competency-evidence/{id}")
async def get_competency_evidence(access: CanRead, db: Db, id: UUID, response: Response) -> EvidenceOut:
    """One piece of evidence, with what the caller may do with it."""
    return await _evidence(access, db, id, response)


@router.post("/competency-evidence/{id}/withdrawal")
async def withdraw_competency_evidence(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: WithdrawalIn, response: Response
) -> EvidenceOut:
    """Take back what an institution's result was entered wrongly as, with the reason. It stays readable."""
    await evidence.withdraw(access, db, id, version, given.reason, of_people=False)
    return await _evidence(access, db, id, response)


@router.post("/competency-assessments", status_code=201)
async def assess_competencies(access: CanAssess, db: Tx, given: CompetencyAssessmentIn) -> EvidenceListOut:
    """Assess one's report as the superior, or oneself; which of both follows from who it is about.

    What one says of oneself is shown beside the rest and counts only where the region's policy says so.
    """
    stored = await evidence.assess(access, db, given)
    return EvidenceListOut(data=await evidence.all_shown(access, db, [id for id, _ in stored]))


@router.post("/competency-assessments/{id}/withdrawal")
async def withdraw_competency_assessment(
    access: CanAssess, db: Tx, id: UUID, version: IfMatch, given: WithdrawalIn, response: Response
) -> EvidenceOut:
    """Take back what one said of oneself, or what was said as the superior, with the reason."""
    await evidence.withdraw(access, db, id, version, given.reason, of_people=True)
    return await _evidence(access, db, id, response)


@router.get("/employees/{employee_id}/competencies")
async def get_competency_profile(
    access: CanRead, db: Db, request: Request, employee_id: UUID, as_of: AsOf = None
) -> CompetencyProfileOut:
    """What somebody holds and what the definitive position asks for on a day, the gaps and the job fit (JPM)."""
    return await profile.shown(access, db, employee_id, as_of or access.today, language_of(request))


@router.get("/employees/{employee_id}/competencies/explanation")
async def explain_competency_profile(
    access: CanRead, db: Db, employee_id: UUID, as_of: AsOf = None
) -> CompetencyExplanationOut:
    """Why each level is held: every piece of evidence and what became of it, the standard that asks, the fit."""
    return await profile.explained(access, db, employee_id, as_of or access.today)


@router.get("/competency-gaps", response_model=Page[CompetencyGapOut], responses=EXPORTS)
async def list_competency_gaps(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[GapFilter, Query()],
    form: Wanted,
) -> Any:
    """Who lacks, holds or exceeds what: people within reach against what is asked of them, the most urgent first."""
    statement, keys = await branch_map.listed(access, db, wanted)
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, branch_map.COLUMNS, "kesenjangan-kompetensi", form, dict)
    return await page(db, request, response, statement, keys, wanted, branch_map.gap_shape)


@router.get("/units/{unit_id}/competency-map")
async def get_competency_map(
    access: CanRead, db: Db, unit_id: UUID, wanted: Annotated[MapFilter, Query()]
) -> CompetencyMapOut:
    """Where a branch lacks what: the whole of it, and each part right below it, against each competency."""
    return await branch_map.shown(access, db, unit_id, wanted)


async def _competency(
    access: Access, db: Db, request: Request, code: str, response: Response
) -> CompetencyOut:
    return tagged(response, await catalogue.shown(access, db, code, language_of(request)))


async def _standard(access: Access, db: Db, id: UUID, response: Response) -> StandardOut:
    return tagged(response, await standards.shown(access, db, id))


async def _evidence(access: Access, db: Db, id: UUID, response: Response) -> EvidenceOut:
    return tagged(response, await evidence.shown(access, db, id))
