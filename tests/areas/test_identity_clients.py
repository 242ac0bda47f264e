"""Third parties: registration, tokens by client credentials, revocation."""

import base64
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.areas.signing_in import caller, city_clients, journal, until, version
from tests.factories import City


async def register(city: City, **change: Any) -> httpx.Response:
    given = {
        "name": "Dasbor Kota",
        "unit_id": str(city.units["health"].id),
        "scopes": ["employees:read", "units:read"],
        **change,
    }
    async with city.call_as("admin") as client:
        return await client.post("/v1/clients", json=given)


async def token(city: City, basic: tuple[str, str] | None = None, **form: str) -> httpx.Response:
    headers = {}
    if basic is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    async with caller(city) as client:
        return await client.post(
            "/v1/oauth/token", data={"grant_type": "client_credentials", **form}, headers=headers
        )


async def test_a_third_party_gets_tokens_for_its_own_node(city: City) -> None:
    made = (await register(city)).json()
    assert made["client_id"] == f"{city.region.code}.{made['id']}"
    by_form = await token(city, client_id=made["client_id"], client_secret=made["client_secret"])
    assert by_form.json()["scope"] == "employees:read units:read"
    by_basic = await token(city, (made["client_id"], made["client_secret"]), scope="units:read")
    assert by_basic.json()["scope"] == "units:read"
    async with caller(city, by_form.json()["access_token"]) as client:
        assert (await client.get("/v1/me")).json()["code"] == "PERMISSION_MISSING"
        people = (await client.get("/v1/employees")).json()["data"]
        assert {each["id"] for each in people} == {
            str(city.id(name)) for name in ("head", "chief", "supervisor", "staff", "colleague")
        }
    async with caller(city, by_basic.json()["access_token"]) as client:
        assert (await client.get("/v1/employees")).json()["code"] == "PERMISSION_MISSING"


async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(city: City) -> None:
    made = (await register(city)).json()
    code = city.region.code
    for id in (
        made["client_id"],
        f"{code}.{uuid4()}",
        f"kota-lain.{made['id']}",
        "x",
        "\0.x",
        f"\0.{made['id']}",
    ):
        answer = await token(city, client_id=id, client_secret="wrong")
        assert (answer.status_code, answer.json()["code"]) == (401, "OAUTH_INVALID_CLIENT"), id
        assert answer.json()["error"] == "invalid_client"
        assert answer.json()["params"] == {"error": "invalid_client"}
        assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": "password"}, "OAUTH_UNSUPPORTED_GRANT_TYPE"),
        ({"scope": "days:read"}, "OAUTH_INVALID_SCOPE"),
        ({"client_secret": ""}, "OAUTH_INVALID_CLIENT"),
    ],
)
async def test_token_requests_are_refused_as_the_standard_names_it(
    city: City, form: dict[str, str], code: str
) -> None:
    made = (await register(city)).json()
    given = {"client_id": made["client_id"], "client_secret": made["client_secret"], **form}
    assert (await token(city, **given)).json()["code"] in (code, "OAUTH_INVALID_REQUEST")


async def test_credentials_must_come_once(city: City) -> None:
    made = (await register(city)).json()
    twice = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    assert (await token(city, (twice["client_id"], twice["client_secret"]), **twice)).status_code == 400
    assert (await token(city)).json()["code"] == "OAUTH_INVALID_REQUEST"


async def test_a_third_party_gets_only_permissions_meant_for_it(city: City) -> None:
    answer = await register(city, scopes=["units:read", "accounts:manage"])
    assert answer.json()["code"] == "SCOPE_NOT_FOR_CLIENTS"
    assert answer.json()["errors"][0]["pointer"] == "/scopes/1"


async def test_a_secret_is_replaced_and_a_client_revoked(city: City) -> None:
    made = await register(city)
    path, client_id = f"/v1/clients/{made.json()['id']}", made.json()["client_id"]
    access = (await token(city, client_id=client_id, client_secret=made.json()["client_secret"])).json()
    async with city.call_as("admin") as client, caller(city, access["access_token"]) as partner:
        assert (await partner.get("/v1/employees")).status_code == 200
        stale = {"If-Match": '"99"'}
        assert (await client.post(f"{path}/secret", headers=stale)).status_code == 412
        fresh = await client.post(f"{path}/secret", headers={"If-Match": made.headers["etag"]})
        old = await token(city, client_id=client_id, client_secret=made.json()["client_secret"])
        assert old.status_code == 401
        new = await token(city, client_id=client_id, client_secret=fresh.json()["client_secret"])
        assert new.status_code == 200
        gone = await client.delete(path, headers={"If-Match": fresh.headers["etag"]})
        assert gone.status_code == 204
        assert await until(partner, "/v1/employees", 401)
        assert (await client.delete(path, headers=await version(client, path))).json()[
            "code"
        ] == "CLIENT_REVOKED"
    last = await token(city, client_id=client_id, client_secret=fresh.json()["client_secret"])
    assert last.status_code == 401


async def test_client_secrets_stay_out_of_lists_and_journal(city: City) -> None:
    made = (await register(city)).json()
    assert "client_secret" not in (await city_clients(city))[0]
    assert not [entry for entry in await journal(city) if made["client_secret"] in str(entry.changes)]
