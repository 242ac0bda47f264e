"""What the plans of Kota Demo say beside their results, the same every time."""

from datetime import date
from random import Random
from typing import Any

from asn_api.demo.cascade import SEED, Indicator
from asn_api.demo.work import vocabulary

QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 31))


def annexes(key: str, year: int) -> list[dict[str, Any]]:
    """One or two of each kind."""
    rng = Random(f"{SEED}/annexes/{year}/{key}")  # noqa: S311
    return [
        {"kind": kind, "statement": statement}
        for kind, texts in vocabulary().annexes.items()
        for statement in rng.sample(texts, rng.choice((1, 1, 2)))
    ]


def behaviour(key: str, year: int) -> dict[str, Any]:
    """What the evaluator expects by two to four of the core values."""
    rng = Random(f"{SEED}/behaviour/{year}/{key}")  # noqa: S311
    texts = vocabulary().expectations
    chosen = set(rng.sample(sorted(texts), rng.choice((2, 3, 4))))
    return {value: {"expectation": rng.choice(texts[value])} for value in texts if value in chosen}


def action_plan(indicator: Indicator, first: date) -> list[dict[str, Any]]:
    """By quarter: amounts grow to the target, everything else is to hold all year."""
    grows = indicator.aspect == "QUANTITY" and indicator.polarity == "HIGHER_IS_BETTER"
    return [
        {
            "until": date(first.year, month, day).isoformat(),
            "target_value": str(-(-indicator.target * number // 4) if grows else indicator.target),
            "target_text": None,
        }
        for number, (month, day) in enumerate(QUARTERS, 1)
        if date(first.year, month, day) >= first
    ]
