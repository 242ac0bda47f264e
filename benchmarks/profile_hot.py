"""Where the CPU of one hot path goes: this API in-process under cProfile, without uvicorn and sockets.

`python -m benchmarks.profile_hot list|one|employee|push [--count 300] [--rows 20000] [--callers NAME]`
"""

import argparse
import contextlib
import cProfile
import io
import pstats
import time
from collections import defaultdict
from typing import Any

import uvloop
from fastapi import FastAPI

from asn_api.core.settings import Settings
from asn_api.main import create_app
from benchmarks import city
from benchmarks.__main__ import postgres
from benchmarks.sides import EMPLOYEE, LIST, ONE, OURS, PUSH, Asked

NAMES = {"list": LIST, "one": ONE, "employee": EMPLOYEE, "push": PUSH}
PARTS = (
    "fastapi", "starlette_compress", "starlette", "pydantic", "sqlalchemy", "asyncpg", "orjson", "jose",
    "prometheus_client", "uvloop", "asyncio", "logging",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_hot", description=__doc__)
    parser.add_argument("path", choices=NAMES)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--cold", action="store_true", help="every request with a token not seen before")
    parser.add_argument("--callers", metavar="NAME", help="also show who calls functions of this name")
    options = parser.parse_args()
    with postgres() as settings:
        uvloop.run(measure(settings, options))


async def measure(settings: Settings, options: argparse.Namespace) -> None:
    asked = Asked(await city.load(settings, options.rows))
    path = NAMES[options.path]

    def taken() -> list[bytes]:
        return asked.newcomers(options.count) if options.cold else asked.take(path, OURS, options.count)

    app = create_app(settings)
    # The access log is made as in operation, but not onto this terminal.
    with contextlib.redirect_stdout(io.StringIO()):
        async with app.router.lifespan_context(app):
            app.state.areas.open_all()
            plain, profiled = taken(), taken()
            for raw in asked.take(LIST, OURS, 250) if options.cold else [*plain, *profiled]:
                # The list by the same callers: their tokens are known afterwards.
                await call(app, _as_list(raw))
            await call(app, asked.take(path, OURS, 1)[0])
            began = time.process_time()
            for raw in plain:
                await call(app, raw)
            used = time.process_time() - began
            # CPU time: by the wall clock, waiting for the database would count.
            profile = cProfile.Profile(time.process_time)
            profile.enable()
            for raw in profiled:
                await call(app, raw)
            profile.disable()
    print(f"{path}: {used * 1e6 / options.count:.0f} µs CPU per request without profiling, one at a time")
    show(profile, options.count, options.callers)


def show(profile: cProfile.Profile, count: int, callers: str | None) -> None:
    """Own time by package (built-in functions with whoever calls them), then the costliest functions."""
    stats: Any = pstats.Stats(profile)
    total = stats.total_tt
    shares: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, called_by) in stats.stats.items():
        if file != "~":
            shares[_part(file)] += own
            continue
        for (caller, _, _), (_, _, own_here, _) in called_by.items():
            shares[_part(caller)] += own_here
    print("\nown time by part (profiled time is inflated, mostly for many small calls):")
    for part, own in sorted(shares.items(), key=lambda each: -each[1])[:25]:
        print(f"{own / total:7.1%} {own * 1e6 / count:8.0f} µs  {part}")
    stats.strip_dirs().sort_stats("cumulative").print_stats(60)
    stats.sort_stats("tottime").print_stats(30)
    if callers:
        stats.print_callers(callers)


def _part(file: str) -> str:
    if "/asn_api/" in file:
        return "asn_api/" + file.split("/asn_api/", 1)[1]
    return next((part for part in PARTS if f"/{part}" in file), file.rsplit("/", 1)[-1])


def _as_list(raw: bytes) -> bytes:
    token = raw.split(b"\r\nAuthorization: ")[1].split(b"\r\n")[0]
    return b"GET /v1/me/activities?limit=20 HTTP/1.1\r\nAuthorization: " + token + b"\r\n\r\n"


async def call(app: FastAPI, raw: bytes) -> None:
    """One request as uvicorn would hand it over."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.split(b" ")
    path, _, query = target.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method.decode(),
        "scheme": "http",
        "path": path.decode(),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 300:
            raise SystemExit(f"{first.decode()} → {message['status']}")

    await app(scope, receive, send)


if __name__ == "__main__":
    main()
