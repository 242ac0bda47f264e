"""Made-up requests to every operation of the contract: no 5xx, no undocumented answer."""

import asyncio
import inspect
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from asn_api.core.database import Database
from tests.architecture.operations import blueprint
from tests.architecture.test_matrix import SAMPLES
from tests.areas.complaining import coordinator
from tests.factories import City, make_city, sign_in

EXAMPLES = 4
"""Per operation, caller and way of making requests; derandomised, so that a failure stays one."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MADE = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
REVOKING = {"revoke_device", "remove_my_device"}
"""They are asked from a session of another phone than the made-up one that was enrolled before."""
ENDLESS = {"stream_events"}
"""They are told to end when there is nothing more to say."""
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

CONTRACT = blueprint().openapi()
OPERATIONS = {
    found.definition.raw["operationId"]: found
    for found in (result.ok() for result in schemathesis.openapi.from_dict(CONTRACT).get_all_operations())
}

ASKED = [(name, person) for name in OPERATIONS for person in ("admin", "staff")] + [
    (name, "coordinator")
    for name, operation in OPERATIONS.items()
    if operation.path.startswith("/v1/complaints")
]
"""Whoever administrates people reads no complaints."""


@pytest.fixture(scope="module")
async def stage(database: Database, app: FastAPI) -> City:
    city = await make_city(database, app, code=f"kota-{secrets.token_hex(4)}")
    await coordinator(city)
    return city


@pytest.fixture(scope="module")
async def callers(stage: City, app: FastAPI) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A 500 is an answer to be judged, not an exception to be raised."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    clients = {
        person: httpx.AsyncClient(
            transport=transport,
            base_url="http://test",
            headers={"Authorization": f"Bearer {stage.tokens[person]}"},
        )
        for person in ("admin", "staff", "coordinator")
    }
    yield clients
    for client in clients.values():
        await client.aclose()


def test_every_operation_of_the_contract_is_tried() -> None:
    documented = {each["operationId"] for methods in CONTRACT["paths"].values() for each in methods.values()}
    assert OPERATIONS.keys() == documented


@pytest.mark.parametrize(("name", "person"), ASKED)
async def test_every_answer_is_documented(
    name: str, person: str, stage: City, callers: dict[str, httpx.AsyncClient]
) -> None:
    operation = OPERATIONS[name]
    loop = asyncio.get_running_loop()

    def ask(case: Case) -> None:
        request = send(callers[person], case)
        judge(case, asyncio.run_coroutine_threadsafe(request, loop).result(30))

    if name in REVOKING:
        async with stage.database.sessions.begin() as db:
            callers[person].headers["Authorization"] = f"Bearer {await sign_in(db, stage, person)}"
    strategies = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if can_be_wrong(name):
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    known = await existing(stage, name)
    if known:
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.POSITIVE, **known))
    for strategy in strategies:
        await asyncio.to_thread(MADE(given(strategy)(ask)))


def can_be_wrong(name: str) -> bool:
    """Of an operation that takes nothing but texts, no request can be wrong."""
    raw = OPERATIONS[name].definition.raw
    kinds = [each.get("schema", {}) for each in raw.get("parameters", ())]
    return "requestBody" in raw or any(kind.keys() - {"type", "title"} for kind in kinds)


async def existing(city: City, name: str) -> dict[str, dict[str, str]]:
    """What leads to a real resource in the operation's path; without an effect on it."""
    built = SAMPLES[name](city)
    sample = await built if inspect.isawaitable(built) else built
    if not sample.path:
        return {}
    given = {"path_parameters": {key: str(value) for key, value in sample.path.items()}}
    names = {each.get("name") for each in OPERATIONS[name].definition.raw.get("parameters", ())}
    return given | ({"query": {"validate_only": "true"}} if "validate_only" in names else {})


async def send(client: httpx.AsyncClient, case: Case) -> httpx.Response:
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
    # Made-up headers hold any byte of Latin-1, which the client would refuse to write as text.
    headers = [(name.encode(), value.encode("latin-1")) for name, value in prepared.headers.items()]
    request = client.build_request(
        str(prepared.method), str(prepared.url), content=prepared.body or b"", headers=headers
    )
    if case.operation.definition.raw["operationId"] in ENDLESS:
        request.url = request.url.copy_set_param("follow", "false")
    # The contract demands a token, so one is made up; ours is the one that is known.
    request.headers["Authorization"] = client.headers["Authorization"]
    return await client.send(request)


def judge(case: Case, response: httpx.Response) -> None:
    case.validate_response(response, checks=CHECKS)
    answers = case.operation.definition.raw["responses"]
    status = str(response.status_code)
    assert "www-authenticate" not in response.headers or not case.operation.definition.raw["security"]
    assert status in answers, (
        f"{status} is only covered by `default`: {case.as_curl_command()}\n{response.text}"
    )
    told = {name.lower() for name in answers[status].get("headers", ())}
    if response.is_success:
        assert {"etag", "link", "location"} & response.headers.keys() <= told, case.as_curl_command()
