"""Every refusal leaves as RFC 9457 `application/problem+json`, those of the framework too; but for `SHAPES`."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from asn_api.errors import Fault, Language, Problem, catalogue

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_BY_STATUS = {
    400: "BODY_UNREADABLE",
    404: "ROUTE_UNKNOWN",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "MEDIA_TYPE_UNSUPPORTED",
    429: "RATE_LIMITED",
}


@dataclass(frozen=True)
class Shape:
    """How another protocol has it: the answer, and how the contract describes its content."""

    answer: Callable[[Request, Problem], Response]
    content: Mapping[str, Any]


SHAPES: dict[str, Shape] = {}
"""By how paths begin; put here by the areas that speak another protocol."""


def shape_at(path: str) -> Shape | None:
    return next((shape for start, shape in SHAPES.items() if path.startswith(start)), None)


# pydantic's own type → our stable code; what is not here is FIELD_INVALID.
_BY_TYPE = {
    "missing": "FIELD_MISSING",
    "extra_forbidden": "FIELD_UNKNOWN",
    "json_invalid": "JSON_INVALID",
    "string_too_short": "TEXT_TOO_SHORT",
    "string_too_long": "TEXT_TOO_LONG",
    "too_short": "LIST_TOO_SHORT",
    "too_long": "LIST_TOO_LONG",
    "enum": "VALUE_NOT_ALLOWED",
    "literal_error": "VALUE_NOT_ALLOWED",
    "greater_than": "NUMBER_TOO_SMALL",
    "greater_than_equal": "NUMBER_TOO_SMALL",
    "less_than": "NUMBER_TOO_LARGE",
    "less_than_equal": "NUMBER_TOO_LARGE",
    "uuid_parsing": "UUID_INVALID",
    "uuid_type": "UUID_INVALID",
    "date_from_datetime_parsing": "DATE_INVALID",
    "date_parsing": "DATE_INVALID",
    "date_type": "DATE_INVALID",
    "datetime_parsing": "TIMESTAMP_INVALID",
    "datetime_from_date_parsing": "TIMESTAMP_INVALID",
    "datetime_type": "TIMESTAMP_INVALID",
    "timezone_aware": "TIMESTAMP_WITHOUT_OFFSET",
    "int_parsing": "NUMBER_INVALID",
    "int_type": "NUMBER_INVALID",
    "int_from_float": "NUMBER_INVALID",
    "float_parsing": "NUMBER_INVALID",
    "float_type": "NUMBER_INVALID",
    "decimal_parsing": "NUMBER_INVALID",
    "decimal_type": "NUMBER_INVALID",
    "string_type": "TEXT_EXPECTED",
    "model_attributes_type": "OBJECT_EXPECTED",
    "model_type": "OBJECT_EXPECTED",
    "dict_type": "OBJECT_EXPECTED",
    "list_type": "LIST_EXPECTED",
    "bool_parsing": "BOOLEAN_EXPECTED",
    "bool_type": "BOOLEAN_EXPECTED",
}

_LIMITS = frozenset({"ge", "gt", "le", "lt", "min_length", "max_length"})


def language_of(request: Request) -> Language:
    """`en` when the caller prefers English to Indonesian, otherwise `id`."""
    for choice in request.headers.get("accept-language", "").lower().split(","):
        if choice.strip().startswith("en"):
            return "en"
        if choice.strip().startswith("id"):
            return "id"
    return "id"


def document(problem: Problem, language: Language, request_id: str | None, docs: str) -> bytes:
    body: dict[str, Any] = {
        "type": f"{docs}/problems#{problem.code}",
        "title": problem.kind.title[language],
        "status": problem.status,
        "detail": problem.detail(language),
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.params:
        body["params"] = problem.params
    if "error" in problem.params:
        # Clients of the token endpoint look for the code of RFC 6749 §5.2 here.
        body["error"] = problem.params["error"]
    if problem.faults:
        body["errors"] = [
            {
                "pointer": fault.pointer,
                "code": fault.code,
                "message": fault.message(language),
                "params": fault.params,
            }
            for fault in problem.faults
        ]
    if problem.current is not None:
        body["current"] = problem.current
    return orjson.dumps(body, default=str)


def answer(request: Request, problem: Problem) -> Response:
    if (shape := shape_at(request.url.path)) is not None:
        return shape.answer(request, problem)
    body = document(
        problem,
        language_of(request),
        request.scope.get("asn_request_id"),
        request.app.state.settings.public_url + "/docs",
    )
    return Response(
        body,
        problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(asyncpg.PostgresError, _driver)
    app.add_exception_handler(asyncpg.InterfaceError, _driver)
    app.add_exception_handler(PoolTimeout, _busy)
    app.add_exception_handler(OSError, _busy)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(request, Problem("REQUEST_INVALID", faults=[fault(each) for each in error.errors()]))


def fault(error: Any) -> Fault:
    """One of pydantic's errors as a fault with a JSON pointer and a stable code."""
    place, *rest = error["loc"]
    context = error.get("ctx") or {}
    kind = error["type"]
    if kind == "json_invalid":
        return Fault("", "JSON_INVALID", {"position": rest[0] if rest else 0})
    if place == "body":
        pointer = "".join(f"/{_token(part)}" for part in rest)
    elif place == "query":
        pointer = "?" + ".".join(str(part) for part in rest)
    else:
        pointer = f"{place}:" + ".".join(str(part) for part in rest)
    code = kind if kind in catalogue() else _BY_TYPE.get(kind, "FIELD_INVALID")
    params = {}
    for name in _LIMITS & context.keys():
        params["limit"] = context[name]
    if "expected" in context:
        params["expected"] = context["expected"].replace(" or ", ", ")
    return Fault(pointer, code, params)


def _token(part: Any) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, "REQUEST_REFUSED")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(allowed_methods(request))
    return answer(request, Problem(code, headers=headers))


def allowed_methods(request: Request) -> Sequence[str]:
    """All methods of this path: the framework names only those of the first matching route."""
    path = request.url.path
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    return sorted({method for each in routes if each.path_regex.match(path) for method in each.methods or ()})


async def _stale(request: Request, _: Exception) -> Response:
    return answer(request, Problem("VERSION_STALE"))


async def _database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    cause = error.orig.__cause__ if error.orig is not None else None
    return _by_cause(request, cause or error, integrity=isinstance(error, IntegrityError))


async def _driver(request: Request, error: Exception) -> Response:
    return _by_cause(request, error, integrity=isinstance(error, asyncpg.IntegrityConstraintViolationError))


def _by_cause(request: Request, cause: BaseException, *, integrity: bool) -> Response:
    if integrity:
        name = str(getattr(cause, "constraint_name", "") or "")
        code = CONSTRAINTS.get(name, "CONFLICT")
        if code == "CONFLICT":
            log.warning("a constraint refused a write", extra={"constraint": name})
        return answer(request, Problem(code))
    if isinstance(cause, asyncpg.DataError):
        return answer(request, Problem("VALUE_UNSTORABLE"))
    if isinstance(cause, _PASSING):
        return answer(request, Problem("DATABASE_BUSY", headers={"Retry-After": "5"}))
    log.error("the database failed", exc_info=cause)
    return answer(request, Problem("DATABASE_BUSY", headers={"Retry-After": "2"}))


# Too long, a lock that somebody else keeps, or two who wait for each other: the same request may soon succeed.
_PASSING = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

CONSTRAINTS: dict[str, str] = {
    "ex_appointments_one_definitive_post": "APPOINTMENT_OVERLAPS",
    "ex_appointments_one_head": "SEAT_TAKEN",
    "ex_employee_grades_one_grade": "GRADE_OVERLAPS",
    "ex_evaluator_assignments_once": "EVALUATOR_ADVISES_ALREADY",
    "ex_evaluator_assignments_one_evaluator": "EVALUATOR_OVERLAPS",
    "ex_nominations_open": "NOMINATION_ALREADY",
    "ex_plans_one_at_a_time": "PLAN_OVERLAPS",
    "ex_role_grants_once": "ROLE_ALREADY_GRANTED",
    "uq_employees_region_id_nip": "NIP_TAKEN",
    "uq_positions_head": "HEAD_POSITION_EXISTS",
    "uq_positions_title": "POSITION_TITLE_TAKEN",
    "uq_units_region_id_siasn_id": "UNIT_SIASN_ID_TAKEN",
    "ex_enrolments_one_place_at_a_time": "ENROLMENT_CLASHES",
    "pk_attendances": "ATTENDANCE_RECORDED_ALREADY",
    "pk_class_sessions": "SESSION_ID_TAKEN",
    "pk_enrolments": "ENROLMENT_ID_TAKEN",
    "uq_courses_code": "COURSE_CODE_TAKEN",
    "uq_enrolments_live": "ENROLMENT_ALREADY",
    "uq_partners_name": "PARTNER_NAME_TAKEN",
    "fk_attendances_region_id_session_id": "SESSION_HAS_ATTENDANCE",
    "uq_agency_goals_code": "GOAL_CODE_TAKEN",
    "pk_progress_reports": "PROGRESS_ID_TAKEN",
    "uq_progress_reports_day": "PROGRESS_DAY_TAKEN",
}


async def _busy(request: Request, error: Exception) -> Response:
    log.error("the database cannot be reached", exc_info=error)
    return answer(request, Problem("DATABASE_BUSY", headers={"Retry-After": "2"}))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    return answer(request, Problem("INTERNAL"))
