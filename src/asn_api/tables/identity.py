"""Accounts and what proves them: sessions, one-time codes, granted roles, third-party clients, signing keys."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Table, Versioned, of_region, within_region
from asn_api.rules.identity import AccountStatus, CodePurpose, GrantedRole


class Account(Versioned):
    """Who may sign in. `login` is the NIP, or a chosen name for an admin who is not an employee."""

    __tablename__ = "accounts"
    __table_args__ = (
        of_region(),
        within_region("employee_id", "employees"),
        UniqueConstraint("region_id", "login"),
        UniqueConstraint("region_id", "employee_id", name="uq_accounts_employee"),
    )

    login: Mapped[str]
    employee_id: Mapped[UUID | None]
    status: Mapped[AccountStatus]
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    recovery_codes: Mapped[list[str]] = mapped_column(default=list)


class SignInFailure(Table):
    """Failed attempts by the keyed hash of a login or an address: the brake on guessing.

    Kept by login and not by account, so that waiting does not tell whether an account exists.
    """

    __tablename__ = "sign_in_failures"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime]


class OneTimeCode(Regional):
    """A code an admin hands out so that a person sets a password: for activation or after forgetting it."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        within_region("account_id", "accounts"),
        Index("ix_one_time_codes_account", "region_id", "account_id"),
    )

    account_id: Mapped[UUID]
    purpose: Mapped[CodePurpose]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class RoleGrant(Versioned):
    """A role held at a node of the tree for a time. Heads are not granted: they follow from appointments."""

    __tablename__ = "role_grants"
    __table_args__ = (
        within_region("account_id", "accounts"),
        within_region("unit_id", "units"),
        ExcludeConstraint(
            ("region_id", "="),
            ("account_id", "="),
            ("role", "="),
            ("unit_id", "="),
            ("valid", "&&"),
            name="ex_role_grants_once",
        ),
    )

    account_id: Mapped[UUID]
    role: Mapped[GrantedRole]
    unit_id: Mapped[UUID]
    valid: Mapped[Range[date]]
    granted_by: Mapped[UUID | None]


class Session(Regional):
    """One sign-in on one device and its chain of refresh tokens, of which only hashes are kept.

    `previous_hash` may still be shown within the grace window after `rotated_at`: phones lose answers.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        within_region("account_id", "accounts"),
        within_region("device_id", "devices"),
        Index("ix_sessions_account", "region_id", "account_id"),
        UniqueConstraint("region_id", "refresh_hash"),
        Index("ix_sessions_previous", "region_id", "previous_hash"),
    )

    account_id: Mapped[UUID]
    device: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    refresh_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    rotated_at: Mapped[datetime | None]
    otp_passed: Mapped[bool]
    device_id: Mapped[UUID | None]
    """The enrolled phone that uses this session."""
    revoked_at: Mapped[datetime | None]


class Client(Versioned):
    """A third party with its own node of the tree and a list of permissions."""

    __tablename__ = "clients"
    __table_args__ = (of_region(), within_region("unit_id", "units"))

    name: Mapped[str]
    unit_id: Mapped[UUID]
    scopes: Mapped[list[str]]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SigningKey(Table):
    """A key for access tokens. Published from `created_at`, signs from `signs_from`, gone after `retires_at`."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(primary_key=True)
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    retires_at: Mapped[datetime | None]
