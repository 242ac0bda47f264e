"""What `make run` does: PostgreSQL, migrations, demo city, server and worker, stopped together."""

import contextlib
import errno
import http
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from asn_api.core.embedded import EmbeddedPostgres, dies_with_parent
from asn_api.core.schema import check_database, refuse_newer
from asn_api.core.settings import Settings, StartupError, load, new_key

PORT_SECONDS = 3
"""For the server of a supervisor that was killed a moment ago to leave its port."""
READY_SECONDS = 60
STOP_SECONDS = 15
"""More than the server's own ten for open requests."""

Processes = Mapping[str, subprocess.Popen[bytes]]


def run() -> None:
    """Until Ctrl-C or SIGTERM; StartupError says why it could not start or which process died."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        given, folder = _given()
        _check_port(given)
        url, watched = given.database_url, {}
        if url is None:
            postgres = stack.enter_context(EmbeddedPostgres(given.local_dir))
            url = postgres.url
            if postgres.process:
                watched["PostgreSQL"] = postgres.process
        settings = load(database_url=url, encryption_keys=_keys(given, folder))
        migrate(settings)
        welcome = _welcome(settings)
        watched |= stack.enter_context(_children(settings, folder))
        _wait_until_ready(settings, watched)
        print(welcome, flush=True)
        while True:
            _check_alive(watched)
            time.sleep(0.2)


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return socket.create_server((settings.host, settings.port), family=family).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                place = f"{settings.host}:{settings.port}"
                reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
                raise StartupError(f"Cannot listen on {place} ({reason}): choose another ASN_PORT.") from None
            time.sleep(0.1)


def _given() -> tuple[Settings, Path]:
    """The settings, and the folder for what the demo makes up: `ASN_SECRETS_DIR` of commands that join in."""
    settings = load()
    folder = settings.local_dir.absolute() / "secrets"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartupError(f"Cannot make {folder} ({error.strerror}).") from None
    usable = os.R_OK | os.W_OK
    if not os.access(folder, usable | os.X_OK) or not all(
        os.access(file, usable) for file in folder.iterdir()
    ):
        raise StartupError(f"Cannot read and write everything in {folder} (Permission denied).")
    if os.environ.get("ASN_SECRETS_DIR") and Path(os.environ["ASN_SECRETS_DIR"]).absolute() == folder:
        # They describe the last run; read as given they would pass for a PostgreSQL of the operator's.
        del os.environ["ASN_SECRETS_DIR"]
        settings = load()
    return settings, folder


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)


def _keys(settings: Settings, folder: Path) -> str:
    """Given, else the ones of the last run: without them the demo's data could not be read again."""
    if settings.encryption_keys is not None:
        return settings.encryption_keys.get_secret_value()
    file = folder / "asn_encryption_keys"
    if not file.exists():
        _write(file, new_key(demo=True))
    return file.read_text()


def migrate(settings: Settings) -> None:
    from asn_api.areas.calendar.national import load_national_days
    from asn_api.core.migrate import upgrade

    refuse_newer(check_database(settings))
    upgrade(settings.database)
    load_national_days(settings.database)


def _welcome(settings: Settings) -> str:
    """What to tell when the server is up; an empty database gets the demo city first."""
    if settings.environment != "demo":
        return f"{settings.public_url}/docs"
    from asn_api.demo.load import load_if_empty, welcome

    return welcome(settings, load_if_empty(settings))


@contextlib.contextmanager
def _children(settings: Settings, folder: Path) -> Iterator[Processes]:
    told = {
        "ASN_ENVIRONMENT": settings.environment,
        "ASN_DATABASE_URL": settings.libpq,
        "ASN_ENCRYPTION_KEYS": _keys(settings, folder),
    }
    if settings.environment == "demo":
        for name, value in told.items():
            _write(folder / name.lower(), value)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in {"server": "serve", "worker": "worker"}.items():
            children[name] = subprocess.Popen(  # noqa: S603 (ourselves)
                [sys.executable, "-m", "asn_api", command],
                env=os.environ | told,
                stdin=subprocess.DEVNULL,
                # Ctrl-C reaches us alone, so that the children end in order.
                process_group=0,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        yield children
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_until_ready(settings: Settings, watched: Processes) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (asked, not bound)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        _check_alive(watched)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, settings.port, timeout=5)
            try:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
            finally:
                connection.close()
        time.sleep(0.05)
    raise StartupError(f"The server was not ready within {READY_SECONDS} seconds.")


def _check_alive(watched: Processes) -> None:
    for name, process in watched.items():
        if process.poll() is not None:
            raise StartupError(f"The {name} ended by itself (status {process.returncode}); all was stopped.")
