"""Evaluations: what employees report, evaluators rate, superiors decide."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.evaluations import (
    closing,
    columns,
    explaining,
    opening,
    organisation,
    organisation_queries,
    queries,
    rating,
    reporting,
    showing,
    years,
)
from asn_api.areas.evaluations.organisation_schemas import (
    DistributionFilter,
    DistributionOut,
    EvaluationExplanationOut,
    ExplanationOut,
    OrganisationRatingChange,
    OrganisationRatingFilter,
    OrganisationRatingIn,
    OrganisationRatingOut,
    PerformanceYearOut,
)
from asn_api.areas.evaluations.schemas import (
    DecisionIn,
    EvaluationFilter,
    EvaluationIn,
    EvaluationOut,
    EvaluationSummary,
    ItemsIn,
    ObjectionIn,
    RatingIn,
    RecordedObjectionDecisionIn,
    RecordedRatingIn,
    ReportIn,
    StatementIn,
    SuggestionsOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Key, Page, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged
from asn_api.tables.evaluations import Evaluation, OrganisationRating

router = APIRouter(prefix="/v1", tags=["evaluations"], route_class=Route)

CanRead = Annotated[Access, require(Permission.EVALUATIONS_READ)]
CanReport = Annotated[Access, require(Permission.EVALUATIONS_REPORT)]
CanRate = Annotated[Access, require(Permission.EVALUATIONS_RATE)]
CanDecide = Annotated[Access, require(Permission.OBJECTIONS_DECIDE)]
CanRecord = Annotated[Access, require(Permission.EVALUATIONS_RECORD)]

CanRateOrganisation = Annotated[Access, require(Permission.ORGANISATION_RATINGS_WRITE)]
YearPath = Annotated[int, Path(ge=2000, le=2100)]

ORDER = (Key(Evaluation.id.expression, "id", UUID, descending=True),)
ORGANISATION_ORDER = (Key(OrganisationRating.id.expression, "id", UUID, descending=True),)


@router.get("/evaluations", response_model=Page[EvaluationSummary], responses=EXPORTS)
async def list_evaluations(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[EvaluationFilter, Query()],
    format: Wanted,
) -> Any:
    """Evaluations within reach, the newest first: one's own, one's team's, a head's or admin's branch.

    `waiting_for_me=true` leaves what waits for my act. As a file it has SIASN's codes too.
    """
    found = queries.listed(access, wanted)
    if format is not Format.JSON:
        ordered = found.order_by(*(key.column.desc() for key in ORDER))
        return await export(request, ordered, columns.COLUMNS, "evaluasi", format, columns.line)
    return await page(db, request, response, found, ORDER, wanted, showing.summary)


@router.post("/evaluations", status_code=201)
async def open_evaluation(
    access: CanReport, db: Tx, given: EvaluationIn, response: Response
) -> EvaluationOut:
    """Open one's own evaluation of a plan for the span in which a day lies, shortly before it ends.

    All others come by themselves when their period is over. There already, it is given as it is.
    """
    return tagged(response, await opening.open_one(access, db, given))


@router.get("/evaluations/{id}")
async def get_evaluation(access: CanRead, db: Db, id: UUID, response: Response) -> EvaluationOut:
    """A whole evaluation: results with their progress and work, the report, the rating, the objection.

    What an employee has drafted is his alone until he reports.
    """
    return tagged(response, await showing.shown(access, db, id))


@router.put("/evaluations/{id}/report")
async def draft_report(
    access: CanReport, db: Tx, id: UUID, version: IfMatch, given: ReportIn, response: Response
) -> EvaluationOut:
    """Keep one's report as a draft, exactly as given; what is left out is blank."""
    return tagged(response, await reporting.draft(access, db, id, version, given))


@router.post("/evaluations/{id}/submission")
async def submit_report(
    access: CanReport, db: Tx, id: UUID, version: IfMatch, response: Response
) -> EvaluationOut:
    """Hand one's report in, also after its day while nothing is rated. It stays as it is."""
    return tagged(response, await reporting.submit(access, db, id, version))


@router.post("/evaluations/{id}/suggestion")
async def suggest_rating(access: CanRate, db: Tx, id: UUID, given: ItemsIn) -> SuggestionsOut:
    """What these ratings of single results and values would suggest for the whole. Nothing is kept."""
    return await rating.suggest(access, db, id, given)


@router.put("/evaluations/{id}/rating")
async def rate_evaluation(
    access: CanRate, db: Tx, id: UUID, version: IfMatch, given: RatingIn, response: Response
) -> EvaluationOut:
    """Rate a person whom one evaluates today; the predicate follows from the two ratings.

    Without a report only after its last day, and then it says so. Departing from what is suggested needs a
    reason; a core value below expectations needs a comment and evidence. While it is neither accepted nor
    contested the rating can be given anew, with a reason; the time to object then begins anew.
    """
    return tagged(response, await rating.rate(access, db, id, version, given))


@router.post("/evaluations/{id}/recorded-rating")
async def record_rating(
    access: CanRecord, db: Tx, id: UUID, version: IfMatch, given: RecordedRatingIn, response: Response
) -> EvaluationOut:
    """Record how a superior who is no employee (such as the mayor) rated on paper, with the letter."""
    return tagged(response, await rating.record_rating(access, db, id, version, given))


@router.post("/evaluations/{id}/acknowledgement")
async def acknowledge_rating(
    access: CanReport, db: Tx, id: UUID, version: IfMatch, response: Response
) -> EvaluationOut:
    """Accept one's rating. It can no longer be contested or amended."""
    return tagged(response, await closing.acknowledge(access, db, id, version))


@router.post("/evaluations/{id}/objection")
async def object_to_rating(
    access: CanReport, db: Tx, id: UUID, version: IfMatch, given: ObjectionIn, response: Response
) -> EvaluationOut:
    """Contest one's rating, until the day in `deadlines.objection_until`. The evaluator's superior decides."""
    return tagged(response, await closing.object_to(access, db, id, version, given))


@router.put("/evaluations/{id}/objection/statement")
async def state_on_objection(
    access: CanRate, db: Tx, id: UUID, version: IfMatch, given: StatementIn, response: Response
) -> EvaluationOut:
    """Explain a rating that is contested, as the one who gave it or who evaluates today."""
    return tagged(response, await closing.state(access, db, id, version, given))


@router.post("/evaluations/{id}/objection/decision")
async def decide_objection(
    access: CanDecide, db: Tx, id: UUID, version: IfMatch, given: DecisionIn, response: Response
) -> EvaluationOut:
    """Uphold or change a contested rating, finally: by the superior of today's evaluator.

    Once the evaluator has explained himself, or his days for it are over.
    """
    return tagged(response, await closing.decide(access, db, id, version, given))


@router.post("/evaluations/{id}/objection/recorded-decision")
async def record_objection_decision(
    access: CanRecord,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: RecordedObjectionDecisionIn,
    response: Response,
) -> EvaluationOut:
    """Record what a superior who is no employee decided about an objection on paper, with the letter."""
    return tagged(response, await closing.record_decision(access, db, id, version, given))


@router.get("/evaluations/{id}/explanation")
async def explain_evaluation(access: CanRead, db: Db, id: UUID) -> EvaluationExplanationOut:
    """How the predicate, the suggestions and the last day to object came about."""
    return await explaining.explained(access, db, id)


@router.get("/employees/{employee_id}/performance-years/{year}")
async def get_performance_year(
    access: CanRead, db: Db, employee_id: UUID, year: YearPath
) -> PerformanceYearOut:
    """A person's year: each plan with its evaluations, and the result by the region's way to combine them."""
    return await years.shown(access, db, employee_id, year)


@router.get("/employees/{employee_id}/performance-years/{year}/explanation")
async def explain_performance_year(
    access: CanRead, db: Db, employee_id: UUID, year: YearPath
) -> ExplanationOut:
    """Which segments count for the year's result, and how."""
    return await years.explained(access, db, employee_id, year)


@router.get("/organisation-ratings", response_model=Page[OrganisationRatingOut])
async def list_organisation_ratings(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[OrganisationRatingFilter, Query()],
) -> dict[str, Any]:
    """What agencies achieved: of one's own agency, of those whose head is one's report, of a branch."""
    found = organisation_queries.ratings(access, wanted)
    return await page(db, request, response, found, ORGANISATION_ORDER, wanted, organisation.shape)


@router.post("/organisation-ratings", status_code=201)
async def rate_organisation(
    access: CanRateOrganisation, db: Tx, given: OrganisationRatingIn, response: Response
) -> OrganisationRatingOut:
    """Set what an agency achieved in a period that is over, as the superior of its head.

    Where that superior is no employee, an admin records his letter.
    """
    made = await organisation.rate(access, db, given)
    return tagged(response, made)


@router.put("/organisation-ratings/{id}")
async def change_organisation_rating(
    access: CanRateOrganisation,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: OrganisationRatingChange,
    response: Response,
) -> OrganisationRatingOut:
    """Set it anew, with a reason, or justify a distribution that departs from the pattern."""
    changed = await organisation.change(access, db, id, version, given)
    return tagged(response, changed)


@router.get("/units/{unit_id}/rating-distribution")
async def get_rating_distribution(
    access: CanRead, db: Db, unit_id: UUID, wanted: Annotated[DistributionFilter, Query()]
) -> DistributionOut:
    """The predicates of a unit and all below it in a period, against the pattern for the agency's achievement.

    Findings are warnings to be justified; nothing is blocked and nobody's predicate changes.
    """
    return await organisation.distribution(access, db, unit_id, wanted)
