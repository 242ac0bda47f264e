"""Every operation × every caller: the answer is the one that the policy table demands."""

import importlib
import inspect
import pkgutil
import re
import secrets
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

import tests.matrix
from asn_api.core.database import Database
from asn_api.tables.identity import Client
from tests.architecture.operations import Operation, blueprint, operations
from tests.areas.complaining import coordinator
from tests.factories import City, make_city
from tests.matrix import CALLERS, ON_STAGE, PARTNER_SCOPES, Build, Sample, expected, reaches

OPERATIONS = {each.id: each for each in operations(blueprint()) if each.documented}
MODULES = [
    importlib.import_module(f"{tests.matrix.__name__}.{each.name}")
    for each in pkgutil.iter_modules(tests.matrix.__path__)
]
SAMPLES: dict[str, Build] = {name: build for module in MODULES for name, build in module.SAMPLES.items()}

READABLE = [
    re.compile(re.sub(r"{\w+}", "[^/]+", each.path)) for each in OPERATIONS.values() if each.method == "GET"
]


@dataclass
class Answers:
    wrong: list[str] = field(default_factory=list)
    succeeded: bool = False
    last: str = ""
    rows_seen: bool = False


@pytest.fixture(scope="module")
async def stage(database: Database, app: FastAPI) -> City:
    city = await make_city(database, app, code=f"kota-{secrets.token_hex(4)}")
    await coordinator(city)
    return city


@pytest.fixture(scope="module")
async def elsewhere(database: Database, app: FastAPI) -> City:
    return await make_city(database, app, code=f"kota-{secrets.token_hex(4)}")


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda each: each.id)
def test_every_operation_has_a_sample(operation: Operation) -> None:
    area = operation.endpoint.__module__.split(".")[-2]
    assert any(name.partition(":")[0] == operation.id for name in SAMPLES), (
        f"tests/matrix/{area}.py needs a sample request for {operation.id} "
        f"({operation.method} {operation.path})"
    )


def test_every_sample_is_of_an_operation() -> None:
    assert {name.partition(":")[0] for name in SAMPLES} <= OPERATIONS.keys()


async def test_the_partner_has_the_scopes_that_the_matrix_assumes(stage: City, database: Database) -> None:
    async with database.sessions() as db:
        scopes = await db.scalar(select(Client.scopes).where(Client.region_id == stage.region.id))
    assert set(scopes or ()) == PARTNER_SCOPES


@pytest.mark.parametrize("name", SAMPLES)
async def test_each_caller_gets_what_the_policy_says(name: str, stage: City, elsewhere: City) -> None:
    operation = OPERATIONS[name.partition(":")[0]]
    built = SAMPLES[name](stage)
    sample = await built if inspect.isawaitable(built) else built
    answers = Answers()
    for caller in (*CALLERS, *ON_STAGE):
        city, person = (elsewhere, "admin") if caller == "foreign_admin" else (stage, caller)
        async with city.call_as(person) as client:
            response = await send(client, operation, sample)
        judge(answers, stage, operation, sample, caller, response)
        check_headers(answers, operation, response)
    if sample.succeeds and not answers.succeeded:
        answers.wrong.append(f"nobody succeeds, so the sample shows nothing: {answers.last}")
    if sample.rows and not answers.rows_seen:
        answers.wrong.append("nobody sees a row: the sample shows nothing")
    assert not answers.wrong, "\n".join([f"{operation.method} {operation.path}", *answers.wrong])


def check_headers(answers: Answers, operation: Operation, response: httpx.Response) -> None:
    """A record's ETag is its version and a checksum; a `Location` can be read."""
    location = response.headers.get("location")
    if location and not any(each.fullmatch(location) for each in READABLE):
        answers.wrong.append(f"nothing can be read at {location}")
    is_json = response.headers.get("content-type") == "application/json" and response.content
    if not is_json or operation.permission is None or operation.path.endswith("/explanation"):
        return
    shown, tag = response.json(), response.headers.get("etag", "")
    version = shown.get("version")
    if version is not None and not re.fullmatch(rf'"{version}-[0-9a-f]{{8}}"', tag):
        answers.wrong.append(f"version {version} has the ETag {tag or 'nothing'}")


async def send(client: httpx.AsyncClient, operation: Operation, sample: Sample) -> httpx.Response:
    contract = blueprint().openapi()["paths"][operation.path][operation.method.lower()]
    parameters = {each.get("name") for each in contract.get("parameters", ())}
    query = dict(sample.query)
    if "validate_only" in parameters:
        query["validate_only"] = "true"
    headers = dict(sample.headers)
    if "If-Match" in parameters:
        headers.setdefault("If-Match", '"1"')
    return await client.request(
        operation.method,
        operation.path.format_map({key: str(value) for key, value in sample.path.items()}),
        params=query,
        json=sample.body,
        data=sample.form,
        files=sample.files,
        headers=headers,
    )


def judge(
    answers: Answers, city: City, operation: Operation, sample: Sample, caller: str, response: httpx.Response
) -> None:
    demanded = expected(city, caller, operation.permission, sample)
    status, text = response.status_code, response.text
    answers.succeeded |= status < 300
    if demanded is None:
        answers.last = f"{caller} got {status} {text[:300]}"
    right = status == demanded if demanded else status not in (401, 403, 404) and status < 500
    if not right:
        answers.wrong.append(f"{caller}: {demanded or 'reached'} demanded, {status} answered: {text[:300]}")
    if demanded is not None or operation.permission is None:
        return
    refused = any(f'"{code}"' in text for code in sample.batch)
    if sample.batch and refused is reaches(city, caller, operation.permission, sample.about):
        answers.wrong.append(f"{caller}: the batch says {text[:300]}")
    for id, owner in (sample.rows or {}).items():
        if str(id) not in text:
            continue
        answers.rows_seen = True
        if not reaches(city, caller, operation.permission, owner):
            answers.wrong.append(f"{caller}: sees {id} of {owner}, who is out of reach")
