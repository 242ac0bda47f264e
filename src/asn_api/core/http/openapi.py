"""The published contract: FastAPI's document plus security, problems, headers and who may call what."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from asn_api.core.http.areas import Areas
from asn_api.core.http.problems import MEDIA_TYPE, SHAPES, shape_at
from asn_api.core.http.route import if_match_or_none

Grants = Mapping[Any, Mapping[Any, Iterable[Any]]]
"""Role → permission → reaches."""
Json = dict[str, Any]

PERMISSION = "__asn_permission__"
_WRITES = frozenset({"post", "put", "patch", "delete"})

INTRODUCTION = """
Backend for the civil servants (ASN) of Indonesian regional governments.

- **Errors** are RFC 9457 `application/problem+json` with a stable `code`; all codes are on
  [/docs/problems](/docs/problems). `Accept-Language: id` (default) or `en` chooses the language of the texts.
- **Lists** are pages: follow `page.next` or the `Link` header. Unknown parameters are refused.
- **Changes** of one resource need `If-Match` with the ETag it was read with; every `POST` takes an
  `Idempotency-Key`; every write takes `?validate_only=true`.
- **Tracing**: an `X-Request-Id` that you send comes back, and stands in our logs.
- **Scopes**: each operation names the permission it demands; `x-reach` says how far it goes for each role.
"""

_PROBLEM: Json = {
    "title": "Problem",
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page that explains the code."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
        "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "description": "Stable, for programs."},
        "request_id": {"type": ["string", "null"]},
        "params": {"type": "object", "description": "The values in the text."},
        "errors": {
            "type": "array",
            "description": "One entry per wrong field.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message", "params"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or `?name` for a query parameter.",
                    },
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "params": {"type": "object"},
                },
            },
        },
        "current": {"description": "With 412: the resource as it is now."},
    },
}

_ANSWERS = {
    "400": "The request cannot be read, or names a parameter that does not exist here.",
    "401": "No valid token or credentials.",
    "403": "The permission is missing.",
    "404": "It does not exist, or it is out of your reach.",
    "406": "None of the accepted media types is offered.",
    "409": "It conflicts with the present state.",
    "410": "It was there and is gone for good, or was refused.",
    "412": "The version in `If-Match` is no longer the present one; `current` is.",
    "413": "The body is too large.",
    "415": "The media type or encoding of the body is not supported.",
    "416": "The range lies outside the content.",
    "422": "A value is not valid, or a rule refuses it; `errors` names the fields.",
    "428": "`If-Match` is missing.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
    "460": "What arrived is not what was sent: send it again.",
    "503": "The database is busy or unreachable; `Retry-After` says when to try again.",
    "default": "Any other refusal.",
}

_HEADERS: dict[str, Json] = {
    "ETag": {
        "description": 'The version and a checksum of what is shown, as in `"3-1f0a9c2e"`: for '
        "If-Match, which compares the version, and for If-None-Match.",
        "schema": {"type": "string"},
    },
    "Link": {"description": "The next and previous page (RFC 8288).", "schema": {"type": "string"}},
    "Location": {"description": "Where the new resource is.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of the allowance.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The allowance.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}},
}

_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag you have: the answer is 304 when it is still the present one.",
    "schema": {"type": "string"},
}


def install(app: FastAPI, areas: Areas, grants: Grants, tags: Mapping[str, str]) -> None:
    def document() -> Json:
        if app.openapi_schema is None:
            areas.open_all()
            app.openapi_schema = _document(app, grants, tags)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def permissions(dependant: Dependant) -> Iterator[Any]:
    """The permissions that an operation demands, one for each guard in its dependencies."""
    found = getattr(dependant.call, PERMISSION, None)
    if found is not None:
        yield found
    for inner in dependant.dependencies:
        yield from permissions(inner)


def _document(app: FastAPI, grants: Grants, tags: Mapping[str, str]) -> Json:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=INTRODUCTION.strip(),
        routes=app.routes,
    )
    for route in iter_route_contexts(app.routes):
        if getattr(route, "include_in_schema", False) and route.path_format in document["paths"]:
            for method in route.methods or ():
                _describe(document["paths"][route.path_format][method.lower()], method.lower(), route, grants)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = _PROBLEM
    components["schemas"] = dict(sorted(schemas.items()))
    components["responses"] = {_component(status): _refusal(status) for status in _ANSWERS}
    components["responses"] |= {
        _shaped(start): {"description": _ANSWERS["default"], "content": dict(shape.content)}
        for start, shape in SHAPES.items()
    }
    components["headers"] = _HEADERS
    components["parameters"] = {"IfNoneMatch": _IF_NONE_MATCH}
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token; the scopes are permissions.",
        }
    }
    used = {
        tag for path in document["paths"].values() for each in path.values() for tag in each.get("tags", ())
    }
    document["tags"] = [{"name": name, "description": text} for name, text in tags.items() if name in used]
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


def _component(status: str) -> str:
    return "Refusal" if status == "default" else f"Refusal{status}"


def _shaped(path: str) -> str:
    """`/open311/v2/…` → `RefusalOpen311`."""
    return f"Refusal{path.split('/')[1].capitalize()}"


def _refusal(status: str) -> Json:
    headers = ["Retry-After"] if status in ("429", "503") else []
    headers += ["ETag"] if status == "412" else []
    answer: Json = {
        "description": _ANSWERS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if headers:
        answer["headers"] = _references(headers)
    return answer


def _references(headers: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}


def _describe(operation: Json, method: str, route: RouteContext, grants: Grants) -> None:
    demanded = list(permissions(route.dependant))
    operation["security"] = [{"bearer": [str(permission)]} for permission in demanded]
    for permission in demanded:
        operation["x-permission"] = str(permission)
        operation["x-reach"] = {
            str(role): sorted(str(reach) for reach in held[permission])
            for role, held in grants.items()
            if permission in held
        }
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    conditional = "if-match" in names
    demanding = conditional and all(
        each.call is not if_match_or_none for each in route.dependant.dependencies
    )
    if conditional:
        _describe_if_match(operation, required=demanding)
    # Lists have no version, but what is public is cached by its content.
    single = method == "get" and ("cursor" not in names or not demanded) and bool(route.response_field)
    if single:
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IfNoneMatch"})
    answers: Json = operation["responses"]
    answers.pop("422", None)
    if method == "post" and "201" in answers:
        repeated = {**answers["201"], "description": "Sent before with the same id and content."}
        answers.setdefault("200", repeated)
    for status, answer in answers.items():
        if status.startswith("2"):
            versioned = status != "204" and (conditional or single or method in _WRITES)
            headers = ["ETag"] if versioned else []
            told = status in ("201", "202") or (status == "200" and "201" in answers)
            headers += ["Location"] if told else []
            headers += ["Link"] if "cursor" in names else []
            answer.setdefault("headers", {}).update(_references([*headers, "RateLimit", "RateLimit-Policy"]))
    offered = {kind for answer in answers.values() for kind in answer.get("content", ())}
    if single:
        answers["304"] = {"description": "Still the same.", "headers": _references(["ETag"])}
    statuses = ["400", "401", "422", "429", "503", "default"]
    statuses += ["403"] if demanded else []
    statuses += ["404"] if demanded or "{" in (route.path_format or "") else []
    statuses += ["409", "413", "415"] if method in _WRITES else []
    statuses += ["412"] if conditional else []
    statuses += ["428"] if demanding else []
    if "tus-resumable" in names:
        statuses += ["410", "412"] + (["460"] if method != "delete" else [])
    statuses += ["409", "410", "416"] if "range" in names else []
    statuses += ["406"] if len(offered) > 1 else []
    shape = shape_at(route.path_format or "")
    for status in sorted(statuses):
        name = _component(status) if shape is None else _shaped(route.path_format or "")
        answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    operation["responses"] = dict(sorted(answers.items()))


def _describe_if_match(operation: Json, *, required: bool) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"].lower() == "if-match":
            parameter["name"] = "If-Match"
            parameter["required"] = required
            parameter["schema"] = {"type": "string", "pattern": '^"[0-9]{1,18}"$', "examples": ['"3"']}
