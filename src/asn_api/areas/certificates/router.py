"""Certificates, their public verification, learning hours and the professionalism index, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import public, require
from asn_api.areas.certificates import (
    claiming,
    deciding,
    evaluating,
    hours,
    learning_queries,
    professionalism,
    queries,
    record,
    showing,
)
from asn_api.areas.certificates import public as verifying
from asn_api.areas.certificates.evaluation_schemas import (
    CourseRecordOut,
    ResultNoteIn,
    ResultNoteOut,
    TrainingAnswerIn,
    TrainingTaskOut,
    TrainingTasksOut,
)
from asn_api.areas.certificates.learning_schemas import (
    HoursOut,
    IndexOut,
    LearnerFilter,
    LearnerOut,
    UnitHoursOut,
    UnitIndexOut,
    YearIn,
)
from asn_api.areas.certificates.schemas import (
    CertificateChangeIn,
    CertificateDecisionIn,
    CertificateDecisionOut,
    CertificateDecisionsIn,
    CertificateDecisionsOut,
    CertificateFilter,
    CertificateIn,
    CertificateOut,
    CertificateReasonIn,
    CertificateRefusedFieldOut,
    CertificateSummary,
    PublicCertificateOut,
    VerificationIn,
)
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, IfMatchOrNone, Now, Route, Tx, tagged
from asn_api.core.wire import Line
from asn_api.errors import Problem

router = APIRouter(prefix="/v1", tags=["certificates"], route_class=Route)

CanRead = Annotated[Access, require(Permission.CERTIFICATES_READ)]
CanClaim = Annotated[Access, require(Permission.CERTIFICATES_CLAIM)]
CanVerify = Annotated[Access, require(Permission.CERTIFICATES_VERIFY)]
CanAnswer = Annotated[Access, require(Permission.TRAINING_EVALUATIONS_ANSWER)]
CanChoose = Annotated[Access, require(Permission.CLASSES_READ)]


@router.get("/certificates", response_model=Page[CertificateSummary], responses=EXPORTS)
async def list_certificates(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[CertificateFilter, Query()],
    form: Wanted,
) -> Any:
    """Certificates of oneself, one's team or branch, the newest first; also as a file."""
    statement, keys = queries.certificates(access, wanted), queries.NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, showing.COLUMNS, "sertifikat", form, showing.summary)
    return await page(db, request, response, statement, keys, wanted, showing.summary)


@router.post("/certificates", status_code=201, response_model=CertificateOut)
async def claim_certificate(
    access: CanClaim, db: Tx, given: CertificateIn, response: Response
) -> dict[str, Any]:
    """Claim a certificate that somebody else issued to oneself, with its file. Its hours count once it is verified.

    One of the same number and issuer is refused, naming the one that is there; spaces, marks and case do not
    make another number. The same id and content again gives what was stored.
    """
    id, is_new = await claiming.claim(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/certificates/{id}"
    return await _shown(access, db, id, response)


@router.post("/certificates/decisions", response_model=CertificateDecisionsOut)
async def decide_certificates(
    access: CanVerify, db: Tx, request: Request, given: CertificateDecisionsIn
) -> CertificateDecisionsOut:
    """Verify or reject many claims at once: one result per item, and a refused item never costs the others."""
    results = await deciding.decide_all(access, db, given.items, atomic=given.atomic == "all")
    language = language_of(request)
    shown = []
    for item, result in zip(given.items, results, strict=True):
        refused = result if isinstance(result, Problem) else None
        decided = {} if isinstance(result, Problem) else result
        shown.append(
            CertificateDecisionOut(
                id=item.id,
                done=refused is None,
                status=decided.get("status"),
                version=decided.get("version"),
                code=refused.code if refused else None,
                detail=refused.detail(language) if refused else None,
                errors=[
                    CertificateRefusedFieldOut(
                        pointer=fault.pointer, code=fault.code, message=fault.message(language)
                    )
                    for fault in (refused.faults if refused else ())
                ],
            )
        )
    done = sum(each.done for each in shown)
    return CertificateDecisionsOut(done=done, refused=len(shown) - done, results=shown)


@router.get("/certificates/{id}", response_model=CertificateOut)
async def get_certificate(access: CanRead, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One certificate within reach, with what the caller may do; for whoever verifies also what it resembles."""
    return await _shown(access, db, id, response)


@router.put("/certificates/{id}", response_model=CertificateOut)
async def change_certificate(
    access: CanClaim, db: Tx, id: UUID, version: IfMatch, given: CertificateChangeIn, response: Response
) -> dict[str, Any]:
    """Correct one's own claim, until somebody has decided it."""
    await claiming.change(access, db, id, version, given)
    return await _shown(access, db, id, response)


@router.delete("/certificates/{id}", status_code=204)
async def withdraw_certificate(access: CanClaim, db: Tx, id: UUID, version: IfMatch) -> None:
    """Take one's own claim back, until somebody has decided it."""
    await claiming.withdraw(access, db, id, version)


@router.post("/certificates/{id}/verification", response_model=CertificateOut)
async def verify_certificate(
    access: CanVerify, db: Tx, id: UUID, version: IfMatch, given: VerificationIn, response: Response
) -> dict[str, Any]:
    """Accept a claim after looking at its file, with the hours put right where they are wrong; never one's own.

    Where another certificate resembles it (`resembling`), a comment has to say why both hold.
    """
    item = CertificateDecisionIn(id=id, version=version, decision="VERIFY", **given.model_dump())
    await deciding.decide(access, db, item)
    return await _shown(access, db, id, response)


@router.post("/certificates/{id}/rejection", response_model=CertificateOut)
async def reject_certificate(
    access: CanVerify, db: Tx, id: UUID, version: IfMatch, given: CertificateReasonIn, response: Response
) -> dict[str, Any]:
    """Reject a claim, with the reason; the holder is told and may claim it again."""
    item = CertificateDecisionIn(id=id, version=version, decision="REJECT", comment=given.reason)
    await deciding.decide(access, db, item)
    return await _shown(access, db, id, response)


@router.post("/certificates/{id}/revocation", response_model=CertificateOut)
async def revoke_certificate(
    access: CanVerify, db: Tx, id: UUID, version: IfMatch, given: CertificateReasonIn, response: Response
) -> dict[str, Any]:
    """Revoke a certificate that proved wrong, for good: its hours stop counting, and the verification says so."""
    await deciding.revoke(access, db, id, version, given.reason)
    return await _shown(access, db, id, response)


@router.get("/certificate-verifications/{code}", dependencies=[public])
async def verify_certificate_code(code: Line, db: Db, now: Now, response: Response) -> PublicCertificateOut:
    """Whether a certificate with this code was issued here, to whom and for what, and whether it still holds.

    Public: the code on the certificate is the key, and nothing but the certificate's own words is told.
    """
    response.headers["Cache-Control"] = "no-store"
    return await verifying.verified(db, code, now)


@router.get("/employees/{employee_id}/learning-hours")
async def get_learning_hours(
    access: CanRead, db: Db, employee_id: UUID, wanted: Annotated[YearIn, Query()]
) -> HoursOut:
    """A person's lesson hours (JP) of a year against the right and the duty, and what they come from.

    A training counts whole in the year in which it ended, never in two.
    """
    return await hours.of_person(access, db, employee_id, wanted.year)


@router.get("/employees/{employee_id}/learning-hours/explanation")
async def explain_learning_hours(
    access: CanRead, db: Db, employee_id: UUID, wanted: Annotated[YearIn, Query()]
) -> ExplanationOut:
    """Every certificate that touches the year, with its version, and why it counts or not."""
    return await hours.explained(access, db, employee_id, wanted.year)


@router.get("/units/{unit_id}/learning-hours")
async def get_unit_learning_hours(
    access: CanRead, db: Db, unit_id: UUID, wanted: Annotated[YearIn, Query()]
) -> UnitHoursOut:
    """How many people of a branch fulfil the year's hours, and how many hours are missing in all."""
    return await hours.of_unit(access, db, unit_id, wanted.year)


@router.get("/units/{unit_id}/learners", response_model=Page[LearnerOut])
async def list_learners(
    access: CanRead,
    db: Db,
    unit_id: UUID,
    request: Request,
    response: Response,
    wanted: Annotated[LearnerFilter, Query()],
) -> dict[str, Any]:
    """The same people one by one, by name, with their hours of the year."""
    await hours.unit_of(access, db, unit_id)
    policy, day = await hours.policy_of(access, db, wanted.year), hours.last_day(access, wanted.year)
    found = learning_queries.learners(access, unit_id, wanted.year, day)
    return await page(
        db,
        request,
        response,
        found,
        learning_queries.BY_NAME,
        wanted,
        lambda row: hours.learner(policy, row),
    )


@router.get("/employees/{employee_id}/professionalism-index")
async def get_professionalism_index(
    access: CanRead, db: Db, employee_id: UUID, wanted: Annotated[YearIn, Query()]
) -> IndexOut:
    """A person's professionalism index (IP ASN) of a year in its four parts.

    A part that cannot be told says why; it is neither full nor nothing, so the sum lies between `total` and `at_most`.
    """
    return await professionalism.of_person(access, db, employee_id, wanted.year)


@router.get("/employees/{employee_id}/professionalism-index/explanation")
async def explain_professionalism_index(
    access: CanRead, db: Db, employee_id: UUID, wanted: Annotated[YearIn, Query()]
) -> ExplanationOut:
    """What each part rests on: the records with their versions, and the steps."""
    return await professionalism.explained(access, db, employee_id, wanted.year)


@router.get("/units/{unit_id}/professionalism-index")
async def get_unit_professionalism_index(
    access: CanRead, db: Db, unit_id: UUID, wanted: Annotated[YearIn, Query()]
) -> UnitIndexOut:
    """The means of a branch by part, how many people have all parts, and how they spread over the categories."""
    return await professionalism.of_unit(access, db, unit_id, wanted.year)


@router.get("/me/training-evaluation-tasks")
async def list_my_training_evaluation_tasks(access: CanAnswer, db: Db) -> TrainingTasksOut:
    """What one is asked about trainings: one's own, and months later those of reports and colleagues."""
    return TrainingTasksOut(data=await evaluating.tasks(access, db))


@router.put("/training-evaluation-tasks/{id}/answer")
async def answer_training_evaluation(
    access: CanAnswer,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: TrainingAnswerIn,
    request: Request,
    response: Response,
) -> TrainingTaskOut:
    """Answer, or answer anew until the evaluation closes. Nobody can read an answer, not even its author.

    At the end the answers of at least three people of a class are added up, and the single ones are deleted.
    """
    return tagged(
        response, await evaluating.answer(access, db, request.app.state.keyring, id, version, given)
    )


@router.put(
    "/classes/{class_id}/result-note",
    responses={201: {"model": ResultNoteOut, "description": "It is new."}},
)
async def write_training_result_note(
    access: CanAnswer,
    db: Tx,
    class_id: UUID,
    given: ResultNoteIn,
    response: Response,
    version: IfMatchOrNone = None,
) -> ResultNoteOut:
    """What came of a finished class for the work, by the superior of somebody who took part; one note each.

    It stands in the course's record with the unit, for all who think of taking the course.
    """
    note, is_new = await evaluating.write_note(access, db, class_id, version, given.note)
    if is_new:
        response.status_code = 201
    return tagged(response, note)


@router.get("/courses/{course_id}/record")
async def get_course_record(access: CanChoose, db: Db, course_id: UUID) -> CourseRecordOut:
    """How a course has done: reaction, learning, behaviour and results of its finished classes.

    Only sums of several people, from evaluations that are closed.
    """
    return await record.of_course(access, db, course_id)


async def _shown(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await showing.shown(access, db, id))
