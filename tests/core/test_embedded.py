"""The embedded PostgreSQL: kept data, recovery after `kill -9`, orphans, awkward folders, clear refusals."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from asn_api.core.embedded import EmbeddedPostgres
from asn_api.core.settings import StartupError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Not `tmp_path`: root's is closed to the user who runs the server."""
    with TemporaryDirectory(prefix="data kota é ") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def folder(place: Path) -> Path:
    """Used by all tests of this module in turn; its path holds a space and a letter that is not ASCII."""
    return place / ".local"


@pytest.fixture
def fresh(place: Path, request: pytest.FixtureRequest) -> Path:
    return place / request.node.name


def rows(postgres: EmbeddedPostgres) -> int:
    """Adds a row, as a service would, and counts what is there."""
    with psycopg.connect(postgres.libpq) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


def kill(postgres: EmbeddedPostgres) -> None:
    assert postgres.process is not None
    postgres.process.kill()
    postgres.process.wait()


def test_data_and_address_are_kept_between_runs(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        before = rows(first)
    with EmbeddedPostgres(folder) as second:
        assert rows(second) == before + 1
    assert first.url == second.url
    assert first.url.startswith("postgresql+asyncpg://asn:")


def test_nothing_committed_is_lost_when_postgres_is_killed(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        before = rows(first)
        kill(first)
    with EmbeddedPostgres(folder) as second:
        assert rows(second) == before + 1


def killed_while_running(folder: Path, *, orphan: bool) -> int:
    """The pid of a server whose starter was killed; `orphan` takes away what makes it stop too."""
    script = (
        "import pathlib, sys, time; from asn_api.core import embedded\n"
        + ("embedded.dies_with_parent = lambda number: None\n" if orphan else "")
        + "postgres = embedded.EmbeddedPostgres(pathlib.Path(sys.argv[1])); postgres.start()\n"
        "print(postgres.process.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    return pid


def test_the_server_stops_when_the_process_that_started_it_is_killed(folder: Path) -> None:
    pid = killed_while_running(folder, orphan=False)
    deadline = time.monotonic() + 10
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not running(pid)


def test_an_orphaned_server_is_stopped_and_its_data_kept(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        before = rows(first)
    pid = killed_while_running(folder, orphan=True)
    time.sleep(0.2)
    assert running(pid)
    with EmbeddedPostgres(folder) as second:
        assert not running(pid)
        assert rows(second) == before + 1


def running(pid: int) -> bool:
    """A zombie that nobody has collected yet does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_lock_file_that_names_a_process_of_somebody_else_is_no_obstacle(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        kill(first)
        lock = folder / "postgres" / "data" / "postmaster.pid"
        stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        lock.write_text(f"{stranger.pid}\n" + lock.read_text().partition("\n")[2])
    with EmbeddedPostgres(folder) as second:
        assert rows(second) > 0
    assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_a_second_start_in_the_same_folder_is_refused(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        with pytest.raises(StartupError, match="already running"):
            EmbeddedPostgres(folder).start()
        assert rows(first) > 0


def test_another_port_is_taken_when_the_old_one_is_occupied(folder: Path) -> None:
    with EmbeddedPostgres(folder) as first:
        port = int(first.url.rpartition(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", port)), EmbeddedPostgres(folder) as second:
        assert first.url != second.url
        assert rows(second) > 0


def test_an_interrupted_first_start_is_begun_again(fresh: Path) -> None:
    half = fresh / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(fresh, durable=False) as postgres:
        assert rows(postgres) == 1


def test_a_wrong_password_is_refused_and_the_right_one_is_private(folder: Path) -> None:
    with EmbeddedPostgres(folder) as postgres:
        password = folder / "postgres" / "password"
        assert password.stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(postgres.libpq.replace(password.read_text(), "wrong"))


def test_a_lost_password_is_told(folder: Path) -> None:
    password = folder / "postgres" / "password"
    aside = password.rename(password.with_suffix(".aside"))
    with pytest.raises(StartupError, match=r"password is missing"):
        EmbeddedPostgres(folder).start()
    aside.rename(password)


def test_damaged_data_is_told_with_the_reason_of_postgres(fresh: Path) -> None:
    with EmbeddedPostgres(fresh, durable=False):
        pass
    (fresh / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartupError, match="incompatible with server"):
        EmbeddedPostgres(fresh, durable=False).start()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartupError, match="Not a directory"):
        EmbeddedPostgres(tmp_path / "file" / ".local").start()


def test_programs_that_do_not_exist_are_told(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASN_PG_BIN", str(fresh / "nowhere"))
    with pytest.raises(StartupError, match="does not run"):
        EmbeddedPostgres(fresh).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_root_hands_the_server_and_its_data_to_an_unprivileged_user(folder: Path) -> None:
    with EmbeddedPostgres(folder) as postgres:
        assert postgres.process is not None
        assert (
            Path(f"/proc/{postgres.process.pid}").stat().st_uid
            == (folder / "postgres" / "data").stat().st_uid
            != 0
        )


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can meet a folder that the server's user cannot enter"
)
def test_data_goes_elsewhere_when_the_servers_user_cannot_enter_the_folder(
    fresh: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asn_api.core.embedded.ELSEWHERE", place / "elsewhere")
    fresh.mkdir(mode=0o700)
    with EmbeddedPostgres(fresh / ".local", durable=False) as first:
        before = rows(first)
    with EmbeddedPostgres(fresh / ".local", durable=False) as second:
        assert rows(second) == before + 1
    assert (fresh / ".local" / "postgres").resolve().parent == place / "elsewhere"
    assert fresh.stat().st_mode & 0o777 == 0o700


def test_a_stop_is_clean_so_that_no_recovery_follows(folder: Path) -> None:
    with EmbeddedPostgres(folder) as postgres:
        process = postgres.process
    assert process is not None
    assert process.returncode == 0
