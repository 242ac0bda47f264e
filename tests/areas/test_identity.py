"""Signing in, refreshing, sessions."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from asn_api.areas.identity import refresh_tokens
from asn_api.core import tokens
from asn_api.core.crypto import Keyring, digest
from asn_api.core.settings import parse_keys
from asn_api.rules.identity import ADDRESS_ALLOWANCE, AccountStatus
from asn_api.tables.identity import Account, Session, SignInFailure
from tests.areas.signing_in import PASSWORD, Clock, caller, credentials, give_password, journal, signed_in
from tests.conftest import NOW
from tests.factories import City


@pytest.fixture
def clock(app: FastAPI) -> Iterator[Clock]:
    before = app.state.clock
    app.state.clock = Clock(NOW)
    yield app.state.clock
    app.state.clock = before


async def refreshed(city: City, token: str) -> httpx.Response:
    async with caller(city) as client:
        return await client.post("/v1/sessions/refresh", json={"refresh_token": token})


async def me(city: City, token: str) -> int:
    async with caller(city, token) as client:
        return (await client.get("/v1/me")).status_code


async def stops_working(city: City, token: str) -> bool:
    """Within a second, as every process hears of it by notification."""
    for _ in range(50):
        if await me(city, token) == 401:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_signing_in_gives_tokens_that_work(city: City) -> None:
    await give_password(city, "head")
    signed = await signed_in(city, "head")
    assert signed["me"]["roles"] == ["EMPLOYEE", "HEAD_OF_AGENCY"]
    assert signed["expires_in"] == 900
    async with caller(city) as client:
        published = (await client.get("/.well-known/jwks.json")).json()["keys"]
    settings = city.app.state.settings
    claims = tokens.verify(
        signed["access_token"],
        tokens.public_keys(published),
        issuer=settings.issuer,
        audience=settings.audience,
        now=NOW,
    )
    assert claims.region == str(city.region.id)
    assert tokens.Held("HEAD_OF_AGENCY", str(city.units["health"].id)) in claims.roles
    assert {"me", "activities:read"} <= claims.scope
    assert "accounts:manage" not in claims.scope
    assert await me(city, signed["access_token"]) == 200


async def test_a_nip_typed_in_groups_is_understood(city: City) -> None:
    await give_password(city, "staff")
    nip = city.people["staff"].nip
    await signed_in(city, "staff", nip=f"{nip[:8]} {nip[8:14]} {nip[14:]}")


async def test_every_failed_sign_in_gets_the_same_answer(city: City) -> None:
    for name in ("staff", "colleague", "chief"):
        await give_password(city, name)
    async with city.database.sessions.begin() as db:
        for name, status in (("colleague", AccountStatus.DISABLED), ("chief", AccountStatus.PENDING)):
            await db.execute(
                update(Account).where(Account.id == city.accounts[name].id).values(status=status)
            )
    asked = [
        credentials(city, "staff", "not the password"),
        credentials(city, "staff", nip="199901012020121999"),
        credentials(city, "colleague"),
        credentials(city, "chief"),
        credentials(city, "supervisor"),
    ]
    answers = []
    for given in asked:
        async with caller(city) as client:
            answer = await client.post("/v1/sessions", json=given, headers={"X-Request-Id": "the-same-one"})
        answers.append((answer.status_code, answer.content))
    assert answers[0][0] == 401
    assert b"SIGN_IN_FAILED" in answers[0][1]
    assert len(set(answers)) == 1


async def test_the_region_must_be_named_when_there_is_no_default(city: City) -> None:
    async with caller(city) as client:
        given = credentials(city, "staff")
        missing = await client.post("/v1/sessions", json={**given, "region": None})
        unknown = await client.post("/v1/sessions", json={**given, "region": "kota-nirwana"})
    assert (missing.status_code, missing.json()["code"]) == (422, "REGION_REQUIRED")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "REGION_UNKNOWN")


@pytest.mark.parametrize("known", [True, False])
async def test_failures_are_delayed_longer_and_longer(city: City, clock: Clock, known: bool) -> None:
    await give_password(city, "staff")
    wrong = credentials(city, "staff", "not the password")
    if not known:
        wrong["nip"] = "199901012020121999"
    waits = []
    for _ in range(8):
        async with caller(city) as client:
            answer = await client.post("/v1/sessions", json=wrong)
            if answer.status_code == 429:
                assert answer.json()["code"] == "SIGN_IN_DELAYED"
                waits.append(int(answer.headers["retry-after"]))
                clock.pass_by(seconds=waits[-1])
                answer = await client.post("/v1/sessions", json=wrong)
        assert answer.status_code == 401
    assert waits == [5, 15, 30, 60]


async def test_the_right_password_waits_too_and_then_clears_the_count(city: City, clock: Clock) -> None:
    await give_password(city, "staff")
    async with caller(city) as client:
        for _ in range(4):
            await client.post("/v1/sessions", json=credentials(city, "staff", "not the password"))
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 429
        clock.pass_by(seconds=5)
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 201
        for _ in range(3):
            wrong = credentials(city, "staff", "not the password")
            assert (await client.post("/v1/sessions", json=wrong)).status_code == 401
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 201


async def test_parallel_guesses_do_not_slip_past_the_delay(city: City) -> None:
    await give_password(city, "staff")

    async def guess(number: int) -> int:
        async with caller(city) as client:
            given = credentials(city, "staff", f"guess number {number}")
            return (await client.post("/v1/sessions", json=given)).status_code

    statuses = await asyncio.gather(*(guess(number) for number in range(12)))
    assert sorted(statuses) == [401] * 4 + [429] * 8


async def test_an_address_is_delayed_only_after_very_many_failures(city: City, clock: Clock) -> None:
    await give_password(city, "staff")
    address = f"office-{city.region.code}"
    desk_key = city.app.state.keyring.blind_index(address, "sign_in_failures.address")
    async with caller(city, address=address) as client:
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 201
        async with city.database.sessions.begin() as db:
            stored = await db.get_one(SignInFailure, desk_key)
            assert stored.failures == 0
            stored.failures = ADDRESS_ALLOWANCE + 3
        wrong = credentials(city, "staff", nip="199901012020121999")
        assert (await client.post("/v1/sessions", json=wrong)).status_code == 401
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 429
    async with caller(city) as elsewhere:
        assert (await elsewhere.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 201
    clock.pass_by(hours=1)
    async with caller(city, address=address) as client:
        assert (await client.post("/v1/sessions", json=wrong)).status_code == 401
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 201


async def test_a_dry_run_of_signing_in_opens_no_session_and_counts_failures(city: City) -> None:
    await give_password(city, "staff")
    async with caller(city) as client:
        dry = await client.post("/v1/sessions?validate_only=true", json=credentials(city, "staff"))
        assert dry.status_code == 201
        assert await me(city, dry.json()["access_token"]) == 401
        for _ in range(4):
            wrong = credentials(city, "staff", "not the password")
            await client.post("/v1/sessions?validate_only=true", json=wrong)
        assert (await client.post("/v1/sessions", json=credentials(city, "staff"))).status_code == 429


async def test_a_password_hashed_with_other_parameters_is_hashed_anew(city: City) -> None:
    from asn_api.core.passwords import Passwords

    older = Passwords(16, 1, 1, 1)
    hashed = await older.hash(PASSWORD)
    older.close()
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Account).where(Account.id == city.accounts["staff"].id).values(password_hash=hashed)
        )
    await signed_in(city, "staff")
    async with city.database.sessions() as db:
        stored = await db.scalar(select(Account.password_hash).where(Account.id == city.accounts["staff"].id))
    assert stored is not None
    assert "m=8," in stored
    await signed_in(city, "staff")


async def test_a_refresh_token_gives_new_tokens_and_its_repetition_the_same_successor(
    city: City, clock: Clock
) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    clock.pass_by(days=20)
    first = await refreshed(city, signed["refresh_token"])
    assert first.status_code == 200
    clock.pass_by(minutes=9, seconds=59)
    again = await refreshed(city, signed["refresh_token"])
    assert again.json()["refresh_token"] == first.json()["refresh_token"] != signed["refresh_token"]
    clock.pass_by(days=20)
    assert (await refreshed(city, first.json()["refresh_token"])).status_code == 200


async def test_a_repetition_after_the_grace_window_ends_the_session(city: City, clock: Clock) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    other = await signed_in(city, "staff")
    following = (await refreshed(city, signed["refresh_token"])).json()
    assert await me(city, following["access_token"]) == 200
    clock.pass_by(minutes=10)
    late = await refreshed(city, signed["refresh_token"])
    assert (late.status_code, late.json()["code"]) == (401, "REFRESH_REUSED")
    assert (await refreshed(city, following["refresh_token"])).json()["code"] == "REFRESH_INVALID"
    assert await stops_working(city, following["access_token"])
    assert await me(city, other["access_token"]) == 200
    assert "REUSE" in [entry.action for entry in await journal(city)]


async def test_a_token_before_the_previous_one_ends_the_session_even_at_once(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    second = (await refreshed(city, signed["refresh_token"])).json()
    await refreshed(city, second["refresh_token"])
    assert (await refreshed(city, signed["refresh_token"])).json()["code"] == "REFRESH_REUSED"


async def test_a_made_up_token_with_a_real_session_id_ends_nothing(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    ids = refresh_tokens.ids(signed["refresh_token"])
    assert ids is not None
    forged = refresh_tokens.first(Keyring({9: b"x" * 32}), *ids)
    for token in (forged, "x", "a" * 107, "é" * 20, signed["refresh_token"][:-2]):
        assert (await refreshed(city, token)).json()["code"] == "REFRESH_INVALID", token
    assert (await refreshed(city, signed["refresh_token"])).status_code == 200


async def test_a_repetition_after_a_key_rotation_still_finds_its_successor(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    first = (await refreshed(city, signed["refresh_token"])).json()
    state = city.app.state
    before = state.keyring
    old = parse_keys(state.settings.encryption_keys.get_secret_value())
    try:
        state.keyring = Keyring({2: b"n" * 32, **old})
        again = (await refreshed(city, signed["refresh_token"])).json()
        assert again["refresh_token"] == first["refresh_token"]
        newest = await refreshed(city, first["refresh_token"])
        assert newest.status_code == 200
        assert (await refreshed(city, newest.json()["refresh_token"])).status_code == 200
    finally:
        state.keyring = before


async def test_twelve_refreshes_at_once_get_the_same_successor(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    answers = await asyncio.gather(*(refreshed(city, signed["refresh_token"]) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert (await refreshed(city, successor)).status_code == 200


async def test_a_refresh_waits_for_a_revocation_that_is_under_way(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Session).where(Session.id == UUID(signed["session_id"])).values(revoked_at=NOW)
        )
        waiting = asyncio.create_task(refreshed(city, signed["refresh_token"]))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert (await waiting).json()["code"] == "REFRESH_INVALID"


async def test_only_hashes_of_refresh_tokens_are_kept(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    async with city.database.sessions() as db:
        stored = await db.get_one(Session, (city.region.id, signed["session_id"]))
    assert stored.refresh_hash == digest(signed["refresh_token"])


async def test_a_disabled_account_cannot_refresh(city: City) -> None:
    await give_password(city, "staff")
    signed = await signed_in(city, "staff")
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Account)
            .where(Account.id == city.accounts["staff"].id)
            .values(status=AccountStatus.DISABLED)
        )
    assert (await refreshed(city, signed["refresh_token"])).json()["code"] == "REFRESH_INVALID"


async def test_own_sessions_are_listed_and_signed_out_one_by_one(city: City) -> None:
    await give_password(city, "staff")
    phone = await signed_in(city, "staff", device="Telepon")
    laptop = await signed_in(city, "staff", device="Laptop")
    async with caller(city, phone["access_token"]) as client:
        listed = (await client.get("/v1/sessions")).json()["data"]
        shown: list[Any] = [(each["device"], each["current"]) for each in listed]
        assert shown == [("Laptop", False), ("Telepon", True), ("test", False)]
        assert (await client.delete(f"/v1/sessions/{laptop['session_id']}")).status_code == 204
        assert (await client.delete(f"/v1/sessions/{laptop['session_id']}")).status_code == 404
        assert await stops_working(city, laptop["access_token"])
        assert (await refreshed(city, laptop["refresh_token"])).json()["code"] == "REFRESH_INVALID"
        assert (await client.delete(f"/v1/sessions/{phone['session_id']}")).status_code == 204
    assert await stops_working(city, phone["access_token"])


async def test_signing_out_everywhere_else_keeps_this_session(city: City) -> None:
    await give_password(city, "staff")
    here, there = await signed_in(city, "staff"), await signed_in(city, "staff")
    assert await me(city, there["access_token"]) == 200
    async with caller(city, here["access_token"]) as client:
        assert (await client.delete("/v1/sessions")).status_code == 204
    assert await stops_working(city, there["access_token"])
    assert await me(city, here["access_token"]) == 200


async def test_nobody_ends_the_session_of_another(city: City) -> None:
    await give_password(city, "colleague")
    signed = await signed_in(city, "colleague")
    for name in ("staff", "admin"):
        async with city.call_as(name) as client:
            assert (await client.delete(f"/v1/sessions/{signed['session_id']}")).status_code == 404
    assert await me(city, signed["access_token"]) == 200


async def test_public_keys_are_cacheable_and_private_parts_never_shown(city: City) -> None:
    async with caller(city) as client:
        answer = await client.get("/.well-known/jwks.json")
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert all("d" not in key for key in answer.json()["keys"])
        again = await client.get("/.well-known/jwks.json", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert metadata["issuer"] == city.app.state.settings.issuer
    assert metadata["token_endpoint"].endswith("/v1/oauth/token")
