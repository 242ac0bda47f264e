"""What everybody deserves: all nine cells of the table, in every agency and every year the same."""

from collections.abc import Sequence

from examples.demo_year.agency import Person, chance

ABOVE, MEETS, BELOW = "ABOVE", "MEETS", "BELOW"
ACHIEVED = {"EXCELLENT": ABOVE, "GOOD": MEETS, "NEEDS_IMPROVEMENT": BELOW}
"""The work result of an agency's head is what his agency achieved."""
DECK = (
    *((MEETS, MEETS),) * 9,
    *((ABOVE, ABOVE),) * 4,
    *((ABOVE, MEETS),) * 3,
    *((MEETS, ABOVE),) * 3,
    *((BELOW, MEETS), (BELOW, ABOVE), (BELOW, BELOW), (MEETS, BELOW), (ABOVE, BELOW)),
)


def of_quarter(person: Person, quarter: int) -> tuple[str, str]:
    """Work results and behaviour: neighbours in the deck, so that people change little from one to the next."""
    return DECK[(5 * person.number + quarter - 1) % len(DECK)]


def of_year(quarters: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The middle of the quarters on each side, the worse one of two."""
    order = (ABOVE, MEETS, BELOW)
    work, behaviour = (
        sorted((each[side] for each in quarters), key=order.index)[len(quarters) // 2] for side in (0, 1)
    )
    return work, behaviour


def is_silent(person: Person, quarter: int) -> bool:
    """Whoever does not report is rated without it, once the days to report are over."""
    return chance(person.nip, quarter, "silent") < 0.1


def accepts(person: Person, kind: str, quarter: int) -> bool:
    """The others let the days to object pass."""
    return chance(person.nip, kind, quarter, "accepts") < 0.8


def is_seen_otherwise(person: Person, kind: str, quarter: int) -> bool:
    """Where the evaluator departs from what the rated parts suggest, and says why."""
    return chance(person.nip, kind, quarter, "departs") < 0.08
