"""How sums look on the wire: minutes with the shares and flags that the rules make of them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from asn_api.rules import attainment
from asn_api.rules.contribution import ContributionFlag, Effort, flags, share
from asn_api.rules.contribution_policy import ContributionPolicy
from asn_api.rules.plans import Polarity

Row = Mapping[Any, Any]

_NOTHING = Effort(0, 0, 0, 0, 0, 0)


def effort_of(row: Row) -> Effort:
    return Effort._make([row[name] for name in Effort._fields])


def added(efforts: Iterable[Effort]) -> Effort:
    return Effort._make(map(sum, zip(_NOTHING, *efforts, strict=True)))


def shown(
    effort: Effort, policy: ContributionPolicy, further: Sequence[ContributionFlag] = ()
) -> dict[str, Any]:
    return {
        **effort._asdict(),
        "plan_alignment_pct": text(share(effort.plan_minutes, effort.minutes)),
        "goal_alignment_pct": text(share(effort.goal_minutes, effort.minutes)),
        "non_task_pct": text(share(effort.non_task_minutes, effort.minutes)),
        "flags": [*flags(effort, policy), *further],
    }


def attained(indicator: Row) -> Fraction | None:
    """Of a row of `queries.indicators`."""
    return attainment.attainment(
        Polarity(indicator["polarity"]),
        indicator["target_value"],
        indicator["target_upper"],
        indicator["value"],
    )


def mean_of(rows: Iterable[Row], policy: ContributionPolicy) -> Decimal | None:
    return attainment.mean([attainment.known(map(attained, rows), policy.attainment_cap)])


def mean_of_json(rows: Sequence[Sequence[Any]] | None, policy: ContributionPolicy) -> Decimal | None:
    """Of what `queries.measured` gives."""
    found = (
        attainment.attainment(Polarity(polarity), *map(_decimal, numbers))
        for polarity, *numbers in rows or ()
    )
    return attainment.mean([attainment.known(found, policy.attainment_cap)])


def _decimal(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)


def text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def named(row: Row, id: str = "agency_id", name: str = "agency_name") -> dict[str, Any] | None:
    return {"id": row[id], "name": row[name]} if row[id] else None


def goal_named(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "year", "code", "statement")}
