"""Keys and what is made with them: sealed columns, blind indexes, MACs, opaque tokens, one-time codes."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MacPurpose = Literal["refresh tokens", "cursors", "receipts", "sync tokens", "event ids"]

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
_MISREAD = str.maketrans("OIL", "011", "- \t\r\n")


class CannotOpen(Exception):
    """A sealed value that no key of the ring opens in this context: tampered, moved or of a lost key."""


class Keyring:
    """The keys of one installation, by id 1–255; the first seals, all of them open.

    The keys themselves are never used: each use has its own subkey (HKDF-SHA256, the use as label).
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise ValueError("the keyring is empty")
        for number, key in keys.items():
            if not 1 <= number <= 255:
                raise ValueError(f"key id {number} is not between 1 and 255")
            if len(key) != KEY_BYTES:
                raise ValueError(f"key {number} has {len(key)} bytes instead of {KEY_BYTES}")
        self._keys = dict(keys)
        self.current = next(iter(self._keys))
        self._ciphers = {number: AESGCM(_subkey(key, "encryption")) for number, key in self._keys.items()}
        self._subkeys: dict[tuple[int, str], bytes] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """A ring written as `2:base64,1:base64`, the current key first."""
        keys: dict[int, bytes] = {}
        for entry in text.split(","):
            number, colon, encoded = entry.strip().partition(":")
            # A key must not reach a log: the messages name positions and ids only.
            if not colon or not number.isascii() or not number.isdigit():
                raise ValueError(f"entry {len(keys) + 1} of the keyring is not written as id:base64")
            if int(number) in keys:
                raise ValueError(f"key id {int(number)} appears twice in the keyring")
            try:
                keys[int(number)] = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                raise ValueError(f"key {int(number)} of the keyring is not valid base64") from None
        return cls(keys)

    def __repr__(self) -> str:
        return f"Keyring(ids={list(self._keys)})"

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Key id, nonce and AES-256-GCM ciphertext; `context` is `table.column:row-id`.

        The context is authenticated, so a value copied to another row or column does not open.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = self._ciphers[self.current].encrypt(nonce, plaintext, context.encode())
        return bytes([self.current]) + nonce + ciphertext

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plaintext of `seal`; CannotOpen when it was changed, moved or its key is gone."""
        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
            raise CannotOpen("too short to be a sealed value")
        cipher = self._ciphers.get(key_id(sealed))
        if cipher is None:
            raise CannotOpen(f"key {key_id(sealed)} is not in the keyring")
        nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, context.encode())
        except InvalidTag:
            raise CannotOpen("changed, or sealed for another context") from None

    @property
    def lowest(self) -> int:
        """The key of the blind indexes and code digests."""
        return min(self._keys)

    def needs_rotation(self, sealed: bytes) -> bool:
        return key_id(sealed) != self.current

    def blind_index(self, value: str, purpose: str) -> bytes:
        """16 bytes equal for equal values, to look up or make unique what is sealed.

        `purpose` is `table.column`; the caller normalises the value. The key comes from the lowest id of
        the ring and does not rotate with it: the lowest key may leave (or a lower one join) only together
        with a re-index of every such column.
        """
        key = self._derived(self.lowest, f"blind index:{purpose}")
        return hmac.digest(key, value.encode(), "sha256")[:16]

    def code_digest(self, code: str) -> bytes:
        """How a one-time code is stored: 50 bits are too few for a digest without a key."""
        return self.blind_index(normalised_code(code), "one-time codes")

    def mac(self, data: bytes, purpose: MacPurpose) -> bytes:
        """HMAC-SHA256 under the current key."""
        return hmac.digest(self._derived(self.current, f"mac:{purpose}"), data, "sha256")

    def macs(self, data: bytes, purpose: MacPurpose) -> list[bytes]:
        """The MAC under every key, the current first: what was signed before a rotation stays valid."""
        return [hmac.digest(self._derived(number, f"mac:{purpose}"), data, "sha256") for number in self._keys]

    def mac_matches(self, data: bytes, tag: bytes, purpose: MacPurpose) -> bool:
        return any(hmac.compare_digest(mac, tag) for mac in self.macs(data, purpose))

    def _derived(self, number: int, label: str) -> bytes:
        subkey = self._subkeys.get((number, label))
        if subkey is None:
            subkey = self._subkeys[number, label] = _subkey(self._keys[number], label)
        return subkey


def _subkey(key: bytes, label: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"asn-api:" + label.encode()).derive(key)


def new_key(number: int) -> str:
    """A fresh entry for the text that `Keyring.parse` reads."""
    return f"{number}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def key_id(sealed: bytes) -> int:
    return sealed[0]


def digest(text: str) -> bytes:
    """How a random token is stored: SHA-256. Needs no salt or key because nobody can guess the token."""
    return hashlib.sha256(text.encode()).digest()


def random_token(nbytes: int) -> str:
    return secrets.token_urlsafe(nbytes)


def one_time_code() -> str:
    """A code to read out or copy from paper, 50 bits in Crockford's base 32: `ABCDE-FGHJK`."""
    code = "".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH))
    return f"{code[:5]}-{code[5:]}"


def normalised_code(code: str) -> str:
    """The code as it was meant: case, dashes and spaces do not count, O reads 0, I and L read 1."""
    return code.upper().translate(_MISREAD)
