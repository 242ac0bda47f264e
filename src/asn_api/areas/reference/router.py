"""Vocabularies and error codes: public, the same for everybody, cacheable."""

import hashlib

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from asn_api.access.guard import public
from asn_api.areas.reference.schemas import ProblemKindsOut, VocabulariesOut, VocabularyOut
from asn_api.areas.reference.vocabularies import vocabularies
from asn_api.core.http.route import Route
from asn_api.errors import Problem, catalogue

router = APIRouter(prefix="/v1", tags=["reference"], route_class=Route, dependencies=[public])


@router.get("/vocabularies", response_model=VocabulariesOut)
async def list_vocabularies() -> Response:
    """Every list of values of the API with its Indonesian and English terms, and the national code tables."""
    return _cacheable(VocabulariesOut(data=list(vocabularies().values())))


@router.get("/vocabularies/{name}", response_model=VocabularyOut)
async def read_vocabulary(name: str) -> Response:
    """One list of values, such as `activity_status` or `grades`."""
    if name not in vocabularies():
        raise Problem("NOT_FOUND")
    return _cacheable(vocabularies()[name])


@router.get("/problems", response_model=ProblemKindsOut)
async def list_problems(request: Request) -> Response:
    """Every error code with its status and its texts in both languages."""
    docs = f"{request.app.state.settings.public_url}/docs/problems"
    kinds = [
        {
            "code": code,
            "status": kind.status,
            "type": f"{docs}#{code}",
            "title": kind.title,
            "detail": kind.detail,
        }
        for code, kind in sorted(catalogue().items())
    ]
    return _cacheable(ProblemKindsOut.model_validate({"data": kinds}))


def _cacheable(shown: BaseModel) -> Response:
    content = shown.model_dump_json().encode()
    etag = hashlib.sha256(content).hexdigest()[:16]
    headers = {"ETag": f'"{etag}"', "Cache-Control": "public, max-age=3600"}
    return Response(content, headers=headers, media_type="application/json")
