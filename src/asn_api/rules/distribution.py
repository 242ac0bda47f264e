"""Whether people's predicates fit what their agency achieved (SE MenPANRB 3/2023): findings, never a block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from asn_api.rules.ratings import OrganisationPredicate, Predicate


class DistributionFault(StrEnum):
    NOT_THE_MODE = "NOT_THE_MODE"
    ABOVE_LIMIT = "ABOVE_LIMIT"
    BELOW_FLOOR = "BELOW_FLOOR"
    MISSING = "MISSING"
    NOT_ALLOWED = "NOT_ALLOWED"


@dataclass(frozen=True)
class Limits:
    """Shares of all rated people, as the region's policy has them."""

    most_limit: Decimal
    main_floor: Decimal
    next_floor: Decimal
    top_limit: Decimal


@dataclass(frozen=True)
class Finding:
    """One departure from the pattern: of these predicates together, with the limit where there is one."""

    fault: DistributionFault
    predicates: tuple[Predicate, ...]
    limit: Decimal | None
    count: int


def check_distribution(
    organisation: OrganisationPredicate, counts: Mapping[Predicate, int], limits: Limits
) -> tuple[Finding, ...]:
    """Every departure from the pattern of an agency with this achievement; none for one that conforms.

    "Most" is the mode, a tie included. Shares are compared exactly, not as rounded percentages. In small units
    no pattern may be possible: what is found is to be justified, not corrected.
    """
    if not sum(counts.values()):
        return ()
    return tuple(_findings(organisation, _Counted(counts), limits))


@dataclass(frozen=True)
class _Counted:
    counts: Mapping[Predicate, int]

    def of(self, *predicates: Predicate) -> int:
        return sum(self.counts.get(each, 0) for each in predicates)

    def most(self, predicate: Predicate, limit: Decimal) -> Iterator[Finding]:
        if self.of(predicate) < max(self.counts.values()):
            yield Finding(DistributionFault.NOT_THE_MODE, (predicate,), None, self.of(predicate))
        yield from self.at_most(predicate, limit)

    def at_most(self, predicate: Predicate, limit: Decimal) -> Iterator[Finding]:
        if self.of(predicate) > limit * self.of(*Predicate):
            yield Finding(DistributionFault.ABOVE_LIMIT, (predicate,), limit, self.of(predicate))

    def at_least(self, floor: Decimal, *predicates: Predicate) -> Iterator[Finding]:
        if self.of(*predicates) < floor * self.of(*Predicate):
            yield Finding(DistributionFault.BELOW_FLOOR, predicates, floor, self.of(*predicates))

    def some(self, *predicates: Predicate) -> Iterator[Finding]:
        if not self.of(*predicates):
            yield Finding(DistributionFault.MISSING, predicates, None, 0)

    def none(self, predicate: Predicate) -> Iterator[Finding]:
        if self.of(predicate):
            yield Finding(DistributionFault.NOT_ALLOWED, (predicate,), Decimal(0), self.of(predicate))


def _findings(organisation: OrganisationPredicate, people: _Counted, limits: Limits) -> Iterator[Finding]:
    match organisation:
        case OrganisationPredicate.EXCELLENT:
            yield from people.most(Predicate.VERY_GOOD, limits.most_limit)
        case OrganisationPredicate.GOOD:
            yield from people.most(Predicate.GOOD, limits.most_limit)
            yield from people.some(Predicate.NEEDS_IMPROVEMENT, Predicate.POOR)
        case OrganisationPredicate.NEEDS_IMPROVEMENT:
            yield from people.at_least(limits.main_floor, Predicate.NEEDS_IMPROVEMENT)
            yield from people.at_most(Predicate.VERY_GOOD, limits.top_limit)
        case OrganisationPredicate.POOR:
            yield from people.at_least(limits.main_floor, Predicate.POOR)
            yield from people.at_least(limits.next_floor, Predicate.NEEDS_IMPROVEMENT)
            yield from people.at_most(Predicate.VERY_GOOD, limits.top_limit)
        case OrganisationPredicate.VERY_POOR:
            yield from people.at_least(limits.main_floor, Predicate.VERY_POOR)
            yield from people.at_least(limits.next_floor, Predicate.POOR, Predicate.NEEDS_IMPROVEMENT)
            yield from people.none(Predicate.VERY_GOOD)


def percentages(counts: Mapping[Predicate, int]) -> dict[Predicate, Decimal | None]:
    """Of all rated people, in percent with one decimal (half up); None while nobody is rated."""
    total = sum(counts.values())
    return {
        each: (Decimal(100 * counts.get(each, 0)) / total).quantize(Decimal("0.1"), ROUND_HALF_UP)
        if total
        else None
        for each in Predicate
    }
