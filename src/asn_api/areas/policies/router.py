"""The region's policies: the dated numbers behind every judgement."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.policies import queries
from asn_api.areas.policies.schemas import PoliciesOut, PolicyIn, PolicyOut
from asn_api.areas.policies.service import revise
from asn_api.core.http import paging
from asn_api.core.http.route import Db, Route, Tx
from asn_api.errors import Problem
from asn_api.tables.policies import Policy

router = APIRouter(prefix="/v1/policies", tags=["policies"], route_class=Route)

CanRead = Annotated[Access, require(Permission.POLICIES_READ)]
CanManage = Annotated[Access, require(Permission.POLICIES_MANAGE)]
On = Annotated[date | None, Query(description="The day of the act; today when left out.")]

NEWEST_FIRST = (
    paging.Key(Policy.__table__.c.valid_from, "valid_from", paging.day, descending=True),
    paging.Key(Policy.__table__.c.revision, "revision", int, descending=True),
)


@router.get("")
async def list_policies(access: CanRead, db: Db, on: On = None) -> PoliciesOut:
    """The policy of each area as it applies on a day."""
    day = on or access.today
    rows = await db.scalars(queries.all_in_force(access, day))
    return PoliciesOut(on=day, data=[PolicyOut.model_validate(row) for row in rows])


@router.get("/{area}")
async def get_policy(access: CanRead, db: Db, area: str, response: Response, on: On = None) -> PolicyOut:
    """One area's policy (`activities`, `evaluations`, `files`, …) as it applies on a day."""
    row = await db.scalar(queries.in_force(access, area, on or access.today))
    if row is None:
        raise Problem("NOT_FOUND")
    response.headers["ETag"] = f'"{row.id}"'
    return PolicyOut.model_validate(row)


@router.get("/{area}/history", response_model=paging.Page[PolicyOut])
async def list_policy_revisions(
    access: CanRead, db: Db, area: str, request: Request, response: Response, wanted: paging.PagingQuery
) -> dict[str, Any]:
    """All revisions of an area's policy, the latest first: what applies is the first not after the day."""
    statement = queries.revisions(access, area)
    return await paging.page(db, request, response, statement, NEWEST_FIRST, wanted, dict)


@router.post("/{area}", status_code=201)
async def revise_policy(
    access: CanManage, db: Tx, area: str, given: PolicyIn, response: Response
) -> PolicyOut:
    """A new revision of an area's policy for acts from a day on; for admins of the whole region.

    Send all values of the area. A day that has passed needs a reason, because work of that time is judged
    anew.
    """
    policy, new = await revise(access, db, area, given)
    if not new:
        response.status_code = 200
    response.headers["ETag"] = f'"{policy.id}"'
    return PolicyOut.model_validate(policy)
