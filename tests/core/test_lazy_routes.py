"""Routes are analysed when first used (decision 0025)."""

import os
import subprocess
import sys
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import FastAPIError

from asn_api.core.http.lazy import LazyRoute
from asn_api.core.http.route import Route
from tests.architecture.operations import blueprint


def test_an_application_is_made_without_analysing_a_route() -> None:
    code = (
        "from tests.architecture.operations import blueprint\n"
        "print(sum('dependant' in vars(route) for route in blueprint().routes))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"


def test_every_route_can_be_analysed() -> None:
    routes = [route for route in blueprint().routes if isinstance(route, Route)]
    assert len(routes) > 100
    for route in routes:
        assert route.dependant.call is route.endpoint
        assert callable(route.app)


def test_a_wrong_declaration_fails_the_same_way_each_time() -> None:
    router = APIRouter(route_class=LazyRoute)

    @router.get("/wrong")
    async def wrong(given: memoryview) -> Any: ...

    app = FastAPI()
    app.router.routes.extend(router.routes)
    for _ in "twice":
        with pytest.raises(FastAPIError):
            app.openapi()


def test_what_a_route_does_not_have_is_an_attribute_error() -> None:
    route = LazyRoute("/nothing", lambda: None, name="nothing")
    assert not hasattr(route, "no_such_thing")
    assert hasattr(route, "dependant")
    assert not hasattr(route, "no_such_thing")
