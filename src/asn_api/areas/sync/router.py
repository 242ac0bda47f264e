"""The phone's doors: enrolment, sending what was recorded without a signal, fetching what changed."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.sync import conflicts, devices, pulling, pushing, queries, receipts
from asn_api.areas.sync.schemas import (
    ConflictFilter,
    ConflictOut,
    DeviceIn,
    DeviceOut,
    PullFilter,
    PullOut,
    PushIn,
    PushOut,
    ReceiptsIn,
    ReceiptsOut,
    ResolutionIn,
    ResolvedOut,
    RevocationIn,
)
from asn_api.core.crypto import Keyring
from asn_api.core.http.hot import hot
from asn_api.core.http.paging import Page, PagingQuery, page
from asn_api.core.http.problems import fault, language_of
from asn_api.core.http.route import Db, Driver, HotDatabase, Route, Tx, Writing, json_response, tagged

router = APIRouter(tags=["sync"], route_class=Route)

CanMe = Annotated[Access, require(Permission.ME)]
CanManageAccounts = Annotated[Access, require(Permission.ACCOUNTS_MANAGE)]
CanRead = Annotated[Access, require(Permission.ACTIVITIES_READ)]
CanRecord = Annotated[Access, require(Permission.ACTIVITIES_RECORD)]


async def _keyring(request: Request) -> Keyring:
    keyring: Keyring = request.app.state.keyring
    return keyring


Keys = Annotated[Keyring, Depends(_keyring)]


@router.post("/v1/sync/push", response_model=PushOut)
@hot
async def push_operations(
    request: Request, access: CanRecord, work: Writing, keyring: Keys, batch: PushIn
) -> Response:
    """Send what was recorded offline, plain or gzip-compressed. Every operation gets its own result, and
    sending the whole batch again is harmless for ever."""
    results = await pushing.push(work, access, keyring, batch, language_of(request), fault)
    return json_response({"server_time": access.now, "results": results})


@router.get("/v1/sync/pull", response_model=PullOut)
async def pull_changes(
    request: Request,
    access: CanRead,
    db: Db,
    database: HotDatabase,
    keyring: Keys,
    wanted: Annotated[PullFilter, Query()],
) -> Response:
    """Fetch what changed within your reach since the last answer, in the order in which it was stored.

    Without `since` the records themselves come first. What was deleted or left your reach comes as a
    tombstone; what came into reach is listed. Ask again with `next` while `more` is true."""
    return json_response(await pulling.pull(database, db, access, keyring, wanted, language_of(request)))


@router.get("/v1/sync/conflicts", response_model=Page[ConflictOut])
async def list_conflicts(
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[ConflictFilter, Query()],
) -> dict[str, Any]:
    """Changes from phones that clash with other changes and wait for a decision, or that were refused."""
    language = language_of(request)

    def shown(row: Mapping[str, Any]) -> dict[str, Any]:
        return conflicts.shown(row, language)

    order = queries.CONFLICTS_NEWEST_FIRST
    return await page(db, request, response, queries.conflicts(access, wanted), order, wanted, shown)


@router.post(
    "/v1/sync/conflicts/{op_id}/resolution",
    response_model=ResolvedOut,
    responses={412: {"$ref": "#/components/responses/Refusal412"}},
)
async def resolve_conflict(op_id: UUID, access: CanRecord, work: Writing, given: ResolutionIn) -> ResolvedOut:
    """Carry out your proposed change on the record as it stands now, or drop it."""
    version = await conflicts.resolve(work, access, op_id, given, fault)
    return ResolvedOut(op_id=op_id, decision=given.decision, version=version)


@router.post("/v1/sync/receipts", response_model=ReceiptsOut)
async def confirm_receipts(
    access: CanRecord, driver: Driver, keyring: Keys, given: ReceiptsIn
) -> ReceiptsOut:
    """Ask whether your accepted operations are stored, and whether their receipts are genuine."""
    return ReceiptsOut(results=await receipts.confirmed(driver, access, keyring, given.items))


@router.post("/v1/devices", status_code=201, response_model=DeviceOut)
async def enrol_device(access: CanMe, db: Tx, response: Response, given: DeviceIn) -> DeviceOut:
    """Enrol the phone that you signed in with; sending needs it. Repeating is harmless."""
    device = DeviceOut.model_validate(await devices.enrol(access, db, given))
    return tagged(response, device)


@router.get("/v1/me/devices", response_model=Page[DeviceOut])
async def list_my_devices(
    request: Request, response: Response, access: CanMe, db: Db, wanted: PagingQuery
) -> dict[str, Any]:
    """Your phones, revoked ones included."""
    order = queries.DEVICES_NEWEST_FIRST
    return await page(db, request, response, queries.own_devices(access), order, wanted, dict)


@router.delete("/v1/me/devices/{id}", status_code=204)
async def remove_my_device(id: UUID, access: CanMe, db: Tx) -> None:
    """Revoke one of your phones, for instance a lost one: its sessions end and it may not send any more."""
    await devices.revoke(access, db, id, "REMOVED_BY_OWNER")


@router.post("/v1/devices/{id}/revocation", response_model=DeviceOut)
async def revoke_device(
    id: UUID, access: CanManageAccounts, db: Tx, response: Response, given: RevocationIn
) -> DeviceOut:
    """Revoke a phone of somebody within reach."""
    device = DeviceOut.model_validate(await devices.revoke(access, db, id, given.reason))
    return tagged(response, device)
