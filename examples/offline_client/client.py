"""The phone's side of the sync protocol: signing in, pushing what waits, pulling what changed."""

import asyncio
import gzip
import json
from typing import Any

import httpx

from examples.offline_client.store import Json, Store, uuid7


class NotReached(Exception):
    """No usable answer: whether the server did it is unknown, so the same is sent again `after` seconds."""

    def __init__(self, after: float = 0) -> None:
        self.after = after


class Refused(Exception):
    """The server said no to the whole request (`answer` is its problem document); nothing was done."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer


class SignInNeeded(Refused):
    """The session has ended. The queue stays: it belongs to the person, not to the session."""


class Client:
    def __init__(self, store: Store, http: httpx.AsyncClient) -> None:
        self.store = store
        self.http = http
        self.access = ""
        self._calling = asyncio.Lock()
        self._syncing = asyncio.Lock()

    async def sign_in(self, region: str, nip: str, password: str, name: str, otp: str | None = None) -> None:
        """A session, and this phone enrolled with it (which is harmless to repeat)."""
        self.access = ""
        given = {"region": region, "nip": nip, "password": password, "otp": otp, "device": name}
        answer = await self._send("POST", "/v1/sessions", given)
        self.access = answer["access_token"]
        self.store.put(device=self.store.get("device") or uuid7())
        phone = {"id": self.store.get("device"), "name": name, "platform": "OTHER"}
        await self._send("POST", "/v1/devices", phone)
        self._remember(answer)

    def _remember(self, answer: Json) -> None:
        # Stored before it is used: a token that was shown and then forgotten would end the session.
        self.store.put(refresh_token=answer["refresh_token"])
        self.access = answer["access_token"]

    async def _refresh(self) -> None:
        """When the answer gets lost, the same token gives the same successor for a while."""
        given = {"refresh_token": self.store.get("refresh_token")}
        try:
            self._remember(await self._send("POST", "/v1/sessions/refresh", given))
        except Refused as refused:
            raise SignInNeeded(refused.answer) from None

    async def sync(self) -> None:
        """Push, then pull. Whatever interrupts it, the next call goes on where this one stopped."""
        async with self._syncing:
            await self.push()
            await self.pull()

    async def push(self) -> None:
        sent: list[Json] = []
        while (batch := self.store.batch()) and batch != sent:
            body = {"device_id": self.store.get("device"), "operations": batch}
            self.store.settle((await self._call("POST", "/v1/sync/push", body))["results"])
            sent = batch

    async def pull(self) -> None:
        more = True
        while more:
            try:
                page = await self._call("GET", "/v1/sync/pull", params=self.store.get("pull"))
                more = self.store.take(page)
            except Refused as refused:
                if refused.answer.json().get("code") != "SYNC_TOKEN_INVALID":
                    raise
                self.store.put(pull=None)  # of another account, or of a lost key: begin anew

    async def decide(self, op_id: str, decision: str, version: int | None = None, data: Any = None) -> None:
        """Settle a conflict: APPLY on the `version` that was looked at, or DISCARD."""
        given = {"decision": decision, "base_version": version, "data": data}
        await self._call("POST", f"/v1/sync/conflicts/{op_id}/resolution", given)
        await self.sync()

    async def confirm(self) -> None:
        """Now and then: does the server still hold what it accepted? What it lost is sent again."""
        asked: list[Json] = []
        while (items := self.store.unconfirmed()) and items != asked:
            self.store.confirm((await self._call("POST", "/v1/sync/receipts", {"items": items}))["results"])
            asked = items

    async def _call(self, method: str, path: str, body: Json | None = None, params: Any = None) -> Json:
        """With one refresh on 401, and one at a time: two refreshes would look like a stolen token."""
        async with self._calling:
            if self.access:
                try:
                    return await self._send(method, path, body, params)
                except Refused as refused:
                    if refused.answer.status_code != 401:
                        raise
            self.access = ""
            await self._refresh()
            return await self._send(method, path, body, params)

    async def _send(self, method: str, path: str, body: Json | None = None, params: Any = None) -> Json:
        headers, content = {"Authorization": f"Bearer {self.access}"} if self.access else {}, None
        if body is not None:
            content = gzip.compress(json.dumps(body, separators=(",", ":")).encode())
            headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        try:
            answer = await self.http.request(method, path, content=content, params=params, headers=headers)
            if answer.status_code == 429 or answer.status_code >= 500:
                raise NotReached(float(answer.headers.get("Retry-After", 0)))
            told = dict(answer.json())
        except (httpx.TransportError, httpx.DecodingError, ValueError) as error:
            raise NotReached from error
        if answer.is_success:
            return told
        raise Refused(answer)
