"""Certificates of training: issued here, or claimed with a file and verified; when two are the same one."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asn_api.errors import Fault, Problem

_NOT_A_WORD = re.compile(r"[\W_]+")
_NUMBER_WORD = re.compile(r"^(?:nomor|no|number|nr)(?=[\W_])")

CODE_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: what is read from paper is not misread."""
CODE_LENGTH = 24
"""120 bits: nobody finds a certificate by guessing."""
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


class CertificateOrigin(StrEnum):
    """ISSUED by this system after a class, or EXTERNAL: made by somebody else and claimed by its holder."""

    ISSUED = "ISSUED"
    EXTERNAL = "EXTERNAL"


class CertificateStatus(StrEnum):
    ISSUED = "ISSUED"
    CLAIMED = "CLAIMED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"


class CertificateAction(StrEnum):
    CHANGE = "CHANGE"
    WITHDRAW = "WITHDRAW"
    VERIFY = "VERIFY"
    REJECT = "REJECT"
    REVOKE = "REVOKE"


class CertificateActor(StrEnum):
    """VERIFIER: an admin with the certificate in reach, never of his own."""

    HOLDER = "HOLDER"
    VERIFIER = "VERIFIER"


class Resemblance(StrEnum):
    """Why a person should look before verifying: the same training, file or number seems to be here already."""

    SAME_TRAINING = "SAME_TRAINING"
    SAME_FILE = "SAME_FILE"
    SAME_NUMBER_ELSEWHERE = "SAME_NUMBER_ELSEWHERE"


class CertificatePublicState(StrEnum):
    """What the public verification says of a code that exists."""

    VALID = "VALID"
    REVOKED = "REVOKED"


COUNTING = frozenset({CertificateStatus.ISSUED, CertificateStatus.VERIFIED})
"""Certificates whose hours count, and that prove something."""

STANDING = frozenset({*COUNTING, CertificateStatus.CLAIMED})
"""Those beside which no second one of the same number and issuer may be claimed by the same person."""


@dataclass(frozen=True)
class CertificateTransition:
    """`next` is None where the status stays, or where the claim goes."""

    actor: CertificateActor
    next: CertificateStatus | None


_CLAIMED = CertificateStatus.CLAIMED
_HOLDER, _VERIFIER = CertificateActor.HOLDER, CertificateActor.VERIFIER

CERTIFICATE_TRANSITIONS: Mapping[tuple[CertificateStatus, CertificateAction], CertificateTransition] = {
    (_CLAIMED, CertificateAction.CHANGE): CertificateTransition(_HOLDER, None),
    (_CLAIMED, CertificateAction.WITHDRAW): CertificateTransition(_HOLDER, None),
    (_CLAIMED, CertificateAction.VERIFY): CertificateTransition(_VERIFIER, CertificateStatus.VERIFIED),
    (_CLAIMED, CertificateAction.REJECT): CertificateTransition(_VERIFIER, CertificateStatus.REJECTED),
    (CertificateStatus.VERIFIED, CertificateAction.REVOKE): CertificateTransition(
        _VERIFIER, CertificateStatus.REVOKED
    ),
    (CertificateStatus.ISSUED, CertificateAction.REVOKE): CertificateTransition(
        _VERIFIER, CertificateStatus.REVOKED
    ),
}


def certificate_refusal(
    status: CertificateStatus, action: CertificateAction, actors: Collection[CertificateActor]
) -> str | None:
    """The code of what stands in the way; None when it may be done."""
    step = CERTIFICATE_TRANSITIONS.get((status, action))
    if step is None:
        return "CERTIFICATE_WRONG_STATUS"
    if step.actor is _VERIFIER and _HOLDER in actors:
        return "CERTIFICATE_OF_ONESELF"
    return None if step.actor in actors else "CERTIFICATE_WRONG_ACTOR"


def check_certificate(
    status: CertificateStatus, action: CertificateAction, actors: Collection[CertificateActor]
) -> CertificateStatus:
    """The next status (the same where it stays), or a Problem saying why the action is refused."""
    code = certificate_refusal(status, action, actors)
    if code:
        raise Problem(code, status=status.value)
    return CERTIFICATE_TRANSITIONS[status, action].next or status


def check_days(starts_on: date, ends_on: date, issued_on: date, today: date) -> None:
    """A training ends after it began and before its certificate, and nothing of it lies ahead."""
    faults = []
    if ends_on < starts_on:
        faults.append(Fault("/ends_on", "CERTIFICATE_DAYS_REVERSED"))
    if issued_on < ends_on:
        faults.append(Fault("/issued_on", "CERTIFICATE_BEFORE_ITS_TRAINING"))
    if issued_on > today:
        faults.append(Fault("/issued_on", "CERTIFICATE_DAY_IN_FUTURE"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def number_key(number: str) -> str:
    """A number as two people write it differently: case, spaces and marks do not count, their places do.

    `No. 123/ABC/2026`, `123-abc-2026` and `123 / ABC / 2026` are one; `1/23` and `12/3` are not.
    """
    plain = unicodedata.normalize("NFKC", number).casefold().strip()
    return "/".join(_parts(_NUMBER_WORD.sub("", plain)))


def issuer_key(issuer: str) -> str:
    """An issuer's name without case, marks and repeated spaces."""
    return " ".join(_parts(unicodedata.normalize("NFKC", issuer).casefold()))


def title_key(title: str) -> str:
    """A training's title the same way."""
    return issuer_key(title)


def _parts(text: str) -> list[str]:
    return [part for part in _NOT_A_WORD.split(text) if part]


def normalised_code(code: str) -> str:
    """A verification code as it was meant: case, dashes and spaces do not count, O reads 0, I and L read 1."""
    return code.casefold().replace("-", "").replace(" ", "").translate(_MISREAD)


def grouped_code(code: str) -> str:
    """As it is printed: groups of six."""
    return "-".join(code[at : at + 6] for at in range(0, len(code), 6))


def number_of(year: int, series: int, place: int) -> str:
    """The number of a certificate issued here: the year's class, and the place in it; neither has gaps.

    `SERT/2026/00012/0003`: the third of the twelfth class that gave certificates in 2026.
    """
    return f"SERT/{year:04d}/{series:05d}/{place:04d}"
