"""Open311 GeoReport v2 over HTTP: other protocols' shapes, refusals too; otherwise as any public operation."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from starlette.datastructures import UploadFile

from asn_api.access.guard import client_address, public
from asn_api.areas.complaints.desk import public_access, tracked
from asn_api.areas.complaints.public_schemas import MediumIn
from asn_api.areas.identity.desk import Desk, region_named
from asn_api.areas.open311 import requests
from asn_api.areas.open311.formats import MEDIA_TYPES, written
from asn_api.areas.open311.schemas import (
    Format,
    Jurisdiction,
    Open311Definition,
    Open311Discovery,
    Open311Filter,
    Open311Receipt,
    Open311Request,
    Open311RequestIn,
    Open311Service,
    Open311Token,
)
from asn_api.core.http.problems import SHAPES, Shape, language_of
from asn_api.core.http.route import Db, Now, Route, Store, Writing
from asn_api.errors import Problem

ROOT = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
FIVE_MINUTES = {"Cache-Control": "public, max-age=300"}
NOT_KEPT = {"Cache-Control": "no-store"}

_STATUS = {"REGION_UNKNOWN": 404}
_STATUSES = {409: 400, 422: 400}
"""The standard knows 400 for all that is wrong with a request."""


class Open311Route(Route):
    refuses_unknown = False


router = APIRouter(prefix=ROOT, tags=["open311"], route_class=Open311Route)


def answered(
    form: Format, root: str, content: Any, status: int = 200, headers: dict[str, str] = NOT_KEPT
) -> Response:
    return Response(written(form, root, content), status, headers=headers, media_type=MEDIA_TYPES[form])


def refused(request: Request, problem: Problem) -> Response:
    """A list of numbers and texts; our own code stands at the end of the text."""
    language = language_of(request)
    status = _STATUS.get(problem.faults[0].code if problem.faults else problem.code)
    status = status or _STATUSES.get(problem.status, problem.status)
    told = [f"{problem.detail(language)} [{problem.code}]"]
    if problem.faults:
        told = [
            ": ".join(filter(None, [each.pointer.strip("/?"), f"{each.message(language)} [{each.code}]"]))
            for each in problem.faults
        ]
    content = [{"code": status, "description": each} for each in told]
    form: Format = "xml" if request.url.path.endswith(".xml") else "json"
    return answered(form, "errors", content, status, {**NOT_KEPT, **problem.headers})


_ERRORS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {
            "code": {"type": "integer", "description": "The HTTP status."},
            "description": {
                "type": "string",
                "description": "For people; ends with the code of /docs/problems.",
            },
        },
    },
}
_XML = {"text/xml": {"schema": {"type": "string"}}}
SHAPES["/open311/"] = Shape(refused, {"application/json": {"schema": _ERRORS}, **_XML})


def _told(model: Any, status: int = 200) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": model, "description": "As asked for.", "content": _XML}}


async def _desk(request: Request, now: Now) -> Desk:
    request_id = request.scope.get("asn_request_id")
    return Desk.at(request.app.state, now, client_address(request), request_id)


AtDesk = Annotated[Desk, Depends(_desk)]
Region = Annotated[Jurisdiction, Query(alias="jurisdiction_id")]

_FILES: dict[str, Any] = {
    "requestBody": {
        "content": {
            "multipart/form-data": {
                "schema": {
                    "allOf": [{"$ref": "#/components/schemas/Open311RequestIn"}],
                    "properties": {
                        "media": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            }
        }
    }
}


@router.get(
    "/discovery.{form}", response_class=Response, responses=_told(Open311Discovery), dependencies=[public]
)
async def discover_open311(desk: AtDesk, form: Format) -> Response:
    """What is spoken here. No key is needed; one that is sent is ignored."""
    here, today = desk.settings.public_url, f"{desk.now:%Y-%m-%d}"
    content = {
        "changeset": today,
        "contact": f"{here}/docs",
        "key_service": "Tidak perlu kunci; api_key diabaikan. No key is needed; api_key is ignored.",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{here}{ROOT}",
                "changeset": today,
                "type": "production" if desk.settings.environment == "production" else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answered(form, "discovery", content, headers=FIVE_MINUTES)


@router.get(
    "/services.{form}", response_class=Response, responses=_told(list[Open311Service]), dependencies=[public]
)
async def list_open311_services(desk: AtDesk, db: Db, form: Format, jurisdiction: Region = None) -> Response:
    """The region's open categories of complaints."""
    access = public_access(desk, await region_named(db, jurisdiction, desk.settings))
    return answered(form, "services", await requests.services(access, db), headers=FIVE_MINUTES)


@router.get(
    "/services/{service_code}.{form}",
    response_class=Response,
    responses=_told(Open311Definition),
    dependencies=[public],
)
async def define_open311_service(
    desk: AtDesk, db: Db, service_code: str, form: Format, jurisdiction: Region = None
) -> Response:
    """No service asks for more than the standard's own fields, so there are no attributes."""
    access = public_access(desk, await region_named(db, jurisdiction, desk.settings))
    found = await requests.service(access, db, service_code)
    content = {"service_code": found["service_code"], "attributes": []}
    return answered(form, "service_definition", content, headers=FIVE_MINUTES)


@router.post(
    "/requests.{form}",
    status_code=201,
    response_class=Response,
    responses=_told(list[Open311Receipt], 201),
    openapi_extra=_FILES,
    dependencies=[public],
)
async def post_open311_request(
    request: Request,
    desk: AtDesk,
    work: Writing,
    store: Store,
    form: Format,
    given: Annotated[Open311RequestIn, Form()],
) -> Response:
    """Report something, anonymously unless an e-mail address or telephone comes with it; photos as parts of a form.

    `service_notice` tells the reporter his tracking code and PIN. What a contact sends twice on a day, before anybody
    has looked at it, is one report (200).
    """
    parts = (await request.form()).multi_items()
    photos = [await each.read() for _, each in parts if isinstance(each, UploadFile)]
    # As they are: in a form they are not base64, and the intake looks at what they are and how large.
    sent = [MediumIn.model_construct(content=each) for each in photos if each]
    id, receipt, is_new = await requests.receive(desk, work, store, given, sent)
    notice = requests.NOTICES[language_of(request)].format(code=receipt.code, pin=receipt.pin)
    content = [{"service_request_id": str(id), "service_notice": notice, "account_id": None}]
    return answered(form, "service_requests", content, 201 if is_new else 200)


@router.get(
    "/requests.{form}", response_class=Response, responses=_told(list[Open311Request]), dependencies=[public]
)
async def list_open311_requests(
    request: Request, desk: AtDesk, db: Db, form: Format, wanted: Annotated[Open311Filter, Query()]
) -> Response:
    """What the coordinator has looked at and what is neither secret nor about officials, the newest first.

    Without dates the last 90 days; with ids those, wherever they stand. Links, addresses and long numbers are hidden.
    """
    access = public_access(desk, await region_named(db, wanted.jurisdiction_id, desk.settings))
    content = await requests.several(access, db, wanted, language_of(request))
    # A thousand of them as XML would hold up everybody for a while.
    return await asyncio.to_thread(answered, form, "service_requests", content)


@router.get(
    "/requests/{service_request_id}.{form}",
    response_class=Response,
    responses=_told(list[Open311Request]),
    dependencies=[public],
)
async def get_open311_request(
    request: Request, desk: AtDesk, db: Db, service_request_id: str, form: Format, jurisdiction: Region = None
) -> Response:
    """Where a request stands; its words and place only when the coordinator has looked at it."""
    access = public_access(desk, await region_named(db, jurisdiction, desk.settings))
    content = await requests.one(access, db, service_request_id, language_of(request))
    return answered(form, "service_requests", content)


@router.get(
    "/tokens/{token}.{form}",
    response_class=Response,
    responses=_told(list[Open311Token]),
    dependencies=[public],
)
async def get_open311_token(
    desk: AtDesk, token: str, form: Format, db: Db, jurisdiction: Region = None
) -> Response:
    """The id of the complaint with this tracking code. Wrong codes make the next attempts wait (429)."""
    access, id = await tracked(desk, jurisdiction, token, None)
    content = [{"service_request_id": await requests.id_of_token(access, db, id), "token": token}]
    return answered(form, "service_requests", content)
