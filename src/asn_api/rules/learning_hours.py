"""Learning hours (jam pelajaran, JP) of a year: PP 11/2017 art. 203, PP 49/2018, PerLAN 10/2018."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asn_api.rules.certificates import COUNTING, CertificateStatus


class HoursStatus(StrEnum):
    """NO_MINIMUM: a right without a duty, as that of contract staff (PPPK)."""

    FULFILLED = "FULFILLED"
    SHORT = "SHORT"
    NO_MINIMUM = "NO_MINIMUM"


class HoursExclusion(StrEnum):
    """Why a certificate adds nothing to a year."""

    OTHER_YEAR = "OTHER_YEAR"
    NOT_VERIFIED = "NOT_VERIFIED"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"


_EXCLUSIONS: Mapping[CertificateStatus, HoursExclusion] = {
    CertificateStatus.CLAIMED: HoursExclusion.NOT_VERIFIED,
    CertificateStatus.REJECTED: HoursExclusion.REJECTED,
    CertificateStatus.REVOKED: HoursExclusion.REVOKED,
}


@dataclass(frozen=True)
class YearlyHours:
    """What one kind of employment is to learn at least, and what counts for it at most; None where there is none."""

    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Learned:
    """What a certificate says: whole hours, and the day on which the training ended."""

    hours: int
    completed_on: date
    status: CertificateStatus


@dataclass(frozen=True)
class HoursStanding:
    """Of one person and year. `total` is what was learned, `counted` is at most the maximum; `shortfall` ≥ 0."""

    total: int
    counted: int
    beyond: int
    shortfall: int
    status: HoursStatus


def hours_of(minutes: int, minutes_per_hour: int) -> int:
    """Whole learning hours; a part of one counts nothing (PerLAN 10/2018: 1 JP = 45 minutes)."""
    return max(minutes, 0) // minutes_per_hour


def year_of(completed_on: date) -> int:
    """The one year in which a training counts, whole: that of the day on which it ended (decision 0040)."""
    return completed_on.year


def exclusion(learned: Learned, year: int) -> HoursExclusion | None:
    """Why a certificate adds nothing to this year; None when all its hours count in it."""
    if learned.status not in COUNTING:
        return _EXCLUSIONS[learned.status]
    return None if year_of(learned.completed_on) == year else HoursExclusion.OTHER_YEAR


def total_of(certificates: Iterable[Learned], year: int) -> int:
    """The hours of the certificates that count in the year."""
    return sum(each.hours for each in certificates if exclusion(each, year) is None)


def standing(total: int, rule: YearlyHours) -> HoursStanding:
    """The year's hours against the right and the duty (PP 11/2017: 20 JP for PNS; PPPK at most 24)."""
    counted = total if rule.maximum is None else min(total, rule.maximum)
    if rule.minimum is None:
        return HoursStanding(total, counted, total - counted, 0, HoursStatus.NO_MINIMUM)
    shortfall = max(rule.minimum - counted, 0)
    status = HoursStatus.SHORT if shortfall else HoursStatus.FULFILLED
    return HoursStanding(total, counted, total - counted, shortfall, status)
