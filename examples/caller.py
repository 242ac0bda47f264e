"""What the tour speaks with: somebody's requests, the operator's commands, and the word on differences."""
# ruff: noqa: T201, S603

import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pyotp

ROOT = Path(__file__).parents[1]
SECRETS = os.environ.get("ASN_SECRETS_DIR", str(ROOT / ".local" / "secrets"))


class Difference(Exception):
    """Something is not as expected."""


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Difference(f"{what}\n  expected: {wanted}\n  found:    {found}")


def chapter(title: str) -> None:
    print(f"\n{title}")


def tell(text: str) -> None:
    print(f"    {text}")


def uuid7() -> str:
    """The phone makes the ids, ordered by time (RFC 9562), so that sending again is harmless."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(UUID(int=number))


@dataclass
class Caller:
    """Somebody with a phone or a browser: his access token goes into every request."""

    who: str
    http: httpx.Client
    region: str
    login: str
    password: str = ""
    token: str = ""
    refresh_token: str = ""

    def call(
        self, method: str, path: str, status: int = 200, *, version: int | None = None, **given: Any
    ) -> httpx.Response:
        """One request; a change of something that exists names the `version` it builds on (If-Match)."""
        headers = {"Accept-Language": "en", **given.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = self.http.request(method, path, headers=headers, **given)
        print(f"  {self.who}: {method} {answer.request.url.raw_path.decode()[:100]} -> {answer.status_code}")
        if answer.status_code != status:
            raise Difference(f"{method} {path}: expected {status}, got {answer.status_code}: {answer.text}")
        return answer

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, params=params).json()

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """A whole list: follow `page.next` until there is none."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, limit=200, **params)
            found += page["data"]
            if page["page"]["next"] is None:
                return found
            params["cursor"] = page["page"]["next"]

    def post(self, path: str, content: Any = None, status: int = 201, version: int | None = None) -> Any:
        return self.call("POST", path, status, version=version, json=content).json()

    def activate(self, code: str) -> None:
        """The one-time code sets a password; roles that see other people's records need a second factor."""
        self.password = f"tur-{secrets.token_urlsafe(12)}"
        given = {"region": self.region, "nip": self.login, "code": code, "password": self.password}
        answer = self.post("/v1/activations", given | {"device": "tour"})
        self.token = answer["access_token"]
        tell(f"active, with the roles {', '.join(answer['me']['roles'])}")
        self.sign_in(self.enrol() if answer["otp_enrolment_required"] else None)

    def enrol(self) -> str:
        """Set up the second factor, until when only /v1/me is open; gives a code for signing in."""
        app = pyotp.TOTP(self.post("/v1/me/totp")["secret"])
        kept = self.post("/v1/me/totp/confirmation", {"code": app.now()}, 200)
        tell(f"second factor confirmed, {len(kept['recovery_codes'])} recovery codes to keep")
        # Each code is good for one use, so signing in takes that of the next half minute.
        return app.at(int(time.time()) + app.interval)

    def sign_in(self, otp: str | None = None) -> None:
        self.token = ""
        given = {
            "region": self.region,
            "nip": self.login,
            "password": self.password,
            "otp": otp,
            "device": "tour",
        }
        answer = self.post("/v1/sessions", given)
        self.token, self.refresh_token = answer["access_token"], answer["refresh_token"]
        tell(f"signed in; the access token lives {answer['expires_in'] // 60} minutes")


def operator(*words: str) -> str:
    """A command of the installation's operator, on the machine itself."""
    print(f"  operator: asn-api {' '.join(words)}")
    done = subprocess.run(
        [sys.executable, "-m", "asn_api", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ASN_SECRETS_DIR": SECRETS},
        check=False,
    )
    if done.returncode:
        raise Difference(f"asn-api {' '.join(words)} failed: {done.stderr.strip()}")
    return done.stdout.strip()
