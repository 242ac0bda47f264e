"""The employee number: NIP of a career civil servant, NI PPPK of one under contract."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from asn_api.errors import Fault, Problem
from asn_api.rules.people import Sex

PPPK_CODES = frozenset({"21", "22", "23", "24"})
"""What portals are known to use (24: part time); no published list, so a region's policy may name others."""


@dataclass(frozen=True)
class Nip:
    """`start_month` is None for PPPK, whose digits 13–14 hold the `contract_code` instead."""

    digits: str
    kind: Literal["PNS", "PPPK"]
    birth_date: date
    start_year: int
    start_month: int | None
    contract_code: str | None
    sex: Sex
    sequence: str


def parse(text: str, pppk_codes: Collection[str] = PPPK_CODES, *, pointer: str = "/nip") -> Nip:
    """The number's parts, spaces ignored; refused with one NIP_… code when its structure is wrong.

    18 digits after Peraturan Kepala BKN 22/2007: birth date 8, start year 4, start month 01–12 (PPPK: a
    contract code) 2, sex 1, sequence 3.
    """
    digits = "".join(text.split())
    if digits and not (digits.isascii() and digits.isdigit()):
        raise _refused("NIP_NOT_DIGITS", pointer, digits)
    if len(digits) != 18:
        raise _refused("NIP_LENGTH", pointer, digits)
    try:
        birth_date = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise _refused("NIP_BIRTH_DATE", pointer, digits[:8]) from None
    start_year, code = int(digits[8:12]), digits[12:14]
    is_pppk = code in pppk_codes
    if not is_pppk and not 1 <= int(code) <= 12:
        raise _refused("NIP_START_MONTH", pointer, code)
    if digits[14] not in "12":
        raise _refused("NIP_SEX", pointer, digits[14])
    if digits[15:] == "000":
        raise _refused("NIP_SEQUENCE", pointer, digits[15:])
    return Nip(
        digits=digits,
        kind="PPPK" if is_pppk else "PNS",
        birth_date=birth_date,
        start_year=start_year,
        start_month=None if is_pppk else int(code),
        contract_code=code if is_pppk else None,
        sex=Sex.MALE if digits[14] == "1" else Sex.FEMALE,
        sequence=digits[15:],
    )


def differences(nip: Nip, birth_date: date | None, sex: Sex | None) -> list[Fault]:
    """Where the record and its number disagree: warnings only, because numbers were issued with mistakes."""
    warnings = []
    if birth_date is not None and birth_date != nip.birth_date:
        params = {"nip": nip.birth_date.isoformat(), "record": birth_date.isoformat()}
        warnings.append(Fault("/birth_date", "NIP_BIRTH_DATE_MISMATCH", params))
    if sex is not None and sex != nip.sex:
        warnings.append(Fault("/sex", "NIP_SEX_MISMATCH", {"nip": nip.sex.value, "record": sex.value}))
    return warnings


def _refused(code: str, pointer: str, digits: str) -> Problem:
    fault = Fault(pointer, code, {"digits": digits, "length": len(digits)})
    return Problem(code, faults=[fault], digits=digits, length=len(digits))
