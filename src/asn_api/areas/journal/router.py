"""The audit trail: who changed what, when, from what to what."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.journal import queries
from asn_api.areas.journal.schemas import JournalEntryOut, JournalFilter
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, Route

router = APIRouter(prefix="/v1/journal", tags=["journal"], route_class=Route)

CanRead = Annotated[Access, require(Permission.JOURNAL_READ)]


@router.get("", response_model=Page[JournalEntryOut])
async def list_journal(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[JournalFilter, Query()],
) -> dict[str, Any]:
    """Every change within your reach, newest first. Of restricted fields only that they changed."""
    return await page(
        db, request, response, queries.entries(access, wanted), queries.NEWEST_FIRST, wanted, _shape
    )


def _shape(row: Mapping[str, Any]) -> dict[str, Any]:
    shape = dict(row)
    shape["author"] = {
        "account_id": shape.pop("account_id"),
        "employee_id": shape.pop("actor_id"),
        "name": shape.pop("author_name"),
        "client_id": shape.pop("client_id"),
    }
    return shape
