"""The short way for the few hot operations: the same endpoints, without the framework's general machinery.

FastAPI still declares, documents and can serve them; see decision 0014 for what this saves.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from fastapi import FastAPI, Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

E = TypeVar("E", bound=Callable[..., Any])
Serve = Callable[[Request], Awaitable[Response]]

_HOT = "__asn_hot__"


def hot(endpoint: E) -> E:
    """Marks an endpoint that answers with a Response of its own and takes only what `Arguments` can resolve."""
    setattr(endpoint, _HOT, True)
    return endpoint


def is_hot(endpoint: Callable[..., Any]) -> bool:
    return hasattr(endpoint, _HOT)


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    read: Callable[[Request, "list[Any]"], Awaitable[Any]]


class Arguments:
    """Resolves an endpoint's parameters: request, path, query, header, JSON body, and dependencies like itself.

    What is wrong raises RequestValidationError with the places that FastAPI would name.
    """

    def __init__(self, endpoint: Callable[..., Any], path: str) -> None:
        self._endpoint = endpoint
        self.query: set[str] = set()
        """Names of the query parameters, those of the dependencies too."""
        hints = get_type_hints(endpoint, include_extras=True)
        signature = inspect.signature(endpoint)
        self._parameters = [
            _Parameter(name, _reader(name, hints[name], parameter.default, path, self.query))
            for name, parameter in signature.parameters.items()
        ]

    async def call(self, request: Request) -> Any:
        errors: list[Any] = []
        values = {each.name: await each.read(request, errors) for each in self._parameters}
        if errors:
            raise RequestValidationError(errors)
        return await self._endpoint(**values)


def _reader(
    name: str, hint: Any, default: Any, path: str, query: set[str]
) -> Callable[[Request, list[Any]], Awaitable[Any]]:
    annotation: Any = hint
    marks: list[Any] = []
    if get_origin(hint) is Annotated:
        annotation, *marks = get_args(hint)
    mark: Any = next((each for each in marks if isinstance(each, params.Depends | params.Param)), None)
    if isinstance(mark, params.Depends):
        assert mark.dependency is not None
        arguments = Arguments(mark.dependency, path)
        query |= arguments.query
        return _dependency(arguments)
    if annotation is Request:
        return _request
    if annotation is Response:
        return _response
    if f"{{{name}}}" in path:
        return _value(TypeAdapter(hint), "path", name, lambda request: request.path_params.get(name), default)
    if isinstance(mark, params.Query) and inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        query |= {each.alias or field for field, each in annotation.model_fields.items()}
        return _model(annotation)
    if isinstance(mark, params.Header):
        header = name.replace("_", "-")
        return _value(
            TypeAdapter(hint), "header", header, lambda request: request.headers.get(header), default
        )
    if isinstance(mark, params.Query):
        query.add(name)
        return _value(
            TypeAdapter(hint), "query", name, lambda request: request.query_params.get(name), default
        )
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return _body(TypeAdapter(annotation))
    raise TypeError(f"a hot endpoint cannot take {name}: {hint}")


def _dependency(arguments: Arguments) -> Callable[[Request, list[Any]], Awaitable[Any]]:
    async def read(request: Request, errors: list[Any]) -> Any:
        return await arguments.call(request)

    return read


async def _request(request: Request, errors: list[Any]) -> Request:
    return request


async def _response(request: Request, errors: list[Any]) -> Response:
    response = Response()
    del response.headers["content-length"]  # it lends its headers to an answer with a body
    return response


def _value(
    adapter: TypeAdapter[Any], place: str, name: str, given: Callable[[Request], str | None], default: Any
) -> Callable[[Request, list[Any]], Awaitable[Any]]:
    async def read(request: Request, errors: list[Any]) -> Any:
        value = given(request)
        if value is None and default is not inspect.Parameter.empty:
            return default
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            errors += _placed(error, place, name)
            return None

    return read


def _model(model: type[BaseModel]) -> Callable[[Request, list[Any]], Awaitable[Any]]:
    nothing = model()

    async def read(request: Request, errors: list[Any]) -> Any:
        if not request.scope["query_string"]:
            return nothing
        try:
            return model.model_validate(dict(request.query_params))
        except ValidationError as error:
            errors += _placed(error, "query")
            return nothing

    return read


def _body(adapter: TypeAdapter[Any]) -> Callable[[Request, list[Any]], Awaitable[Any]]:
    adapter.rebuild()  # now, not by the first request

    async def read(request: Request, errors: list[Any]) -> Any:
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == "application/json" or kind.endswith("+json"):
                return adapter.validate_json(body)
            return adapter.validate_python(body or None)
        except ValidationError as error:
            errors += _placed(error, "body")
        except UnicodeDecodeError:
            raise HTTPException(400) from None
        return None

    return read


def _placed(error: ValidationError, *place: str) -> list[Any]:
    return [{**each, "loc": (*place, *each["loc"])} for each in error.errors(include_url=False)]


class HotDoor:
    """Hands requests for hot routes straight to them; everything else goes on to the framework."""

    def __init__(self, app: ASGIApp, *, api: FastAPI) -> None:
        self._app = app
        self._api = api
        self._known = 0
        self._routes: list[APIRoute] = []
        self._serving: dict[Callable[..., Any], Serve] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._route(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        route, serve, path_params = found
        scope["endpoint"], scope["path_params"] = route.endpoint, path_params
        request = Request(scope, receive)
        try:
            response = await serve(request)
        except Exception as error:
            handler = self._handler(error)
            if handler is None:
                raise
            response = await handler(request, error)
        await response(scope, receive, send)

    def _route(self, scope: Scope) -> tuple[APIRoute, Serve, Mapping[str, str]] | None:
        if self._known != len(self._api.routes):  # an area has been opened
            self._known = len(self._api.routes)
            self._routes = [
                route for route in self._api.routes if isinstance(route, APIRoute) and is_hot(route.endpoint)
            ]
        for route in self._routes:
            if scope["method"] in (route.methods or ()):
                matched = route.path_regex.match(scope["path"])
                if matched:
                    if route.endpoint not in self._serving:
                        self._serving[route.endpoint] = route.get_route_handler()
                    return route, self._serving[route.endpoint], matched.groupdict()
        return None

    def _handler(self, error: Exception) -> Callable[[Request, Exception], Awaitable[Response]] | None:
        handlers: Mapping[Any, Any] = self._api.exception_handlers
        # The one for Exception is the framework's last resort, which also logs.
        return next((handlers[kind] for kind in type(error).__mro__[:-3] if kind in handlers), None)
