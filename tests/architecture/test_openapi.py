"""The contract is valid, complete, current, and only grows."""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

from asn_api.access.grants import GRANTS
from tests.architecture.contract import breaking
from tests.architecture.operations import operations

ROOT = Path(__file__).parents[2]
FILE = ROOT / "openapi" / "openapi.json"


@pytest.fixture(scope="module")
def contract(blueprint: FastAPI) -> dict[str, Any]:
    return json.loads(json.dumps(blueprint.openapi()))


def described(contract: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in contract["paths"].values() for operation in methods.values()]


def test_the_contract_is_valid(contract: dict[str, Any]) -> None:
    validate(contract)


def test_every_operation_is_described_with_its_security(blueprint: FastAPI, contract: dict[str, Any]) -> None:
    for operation in operations(blueprint):
        if not operation.documented:
            continue
        entry = contract["paths"][operation.path][operation.method.lower()]
        assert entry["operationId"] == operation.id
        assert entry["security"] == ([{"bearer": [operation.permission]}] if operation.permission else [])
        if operation.permission:
            assert entry["x-permission"] == operation.permission
            assert set(entry["x-reach"]) == {role for role in GRANTS if operation.permission in GRANTS[role]}


def test_refusals_are_problem_documents_and_frameworks_own_are_gone(contract: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(contract)
    for operation in described(contract):
        assert {"400", "401", "422", "429", "503", "default"} <= operation["responses"].keys()
        for status, answer in operation["responses"].items():
            if not status.startswith(("2", "3")):
                assert answer["$ref"].startswith("#/components/responses/Refusal"), operation["operationId"]
    for name, answer in contract["components"]["responses"].items():
        others = (
            {"application/json", "text/xml"} if name == "RefusalOpen311" else {"application/problem+json"}
        )
        assert set(answer["content"]) == others
    for path, methods in contract["paths"].items():
        theirs = '"#/components/responses/RefusalOpen311"' in json.dumps(methods)
        assert theirs is path.startswith("/open311/"), path


def test_every_tag_has_a_description(contract: dict[str, Any]) -> None:
    explained = {tag["name"] for tag in contract["tags"] if tag["description"]}
    untold = {
        f"{operation['operationId']}: {operation.get('tags')}"
        for operation in described(contract)
        if len(operation.get("tags", ())) != 1 or operation["tags"][0] not in explained
    }
    assert not untold, "one tag each, described in TAGS of asn_api/api.py"


def test_every_change_can_be_tried_without_effect(contract: dict[str, Any]) -> None:
    unable = [
        operation["operationId"]
        for methods in contract["paths"].values()
        for method, operation in methods.items()
        if method in ("put", "patch", "delete")
        and "validate_only" not in [each.get("name") for each in operation.get("parameters", ())]
    ]
    assert not unable


def test_the_file_is_current(contract: dict[str, Any]) -> None:
    if not FILE.exists():
        pytest.skip("openapi/openapi.json has not been written yet")
    assert json.loads(FILE.read_text("utf-8")) == contract, "run `make openapi`"


def test_nothing_breaks_against_the_committed_file(contract: dict[str, Any]) -> None:
    shown = subprocess.run(
        ["git", "show", "HEAD:openapi/openapi.json"], cwd=ROOT, capture_output=True, check=False
    )
    if shown.returncode:
        pytest.skip("no committed contract to compare with")
    assert breaking(json.loads(shown.stdout), contract) == []


OLD: dict[str, Any] = {
    "paths": {
        "/v1/units": {
            "post": {
                "operationId": "create_unit",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/UnitIn"}}}
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["name"],
                                    "properties": {"name": {"type": "string"}, "note": {"type": "string"}},
                                }
                            }
                        }
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "UnitIn": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "kind": {"type": "string", "enum": ["UNIT", "SCHOOL"]},
                    "parent": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
            }
        }
    },
}


def test_additions_break_nobody() -> None:
    new = copy.deepcopy(OLD)
    unit = new["components"]["schemas"]["UnitIn"]
    unit["properties"] |= {"zone": {"type": "string"}}
    unit["properties"]["kind"]["enum"].append("AGENCY")
    unit["required"] = []
    new["paths"]["/v1/units"]["get"] = {"operationId": "list_units", "responses": {}}
    assert breaking(OLD, new) == []
    assert breaking(OLD, OLD) == []


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (["paths"], {}, "POST /v1/units is gone"),
        (["paths", "/v1/units", "post", "parameters"], [], "parameter limit is gone"),
        (["paths", "/v1/units", "post", "parameters", 0, "required"], True, "limit became required"),
        (["paths", "/v1/units", "post", "requestBody", "required"], True, "a body became required"),
        (["paths", "/v1/units", "post", "responses"], {}, "200 is no longer answered"),
        (["components", "schemas", "UnitIn", "required"], ["name", "kind"], "kind became required"),
        (["components", "schemas", "UnitIn", "properties", "kind", "enum"], ["UNIT"], "no longer taken"),
        (
            ["components", "schemas", "UnitIn", "properties", "name"],
            {"type": "integer"},
            "became ['integer']",
        ),
        (
            ["components", "schemas", "UnitIn", "properties", "parent"],
            {"type": "string"},
            "became ['string']",
        ),
    ],
)
def test_what_breaks_callers_is_named(place: list[Any], value: Any, said: str) -> None:
    new = copy.deepcopy(OLD)
    target: Any = new
    for part in place[:-1]:
        target = target[part]
    target[place[-1]] = value
    assert any(said in each for each in breaking(OLD, new))


def test_a_field_that_vanishes_from_an_answer_is_named() -> None:
    new = copy.deepcopy(OLD)
    answer = new["paths"]["/v1/units"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    del answer["properties"]["note"]
    answer["required"] = []
    assert breaking(OLD, new) == [
        "POST /v1/units 200: field note is gone",
        "POST /v1/units 200: field name is no longer certain",
    ]
