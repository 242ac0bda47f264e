"""Files over HTTP: the tus 1.0.0 protocol for uploads, ranges for downloads."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.requests import ClientDisconnect

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import public, require
from asn_api.areas.files import queries, tus, uploads
from asn_api.areas.files.schemas import FileOut
from asn_api.areas.policies.current import policy_on
from asn_api.core.http import downloads
from asn_api.core.http.route import Db, Now, Route, Tx, Writing
from asn_api.core.objects import Objects
from asn_api.errors import Problem
from asn_api.rules.files import MEDIA_TYPES, FileState, download_name
from asn_api.rules.policy import FilePolicy
from asn_api.tables.files import File


class TusRoute(Route):
    """Every answer names the protocol's version, refusals too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def serve(request: Request) -> Response:
            try:
                response = await handle(request)
            except Problem as problem:
                problem.headers.setdefault("Tus-Resumable", tus.VERSION)
                raise
            response.headers["Tus-Resumable"] = tus.VERSION
            return response

        return serve


router = APIRouter(tags=["files"])
uploading = APIRouter(tags=["files"], route_class=TusRoute)
reading = APIRouter(tags=["files"], route_class=Route)

CanRead = Annotated[Access, require(Permission.FILES_READ)]
CanWrite = Annotated[Access, require(Permission.FILES_WRITE)]


async def _objects(request: Request) -> Objects:
    objects: Objects | None = request.app.state.objects
    if objects is None:
        raise Problem("FILES_NOT_SET_UP")
    return objects


Store = Annotated[Objects, Depends(_objects)]
Resumable = Annotated[str | None, Header(alias="Tus-Resumable", description="1.0.0")]
Offset = Annotated[str | None, Header(alias="Upload-Offset", description="What HEAD said.")]
Checksum = Annotated[
    str | None,
    Header(alias="Upload-Checksum", description="`sha256` or `sha1`, a blank, the sum in base64."),
]
Length = Annotated[str | None, Header(alias="Upload-Length", description="Bytes of the whole file.")]
Metadata = Annotated[
    str | None,
    Header(
        alias="Upload-Metadata",
        description="Pairs `key base64`: `id` (UUIDv7), `sha256` (hex), `filename`, `filetype`.",
    ),
]

_TEXT = {"schema": {"type": "string"}}
_PROGRESS = {"headers": dict.fromkeys(("Tus-Resumable", "Upload-Offset", "Upload-Expires"), _TEXT)}
_BYTES = {"requestBody": {"content": {tus.CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}


@uploading.options("/v1/files", status_code=204, response_class=Response, dependencies=[public])
async def describe_uploads(request: Request, db: Db, now: Now) -> Response:
    """What of tus 1.0.0 is spoken here; with a token also the largest size."""
    headers = {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
    }
    principal = await request.app.state.identify(request)
    if principal is not None:
        policy = await policy_on(db, principal.region_id, FilePolicy, now.date())
        headers["Tus-Max-Size"] = str(policy.max_bytes)
    return Response(status_code=204, headers=headers)


@uploading.post(
    "/v1/files",
    status_code=201,
    response_class=Response,
    responses={201: {"description": "Begun, or there already.", **_PROGRESS}},
    openapi_extra=_BYTES,
)
async def begin_upload(
    request: Request,
    work: Writing,
    access: CanWrite,
    store: Store,
    tus_resumable: Resumable = None,
    upload_length: Length = None,
    upload_metadata: Metadata = None,
    upload_checksum: Checksum = None,
) -> Response:
    """Announce a file, and send its first bytes along if you like (`application/offset+octet-stream`).

    The phone makes the `id`. The same announcement again gives the upload that is there, with its offset.
    """
    tus.check_version(tus_resumable)
    given = tus.creation(upload_length, upload_metadata)
    checksum = tus.checksum(upload_checksum)
    async with work.database.sessions() as db:
        file = await uploads.begin(db, access, given)
        await (db.rollback() if work.dry else db.commit())
    if not work.dry and _content_type(request) == tus.CONTENT_TYPE and file.received == 0:
        body = _arriving(request)
        file = await uploads.receive(work.database, store, access, file.id, 0, checksum, body)
    headers = {**tus.progress(file), "Location": f"/v1/files/{file.id}"}
    return Response(status_code=201, headers=headers)


@uploading.head(
    "/v1/files/{id}",
    response_class=Response,
    responses={
        200: {
            "headers": {
                **_PROGRESS["headers"],
                **dict.fromkeys(("Upload-Length", "Upload-Metadata"), _TEXT),
            }
        }
    },
)
async def get_upload_offset(id: UUID, db: Db, access: CanWrite, tus_resumable: Resumable = None) -> Response:
    """How many bytes of one's own upload have arrived: the place to go on from. 410: begin anew."""
    tus.check_version(tus_resumable)
    file = await uploads.found(db, access, id)
    headers = {**tus.progress(file), "Upload-Length": str(file.length), "Cache-Control": "no-store"}
    if file.metadata_text:
        headers["Upload-Metadata"] = file.metadata_text
    return Response(headers=headers)


@uploading.patch(
    "/v1/files/{id}",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Kept.", **_PROGRESS}},
    openapi_extra=_BYTES,
)
async def append_to_upload(
    request: Request,
    id: UUID,
    work: Writing,
    access: CanWrite,
    store: Store,
    tus_resumable: Resumable = None,
    upload_offset: Offset = None,
    upload_checksum: Checksum = None,
) -> Response:
    """The bytes from `Upload-Offset` on. A cut line keeps what has arrived, unless a checksum was promised.

    The answer to the last bytes comes when the file has been looked at: 422 says why it is refused.
    """
    tus.check_version(tus_resumable)
    if _content_type(request) != tus.CONTENT_TYPE:
        raise Problem("MEDIA_TYPE_UNSUPPORTED")
    offset, checksum = tus.offset(upload_offset), tus.checksum(upload_checksum)
    if work.dry:
        file = await uploads.found(work.session, access, id)
        if file.received != offset:
            raise uploads.differs(file)
    else:
        body = _arriving(request)
        file = await uploads.receive(work.database, store, access, id, offset, checksum, body)
    return Response(status_code=204, headers=tus.progress(file))


@uploading.delete("/v1/files/{id}", status_code=204, response_class=Response)
async def delete_file(id: UUID, db: Tx, access: CanWrite, tus_resumable: Resumable = None) -> Response:
    """End one's own upload, or delete a file that no evidence or feedback names."""
    tus.check_version(tus_resumable)
    await uploads.withdraw(db, access, id)
    return Response(status_code=204)


@reading.get("/v1/files/{id}")
async def get_file(id: UUID, db: Db, access: CanRead) -> FileOut:
    """One's own file, or one that evidence, feedback or a certificate within reach names."""
    return _shown(await _readable(db, access, id))


@reading.get(
    "/v1/files/{id}/content", response_class=Response, responses=downloads.answers(*MEDIA_TYPES.values())
)
async def download_file(id: UUID, db: Db, access: CanRead, store: Store, part: downloads.Part) -> Response:
    """The file's bytes, whole or one range; photos without metadata."""
    file = await _readable(db, access, id)
    uploads.check_open(file, access.now)
    if file.kind is None or file.size is None or file.stored_sha256 is None:
        raise Problem("FILE_NOT_COMPLETE", received=file.received, length=file.length)
    path = uploads.content_path(file.region_id, file.id)
    name = download_name(file.name, file.kind)
    stored = downloads.Stored(path, file.size, file.stored_sha256, name, MEDIA_TYPES[file.kind])
    return await downloads.download(store, stored, part)


router.routes.extend([*uploading.routes, *reading.routes])


async def _readable(db: Db, access: Access, id: UUID) -> File:
    file: File | None = await db.scalar(queries.readable(access, id))
    if file is None:
        raise Problem("NOT_FOUND")
    return file


def _shown(file: File) -> FileOut:
    return FileOut(
        id=file.id,
        employee_id=file.employee_id,
        state=file.state,
        refusal=file.refusal,
        name=file.name,
        length=file.length,
        received=file.received,
        kind=file.kind,
        media_type=MEDIA_TYPES[file.kind] if file.kind else None,
        size=file.size,
        sha256=file.sha256,
        stored_sha256=file.stored_sha256,
        created_at=file.created_at,
        expires_at=file.expires_at if file.state is FileState.PENDING else None,
        completed_at=file.completed_at,
    )


async def _arriving(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; a cut line is its end."""
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except ClientDisconnect:
        return


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
