"""Partners and courses, for those who keep them and, without a token, for everybody."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.access.guard import public, require
from asn_api.areas.courses import courses, partners, queries
from asn_api.areas.courses.schemas import (
    CatalogueFilter,
    CourseFilter,
    CourseIn,
    CourseOut,
    CourseSummary,
    CourseValues,
    PartnerFilter,
    PartnerIn,
    PartnerOut,
    PartnerValues,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, IfMatch, Now, Route, Tx, tagged
from asn_api.errors import Problem

router = APIRouter(prefix="/v1", tags=["courses"], route_class=Route)

CanManage = Annotated[Access, require(Permission.COURSES_MANAGE)]


@router.get("/catalogue/{region}/courses", response_model=Page[CourseSummary], dependencies=[public])
async def search_catalogue(
    region: str,
    db: Db,
    now: Now,
    request: Request,
    response: Response,
    wanted: Annotated[CatalogueFilter, Query()],
) -> Response:
    """The published courses of a region, named by its code (the one of signing in), without a token.

    `q` finds words in any form and their beginnings, the best matches first; without it they come by title.
    """
    access = await _anybody(db, region, now)
    found = await page(
        db, request, response, queries.catalogue(access, wanted), queries.order(wanted), wanted, courses.shape
    )
    return _cacheable(found, response)


@router.get("/catalogue/{region}/courses/{id}", response_model=CourseOut, dependencies=[public])
async def read_catalogue_course(region: str, id: UUID, db: Db, now: Now) -> Response:
    """One course, without a token; also one that was withdrawn."""
    access = await _anybody(db, region, now)
    row = (await db.execute(queries.catalogued(access, id))).mappings().one_or_none()
    return _cacheable(await courses.whole(access, db, row))


@router.get("/catalogue/{region}/partners", response_model=Page[PartnerOut], dependencies=[public])
async def list_catalogue_partners(
    region: str,
    db: Db,
    now: Now,
    request: Request,
    response: Response,
    wanted: Annotated[PartnerFilter, Query()],
) -> Response:
    """Who teaches for a region, by name, with the agreements; without a token."""
    access = await _anybody(db, region, now)
    statement, keys = queries.partners(access, wanted), queries.PARTNERS_BY_NAME
    return _cacheable(await page(db, request, response, statement, keys, wanted, partners.shape), response)


@router.get("/partners", response_model=Page[PartnerOut])
async def list_partners(
    access: CanManage, db: Db, request: Request, response: Response, wanted: Annotated[PartnerFilter, Query()]
) -> Any:
    """The region's partners by name."""
    statement, keys = queries.partners(access, wanted), queries.PARTNERS_BY_NAME
    return await page(db, request, response, statement, keys, wanted, partners.shape)


@router.post("/partners", status_code=201, response_model=PartnerOut)
async def add_partner(access: CanManage, db: Tx, given: PartnerIn, response: Response) -> dict[str, Any]:
    """Add a partner with its agreements; it belongs to the whole region.

    The same id and content again gives what was stored.
    """
    id, is_new = await partners.add(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/partners/{id}"
    return await _partner(access, db, id, response)


@router.get("/partners/{id}", response_model=PartnerOut)
async def get_partner(access: CanManage, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One partner; `valid` says whether classes of its courses may be opened today."""
    return await _partner(access, db, id, response)


@router.put("/partners/{id}", response_model=PartnerOut)
async def change_partner(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: PartnerValues, response: Response
) -> dict[str, Any]:
    """Replace a partner and its agreements."""
    await partners.change(access, db, id, version, given)
    return await _partner(access, db, id, response)


@router.get("/courses", response_model=Page[CourseSummary], responses=EXPORTS)
async def list_courses(
    access: CanManage,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[CourseFilter, Query()],
    form: Wanted,
) -> Any:
    """The courses that one's units keep, drafts and withdrawn ones too."""
    statement, keys = queries.courses(access, wanted), queries.order(wanted)
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column for key in queries.BY_TITLE])
        return await export(request, ordered, courses.COLUMNS, "katalog-pelatihan", form, courses.shape)
    return await page(db, request, response, statement, keys, wanted, courses.shape)


@router.post("/courses", status_code=201, response_model=CourseOut)
async def add_course(access: CanManage, db: Tx, given: CourseIn, response: Response) -> dict[str, Any]:
    """Add a course as a draft. Its form follows from its kind; prerequisites never lead back to it.

    The same id and content again gives what was stored.
    """
    id, is_new = await courses.add(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/courses/{id}"
    return await _course(access, db, id, response)


@router.get("/courses/{id}", response_model=CourseOut)
async def get_course(access: CanManage, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One course that one's units keep, whatever its status."""
    return await _course(access, db, id, response)


@router.put("/courses/{id}", response_model=CourseOut)
async def change_course(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: CourseValues, response: Response
) -> dict[str, Any]:
    """Replace a course, with what it teaches and demands. Classes keep the hours they were made with."""
    await courses.change(access, db, id, version, given)
    return await _course(access, db, id, response)


@router.post("/courses/{id}/publication", response_model=CourseOut)
async def publish_course(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Show a course in the public catalogue."""
    await courses.publish(access, db, id, version)
    return await _course(access, db, id, response)


@router.post("/courses/{id}/withdrawal", response_model=CourseOut)
async def withdraw_course(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Take a course out of the list: no new classes; it stays readable, and open classes go on."""
    await courses.withdraw(access, db, id, version)
    return await _course(access, db, id, response)


async def _anybody(db: Db, region: str, now: Now) -> Access:
    """What is public in the region that has this code."""
    found = (await db.execute(queries.region_called(region))).one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    return system(found.id, Permission.COURSES_MANAGE, now, found.zone)


async def _partner(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await partners.shown(access, db, id))


async def _course(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await courses.shown(access, db, id))


def _cacheable(shown: dict[str, Any], response: Response | None = None) -> Response:
    content = orjson.dumps(shown, default=str)
    headers = {
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        "Cache-Control": "public, max-age=300",
    }
    if response is not None and "link" in response.headers:
        headers["Link"] = response.headers["link"]
    return Response(content, headers=headers, media_type="application/json")
