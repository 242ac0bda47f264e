"""Tracking codes and PINs: random, hopeless to guess, and the same again for the same sender's key."""

import hmac
import secrets
from uuid import UUID

from asn_api.core.crypto import CROCKFORD, Keyring, normalised_code

CODE_LENGTH = 16
"""80 bits: nobody meets another one's code by trying."""
PIN_DIGITS = 8


def new_code() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """In groups of four, as it is read out."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain_code(typed: str) -> str:
    return normalised_code(typed)


def pin_for(keyring: Keyring, region_id: UUID, key: UUID | None) -> str:
    """Derived from the sender's key where there is one: whoever lost the answer gets the same PIN, nobody else."""
    if key is None:
        number = secrets.randbelow(10**PIN_DIGITS)
    else:
        number = int.from_bytes(keyring.blind_index(f"{region_id}/{key}", "complaints.pin")) % 10**PIN_DIGITS
    return f"{number:0{PIN_DIGITS}}"


def shown_pin(pin: str) -> str:
    return f"{pin[:4]}-{pin[4:]}"


def pin_digest(keyring: Keyring, region_id: UUID, id: UUID, pin: str) -> bytes:
    """How a PIN is kept: with a key that is not in the database, because eight digits are soon tried."""
    plain = "".join(filter(str.isdigit, pin))
    return keyring.blind_index(f"{region_id}/{id}/{plain}", "complaints.pin_digest")


def is_pin(keyring: Keyring, region_id: UUID, id: UUID, pin: str, kept: bytes) -> bool:
    return hmac.compare_digest(pin_digest(keyring, region_id, id, pin), kept)


def submission_index(keyring: Keyring, region_id: UUID, key: UUID) -> bytes:
    return keyring.blind_index(f"{region_id}/{key}", "complaints.submission")
