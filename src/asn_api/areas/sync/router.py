"""The phone's door: what was recorded without a signal comes in one batch."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.sync import service
from asn_api.areas.sync.schemas import PushIn, PushOut
from asn_api.core.http.hot import hot
from asn_api.core.http.problems import fault, language_of
from asn_api.core.http.route import Driver, Route

router = APIRouter(prefix="/v1/sync", tags=["sync"], route_class=Route)

CanRecord = Annotated[Access, require(Permission.ACTIVITIES_RECORD)]


@router.post("/push", response_model=PushOut)
@hot
async def push_operations(request: Request, access: CanRecord, driver: Driver, batch: PushIn) -> Response:
    """Send what was recorded offline, plain or gzip-compressed. Every operation gets its own result, and
    sending the whole batch again is harmless for ever."""
    results = await service.push(driver, access, batch, language_of(request), fault)
    content = {"server_time": access.now, "results": results}
    return Response(orjson.dumps(content, default=str), media_type="application/json")
