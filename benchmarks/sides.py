"""The servers under measurement, each a uvicorn process of its own, and what each is asked."""

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import orjson

from asn_api.core.embedded import dies_with_parent
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.calendar import Zone
from benchmarks.city import City
from benchmarks.history import DESCRIPTION
from benchmarks.load import Clock, Connection, Refused, request
from benchmarks.people import Person

FLOOR, IDIOM, OURS = "floor", "idiom", "ours"
SIDES = (FLOOR, IDIOM, OURS)
LIST, ONE, PUSH, EMPLOYEE = "own activities, 20 rows", "one activity", "day's push of 20", "employee by id"
PATHS = (LIST, ONE, EMPLOYEE, PUSH)
JOURNALLED_PUSH = "day's push of 20 with its journal entries"
KIND_PUSH = "day's push of 20, idiom without its 20 refreshes"

BATCH = 20
CALLERS = 200
"""People who ask in the reading blocks, in turn."""
START_SECONDS = 30
SETTLED_SECONDS = 5


class Server:
    """A side's process. `ours` is `asn-api serve` as an operator runs it, its log into a file."""

    def __init__(self, name: str, settings: Settings, city: City, folder: Path) -> None:
        self.name = name
        self.port = settings.port if name == OURS else free_port()
        root = Path(__file__).parents[1]
        command = [sys.executable, "-m", "asn_api", "serve"]
        if name != OURS:
            options = ["--port", str(self.port), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
            options += ["--workers", str(settings.workers)] if settings.workers > 1 else []
            command = [sys.executable, "-m", "uvicorn", f"benchmarks.{name}:app", *options]
        self._output = open(folder / f"{name}.log", "ab")  # noqa: SIM115 (held until stop)
        self._began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=os.environ
            | environment(settings)
            | {"BENCH_DATABASE_URL": settings.libpq, "BENCH_REGION": str(city.region_id)},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        self.clock = Clock(self.process.pid)

    async def ready(self) -> float:
        """Wait for /readyz; gives the seconds since the process was started."""
        asking = request("GET", "/readyz")
        while time.perf_counter() - self._began < START_SECONDS:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                connection = await Connection.open(self.port)
                try:
                    status, _ = await connection.ask(asking)
                finally:
                    connection.close()
                if status == 200:
                    return time.perf_counter() - self._began
            time.sleep(0.005)  # noqa: ASYNC251 (nothing else runs)
        raise SystemExit(f"{self.name} did not get ready, see {self._output.name}")

    async def settled(self) -> None:
        """Wait until it has imported what is not hot, which it does once it is left alone (decision 0036)."""
        held, still = 0, 0
        while still < SETTLED_SECONDS:
            now = self.memory()
            still = still + 1 if now == held else 0
            held = now
            await asyncio.sleep(1)

    def memory(self) -> int:
        """Bytes that the process holds now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * 4096

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._output.close()


def environment(settings: Settings) -> dict[str, str]:
    """What `load()` in another process reads back into the same settings."""
    assert settings.encryption_keys is not None
    given = {"ASN_FILES_URL": settings.files_url, "ASN_TRUSTED_PROXIES": " ".join(settings.trusted_proxies)}
    return {name: value for name, value in given.items() if value} | {
        "ASN_ENVIRONMENT": settings.environment,
        "ASN_DATABASE_URL": settings.libpq,
        "ASN_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "ASN_PORT": str(settings.port),
        "ASN_ISSUER": settings.issuer,
        "ASN_WORKERS": str(settings.workers),
        "ASN_RATE_BURST": str(settings.rate_burst),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Asked:
    """Requests for every path and side. Nobody's day is pushed twice: it would be full."""

    def __init__(self, city: City) -> None:
        self.city = city
        staff = city.staff
        self._readers = itertools.cycle(staff[:: max(1, len(staff) // CALLERS)][:CALLERS])
        self._days: Iterator[tuple[date, Person]] = itertools.product(city.push_days, staff)
        self._newcomers = iter(reversed(staff))
        self._makers: dict[tuple[str, str], Callable[[], bytes]] = {
            (LIST, OURS): self._our(lambda one: "/v1/me/activities?limit=20"),
            (ONE, OURS): self._our(lambda one: f"/v1/activities/{one.activity_id}"),
            (EMPLOYEE, OURS): self._our(lambda one: f"/v1/employees/{one.id}"),
            (PUSH, OURS): self._push,
        }
        for side in (FLOOR, IDIOM):
            self._makers |= {
                (LIST, side): self._their(lambda one: f"/activities/of/{one.id}"),
                (ONE, side): self._their(lambda one: f"/activities/{one.activity_id}"),
                (EMPLOYEE, side): self._their(lambda one: f"/employees/{one.id}"),
                (PUSH, side): lambda: self._batch("/activities/batch"),
            }
        self._makers[JOURNALLED_PUSH, FLOOR] = lambda: self._batch("/activities/batch/journalled")
        self._makers[KIND_PUSH, IDIOM] = lambda: self._batch("/activities/batch/unrefreshed")

    def take(self, path: str, side: str, count: int) -> list[bytes]:
        make = self._makers[path, side]
        return [make() for _ in range(count)]

    def newcomers(self, count: int) -> list[bytes]:
        """First requests of people whom the server has not seen: their token is checked in full."""
        return [self._list(person) for person in itertools.islice(self._newcomers, count)]

    def _list(self, person: Person) -> bytes:
        return request("GET", "/v1/me/activities?limit=20", token=self.city.token(person))

    def _our(self, path: Callable[[Person], str]) -> Callable[[], bytes]:
        def make() -> bytes:
            person = next(self._readers)
            return request("GET", path(person), token=self.city.token(person))

        return make

    def _their(self, path: Callable[[Person], str]) -> Callable[[], bytes]:
        return lambda: request("GET", path(next(self._readers)))

    def days(self, count: int, size: int) -> list[bytes]:
        """So many people's days of `size` activities."""
        return [self._push(size) for _ in range(count)]

    def _push(self, size: int = BATCH) -> bytes:
        day, person = next(self._days)
        operations = [
            {
                "op_id": str(uuid7()),
                "type": "activity",
                "action": "put",
                "id": str(uuid7()),
                "base_version": None,
                "submit": True,
                "device_at": values["end_at"],
                "data": values,
            }
            for values in itertools.islice(_values(day, person), size)
        ]
        body = {"device_id": str(person.session_id), "operations": operations}
        return request("POST", "/v1/sync/push", orjson.dumps(body), self.city.token(person))

    def _batch(self, path: str) -> bytes:
        day, person = next(self._days)
        own = {
            "employee_id": person.id,
            "unit_id": self.city.unit_ids[person.unit],
            "position_id": person.position_id,
            "plan_id": person.plan_id,
            "device_id": str(person.session_id),
        }
        rows = [
            {"id": uuid7(), "device_at": values["end_at"], **own, **values} for values in _values(day, person)
        ]
        return request("POST", path, orjson.dumps(rows))

    def rows(self, count: int) -> list[tuple[Any, ...]]:
        """The activities of so many pushes, for COPY; the columns are `COPIED`."""
        found: list[tuple[Any, ...]] = []
        for day, person in itertools.islice(self._days, count):
            for values in _values(day, person):
                end = datetime.fromisoformat(values["end_at"])
                found.append(
                    (
                        self.city.region_id, uuid7(), 1, person.id, self.city.unit_ids[person.unit],
                        person.position_id, day, datetime.fromisoformat(values["start_at"]), end,
                        values["minutes"], values["category"], person.plan_id, person.result_id,
                        values["description"], 1, values["output_unit"], values["place_type"], "[]",
                        str(person.session_id), end, end, end, "SUBMITTED", [],
                    )
                )  # fmt: skip
        return found


COPIED = (
    "region_id", "id", "version", "employee_id", "unit_id", "position_id", "day", "start_at", "end_at",
    "minutes", "category", "plan_id", "work_result_id", "description", "output_quantity", "output_unit",
    "place_type", "evidence", "device_id", "device_at", "received_at", "submitted_at", "status", "flags",
)  # fmt: skip


def _values(day: date, person: Person) -> Iterator[dict[str, Any]]:
    """Twenty pieces of work of twenty minutes each, one after the other."""
    start = datetime.combine(day, clock_time(8), Zone.WIB.tz)
    for number in range(BATCH):
        began = start + timedelta(minutes=20 * number)
        yield {
            "day": day.isoformat(),
            "start_at": began.isoformat(),
            "end_at": (began + timedelta(minutes=20)).isoformat(),
            "minutes": 20,
            "category": "PRIMARY",
            "description": DESCRIPTION,
            "output_quantity": "1",
            "output_unit": "dokumen",
            "place_type": "OFFICE",
            "work_result_id": str(person.result_id),
        }


async def probe(server: Server, asked: Asked, path: str) -> str | None:
    """None when the server answers this path as it should, else its answer."""
    connection = await Connection.open(server.port)
    try:
        body = orjson.loads(await connection.expect(asked.take(path, server.name, 1)[0]))
    except Refused as refused:
        return str(refused)
    finally:
        connection.close()
    if path == LIST and len(body["data"]) != 20:
        return f"{len(body['data'])} rows instead of 20"
    return None
