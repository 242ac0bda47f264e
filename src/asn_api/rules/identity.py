"""The words of identity: states of accounts, purposes of codes, roles that can be granted."""

from enum import StrEnum


class AccountStatus(StrEnum):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class CodePurpose(StrEnum):
    ACTIVATION = "ACTIVATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105


class GrantedRole(StrEnum):
    REGIONAL_ADMIN = "REGIONAL_ADMIN"
