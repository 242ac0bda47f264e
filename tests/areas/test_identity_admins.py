"""What admins do: accounts, roles, third parties; and accounts that follow the employees."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.identity.accounts import ensure_accounts
from asn_api.areas.identity.first_admin import first_admin
from asn_api.core.mapping import uuid7
from asn_api.core.settings import StartupError
from asn_api.rules.identity import AccountStatus, GrantedRole
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, RoleGrant, Session
from tests.areas.signing_in import (
    PASSWORD,
    caller,
    city_clients,
    credentials,
    give_password,
    journal,
    signed_in,
    until,
    version,
)
from tests.conftest import NOW
from tests.factories import City, make_city

TODAY = date(2026, 11, 20)


async def grant_directly(city: City, name: str, unit: str) -> None:
    async with city.database.sessions.begin() as db:
        db.add(
            RoleGrant(
                region_id=city.region.id,
                id=uuid7(),
                account_id=city.accounts[name].id,
                role=GrantedRole.REGIONAL_ADMIN,
                unit_id=city.units[unit].id,
                valid=Range(TODAY, None),
            )
        )


@pytest.fixture
async def branch_admin(city: City) -> str:
    """`head` becomes admin of the agency `health`."""
    await grant_directly(city, "head", "health")
    return "head"


OPERATIONS = [
    ("GET", "/v1/accounts", None),
    ("POST", "/v1/activation-codes", {"purpose": "ACTIVATION", "employee_ids": [str(uuid4())]}),
    ("GET", "/v1/role-grants", None),
    ("GET", "/v1/clients", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
@pytest.mark.parametrize("who", ["anonymous", "staff", "head", "partner", "admin"])
async def test_only_admins_administer(city: City, who: str, method: str, path: str, body: Any) -> None:
    async with city.call_as(who) as client:
        status = (await client.request(method, path, json=body)).status_code
    assert status == {"anonymous": 401, "admin": 201 if method == "POST" else 200}.get(who, 403)


async def test_accounts_are_listed_and_searched(city: City) -> None:
    async with city.call_as("admin") as client:
        everyone = (await client.get("/v1/accounts?count=exact&limit=3")).json()
        assert (everyone["page"]["total"], len(everyone["data"])) == (8, 3)
        following = (await client.get(f"/v1/accounts?limit=3&cursor={everyone['page']['next']}")).json()
        assert not {each["id"] for each in everyone["data"]} & {each["id"] for each in following["data"]}
        named = (await client.get("/v1/accounts?q=COLLEA")).json()["data"]
        numbered = (await client.get(f"/v1/accounts?q={city.people['staff'].nip}")).json()["data"]
        admins = (await client.get("/v1/accounts?role=REGIONAL_ADMIN&status=ACTIVE")).json()["data"]
    assert [each["login"] for each in named] == [city.people["colleague"].nip]
    assert [each["employee_id"] for each in numbered] == [str(city.id("staff"))]
    assert [each["roles"][0]["unit_name"] for each in admins] == [city.region.name]
    assert admins[0]["allowed_actions"] == [
        {"action": action, "refused": "SELF_ADMINISTRATION"}
        for action in ("DISABLE", "ENABLE", "REMOVE_TOTP")
    ]


async def test_a_branch_admin_reaches_only_his_branch(city: City, branch_admin: str) -> None:
    async with city.call_as(branch_admin) as client:
        logins = {each["login"] for each in (await client.get("/v1/accounts")).json()["data"]}
        assert logins == {
            city.people[name].nip for name in ("head", "chief", "supervisor", "staff", "colleague")
        }
        outside = city.accounts["other_staff"].id
        assert (await client.get(f"/v1/accounts/{outside}")).status_code == 404
        stop = await client.post(f"/v1/accounts/{outside}/disablement", headers={"If-Match": '"1"'})
        assert stop.status_code == 404
        asked = {"purpose": "PASSWORD_RESET", "employee_ids": [str(city.id("other_staff"))]}
        refused = (await client.post("/v1/activation-codes", json=asked)).json()["refused"]
        assert refused[0]["code"] == "NOT_FOUND"
        asked = {"purpose": "PASSWORD_RESET", "unit_id": str(city.units["root"].id)}
        assert (await client.post("/v1/activation-codes", json=asked)).status_code == 404


async def test_an_admin_cannot_take_over_one_with_a_wider_reach(city: City, branch_admin: str) -> None:
    await grant_directly(city, "staff", "root")
    async with city.call_as(branch_admin) as client:
        asked = {
            "purpose": "PASSWORD_RESET",
            "employee_ids": [str(city.id(name)) for name in ("staff", "colleague")],
        }
        answer = (await client.post("/v1/activation-codes", json=asked)).json()
        assert [each["code"] for each in answer["refused"]] == ["ACCOUNT_OUTRANKS"]
        assert [each["employee_id"] for each in answer["data"]] == [str(city.id("colleague"))]
        path = f"/v1/accounts/{city.accounts['staff'].id}"
        for action in ("disablement", "totp-removal"):
            answer = await client.post(f"{path}/{action}", headers=await version(client, path))
            assert (answer.status_code, answer.json()["code"]) == (403, "ACCOUNT_OUTRANKS")


async def test_an_admin_of_another_region_sees_nothing(city: City) -> None:
    other = await make_city(city.database, city.app, f"{city.region.code}-x")
    id = city.accounts["staff"].id
    async with other.call_as("admin") as client:
        logins = {each["login"] for each in (await client.get("/v1/accounts")).json()["data"]}
        assert city.people["staff"].nip not in logins
        assert (await client.get(f"/v1/accounts/{id}")).status_code == 404
        grant = {"account_id": str(id), "role": "REGIONAL_ADMIN", "unit_id": str(other.units["root"].id)}
        refused = await client.post("/v1/role-grants", json={**grant, "valid_from": "2026-11-20"})
        assert refused.status_code == 404
        asked = {"purpose": "PASSWORD_RESET", "employee_ids": [str(city.id("staff"))]}
        assert (await client.post("/v1/activation-codes", json=asked)).json()["data"] == []
        asked = {"purpose": "PASSWORD_RESET", "unit_id": str(city.units["ward"].id)}
        assert (await client.post("/v1/activation-codes", json=asked)).status_code == 404
        partner = (await city_clients(city))[0]["id"]
        assert (await client.get(f"/v1/clients/{partner}")).status_code == 404


async def test_a_disabled_account_stops_at_once_and_can_be_enabled(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    path = f"/v1/accounts/{city.accounts['staff'].id}"
    async with city.call_as("admin") as client, caller(city, signed["access_token"]) as staff:
        assert (await staff.get("/v1/me")).status_code == 200
        assert (await client.post(f"{path}/disablement")).status_code == 428
        before = await version(client, path)
        answer = await client.post(f"{path}/disablement", headers=before)
        assert (answer.status_code, answer.json()["status"]) == (200, "DISABLED")
        assert await until(staff, "/v1/me", 401)
        assert (await client.post(f"{path}/enablement", headers=before)).status_code == 412
        again = await client.post(f"{path}/disablement", headers={"If-Match": answer.headers["etag"]})
        assert again.json()["code"] == "ACCOUNT_ALREADY_DISABLED"
        enabled = await client.post(f"{path}/enablement", headers={"If-Match": answer.headers["etag"]})
        assert enabled.json()["status"] == "ACTIVE"
    await signed_in(city, "staff")
    actions = [entry.action for entry in await journal(city) if entry.entity == "account"]
    assert actions == ["DISABLE", "ENABLE"]


async def test_an_admin_cannot_disable_or_demote_himself(city: City) -> None:
    path = f"/v1/accounts/{city.accounts['admin'].id}"
    async with city.call_as("admin") as client:
        answer = await client.post(f"{path}/disablement", headers=await version(client, path))
        assert (answer.status_code, answer.json()["code"]) == (403, "SELF_ADMINISTRATION")
        (own,) = (await client.get("/v1/role-grants")).json()["data"]
        path = f"/v1/role-grants/{own['id']}"
        answer = await client.delete(path, headers=await version(client, path))
        assert (answer.status_code, answer.json()["code"]) == (403, "SELF_ADMINISTRATION")
        more = {"account_id": own["account_id"], "role": "REGIONAL_ADMIN", "valid_from": "2026-11-20"}
        answer = await client.post("/v1/role-grants", json={**more, "unit_id": str(city.units["works"].id)})
        assert answer.json()["code"] == "SELF_ADMINISTRATION"


async def test_a_granted_role_works_and_a_lost_one_stops_at_once(city: City) -> None:
    grant = {
        "id": str(uuid7()),
        "account_id": str(city.accounts["chief"].id),
        "role": "REGIONAL_ADMIN",
        "unit_id": str(city.units["clinic"].id),
        "valid_from": "2026-11-20",
        "valid_to": "2026-12-31",
    }
    async with city.call_as("admin") as client, city.call_as("chief") as chief:
        assert (await chief.get("/v1/accounts")).status_code == 403
        made = await client.post("/v1/role-grants", json=grant)
        assert (made.status_code, made.json()["valid_to"]) == (201, "2026-12-31")
        assert (await client.post("/v1/role-grants", json=grant)).json() == made.json()
        other = await client.post("/v1/role-grants", json={**grant, "valid_to": None})
        assert other.json()["code"] == "GRANT_ID_TAKEN"
        twice = await client.post("/v1/role-grants", json={**grant, "id": str(uuid7())})
        assert (twice.status_code, twice.json()["code"]) == (409, "ROLE_ALREADY_GRANTED")
        assert await until(chief, "/v1/accounts", 200)
        path = f"/v1/role-grants/{grant['id']}"
        assert (await client.delete(path)).status_code == 428
        assert (await client.delete(path, headers=await version(client, path))).status_code == 204
        assert await until(chief, "/v1/accounts", 403)


async def test_a_role_of_earlier_days_is_kept_with_its_end(city: City) -> None:
    await grant_directly(city, "chief", "clinic")
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(RoleGrant)
            .where(RoleGrant.account_id == city.accounts["chief"].id)
            .values(valid=Range(TODAY - timedelta(days=9), None))
        )
    async with city.call_as("admin") as client:
        found = (await client.get(f"/v1/role-grants?account_id={city.accounts['chief'].id}")).json()
        path = f"/v1/role-grants/{found['data'][0]['id']}"
        assert (await client.delete(path, headers=await version(client, path))).status_code == 204
        assert (await client.get(path)).json()["valid_to"] == "2026-11-19"
        assert (
            await client.get(f"/v1/role-grants?as_of=2026-11-20&account_id={city.accounts['chief'].id}")
        ).json()["data"] == []
        again = await client.delete(path, headers=await version(client, path))
        assert again.json()["code"] == "GRANT_ENDED"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"valid_from": "2026-11-19"}, 422, "GRANT_IN_PAST"),
        ({"valid_to": "2026-11-19"}, 422, "GRANT_PERIOD_EMPTY"),
        ({"unit": "works"}, 404, "NOT_FOUND"),
        ({"unit": "root"}, 404, "NOT_FOUND"),
        ({"account": "other_staff"}, 404, "NOT_FOUND"),
        ({"role": "HEAD_OF_AGENCY"}, 422, "REQUEST_INVALID"),
        ({"valid_to": "9999-12-31"}, 201, None),
    ],
)
async def test_a_role_is_granted_within_reach_and_never_backdated(
    city: City, branch_admin: str, change: dict[str, str], status: int, code: str | None
) -> None:
    given = {
        "account_id": str(city.accounts[change.get("account", "staff")].id),
        "unit_id": str(city.units[change.get("unit", "ward")].id),
        "role": "REGIONAL_ADMIN",
        "valid_from": "2026-11-20",
        **{name: value for name, value in change.items() if name not in ("unit", "account")},
    }
    async with city.call_as(branch_admin) as client:
        answer = await client.post("/v1/role-grants", json=given)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


async def test_accounts_follow_the_employees(city: City) -> None:
    await give_password(city, "chief")
    signed = await signed_in(city, "chief")
    ids = {name: city.id(name) for name in ("staff", "colleague", "chief", "head")}
    nips = {name: city.people[name].nip for name in ids}
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Session).where(Session.account_id == city.accounts["head"].id).values(device="x")
        )
        for name in ("staff", "colleague"):
            await db.execute(update(Employee).where(Employee.id == ids[name]).values(nip=f"moving {name}"))
        await db.execute(update(Employee).where(Employee.id == ids["staff"]).values(nip=nips["colleague"]))
        await db.execute(update(Employee).where(Employee.id == ids["colleague"]).values(nip=nips["staff"]))
        await db.execute(update(Employee).where(Employee.id == ids["chief"]).values(active=False))
        newcomer = await another_employee(city)
        db.add(newcomer)
        await ensure_accounts(db, city.region.id, [*ids.values(), newcomer.id])
    async with city.database.sessions() as db:
        rows = await db.scalars(select(Account).where(Account.region_id == city.region.id))
        accounts = {account.employee_id: account for account in rows}
    assert accounts[ids["staff"]].login == nips["colleague"]
    assert accounts[ids["colleague"]].login == nips["staff"]
    assert accounts[ids["chief"]].status is AccountStatus.DISABLED
    assert accounts[newcomer.id].status is AccountStatus.PENDING
    assert accounts[newcomer.id].login == newcomer.nip
    assert accounts[ids["head"]].version == 1
    async with caller(city, signed["access_token"]) as client:
        assert await until(client, "/v1/me", 401)
    happened = [(entry.action, entry.changes) for entry in await journal(city) if entry.entity == "account"]
    assert ("FOLLOW_EMPLOYEE", {"status": ["ACTIVE", "DISABLED"]}) in happened
    async with city.database.sessions.begin() as db:
        await ensure_accounts(db, city.region.id, [*ids.values(), newcomer.id])
    assert len([entry for entry in await journal(city) if entry.entity == "account"]) == len(happened)


async def another_employee(city: City) -> Employee:
    like = city.people["staff"]
    return Employee(
        region_id=city.region.id,
        id=uuid7(),
        nip="199001012015011777",
        name="BARU",
        sort_name="baru",
        birth_date=like.birth_date,
        sex=like.sex,
        employment=like.employment,
        legal_standing_code="01",
        active=True,
        raw={},
    )


async def test_the_first_admin_signs_in_with_the_printed_code(city: City) -> None:
    async with city.database.sessions.begin() as db:
        code = await first_admin(db, city.app.state.keyring, NOW, city.region.code, "admin-kota", None)
    given = {**credentials(city, "staff", nip="Admin-Kota"), "code": code}
    async with caller(city) as client:
        answer = await client.post("/v1/activations", json=given)
        assert answer.status_code == 201, answer.text
        assert answer.json()["me"]["roles"] == ["REGIONAL_ADMIN"]
    async with caller(city, answer.json()["access_token"]) as client:
        assert (await client.get("/v1/accounts")).status_code == 200
        assert (await client.get("/v1/me")).json()["employee"] is None
    async with city.database.sessions.begin() as db:
        again = await first_admin(db, city.app.state.keyring, NOW, city.region.code, "admin-kota", None)
    assert again != code
    async with caller(city) as client:
        new = {**given, "code": again, "password": PASSWORD + " baru"}
        assert (await client.post("/v1/activations", json=new)).status_code == 201


@pytest.mark.parametrize(
    ("region", "login", "nip"),
    [("kota-nirwana", "admin-kota", None), (None, "123", None), (None, None, None), (None, None, "1")],
)
async def test_the_first_admin_needs_a_region_and_a_name(
    city: City, region: str | None, login: str | None, nip: str | None
) -> None:
    with pytest.raises(StartupError):
        async with city.database.sessions.begin() as db:
            await first_admin(db, city.app.state.keyring, NOW, region or city.region.code, login, nip)
