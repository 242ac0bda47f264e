"""Credit points (angka kredit) of functional positions: Peraturan BKN 3/2023, PermenPANRB 1/2023."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from asn_api.rules.ratings import Predicate

MONTHS = 12
STORED = Decimal("0.001")
PRINTED = Decimal("0.01")


class CreditLevel(StrEnum):
    """The eight levels (jenjang) of functional positions: four skilled, four expert. SIASN PM … UT."""

    PEMULA = "PEMULA"
    TERAMPIL = "TERAMPIL"
    MAHIR = "MAHIR"
    PENYELIA = "PENYELIA"
    AHLI_PERTAMA = "AHLI_PERTAMA"
    AHLI_MUDA = "AHLI_MUDA"
    AHLI_MADYA = "AHLI_MADYA"
    AHLI_UTAMA = "AHLI_UTAMA"


SIASN_COEFFICIENTS: Mapping[CreditLevel, str] = {
    CreditLevel.PEMULA: "52",
    CreditLevel.TERAMPIL: "62",
    CreditLevel.MAHIR: "72",
    CreditLevel.PENYELIA: "82",
    CreditLevel.AHLI_PERTAMA: "12",
    CreditLevel.AHLI_MUDA: "22",
    CreditLevel.AHLI_MADYA: "32",
    CreditLevel.AHLI_UTAMA: "42",
}
"""`koefisienId` of the national personnel system."""


class CreditKind(StrEnum):
    """SIASN's flags isAngkaKreditPertama, isIntegrasi, isKonversi."""

    FIRST = "FIRST"
    INTEGRATION = "INTEGRATION"
    CONVERSION = "CONVERSION"


class CreditGap(StrEnum):
    """Why months give no credit points, or why a need cannot be told."""

    NOT_FUNCTIONAL = "NOT_FUNCTIONAL"
    LEVEL_UNKNOWN = "LEVEL_UNKNOWN"
    NOT_EVALUATED = "NOT_EVALUATED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    GRADE_UNKNOWN = "GRADE_UNKNOWN"
    GRADE_OUTSIDE_LEVEL = "GRADE_OUTSIDE_LEVEL"
    HIGHEST_REACHED = "HIGHEST_REACHED"
    NO_RANKS = "NO_RANKS"


class Promotion(StrEnum):
    RANK = "RANK"
    LEVEL = "LEVEL"


class PromotionRule(StrEnum):
    CREDITS = "CREDITS"
    YEARS_IN_RANK = "YEARS_IN_RANK"
    PREDICATES = "PREDICATES"
    NO_SANCTION = "NO_SANCTION"
    COMPETENCY_TEST = "COMPETENCY_TEST"
    VACANCY = "VACANCY"


class RuleStatus(StrEnum):
    """UNKNOWN: what it needs is not recorded here, or is still provisional."""

    PASS = "PASS"  # noqa: S105 (no password)
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Judged:
    """An evaluation that covers a month. `predicate` is None until it is accepted or objected to."""

    evaluation_id: UUID
    predicate: Predicate | None
    provisional: bool


@dataclass(frozen=True)
class Month:
    """What held on the first day of a month, which decides for the whole month."""

    first: date
    functional: bool
    level: CreditLevel | None
    judged: Judged | None


@dataclass(frozen=True)
class Segment:
    """Months in a row with the same level and evaluation; `end` is the first day after them."""

    start: date
    end: date
    months: int
    level: CreditLevel
    evaluation_id: UUID
    predicate: Predicate
    provisional: bool


@dataclass(frozen=True)
class Gap:
    start: date
    end: date
    months: int
    reason: CreditGap


def following(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // MONTHS, first.month % MONTHS + 1, 1)


def months_of(start: date, end: date) -> list[date]:
    """The first days that lie in `[start, end)`."""
    first = start if start.day == 1 else following(start)
    found = []
    while first < end:
        found.append(first)
        first = following(first)
    return found


def segments(months: Sequence[Month]) -> tuple[list[Segment], list[Gap]]:
    """The months of a year cut where level or evaluation change, and those that give nothing, with the reason.

    A month belongs to whatever holds on its first day (inferred: posts begin on the first), so each counts once.
    """
    counted: list[Segment] = []
    missing: list[Gap] = []
    for month in months:
        reason = _gap(month)
        end = following(month.first)
        if reason is not None:
            last = missing[-1] if missing else None
            if last and (last.end, last.reason) == (month.first, reason):
                missing[-1] = Gap(last.start, end, last.months + 1, reason)
            else:
                missing.append(Gap(month.first, end, 1, reason))
            continue
        judged, level = month.judged, month.level
        assert judged is not None
        assert level is not None
        assert judged.predicate is not None
        before = counted[-1] if counted else None
        if before and (before.end, before.level, before.evaluation_id) == (
            month.first,
            level,
            judged.evaluation_id,
        ):
            start, number = before.start, before.months + 1
            counted.pop()
        else:
            start, number = month.first, 1
        counted.append(
            Segment(start, end, number, level, judged.evaluation_id, judged.predicate, judged.provisional)
        )
    return counted, missing


def _gap(month: Month) -> CreditGap | None:
    if not month.functional:
        return CreditGap.NOT_FUNCTIONAL
    if month.level is None:
        return CreditGap.LEVEL_UNKNOWN
    if month.judged is None:
        return CreditGap.NOT_EVALUATED
    return CreditGap.NOT_ACCEPTED if month.judged.predicate is None else None


@dataclass(frozen=True)
class Points:
    """`stored` has three decimals (SIASN), `printed` two (PAK); each is rounded from the exact amount, half up.

    Rounding the stored one again would print 2.864583… as 2.87.
    """

    stored: Decimal
    printed: Decimal


def credit(percentage: Decimal, coefficient: Decimal, months: int) -> Points:
    """`percentage` of the yearly coefficient for so many months of twelve."""
    exact = percentage * coefficient * months / (100 * MONTHS)
    return Points(exact.quantize(STORED, ROUND_HALF_UP), printed(exact))


def printed(amount: Decimal) -> Decimal:
    return amount.quantize(PRINTED, ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of the printed parts, as decrees add them."""
    return sum(amounts, Decimal("0.00"))


@dataclass(frozen=True)
class Needed:
    """What a level needs in all for each rank within it, and to leave it; `grades` are its ranks in order."""

    per_rank: Decimal
    per_level: Decimal | None
    grades: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How far somebody is towards one promotion. `missing` says why a need cannot be told."""

    promotion: Promotion
    needed: Decimal | None
    have: Decimal
    firm: Decimal
    shortfall: Decimal | None
    missing: CreditGap | None


def standings(
    level: CreditLevel | None,
    grade: str | None,
    have: Decimal,
    firm: Decimal,
    needs: Mapping[CreditLevel, Needed],
    *,
    has_ranks: bool = True,
) -> tuple[Standing, Standing]:
    """Towards the next rank and towards the next level. `have` holds provisional points, `firm` does not.

    Points count from the beginning of the level: its second rank needs twice what the first did, and so on; the
    last rank of a level is left for the next level only. PPPK serve by contract and have no ranks.
    """

    def towards(promotion: Promotion, needed: Decimal | None, missing: CreditGap | None) -> Standing:
        shortfall = None if needed is None else max(needed - have, Decimal("0.00"))
        return Standing(promotion, needed, have, firm, shortfall, missing)

    if level is None:
        unknown = CreditGap.LEVEL_UNKNOWN
        return towards(Promotion.RANK, None, unknown), towards(Promotion.LEVEL, None, unknown)
    need = needs[level]
    leave = None if need.per_level is not None else CreditGap.HIGHEST_REACHED
    upwards = towards(Promotion.LEVEL, need.per_level, leave)
    if not has_ranks:
        return towards(Promotion.RANK, None, CreditGap.NO_RANKS), upwards
    if grade is None:
        return towards(Promotion.RANK, None, CreditGap.GRADE_UNKNOWN), upwards
    if grade not in need.grades:
        return towards(Promotion.RANK, None, CreditGap.GRADE_OUTSIDE_LEVEL), upwards
    place = need.grades.index(grade) + 1
    if place == len(need.grades):
        return towards(Promotion.RANK, need.per_level, leave), upwards
    return towards(Promotion.RANK, need.per_rank * place, None), upwards


@dataclass(frozen=True)
class Requirements:
    """Years and predicates that promotions need besides credit points."""

    rank_min_years: int
    rank_predicate_years: int
    level_predicate_years: int
    least_predicate: Predicate


@dataclass(frozen=True)
class Check:
    promotion: Promotion
    rule: PromotionRule
    status: RuleStatus
    required: str
    found: str | None


def readiness(
    levels: tuple[Standing, Standing],
    in_rank_since: date | None,
    predicates: Mapping[int, Predicate],
    today: date,
    required: Requirements,
) -> list[Check]:
    """Every rule of both promotions by itself; never one verdict (PermenPANRB 1/2023, Peraturan BKN 3/2023).

    `predicates` are the accepted yearly ones by year. Sanctions, competency tests and vacancies are not recorded
    here and therefore unknown.
    """
    rank, level = levels
    checks = [
        _credits(rank),
        _years(in_rank_since, today, required.rank_min_years),
        _predicates(
            Promotion.RANK, predicates, today, required.rank_predicate_years, required.least_predicate
        ),
        Check(Promotion.RANK, PromotionRule.NO_SANCTION, RuleStatus.UNKNOWN, "0", None),
        _credits(level),
        _predicates(
            Promotion.LEVEL, predicates, today, required.level_predicate_years, required.least_predicate
        ),
    ]
    unrecorded = (PromotionRule.NO_SANCTION, PromotionRule.COMPETENCY_TEST, PromotionRule.VACANCY)
    wanted = {
        PromotionRule.NO_SANCTION: "0",
        PromotionRule.COMPETENCY_TEST: "PASS",
        PromotionRule.VACANCY: "1",
    }
    checks += [Check(Promotion.LEVEL, rule, RuleStatus.UNKNOWN, wanted[rule], None) for rule in unrecorded]
    return checks


def _credits(standing: Standing) -> Check:
    status = RuleStatus.UNKNOWN
    if standing.missing in (CreditGap.HIGHEST_REACHED, CreditGap.NO_RANKS):
        status = RuleStatus.FAIL
    elif standing.needed is not None and standing.firm >= standing.needed:
        status = RuleStatus.PASS
    elif standing.needed is not None and standing.have < standing.needed:
        status = RuleStatus.FAIL
    wanted = standing.missing if standing.needed is None else f"≥ {standing.needed}"
    return Check(standing.promotion, PromotionRule.CREDITS, status, str(wanted), str(standing.have))


def _years(since: date | None, today: date, least: int) -> Check:
    if since is None:
        return Check(Promotion.RANK, PromotionRule.YEARS_IN_RANK, RuleStatus.UNKNOWN, f"≥ {least}", None)
    years = today.year - since.year - ((today.month, today.day) < (since.month, since.day))
    status = RuleStatus.PASS if years >= least else RuleStatus.FAIL
    return Check(Promotion.RANK, PromotionRule.YEARS_IN_RANK, status, f"≥ {least}", f"{years} ({since})")


def _predicates(
    promotion: Promotion, predicates: Mapping[int, Predicate], today: date, years: int, least: Predicate
) -> Check:
    """Of the last whole years; one that is missing cannot pass."""
    order = list(Predicate)
    wanted = range(today.year - years, today.year)
    known = [(year, predicates[year]) for year in wanted if year in predicates]
    status = RuleStatus.PASS if len(known) == years else RuleStatus.UNKNOWN
    if any(order.index(found) > order.index(least) for _, found in known):
        status = RuleStatus.FAIL
    told = ", ".join(f"{year} {found}" for year, found in known)
    required = f"{wanted[0]}–{wanted[-1]} ≥ {least}" if years > 1 else f"{wanted[0]} ≥ {least}"
    return Check(promotion, PromotionRule.PREDICATES, status, required, told or None)


_TITLES: Mapping[str, CreditLevel] = {level.replace("_", " "): level for level in CreditLevel}


def level_in(title: str) -> CreditLevel | None:
    """The level that a position's title ends with; a suggestion for a person to confirm, never a fact."""
    words = title.upper().split()
    return _TITLES.get(" ".join(words[-2:])) or _TITLES.get(" ".join(words[-1:]))
