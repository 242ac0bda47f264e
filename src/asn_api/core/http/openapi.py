"""The published contract: FastAPI's document plus security, problems and the version it is written in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts


def install(app: FastAPI) -> None:
    app.state.routes = [
        (route.path_regex, route.methods) for route in iter_route_contexts(app.routes) if route.methods
    ]

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(
                title=app.title, version=app.version, openapi_version="3.1.0", routes=app.routes
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
