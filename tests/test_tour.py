"""The tour, as anyone runs it: a real server and worker, the operator's commands, HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest

from asn_api.core.settings import Settings, load, new_key
from asn_api.up import migrate

ROOT = Path(__file__).parents[1]


@pytest.fixture
def server(postgres: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a server and a worker on a database of their own."""
    libpq = postgres.replace("postgresql+asyncpg", "postgresql")
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute("CREATE DATABASE tour")
    own = libpq.rpartition("/")[0] + "/tour"
    key = new_key(demo=True)
    given = {"asn_environment": "demo", "asn_database_url": own, "asn_encryption_keys": key}
    for name, value in given.items():
        (tmp_path / name).write_text(value)
    migrate(settings_of(given))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ASN_")}
    environment = {**outside, "ASN_SECRETS_DIR": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}"}
    with ExitStack() as stack:
        for command in ("serve", "worker"):
            child = subprocess.Popen(
                [sys.executable, "-m", "asn_api", command],
                env={**environment, "ASN_PORT": str(port)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(child.wait, 30)
            stack.callback(child.terminate)
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield {**environment, "ASN_URL": f"http://127.0.0.1:{port}"}


def settings_of(given: dict[str, str]) -> Settings:
    return load(**{name.removeprefix("asn_"): value for name, value in given.items()})


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def tour(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "examples.tour"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_tour_finds_everything_as_expected(server: dict[str, str]) -> None:
    done = tour(server)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All as expected: 2985 people" in done.stdout


def test_without_a_server_the_tour_says_what_to_do() -> None:
    done = tour({**os.environ, "ASN_URL": "http://127.0.0.1:9", "ASN_SECRETS_DIR": str(ROOT / "no-such")})
    assert done.returncode == 1
    assert "ASN_SECRETS_DIR" in done.stderr
    assert "Traceback" not in done.stderr
