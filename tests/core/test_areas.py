"""Areas are opened when first asked for, and nobody can tell (decision 0036)."""

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
from importlib import import_module

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from asn_api.api import AREAS
from asn_api.core.http import areas as opening
from asn_api.core.http.areas import Area, Areas
from asn_api.core.settings import Settings
from asn_api.main import create_app
from tests.architecture.operations import blueprint

BROUGHT = {
    "areas": {"activities", "evidence", "identity", "notifications", "performance", "policies", "sync"}
    | {"classes"},  # only how attendance looks on the wire
    "tables": {"activities", "employees", "files", "identity", "notifications", "organization", "performance"}
    | {"policies", "sync"}
    | {"complaints"},  # activities name them
}
"""Of what something is imported before the server is ready: each more makes every start slower."""


def routes(app: FastAPI) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.path, tuple(sorted(each.methods or ()))) for each in app.routes if isinstance(each, Route)]


def paths() -> list[str]:
    """One for each route of the application, and some that lead nowhere."""
    known = {re.sub(r"{[^}]*}", "any", path) for path, _ in routes(blueprint())}
    return sorted(
        known | {each + "/" for each in known} | {each + "/nothing" for each in known} | {"/", "/v1"}
    )


def methods(app: FastAPI, path: str) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (each.path, tuple(sorted(each.methods or ())))
        for each in app.routes
        if isinstance(each, Route) and each.path_regex.match(path)
    ]


@pytest.fixture
def cold(settings: Settings) -> FastAPI:
    """Just made: only the hot areas are open."""
    app = create_app(settings)
    assert {area.hot for area in app.state.areas.closed} == {False}
    return app


def test_a_start_brings_only_what_the_hot_areas_need() -> None:
    code = (
        "import sys\n"
        "from asn_api.core.settings import Settings, new_key\n"
        "from asn_api.main import create_app\n"
        "create_app(Settings(environment='demo', database_url='postgresql://x/y', encryption_keys=new_key()))\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True
    )
    for package, expected in BROUGHT.items():
        assert set(re.findall(rf"asn_api\.{package}\.(\w+)", done.stdout)) == expected


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.module)
def test_an_area_claims_the_paths_of_its_routes_and_no_others(area: Area) -> None:
    own = [re.sub(r"{[^}:]*}", "any", route.path) for route in import_module(area.module).router.routes]
    unclaimed = [path for path in own if not area.claims(path)]
    assert not unclaimed, f"name the beginning of these paths in AREAS of asn_api/api.py: {unclaimed}"
    idle = [place for place in area.places if not any(Area("", place).claims(path) for path in own)]
    assert not idle, f"no route of {area.module} begins so: {idle}"


def test_every_router_is_listed() -> None:
    source = import_module("asn_api.areas").__path__[0]
    found = {
        os.path.relpath(os.path.join(folder, file), source)[:-3].replace(os.sep, ".")
        for folder, _, files in os.walk(source)
        for file in files
        if file.endswith("router.py")
    }
    assert {f"asn_api.areas.{name}" for name in found} == {area.module for area in AREAS}


def test_each_path_leads_to_the_same_routes_as_when_all_areas_are_open(settings: Settings) -> None:
    for path in paths():
        app = create_app(settings)
        app.state.areas.open_for(path)
        assert methods(app, path) == methods(blueprint(), path), path


def test_the_order_of_the_routes_does_not_depend_on_who_asked_first(cold: FastAPI) -> None:
    some = paths()
    random.Random(36).shuffle(some)
    for path in some:
        cold.state.areas.open_for(path)
    assert cold.state.areas.closed == []
    assert routes(cold) == routes(blueprint())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("GET", "/v1/goals/x/y/z"),
        ("GET", "/v1/policies"),
        ("GET", "/v1/units/"),
        ("TRACE", "/v1/goals"),
        ("PUT", "/v1/activities/x/evidence"),
        ("POST", "/v1/employees/x/superior"),
    ],
)
async def test_a_closed_area_answers_as_an_open_one(
    method: str, path: str, cold: FastAPI, app: FastAPI
) -> None:
    app.state.areas.open_all()
    first, second = [await _answer(each, method, path) for each in (cold, app)]
    assert first.status_code == second.status_code
    assert first.headers.get("allow") == second.headers.get("allow")
    without_id = [re.sub(r'"request_id":"\w+"', "", each.text) for each in (first, second)]
    assert without_id[0] == without_id[1]


async def _answer(app: FastAPI, method: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.request(method, path)


async def test_two_requests_at_once_open_an_area_once(cold: FastAPI) -> None:
    answers = await asyncio.gather(*(_answer(cold, "GET", "/v1/vocabularies") for _ in range(5)))
    assert [each.status_code for each in answers] == [200] * 5
    assert len(routes(cold)) == len(set(routes(cold)))


async def test_the_other_areas_are_opened_later(cold: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PAUSE_SECONDS", 0)
    async with asyncio.timeout(20):
        await cold.state.areas.open_later()
    assert cold.state.areas.closed == []
    assert routes(cold) == routes(blueprint())


async def test_nobody_waits_for_an_area_that_nobody_asked_for(
    cold: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PAUSE_SECONDS", 0.5)
    closed = len(cold.state.areas.closed)
    later = asyncio.create_task(cold.state.areas.open_later())
    for _ in range(60):
        await asyncio.sleep(0.01)
        cold.state.areas.open_for("/v1/nothing")
    assert len(cold.state.areas.closed) == closed
    monkeypatch.setattr(opening, "PAUSE_SECONDS", 0)
    async with asyncio.timeout(20):
        await later
    assert cold.state.areas.closed == []


async def test_a_server_that_is_never_idle_opens_them_too(
    cold: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PAUSE_SECONDS", 0.002)
    monkeypatch.setattr(opening, "PATIENCE", 2)
    later = asyncio.create_task(cold.state.areas.open_later())
    async with asyncio.timeout(20):
        while not later.done():
            await asyncio.sleep(0)
            cold.state.areas.open_for("/v1/nothing")
    assert cold.state.areas.closed == []


async def test_an_area_that_cannot_be_imported_is_an_error_and_ends_the_process(
    cold: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PAUSE_SECONDS", 0)
    areas = Areas(cold, [Area("asn_api.nowhere", "/v1/broken")])
    with pytest.raises(ModuleNotFoundError):
        areas.open_for("/v1/broken")
    with pytest.raises(SystemExit) as ended:
        await areas.open_later()
    assert ended.value.code == 1


def test_a_server_with_such_an_area_does_not_live_on(app: FastAPI, settings: Settings) -> None:
    assert settings.encryption_keys is not None
    code = (
        "from asn_api import api, serving\n"
        "from asn_api.core.http.areas import Area\n"
        "api.AREAS += (Area('asn_api.nowhere', '/v1/broken'),)\n"
        "serving.main()"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        "ASN_ENVIRONMENT": "demo",
        "ASN_DATABASE_URL": settings.libpq,
        "ASN_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "ASN_PORT": port,
    }
    ended = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "asn_api.nowhere cannot be imported" in ended.stdout + ended.stderr
