"""The second factor: time-based codes (RFC 6238, 6 digits, 30 seconds) and recovery codes."""

import hmac
from datetime import datetime

import pyotp

from asn_api.core.crypto import one_time_code

STEP_SECONDS = 30
DIGITS = 6
RECOVERY_CODES = 8


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def uri(secret: str, account: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=account, issuer_name=issuer
    )


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The 30-second step that the code belongs to, one before or after `now` included; None when it is wrong.

    A step not after `last_step`, the one last accepted, is refused: a code seen over the shoulder is used up.
    The caller stores the answer, under a lock on the account.
    """
    typed = code.replace(" ", "")
    if not typed.isascii():
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present + 1, present, present - 1):
        if (last_step is None or step > last_step) and hmac.compare_digest(totp.generate_otp(step), typed):
            return step
    return None


def recovery_codes() -> list[str]:
    """Codes for a lost phone: shown once, stored by `Keyring.code_digest`, each good for one sign-in."""
    return [one_time_code() for _ in range(RECOVERY_CODES)]
