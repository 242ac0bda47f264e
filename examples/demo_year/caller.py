"""Somebody with an account: signs in on each day of the story and says what he did not expect."""

from datetime import date, timedelta
from typing import Any

import httpx
import pyotp

from examples.demo_year.stage import Stage

PASSWORD = "tahun-contoh-yang-panjang"  # noqa: S105


class Unexpected(Exception):
    """The API answered otherwise than the story goes."""


class Caller:
    def __init__(self, stage: Stage, login: str) -> None:
        self.stage, self.login = stage, login
        self.id = ""
        self.device: str | None = None
        self._token = ""
        self._signed_in: date | None = None
        self._otp: pyotp.TOTP | None = None

    async def activate(self, code: str) -> None:
        given = {"region": self.stage.region, "nip": self.login, "code": code, "password": PASSWORD}
        answer = await self._ask("POST", "/v1/activations", json=given | {"device": "cerita"})
        self._token = answer["access_token"]
        self._signed_in = self.stage.clock.today
        if answer["otp_enrolment_required"]:
            self._otp = pyotp.TOTP((await self._ask("POST", "/v1/me/totp"))["secret"])
            code = self._otp.at(self.stage.clock())
            await self._ask("POST", "/v1/me/totp/confirmation", json={"code": code})
            await self._sign_in()

    async def _sign_in(self) -> None:
        self._token = ""
        given = {"region": self.stage.region, "nip": self.login, "password": PASSWORD, "device": "cerita"}
        if self._otp is not None:
            # Each code is good for one use: that of the next half minute is free on the day of enrolment too.
            given["otp"] = self._otp.at(self.stage.clock() + timedelta(seconds=30))
        self._token = (await self._ask("POST", "/v1/sessions", json=given))["access_token"]
        self._signed_in = self.stage.clock.today

    async def get(self, path: str, **params: Any) -> Any:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, content: Any = None, version: int | None = None) -> Any:
        return await self.call("POST", path, version=version, json=content)

    async def put(self, path: str, content: Any, version: int | None = None) -> Any:
        return await self.call("PUT", path, version=version, json=content)

    async def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = await self.get(path, limit=200, **params)
            found += page["data"]
            if page["page"]["next"] is None:
                return found
            params["cursor"] = page["page"]["next"]

    async def call(self, method: str, path: str, *, version: int | None = None, **given: Any) -> Any:
        if self._signed_in != self.stage.clock.today:
            await self._sign_in()
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self._ask(method, path, headers=headers, **given)

    async def _ask(self, method: str, path: str, **given: Any) -> Any:
        headers = given.pop("headers", {})
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer: httpx.Response = await self.stage.http.request(method, path, headers=headers, **given)
        if not answer.is_success:
            raise Unexpected(f"{self.login}: {method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None
