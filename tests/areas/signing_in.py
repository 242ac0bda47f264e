"""What the tests of identity share: passwords, addresses, a clock that can be moved."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select, update

from asn_api.core.journal import JournalEntry
from asn_api.tables.identity import Account
from tests.factories import City

PASSWORD = "sawah hijau di lereng gunung"


@dataclass
class Clock:
    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


def caller(city: City, token: str | None = None, address: str | None = None) -> httpx.AsyncClient:
    """A client with an address of its own, so that tests do not slow each other down."""
    headers = {"Accept-Language": "en"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    transport = httpx.ASGITransport(city.app, client=(address or f"test-{secrets.token_hex(6)}", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


async def give_password(city: City, name: str, password: str = PASSWORD) -> None:
    hashed = await city.app.state.passwords.hash(password)
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Account)
            .where(Account.region_id == city.region.id, Account.id == city.accounts[name].id)
            .values(password_hash=hashed, version=Account.version + 1)
        )


def credentials(city: City, name: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    nip = city.people[name].nip
    return {"region": city.region.code, "nip": nip, "password": password, "device": "phone", **more}


async def signed_in(city: City, name: str, **more: Any) -> dict[str, Any]:
    async with caller(city) as client:
        answer = await client.post("/v1/sessions", json=credentials(city, name, **more))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def journal(city: City) -> list[JournalEntry]:
    async with city.database.sessions() as db:
        rows = await db.scalars(
            select(JournalEntry).where(JournalEntry.region_id == city.region.id).order_by(JournalEntry.seq)
        )
        return list(rows)


async def version(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return {"If-Match": answer.headers["etag"]}


async def until(client: httpx.AsyncClient, path: str, status: int) -> bool:
    for _ in range(50):
        if (await client.get(path)).status_code == status:
            return True
        await asyncio.sleep(0.02)
    return False


async def city_clients(city: City) -> list[dict[str, Any]]:
    async with city.call_as("admin") as client:
        listed: list[dict[str, Any]] = (await client.get("/v1/clients")).json()["data"]
        return listed
