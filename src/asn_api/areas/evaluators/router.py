"""Who evaluates or advises by letter instead of, or beside, the superior."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.evaluators import queries, service
from asn_api.areas.evaluators.schemas import AssignmentFilter, AssignmentIn, AssignmentOut, EndIn
from asn_api.core.http import paging
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged

router = APIRouter(prefix="/v1/evaluator-assignments", tags=["performance"], route_class=Route)

CanManage = Annotated[Access, require(Permission.EVALUATORS_MANAGE)]


@router.get("", response_model=paging.Page[AssignmentOut])
async def list_evaluator_assignments(
    access: CanManage,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[AssignmentFilter, Query()],
) -> dict[str, Any]:
    """The letters about employees within reach, the latest start first, past ones included."""

    def row(found: Any) -> dict[str, Any]:
        return service.as_shown(access, found)

    return await paging.page(
        db, request, response, queries.listed(access, wanted), queries.NEWEST_FIRST, wanted, row
    )


@router.post("", status_code=201, response_model=AssignmentOut)
async def assign_evaluator(
    access: CanManage, db: Tx, given: AssignmentIn, response: Response
) -> dict[str, Any]:
    """Record a letter: somebody evaluates an employee, or advises the evaluator, on the days of the term.

    An EVALUATOR decides about the employee's plans and evaluations in the superior's place on these days; an
    ADVISOR, such as the leader of a work team, reads them and gives considerations. With the reason TEAM the
    employee's results may lean on the leader's, from whatever unit. Nobody records a letter about himself, or
    one that names him.
    """
    shown, new = await service.assign(access, db, given)
    if not new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/evaluator-assignments/{shown['id']}"
    return tagged(response, shown)


@router.get("/{id}", response_model=AssignmentOut)
async def get_evaluator_assignment(access: CanManage, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One letter about an employee within reach."""
    return tagged(response, await service.shown(access, db, id))


@router.post("/{id}/end", response_model=AssignmentOut)
async def end_evaluator_assignment(
    access: CanManage, db: Tx, id: UUID, expected: IfMatch, given: EndIn, response: Response
) -> dict[str, Any]:
    """Let a term end earlier; what was decided in it stays. From the next day on the superior judges again."""
    return tagged(response, await service.end(access, db, id, expected, given.last_day))


@router.delete("/{id}", status_code=204)
async def remove_evaluator_assignment(access: CanManage, db: Tx, id: UUID, expected: IfMatch) -> None:
    """Take back a letter that had no day before today; one that has begun is ended instead."""
    await service.remove(access, db, id, expected)
