"""All operations of the application, as the tests of the architecture see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from asn_api.access.grants import Permission
from asn_api.access.guard import PUBLIC
from asn_api.core.http.openapi import permissions
from asn_api.core.settings import Settings, new_key


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    permissions: tuple[Permission, ...]
    public: bool
    documented: bool
    endpoint: Any

    @property
    def permission(self) -> Permission | None:
        return self.permissions[0] if self.permissions else None


@cache
def blueprint() -> FastAPI:
    """An application with all its areas that is never started, with the settings of `asn-api openapi`."""
    from asn_api.main import create_app

    app = create_app(
        Settings(
            environment="demo",
            database_url="postgresql://localhost/asn",
            encryption_keys=new_key(1),
            public_url="http://127.0.0.1:8000",
        )
    )
    app.state.areas.open_all()
    return app


def operations(app: FastAPI) -> list[Operation]:
    """One for every method of every route."""
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        for method in sorted(route.methods or ()):
            found.append(
                Operation(
                    id=str(route.name),
                    method=method,
                    path=str(route.path_format),
                    permissions=tuple(permissions(dependant)) if dependant else (),
                    public=any(getattr(call, PUBLIC, False) for call in _calls(dependant)),
                    documented=bool(getattr(route, "include_in_schema", False)),
                    endpoint=route.endpoint,
                )
            )
    return found


def _calls(dependant: Dependant | None) -> Iterator[Any]:
    if dependant is not None:
        yield dependant.call
        for inner in dependant.dependencies:
            yield from _calls(inner)
