"""Verification in somebody else's hands, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.delegations import queries, service
from asn_api.areas.delegations.schemas import DelegationFilter, DelegationIn, DelegationOut
from asn_api.core.http import paging
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged

router = APIRouter(prefix="/v1/verification-delegations", tags=["activities"], route_class=Route)

CanDelegate = Annotated[Access, require(Permission.VERIFICATION_DELEGATE)]


@router.get("", response_model=paging.Page[DelegationOut])
async def list_delegations(
    access: CanDelegate,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[DelegationFilter, Query()],
) -> dict[str, Any]:
    """The delegations one gave and received, the latest start first, revoked ones included."""
    statement = queries.listed(access, wanted)
    return await paging.page(db, request, response, statement, queries.NEWEST_FIRST, wanted, queries.shown)


@router.post("", status_code=201, response_model=DelegationOut)
async def delegate_verification(
    access: CanDelegate, db: Tx, given: DelegationIn, response: Response
) -> dict[str, Any]:
    """Let somebody else verify the work of one's team on the days from `start` to `end`.

    The delegate sees and decides what one would, never his own work; one keeps the right oneself. Whoever
    is in one's team on the day counts, so it ends with one's own authority.
    """
    shown, new = await service.delegate(access, db, given)
    if not new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/verification-delegations/{shown['id']}"
    return tagged(response, shown)


@router.get("/{id}", response_model=DelegationOut)
async def get_delegation(access: CanDelegate, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One delegation that one gave or received."""
    return tagged(response, await service.shown(access, db, id))


@router.post("/{id}/revocation", response_model=DelegationOut)
async def revoke_delegation(
    access: CanDelegate, db: Tx, id: UUID, expected: IfMatch, response: Response
) -> dict[str, Any]:
    """End a delegation that one gave, at once; what was decided meanwhile stays."""
    return tagged(response, await service.revoke(access, db, id, expected))
