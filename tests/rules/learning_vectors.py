"""The worked examples of lesson hours and of the professionalism index."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from asn_api.rules.learning_hours import HoursStatus, hours_of, standing
from asn_api.rules.learning_policy import LearningPolicy, ProfessionalismPolicy
from asn_api.rules.organization import PositionKind
from asn_api.rules.people import Employment
from asn_api.rules.professionalism import (
    EDUCATION,
    EducationStep,
    IndexFacts,
    MissingRecord,
    category_of,
    index,
)
from asn_api.rules.ratings import Predicate
from tests.rules.samples import policy_values

Row = Mapping[str, Any]

LEARNING = LearningPolicy.from_mapping(policy_values("learning"))
INDEX = ProfessionalismPolicy.from_mapping(policy_values("professionalism"))
VOUCHED = ProfessionalismPolicy.from_mapping(
    policy_values("professionalism", discipline_without_record=MissingRecord.NONE)
)
STEPS = {
    "S3": EducationStep.DOCTOR,
    "S2": EducationStep.MASTER,
    "S1": EducationStep.BACHELOR,
    "S1_D4": EducationStep.BACHELOR,
    "D3": EducationStep.DIPLOMA,
    "SMA_D1_D2": EducationStep.SECONDARY,
    "BELOW_SMA": EducationStep.PRIMARY,
}


def check_hours(row: Row) -> None:
    if "minutes" in row:
        assert hours_of(row["minutes"], LEARNING.minutes_per_hour) == row["jp_floor"]
        return
    found = standing(row["jp_total"], LEARNING.yearly_hours[Employment.PNS])
    assert (found.status is HoursStatus.FULFILLED) is row["met"]


def check_index(row: Row) -> None:
    """Of a general staff position: all of its competence is 40, the hours alone 22.5."""
    code = next(code for code, step in EDUCATION.items() if step is STEPS[row["qualification"]])
    facts = IndexFacts(
        education_code=code,
        position=PositionKind.EXECUTIVE,
        leadership=False,
        functional=False,
        hours=20,
        seminar=row["competence"] == 40,
        predicate=Predicate.GOOD,
        judged=True,
        legal_standing_code="01",
    )
    found = index(facts, VOUCHED.rule)
    assert [part.points for part in found.parts] == [
        Decimal(str(row[name])) for name in ("q", "competence", "performance", "discipline")
    ]
    assert found.total == found.at_most == Decimal(str(row["total"]))
    assert found.category == row["category"]


def check_category(row: Row) -> None:
    assert category_of(Decimal(str(row["score"])), INDEX.categories) == row["category"]


def check_qualification(row: Row) -> None:
    assert INDEX.qualification[STEPS[row["education"]]] == row["points"]


CHECKERS: Mapping[str, Callable[[Row], None]] = {
    "ip_asn": check_index,
    "ip_asn_categories": check_category,
    "ip_asn_qualification": check_qualification,
    "jp": check_hours,
}
