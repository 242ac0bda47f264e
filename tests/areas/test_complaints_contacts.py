"""Addresses of reporters checked by a code, over a real SMTP server; and never at the cost of a complaint."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, text

from asn_api.areas.complaints import jobs
from asn_api.core.jobs import Means
from asn_api.core.settings import Settings, StartupError
from asn_api.tables.complaints import ComplaintContactCode, ComplaintReporter
from asn_api.tables.policies import Policy
from tests.areas.complaining import HOLE, coordinator, known, ok
from tests.areas.mailing import Inbox, inbox
from tests.factories import City

ANI = {"name": "Ani Contoh", "email": "Ani@contoh.id"}
CODES = "/v1/public/complaints/contact-codes"


@pytest.fixture
async def post_office(city: City, app: FastAPI) -> AsyncIterator[Inbox]:
    before = app.state.settings
    async with inbox() as kept:
        app.state.settings = before.model_copy(
            update={"smtp_url": SecretStr(kept.url), "smtp_from": "no-reply@kota.go.id"}
        )
        yield kept
        app.state.settings = before


async def asked(city: City, email: str = "ani@contoh.id", **query: str) -> httpx.Response:
    async with city.call_as("anonymous") as client:
        body = {"region": city.region.code, "email": email}
        return await client.post(CODES, json=body, params=query)


async def complain(city: City, code: str | None = None, **given: Any) -> tuple[int, dict[str, Any]]:
    body = {**HOLE, "region": city.region.code, "reporter": ANI, **given}
    async with city.call_as("anonymous") as client:
        answer = await client.post(
            "/v1/public/complaints", json=body if code is None else {**body, "contact_code": code}
        )
    return answer.status_code, answer.json()


async def policy_is(city: City, **changes: object) -> None:
    async with city.database.sessions() as db, db.begin():
        row = await db.scalar(
            select(Policy).where(Policy.region_id == city.region.id, Policy.area == "complaints")
        )
        assert row is not None
        row.content = {**row.content, **changes}


async def categories(city: City) -> dict[str, Any]:
    async with city.call_as("anonymous") as client:
        params = {"region": city.region.code}
        return ok(await client.get("/v1/public/complaint-categories", params=params))


def faults(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


WRONG = [("/contact_code", "COMPLAINT_CONTACT_CODE_WRONG")]


async def test_a_code_by_mail_marks_the_reporter(city: City, post_office: Inbox) -> None:
    await coordinator(city)
    answer = await asked(city)
    assert (answer.status_code, answer.json()) == (202, {"minutes": 15})
    ((sender, recipients, message),) = post_office.envelopes
    assert (sender, recipients) == ("no-reply@kota.go.id", ["ani@contoh.id"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert post_office.code() not in message["Subject"]
    # However the address is written.
    status, receipt = await complain(city, post_office.code())
    assert (status, receipt["contact_verified"]) == (201, True)
    id = await known(city, receipt)
    async with city.call_as("coordinator") as client:
        told = ok(await client.post(f"/v1/complaints/{id}/reporter", json={"reason": "Perlu"}))
    assert (told["email"], told["contact_verified"]) == ("Ani@contoh.id", True)


async def test_a_code_is_good_once_and_only_for_its_address(city: City, post_office: Inbox) -> None:
    await asked(city)
    code = post_office.code()
    status, problem = await complain(city, code, reporter={**ANI, "email": "budi@contoh.id"})
    assert (status, faults(problem)) == (422, WRONG)
    assert (await complain(city, code))[0] == 201
    status, problem = await complain(city, code)
    assert (status, faults(problem)) == (422, WRONG)


async def test_a_newer_code_takes_the_place_of_the_one_before(city: City, post_office: Inbox) -> None:
    await asked(city)
    first = post_office.code()
    await asked(city)
    assert len(post_office.envelopes) == 2
    if first != post_office.code():
        assert (await complain(city, first))[0] == 422
    assert (await complain(city, post_office.code()))[0] == 201


async def test_sent_again_with_its_key_the_used_code_does_no_harm(city: City, post_office: Inbox) -> None:
    await asked(city)
    given = {"key": str(uuid4())}
    first = await complain(city, post_office.code(), **given)
    again = await complain(city, post_office.code(), **given)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert again[1]["contact_verified"] is True


async def test_four_sendings_at_once_are_one_complaint(city: City, post_office: Inbox) -> None:
    await asked(city)
    key, code = str(uuid4()), post_office.code()
    answers = await asyncio.gather(*[complain(city, code, key=key) for _ in range(4)])
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert len({receipt["code"] for _, receipt in answers}) == 1


async def test_guessing_ends_after_five_attempts(city: City, post_office: Inbox) -> None:
    await asked(city)
    code = post_office.code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        assert (await complain(city, wrong))[0] == 422
    status, problem = await complain(city, code)
    assert (status, faults(problem)) == (422, WRONG)


async def test_four_wrong_ones_leave_the_right_one_good(city: City, post_office: Inbox) -> None:
    await asked(city)
    code = post_office.code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    await asyncio.gather(*[complain(city, wrong) for _ in range(4)])
    assert (await complain(city, code))[0] == 201


async def test_a_code_grows_old(city: City, post_office: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    await asked(city)
    later = city.now + timedelta(minutes=15)
    clock = city.app.state.clock
    city.app.state.clock = lambda: later
    try:
        assert (await complain(city, post_office.code()))[0] == 422
    finally:
        city.app.state.clock = clock


async def test_asking_again_and_again_has_to_wait_for_that_contact_alone(
    city: City, post_office: Inbox
) -> None:
    answers = [(await asked(city)) for _ in range(6)]
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) > 0
    assert len(post_office.envelopes) == len(answers) - len(refused)
    assert (await asked(city, "ANI@contoh.id")).status_code == 429
    assert (await asked(city, "lain@contoh.id")).status_code == 202


async def test_who_uses_his_codes_never_waits(city: City, post_office: Inbox) -> None:
    for _ in range(8):
        assert (await asked(city)).status_code == 202
        assert (await complain(city, post_office.code()))[0] == 201


async def test_the_answer_does_not_tell_whether_the_address_exists(city: City, post_office: Inbox) -> None:
    good = await asked(city)
    post_office.refusal = "550 no such user"
    unknown = await asked(city, "siapa@contoh.id")
    assert (unknown.status_code, unknown.json()) == (good.status_code, good.json())


async def test_a_server_that_is_down_costs_no_complaint(city: City, post_office: Inbox) -> None:
    post_office.refusal = "421 shutting down"
    city.app.state.settings = city.app.state.settings.model_copy(
        update={"smtp_url": SecretStr("smtp://127.0.0.1:1")}
    )
    for _ in range(6):
        # Each time at once: nobody waits for what is not his fault.
        answer = await asked(city)
        assert (answer.status_code, answer.json()["code"]) == (503, "MAIL_UNREACHABLE")
        assert int(answer.headers["retry-after"]) > 0
    status, receipt = await complain(city)
    assert (status, receipt["contact_verified"]) == (201, False)


async def test_a_server_that_hangs_is_given_up(
    city: City, post_office: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asn_api.core.mail.SECONDS", 0.3)
    post_office.silent = True
    assert (await asked(city)).status_code == 503


async def test_where_it_is_required_an_address_needs_its_code(city: City, post_office: Inbox) -> None:
    assert [(await categories(city))[name] for name in ("contact_check", "contact_check_required")] == [
        True,
        False,
    ]
    await policy_is(city, contact_check_required=True)
    assert (await categories(city))["contact_check_required"] is True
    status, problem = await complain(city)
    assert (status, faults(problem)) == (422, [("/contact_code", "COMPLAINT_CONTACT_CODE_REQUIRED")])
    # By phone or without a name it goes on as before.
    assert (await complain(city, reporter={"name": "Ani", "phone": "08120000999"}))[0] == 201
    assert (await complain(city, reporter=None, anonymous=True))[0] == 201
    await asked(city)
    given = {"key": str(uuid4())}
    first = await complain(city, post_office.code(), **given)
    assert first[0] == 201
    assert (await complain(city, **given))[0] == 200


async def test_without_a_server_there_is_no_check_and_it_says_so(city: City) -> None:
    await policy_is(city, contact_check_required=True)
    found = await categories(city)
    assert (found["contact_check"], found["contact_check_required"]) == (False, False)
    answer = await asked(city)
    assert (answer.status_code, answer.json()["code"]) == (409, "COMPLAINT_CONTACT_CHECK_OFF")
    status, receipt = await complain(city, "123456")
    assert (status, receipt["contact_verified"]) == (201, False)


async def test_neither_address_nor_code_lies_open_and_old_ones_are_forgotten(
    city: City, post_office: Inbox
) -> None:
    await asked(city)
    async with city.database.sessions() as db:
        statement = text("select to_jsonb(c)::text from complaint_contact_codes c where region_id = :r")
        stored = str((await db.execute(statement, {"r": city.region.id})).all())
    assert stored != "[]"
    assert "ani" not in stored.casefold()
    assert f'"{post_office.code()}"' not in stored
    await complain(city, reporter=ANI)
    async with city.database.sessions() as db:
        reporter = await db.scalar(
            select(ComplaintReporter).where(ComplaintReporter.region_id == city.region.id)
        )
        assert reporter is not None
        assert reporter.contact_verified is False
    means = Means(city.database, city.app.state.keyring, lambda: city.now + timedelta(minutes=16))
    await jobs.forget_codes(means, region_id=str(city.region.id))
    async with city.database.sessions() as db:
        left = select(ComplaintContactCode).where(ComplaintContactCode.region_id == city.region.id)
        assert (await db.scalars(left)).all() == []


async def test_checking_only_sends_and_uses_nothing(city: City, post_office: Inbox) -> None:
    assert (await asked(city, validate_only="true")).status_code == 202
    assert post_office.envelopes == []
    await asked(city)
    async with city.call_as("anonymous") as client:
        body = {**HOLE, "region": city.region.code, "reporter": ANI, "contact_code": post_office.code()}
        dry = await client.post("/v1/public/complaints", json=body, params={"validate_only": "true"})
    assert dry.status_code == 201
    assert (await complain(city, post_office.code()))[0] == 201


@pytest.mark.parametrize(
    "email", ["ani", "ani@contoh", "a b@contoh.id", "ani@contoh.id\r\nBcc: x@y.id", "<a@b.id>"]
)
async def test_only_addresses_are_mailed_to(city: City, post_office: Inbox, email: str) -> None:
    assert (await asked(city, email)).status_code == 422
    assert post_office.envelopes == []


@pytest.mark.parametrize(
    ("url", "sender", "word"),
    [
        ("smtp://mail:25", None, "belong together"),
        (None, "a@b.id", "belong together"),
        ("http://mail", "a@b.id", "ASN_SMTP_URL"),
        ("smtp://", "a@b.id", "ASN_SMTP_URL"),
        ("smtp://mail", "kota", "ASN_SMTP_FROM"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_the_start(
    url: str | None, sender: str | None, word: str
) -> None:
    with pytest.raises(StartupError, match=word):
        Settings(environment="demo", smtp_url=SecretStr(url) if url else None, smtp_from=sender)
