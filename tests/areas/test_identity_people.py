"""Activation, reset, the own account and its second factor."""

import asyncio
import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from asn_api.rules.identity import AccountStatus
from asn_api.tables.identity import Account, OneTimeCode
from asn_api.tables.policies import Policy
from tests.areas.signing_in import PASSWORD, Clock, caller, credentials, give_password, journal, signed_in
from tests.conftest import NOW
from tests.factories import City

NEW_PASSWORD = "perahu kecil menuju seberang"


@pytest.fixture
def clock(app: FastAPI) -> Iterator[Clock]:
    before = app.state.clock
    app.state.clock = Clock(NOW)
    yield app.state.clock
    app.state.clock = before


async def make_pending(city: City, *names: str) -> None:
    async with city.database.sessions.begin() as db:
        for name in names:
            await db.execute(
                update(Account)
                .where(Account.id == city.accounts[name].id)
                .values(status=AccountStatus.PENDING)
            )


async def issue(city: City, who: str, purpose: str, *names: str, **target: Any) -> httpx.Response:
    asked = {"purpose": purpose, **(target or {"employee_ids": [str(city.id(name)) for name in names]})}
    async with city.call_as(who) as client:
        return await client.post("/v1/activation-codes", json=asked)


async def code_for(city: City, name: str, purpose: str = "ACTIVATION") -> str:
    answer = await issue(city, "admin", purpose, name)
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["data"][0]["code"]
    return code


async def activate(city: City, name: str, code: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    async with caller(city) as client:
        return await client.post(
            "/v1/activations", json={**credentials(city, name, password), "code": code, **more}
        )


async def test_a_code_activates_an_account_and_signs_in(city: City) -> None:
    await make_pending(city, "staff")
    answer = await activate(city, "staff", (await code_for(city, "staff")).lower().replace("-", " "))
    assert answer.status_code == 201
    async with caller(city, answer.json()["access_token"]) as client:
        assert (await client.get("/v1/me")).json()["employee"]["position"] == "Pelaksana staff"
    await signed_in(city, "staff")


async def test_a_code_works_once(city: City) -> None:
    await make_pending(city, "staff")
    code = await code_for(city, "staff")
    answers = await asyncio.gather(*(activate(city, "staff", code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401]


async def test_a_new_code_replaces_the_earlier_one(city: City) -> None:
    await make_pending(city, "staff")
    first, second = await code_for(city, "staff"), await code_for(city, "staff")
    assert (await activate(city, "staff", first)).json()["code"] == "ACTIVATION_FAILED"
    assert (await activate(city, "staff", second)).status_code == 201


async def test_a_code_dies_after_five_wrong_attempts(city: City, clock: Clock) -> None:
    await make_pending(city, "staff")
    code = await code_for(city, "staff")
    for _ in range(5):
        assert (await activate(city, "staff", "AAAAA-AAAAA")).status_code == 401
        clock.pass_by(minutes=1)
    assert (await activate(city, "staff", code)).json()["code"] == "ACTIVATION_FAILED"


async def test_a_code_expires(city: City, clock: Clock) -> None:
    await make_pending(city, "staff")
    code = await code_for(city, "staff")
    clock.pass_by(days=14)
    assert (await activate(city, "staff", code)).status_code == 401


async def test_activation_does_not_tell_whether_a_nip_exists(city: City) -> None:
    await make_pending(city, "staff")
    code = await code_for(city, "staff")
    bodies = set()
    for name, given in (("staff", "AAAAA-AAAAA"), ("colleague", code), ("staff", "x")):
        for nip in ({}, {"nip": "199901012020121999"}):
            answer = await activate(city, name, given, **nip)
            body = {key: value for key, value in answer.json().items() if key != "request_id"}
            bodies.add((answer.status_code, str(body)))
    assert len(bodies) == 1


async def test_a_bad_password_with_the_right_code_is_explained_and_costs_no_attempt(city: City) -> None:
    await make_pending(city, "staff")
    code = await code_for(city, "staff")
    for _ in range(6):
        answer = await activate(city, "staff", code, f"x{city.people['staff'].nip}x")
        assert (answer.status_code, answer.json()["code"]) == (422, "PASSWORD_REFUSED")
        assert answer.json()["errors"][0] == {
            "pointer": "/password",
            "code": "PASSWORD_PERSONAL",
            "message": answer.json()["errors"][0]["message"],
            "params": {},
        }
    assert (await activate(city, "staff", code)).status_code == 201


async def test_a_reset_sets_a_new_password_and_ends_all_sessions(city: City) -> None:
    await give_password(city, "staff")
    before = await signed_in(city, "staff")
    answer = await activate(city, "staff", await code_for(city, "staff", "PASSWORD_RESET"), NEW_PASSWORD)
    assert answer.status_code == 201
    async with caller(city) as client:
        gone = await client.post("/v1/sessions/refresh", json={"refresh_token": before["refresh_token"]})
        assert gone.json()["code"] == "REFRESH_INVALID"
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 401
    await signed_in(city, "staff", password=NEW_PASSWORD)


async def test_codes_are_given_only_where_they_fit(city: City) -> None:
    await make_pending(city, "staff")
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Account)
            .where(Account.id == city.accounts["chief"].id)
            .values(status=AccountStatus.DISABLED)
        )
    answer = (await issue(city, "admin", "ACTIVATION", "staff", "head", "chief", "admin")).json()
    assert [each["nip"] for each in answer["data"]] == [city.people["staff"].nip]
    refused = {each["employee_id"]: each["code"] for each in answer["refused"]}
    assert refused == {
        str(city.id("head")): "ACCOUNT_NOT_PENDING",
        str(city.id("chief")): "ACCOUNT_NOT_PENDING",
        str(city.id("admin")): "SELF_ADMINISTRATION",
    }


async def test_codes_for_a_branch_come_as_csv(city: City) -> None:
    await make_pending(city, "staff", "colleague", "other_staff")
    async with city.call_as("admin", Accept="text/csv") as client:
        asked = {"purpose": "ACTIVATION", "unit_id": str(city.units["health"].id)}
        answer = await client.post("/v1/activation-codes", json=asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["nip"] for row in rows} == {city.people["staff"].nip, city.people["colleague"].nip}
    (row,) = [row for row in rows if row["nip"] == city.people["staff"].nip]
    assert (await activate(city, "staff", row["code"])).status_code == 201


@pytest.mark.parametrize("target", [{"employee_ids": [], "unit_id": None}, {"unit_id": None}])
async def test_codes_need_exactly_one_target(city: City, target: dict[str, Any]) -> None:
    answer = await issue(city, "admin", "ACTIVATION", **target)
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")


async def test_a_changed_password_ends_the_other_sessions(city: City) -> None:
    await give_password(city, "staff")
    here, there = await signed_in(city, "staff"), await signed_in(city, "staff")
    async with caller(city, here["access_token"]) as client:
        wrong = {"current_password": "not this one", "new_password": NEW_PASSWORD}
        assert (await client.post("/v1/me/password", json=wrong)).json()["code"] == "CURRENT_PASSWORD_WRONG"
        weak = {"current_password": PASSWORD, "new_password": "password123"}
        answer = await client.post("/v1/me/password", json=weak)
        assert answer.json()["errors"][0]["pointer"] == "/new_password"
        right = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert (await client.post("/v1/me/password", json=right)).status_code == 204
        assert (await client.get("/v1/me")).status_code == 200
        gone = await client.post("/v1/sessions/refresh", json={"refresh_token": there["refresh_token"]})
        assert gone.json()["code"] == "REFRESH_INVALID"
    await signed_in(city, "staff", password=NEW_PASSWORD)


async def test_guessing_the_password_with_a_stolen_token_is_delayed(city: City) -> None:
    await give_password(city, "staff")
    async with caller(city, (await signed_in(city, "staff"))["access_token"]) as client:
        given = {"current_password": "not this one", "new_password": NEW_PASSWORD}
        codes = [(await client.post("/v1/me/password", json=given)).json()["code"] for _ in range(5)]
    assert codes == ["CURRENT_PASSWORD_WRONG"] * 4 + ["SIGN_IN_DELAYED"]


async def test_me_shows_account_roles_and_permissions(city: City) -> None:
    async with city.call_as("head") as client:
        shown = (await client.get("/v1/me")).json()
    assert shown["region"]["code"] == city.region.code
    assert shown["employee"]["unit_id"] == str(city.units["health"].id)
    assert shown["roles"][1] == {
        "role": "HEAD_OF_AGENCY",
        "unit_id": str(city.units["health"].id),
        "unit_name": "Health",
    }
    assert shown["permissions"]["activities:read"] == ["BRANCH", "OWN", "TEAM"]
    assert shown["otp"] == {"confirmed": False, "enrolment_required": False, "recovery_codes_left": 0}


async def enrol(city: City, clock: Clock, name: str) -> tuple[pyotp.TOTP, list[str], dict[str, Any]]:
    await give_password(city, name)
    signed = await signed_in(city, name)
    async with caller(city, signed["access_token"]) as client:
        started = (await client.post("/v1/me/totp")).json()
        app = pyotp.parse_uri(started["uri"])
        assert isinstance(app, pyotp.TOTP)
        assert (await client.post("/v1/me/totp/confirmation", json={"code": "000000"})).status_code == 422
        confirmed = await client.post("/v1/me/totp/confirmation", json={"code": app.at(clock.moment)})
    assert confirmed.status_code == 200, confirmed.text
    return app, confirmed.json()["recovery_codes"], signed


async def test_a_second_factor_is_asked_for_and_its_codes_work_once(city: City, clock: Clock) -> None:
    app, _, _ = await enrol(city, clock, "staff")
    async with caller(city) as client:

        async def attempt(**otp: str) -> tuple[int, str | None]:
            answer = await client.post("/v1/sessions", json=credentials(city, "staff", **otp))
            return answer.status_code, answer.json().get("code")

        assert await attempt() == (401, "OTP_REQUIRED")
        assert await attempt(otp=app.at(clock.moment)) == (401, "OTP_WRONG")
        clock.pass_by(seconds=30)
        assert (await attempt(otp=app.at(clock.moment)))[0] == 201
        assert await attempt(otp=app.at(clock.moment)) == (401, "OTP_WRONG")


async def test_a_code_that_is_being_used_elsewhere_is_waited_for_and_refused(
    city: City, clock: Clock
) -> None:
    app, _, _ = await enrol(city, clock, "staff")
    clock.pass_by(seconds=60)
    step = int(clock.moment.timestamp()) // 30
    async with caller(city) as client:
        async with city.database.sessions.begin() as db:
            mine = update(Account).where(Account.id == city.accounts["staff"].id)
            await db.execute(mine.values(totp_last_step=step))
            given = credentials(city, "staff", otp=app.at(clock.moment))
            waiting = asyncio.create_task(client.post("/v1/sessions", json=given))
            await asyncio.sleep(0.5)
            assert not waiting.done()
        assert (await waiting).json()["code"] == "OTP_WRONG"


async def test_a_recovery_code_works_once(city: City, clock: Clock) -> None:
    _, codes, _ = await enrol(city, clock, "staff")
    signed = await signed_in(city, "staff", otp=codes[0].lower())
    async with caller(city, signed["access_token"]) as client:
        assert (await client.get("/v1/me")).json()["otp"]["recovery_codes_left"] == 7
        again = await client.post("/v1/sessions", json=credentials(city, "staff", otp=codes[0]))
    assert again.json()["code"] == "OTP_WRONG"


async def test_wrong_second_factors_are_delayed_like_wrong_passwords(city: City, clock: Clock) -> None:
    await enrol(city, clock, "staff")
    async with caller(city) as client:
        given = credentials(city, "staff", otp="123456")
        codes = [(await client.post("/v1/sessions", json=given)).json()["code"] for _ in range(5)]
    assert codes == ["OTP_WRONG"] * 4 + ["SIGN_IN_DELAYED"]


async def test_a_role_that_needs_the_second_factor_is_closed_until_it_is_set_up(
    city: City, clock: Clock
) -> None:
    async with city.database.sessions.begin() as db:
        policy = await db.scalar(
            select(Policy).where(Policy.region_id == city.region.id, Policy.source == "test")
        )
        assert policy is not None
        policy.content = {**policy.content, "otp_required_roles": ["REGIONAL_ADMIN"]}
    await give_password(city, "admin")
    signed = await signed_in(city, "admin")
    assert signed["otp_enrolment_required"] is True
    async with caller(city, signed["access_token"]) as client:
        assert (await client.get("/v1/accounts")).json()["code"] == "OTP_ENROLMENT_REQUIRED"
        assert (await client.get("/v1/me")).json()["otp"]["enrolment_required"] is True
        app = pyotp.TOTP((await client.post("/v1/me/totp")).json()["secret"])
        await client.post("/v1/me/totp/confirmation", json={"code": app.at(clock.moment)})
        for _ in range(50):
            if (await client.get("/v1/accounts")).status_code == 200:
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("the session did not open")
    clock.pass_by(seconds=30)
    again = await signed_in(city, "admin", otp=app.at(clock.moment))
    assert again["otp_enrolment_required"] is False


async def test_a_reset_does_not_get_around_the_second_factor(city: City, clock: Clock) -> None:
    app, _, _ = await enrol(city, clock, "staff")
    code = await code_for(city, "staff", "PASSWORD_RESET")
    assert (await activate(city, "staff", code, NEW_PASSWORD)).json()["code"] == "OTP_REQUIRED"
    clock.pass_by(seconds=30)
    answer = await activate(city, "staff", code, NEW_PASSWORD, otp=app.at(clock.moment))
    assert answer.status_code == 201


async def test_the_second_factor_is_removed_with_password_and_code(city: City, clock: Clock) -> None:
    app, _, signed = await enrol(city, clock, "staff")
    clock.pass_by(seconds=30)
    async with caller(city, signed["access_token"]) as client:
        assert (await client.post("/v1/me/totp")).json()["code"] == "TOTP_ALREADY_CONFIRMED"
        good = app.at(clock.moment)
        wrong = {"password": "not this one", "code": good}
        assert (await client.post("/v1/me/totp/removal", json=wrong)).json()[
            "code"
        ] == "CURRENT_PASSWORD_WRONG"
        wrong = {"password": PASSWORD, "code": "123456"}
        assert (await client.post("/v1/me/totp/removal", json=wrong)).json()["code"] == "TOTP_CODE_WRONG"
        right = {"password": PASSWORD, "code": good}
        assert (await client.post("/v1/me/totp/removal", json=right)).status_code == 204
    await signed_in(city, "staff")


async def test_no_secret_ever_reaches_the_journal_or_the_tables(city: City, clock: Clock) -> None:
    await make_pending(city, "staff")
    code = await code_for(city, "staff")
    await activate(city, "staff", code)
    app, recovery, signed = await enrol(city, clock, "staff")
    entries = [str(entry.changes) for entry in await journal(city)]
    assert len(entries) > 5
    async with city.database.sessions() as db:
        account = await db.scalar(select(Account).where(Account.id == city.accounts["staff"].id))
        codes = await db.scalars(
            select(OneTimeCode).where(OneTimeCode.account_id == city.accounts["staff"].id)
        )
        assert account is not None
        stored = [str(account.__dict__), *(str(each.__dict__) for each in codes)]
    secrets = [PASSWORD, code, code.replace("-", ""), app.secret, *recovery, signed["refresh_token"]]
    for text in entries + stored:
        assert not [secret for secret in secrets if secret in text]
