"""The worked examples of competency gaps and of the job fit (JPM)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from asn_api.rules.competencies import FitCategory, fit, gap, gap_status
from asn_api.rules.competency_policy import CompetencyPolicy
from tests.rules.samples import policy_values

Row = Mapping[str, Any]

NUMBERS = CompetencyPolicy.from_mapping(policy_values("competencies"))
SHORT = {
    "MS": FitCategory.MEETS_REQUIREMENT,
    "MMS": FitCategory.PARTLY_MEETS,
    "KMS": FitCategory.BELOW_REQUIREMENT,
}


def check_gap(row: Row) -> None:
    assert gap(row["actual"], row["standard"]) == row["gap"]
    assert gap_status(row["actual"], row["standard"]) == row["status"]


def check_fit(row: Row) -> None:
    levels = list(zip(row["scores"], row["standards"], strict=True))
    found = fit(levels, NUMBERS.fit_thresholds, capped=row["capped"])
    assert found is not None
    assert found.percentage == Decimal(str(row["jpm_pct"]))
    assert found.category is SHORT[row["category"]]


CHECKERS: Mapping[str, Callable[[Row], None]] = {"competency_gap": check_gap, "jpm": check_fit}
