"""The words of identity, and how many failed attempts to sign in still count."""

from datetime import timedelta
from enum import StrEnum


class AccountStatus(StrEnum):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class AccountAction(StrEnum):
    DISABLE = "DISABLE"
    ENABLE = "ENABLE"
    REMOVE_TOTP = "REMOVE_TOTP"


class CodePurpose(StrEnum):
    ACTIVATION = "ACTIVATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105


class GrantedRole(StrEnum):
    """COMPLAINT_COORDINATOR is SP4N-LAPOR's admin koordinator, COMPLAINT_CONTACT its admin penghubung."""

    REGIONAL_ADMIN = "REGIONAL_ADMIN"
    COMPLAINT_COORDINATOR = "COMPLAINT_COORDINATOR"
    COMPLAINT_CONTACT = "COMPLAINT_CONTACT"


LOGIN_FORGIVEN_AFTER = timedelta(days=1)
ADDRESS_ALLOWANCE = 100
ADDRESS_FORGIVEN_EVERY = timedelta(seconds=10)


def login_failures(failures: int, quiet: timedelta) -> int:
    """Failures of one login that still count, `quiet` after the last one: all of them for a day."""
    return 0 if quiet >= LOGIN_FORGIVEN_AFTER else failures


def address_failures(failures: int, quiet: timedelta) -> int:
    """Failures of one address that still count: one is forgiven every 10 seconds, as offices share one."""
    return max(0, failures - max(quiet, timedelta()) // ADDRESS_FORGIVEN_EVERY)


def address_excess(failures: int) -> int:
    """Failures of one address beyond those that nobody is delayed for."""
    return max(0, failures - ADDRESS_ALLOWANCE)
