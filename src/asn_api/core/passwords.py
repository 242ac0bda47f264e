"""Passwords: argon2id off the event loop, and what makes a new password acceptable."""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache, cached_property
from importlib import resources
from string import digits, punctuation

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from asn_api.errors import Fault

MIN_LENGTH = 10
MAX_LENGTH = 128
# Shorter parts of a name or number occur in innocent words.
NAME_LETTERS = 4
NUMBER_DIGITS = 8
_LEET = str.maketrans("01!|l345$7+@8", "oiiiieassttab")
_TAIL = digits + punctuation + " "
# "aaaaaaaaaa", "1212121212": no list holds them all.
DISTINCT_CHARACTERS = 4


class Passwords:
    """argon2id with `memory_kib`, `time_cost` and `parallelism`; at most `concurrency` hashes at a time."""

    def __init__(self, memory_kib: int, time_cost: int, parallelism: int, concurrency: int) -> None:
        hasher = Argon2Hasher(memory_cost=memory_kib, time_cost=time_cost, parallelism=parallelism)
        self._hasher = PasswordHash((hasher,))
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="argon2")

    @cached_property
    def _nobody(self) -> str:
        """The hash that no password has."""
        return self._hasher.hash(secrets.token_bytes(32))

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, self._hasher.hash, _octets(password)
        )

    async def verify(self, password: str, stored: str | None = None) -> tuple[bool, str | None]:
        """Whether it is the password, and a new hash to store when the parameters have changed since."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, self._verify, _octets(password), stored
        )

    def _verify(self, password: bytes, stored: str | None) -> tuple[bool, str | None]:
        # Made by the first check of all, whosever it is: made only for nobody, it would tell.
        nobody = self._nobody
        return self._hasher.verify_and_update(password, stored or nobody)

    async def verify_nothing(self) -> None:
        """Take as long as `verify`, so that the time of a refusal does not tell whether an account exists."""
        await self.verify("")

    def close(self) -> None:
        self._pool.shutdown()


def check(password: str, personal: Iterable[str], pointer: str = "/password") -> list[Fault]:
    """What is wrong with a new password; `personal` are NIP, birth date (ISO) and names of its owner."""
    length = len(unicodedata.normalize("NFKC", password))
    if length < MIN_LENGTH:
        return [Fault(pointer, "PASSWORD_TOO_SHORT", {"minimum": MIN_LENGTH})]
    if length > MAX_LENGTH:
        return [Fault(pointer, "PASSWORD_TOO_LONG", {"maximum": MAX_LENGTH})]
    faults = []
    if _is_breached(password):
        faults.append(Fault(pointer, "PASSWORD_BREACHED"))
    if _is_personal(password, personal):
        faults.append(Fault(pointer, "PASSWORD_PERSONAL"))
    return faults


def _octets(password: str) -> bytes:
    # NFKC: keyboards write the same letter differently. surrogatepass: half a character is wrong, not a crash.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _skeleton(text: str) -> str:
    """The text without case and with digits and signs that stand for letters folded into those letters."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_LEET)


@cache
def _breached() -> frozenset[str]:
    lines = (
        resources.files("asn_api").joinpath("data", "breached-passwords.txt").read_text("utf-8").splitlines()
    )
    return frozenset(map(_skeleton, lines))


def _is_breached(password: str) -> bool:
    if len(set(_skeleton(password))) < DISTINCT_CHARACTERS:
        return True
    return any(_skeleton(form) in _breached() for form in _forms(password))


def _forms(password: str) -> Iterator[str]:
    """The password with and without signs in between and with less and less of the digits and signs around it."""
    bare = _alphanumerics(password)
    for text in (password, bare, password.lstrip(_TAIL), bare.lstrip(_TAIL)):
        for end in range(len(text.rstrip(_TAIL)), len(text) + 1):
            yield text[:end]


def _is_personal(password: str, personal: Iterable[str]) -> bool:
    plain = _alphanumerics(unicodedata.normalize("NFKC", password).casefold())
    skeleton = _alphanumerics(_skeleton(password))
    for item in personal:
        if any(number in plain for number in _numbers(item)):
            return True
        words = re.findall(rf"[^\W\d_]{{{NAME_LETTERS},}}", item)
        if any(_skeleton(word) in skeleton for word in words):
            return True
    return False


def _alphanumerics(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _numbers(item: str) -> Iterator[str]:
    """The runs of digits that give a NIP or a birth date away."""
    try:
        day = date.fromisoformat(item)
    except ValueError:
        number = re.sub(r"\D", "", item)
        yield from (number[start : start + NUMBER_DIGITS] for start in range(len(number) - NUMBER_DIGITS + 1))
    else:
        yield from (f"{day:{form}}" for form in ("%Y%m%d", "%d%m%Y", "%d%m%y", "%y%m%d"))
