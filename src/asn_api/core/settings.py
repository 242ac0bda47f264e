"""What the operator sets: environment variables `ASN_…`, or files of the same names in `ASN_SECRETS_DIR`."""

import base64
import binascii
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

KEY_BYTES = 32
DEMO_MARK = b"asn-demo--"


class StartupError(Exception):
    """Why the program cannot start, in one sentence for the operator."""


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    environment: Literal["demo", "production"] = "production"
    database_url: str | None = Field(default=None, repr=False)
    """Without it `asn-api up` keeps an embedded PostgreSQL under `local_dir`."""
    local_dir: Path = Path(".local")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1)
    public_url: str = Field(default_factory=lambda given: f"http://{given['host']}:{given['port']}")
    issuer: str = Field(default_factory=lambda given: given["public_url"])
    audience: str = "asn-api"
    encryption_keys: SecretStr | None = None
    """`2:base64,1:base64`: 32 bytes each, the first is current, the others only read what is old."""
    default_region: str | None = None
    """Code of the region that is meant when a sign-in names none."""
    pool_size: int = Field(default=10, ge=1)
    files_url: str | None = None
    """`file:///folder` or `s3://bucket/prefix` (credentials by `AWS_…`). The demo keeps files under
    `local_dir`; production without it takes no files."""
    clamav: str | None = None
    """`host:port` or `/path/of/socket` of clamd, which then looks at every file before it is kept."""
    smtp_url: SecretStr | None = None
    """`smtp://user:password@host:587` or `smtps://…:465`. Without it reporters' addresses are not checked."""
    smtp_from: str | None = None
    """Who the mail is from: `no-reply@kota.go.id`."""
    statement_timeout_ms: int = Field(default=15_000, ge=0)
    password_memory_kib: int = Field(default=19_456, ge=8)
    password_time: int = Field(default=2, ge=1)
    password_parallelism: int = Field(default=1, ge=1)
    password_concurrency: int = Field(default=2, ge=1)
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    body_limit_bytes: int = Field(default=16_000_000, ge=1_000_000)
    """Of a request's body after decompression: an import file is the largest."""
    rate_burst: int = Field(default=600, ge=1)
    """Requests that one person, client or address may make at once…"""
    rate_period_seconds: float = Field(default=60, gt=0)
    """…and the time in which that allowance refills."""
    event_streams: int = Field(default=2000, ge=1)
    """Open streams of events, per process…"""
    event_streams_each: int = Field(default=10, ge=1)
    """…and of one person or client in it."""
    event_replay_hours: int = Field(default=24, ge=1)
    """How long after an event a stream can be resumed…"""
    event_replay_entries: int = Field(default=10_000, ge=1)
    """…and over how many changes; beyond, the caller is told to load anew."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("public_url", "issuer")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _asyncpg(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, found, rest = value.partition("://")
        if not found or scheme not in ("postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"):
            raise StartupError(
                "ASN_DATABASE_URL must look like postgresql://user:password@host:5432/database."
            )
        return "postgresql+asyncpg://" + rest.replace("?sslmode=", "?ssl=").replace("&sslmode=", "&ssl=")

    @field_validator("clamav")
    @classmethod
    def _clamd(cls, value: str | None) -> str | None:
        host, _, port = (value or "").rpartition(":")
        if (
            value is not None
            and not value.startswith("/")
            and not (host and port.isascii() and port.isdigit())
        ):
            raise StartupError("ASN_CLAMAV must look like host:3310 or /run/clamav/clamd.ctl.")
        return value

    @model_validator(mode="after")
    def _mails(self) -> Self:
        if (self.smtp_url is None) != (self.smtp_from is None):
            raise StartupError("ASN_SMTP_URL and ASN_SMTP_FROM belong together: set both or none.")
        if self.smtp_url is not None:
            parts = urlsplit(self.smtp_url.get_secret_value())
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
                raise StartupError("ASN_SMTP_URL must look like smtp://user:password@host:587 or smtps://….")
        if self.smtp_from is not None and "@" not in self.smtp_from:
            raise StartupError("ASN_SMTP_FROM must be an address: no-reply@kota.go.id.")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.encryption_keys is not None:
            keys = self.keys
            if self.environment == "production" and any(key.startswith(DEMO_MARK) for key in keys.values()):
                raise StartupError(
                    "ASN_ENCRYPTION_KEYS holds a demo key, which production refuses: "
                    "make one with `asn-api keys new`."
                )
        if self.environment == "production":
            for name in ("database_url", "encryption_keys"):
                if getattr(self, name) is None:
                    raise StartupError(
                        f"ASN_{name.upper()} is not set and production has no default for it "
                        "(for the demo that `make run` started: ASN_SECRETS_DIR=.local/secrets)."
                    )
        return self

    @property
    def keys(self) -> dict[int, bytes]:
        """Key id → 32 bytes, the current key first."""
        if self.encryption_keys is None:
            raise StartupError("ASN_ENCRYPTION_KEYS is not set: make a key with `asn-api keys new`.")
        return parse_keys(self.encryption_keys.get_secret_value())

    @property
    def database(self) -> str:
        """For SQLAlchemy: `postgresql+asyncpg://…`."""
        if self.database_url is None:
            raise StartupError("ASN_DATABASE_URL is not set: `make run` starts a PostgreSQL of its own.")
        return self.database_url

    @property
    def libpq(self) -> str:
        """For psycopg and the PostgreSQL tools: `postgresql://…`."""
        return libpq(self.database)


def libpq(url: str) -> str:
    url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    return url.replace("?ssl=", "?sslmode=").replace("&ssl=", "&sslmode=")


def parse_keys(text: str) -> dict[int, bytes]:
    """`2:base64,1:base64` → {2: bytes, 1: bytes}."""
    keys: dict[int, bytes] = {}
    for entry in text.split(","):
        number, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not number.isascii() or not number.isdigit() or int(number) in keys or len(key) != KEY_BYTES:
            raise StartupError(
                "ASN_ENCRYPTION_KEYS must look like 2:BASE64,1:BASE64, each of 32 bytes under its own number."
            )
        keys[int(number)] = key
    return keys


def new_key(number: int = 1, *, demo: bool = False) -> str:
    """A random key as one entry of `encryption_keys`; a demo key carries a mark that production refuses."""
    mark = DEMO_MARK if demo else b""
    key = mark + secrets.token_bytes(KEY_BYTES - len(mark))
    return f"{number}:{base64.b64encode(key).decode()}"


def load(**given: Any) -> Settings:
    """From the environment and the files of `ASN_SECRETS_DIR` (default `/run/secrets`)."""
    folder = Path(os.environ.get("ASN_SECRETS_DIR") or "/run/secrets")
    if os.environ.get("ASN_SECRETS_DIR") and not folder.is_dir():
        raise StartupError(f"ASN_SECRETS_DIR names {folder}, which is not a folder.")
    try:
        found = {name: _found(f"ASN_{name.upper()}", folder) for name in Settings.model_fields}
        return Settings(**{name: value for name, value in found.items() if value} | given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise StartupError(f"ASN_{name} is not valid: {first['msg']}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"A setting cannot be read: {error}.") from None


def _found(name: str, folder: Path) -> str:
    file = folder / name.lower()
    return os.environ.get(name) or (file.read_text().strip() if file.is_file() else "")


@cache
def settings() -> Settings:
    return load()
