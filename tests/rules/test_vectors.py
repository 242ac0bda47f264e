"""Every worked example in the folder `ASN_VECTORS` (default tests/vectors) holds; none is left unread."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from asn_api.errors import Problem
from asn_api.rules import contribution, credits, nip, plans
from asn_api.rules.activities import ActivityAction, Category, check_verification
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import Answer, AssessmentForm, RaterGroup, outcome
from asn_api.rules.attainment import attainment, known, mean
from asn_api.rules.credit_policy import CreditPolicy
from asn_api.rules.credits import SIASN_COEFFICIENTS, CreditLevel
from asn_api.rules.entries import Entry, Judgement, Recorded, check_entry
from asn_api.rules.labels import external_code
from asn_api.rules.minutes import counted_minutes, fulfilment, month_score, month_target
from asn_api.rules.plans import PlanAction, PlanActor, PlanStatus, Polarity
from asn_api.rules.ratings import CoreValue, Predicate
from tests.rules import competency_vectors, complaint_vectors, evaluation_vectors, learning_vectors
from tests.rules.samples import activity_policy, national_calendar, place, policy_values, shipped

FOLDER = Path(os.environ.get("ASN_VECTORS") or Path(__file__).parents[1] / "vectors")
Row = Mapping[str, Any]

NIP_FAULTS = {
    "length": "NIP_LENGTH",
    "non digit": "NIP_NOT_DIGITS",
    "birth": "NIP_BIRTH_DATE",
    "start month": "NIP_START_MONTH",
    "month": "NIP_START_MONTH",
    "sex": "NIP_SEX",
    "sequence": "NIP_SEQUENCE",
}
CALENDAR = national_calendar()
CREDITS = CreditPolicy.from_mapping(policy_values("credits"))
MONDAY = date(2026, 6, 8)


def check_nip(row: Row) -> None:
    if row["valid"] is False:
        with pytest.raises(Problem) as refused:
            nip.parse(row["value"])
        expected = next(code for start, code in NIP_FAULTS.items() if row["error"].startswith(start))
        assert refused.value.code == expected
        return
    number = nip.parse(row["value"])
    assert number.digits == row.get("normalised", row["value"])
    for key, actual in {
        "kind": number.kind,
        "birth_date": number.birth_date.isoformat(),
        "start": f"{number.start_year}-{number.start_month or 0:02}",
        "start_year": number.start_year,
        "contract_code": number.contract_code,
        "sex": number.sex,
        "sequence": number.sequence,
    }.items():
        assert row.get(key, actual) == actual


def check_holiday(row: Row) -> None:
    kinds = {day["kind"] for day in shipped("holidays.json")["days"] if day["date"] == row["date"]}
    assert row["type"] in kinds
    assert date.fromisoformat(row["date"]).strftime("%a") == row["weekday"]


def check_working_day_range(row: Row) -> None:
    start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    assert CALENDAR.working_days(start, end, row["days_per_week"]) == row["working_days"]


def check_working_days_of_month(row: Row) -> None:
    policy = activity_policy(daily_target_minutes={"5": 300, "6": 300}, month_target="WORKING_DAYS")
    months = [row["month"]] if row["month"] else range(1, 13)
    five = [month_target(row["year"], month, 5, CALENDAR, policy) for month in months]
    six = [month_target(row["year"], month, 6, CALENDAR, policy) for month in months]
    assert sum(target.working_days for target in five) == row["working_days_5"]
    assert sum(target.working_days for target in six) == row["working_days_6"]
    minutes = sum(target.minutes for target in five)
    assert row.get("target_minutes_300", minutes) == minutes


def check_daily_fulfilment(row: Row) -> None:
    factor = activity_policy().over_target_factor
    assert fulfilment(row["verified_minutes"], row["target_minutes"], factor) == row["status"]


def check_daily_log(row: Row) -> None:
    if row.get("action") == "REJECT":
        faults = check_verification(
            ActivityAction.REJECT,
            claimed_minutes=60,
            verified_minutes=0,
            claimed_quantity=Decimal(1),
            verified_quantity=Decimal(0),
            comment=row["comment"],
        )
        assert bool(faults) is row["expected"].startswith("ERROR")
        return
    overlapping = "overlap" in row["case"]
    judgement = judged(row, "WARN", overlapping)
    expected = row["expected"].split(" ")[0]
    if expected == "REJECT":
        assert judgement.faults
    else:
        assert not judgement.faults
        assert bool(judgement.flags) is (expected == "ACCEPT_WARN")
    if overlapping:
        assert judged(row, "REJECT", overlapping).faults


def judged(row: Row, overlap: str, overlapping: bool) -> Judgement:
    zone = place().zone.tz

    def at(clock: str) -> datetime:
        return datetime.fromisoformat(f"{MONDAY}T{clock}").replace(tzinfo=zone)

    end = at(row.get("end", "10:00"))
    entry = Entry(
        day=MONDAY,
        start_at=at(row.get("start", "08:00")),
        end_at=end,
        minutes=row.get("effective_minutes", 120),
        category=Category.PRIMARY,
        description=row.get("description", "Menyusun draf laporan"),
        output_quantity=Decimal(row.get("output_qty", 1)),
        evidence=["https://contoh.invalid/bukti"] * row.get("evidence_count", 0),
        is_linked=True,
        device_at=None,
        received_at=end,
    )
    others = [Recorded(MONDAY, at("09:00"), at("11:00"), 60)] if overlapping else []
    return check_entry(entry, activity_policy(overlap=overlap), place(), now=end, others=others)


def check_capped_minutes(row: Row) -> None:
    claimed = row["minutes"]
    counted = counted_minutes(
        {
            Category.PRIMARY: claimed["primary"] + claimed["target_adjustment"],
            Category.ADDITIONAL: claimed["additional"],
            Category.SPECIAL_ADDITIONAL: claimed["special_additional"],
            Category.TEAM: claimed["ikp"],
        },
        row["daily_target"],
        {Category.ADDITIONAL: Decimal("0.2"), Category.TEAM: Decimal("0.1")},
        uncounted=(),
    )
    assert sum(counted.values()) == row["counted"]


def check_month_score(row: Row) -> None:
    assert month_score(row["verified_minutes"], row["target"]) == Decimal(row["score_pct"])
    if "year" in row:
        first = date(row["year"], row["month"], 1)
        workdays = (first + timedelta(n) for n in range(28))
        absent = [day for day in workdays if CALENDAR.is_working_day(day, 5)][: row.get("leave_days", 0)]
        target = month_target(row["year"], row["month"], 5, CALENDAR, activity_policy(), absent)
    else:
        policy = activity_policy(month_target="FIXED", fixed_month_minutes=row["target"])
        target = month_target(2026, 5, 5, CALENDAR, policy)
    assert target.minutes == row["target"]


def check_plan_transition(row: Row) -> None:
    action = PlanAction.EDIT if row["action"] == "edit_target" else PlanAction(row["action"].upper())
    status, actor = PlanStatus(row["from"]), PlanActor(row["actor"])
    if row["allowed"]:
        assert plans.check_transition(status, action, {actor}, reason="Target berubah") == row["to"]
    else:
        assert plans.refusal(status, action, {actor})


def check_contribution(row: Row) -> None:
    if shares := row.get("expected_share_pct"):
        minutes = row["verified_minutes_linked_to_goal"]
        found = {who: contribution.share(part, sum(minutes.values())) for who, part in minutes.items()}
        assert found == {who: Decimal(str(pct)) for who, pct in shares.items()}
        return
    total = row["verified_minutes_total"]
    for name, key in (("plan", "linked_to_plan"), ("goal", "linked_to_agency_goal")):
        expected = row["expected"][f"{name}_alignment_pct"]
        found_share = contribution.share(row.get(f"verified_minutes_{key}", 0), total)
        assert found_share == (None if expected is None else Decimal(str(expected)))


def check_attainment(row: Row) -> None:
    target, actual = Decimal(row["target"]), Decimal(row["actual"])
    found = attainment(Polarity(row["polarity"]), target, None, actual)
    assert found is not None
    assert contribution.percent(found) == Decimal(str(row["attainment_pct"]))
    cap = policy_values("contribution")["attainment_cap"]
    at_most = mean([known([found], cap)])  # type: ignore[arg-type]
    assert at_most == Decimal(str(row.get("capped_120", min(row["attainment_pct"], 120))))


def check_assessment(row: Row) -> None:
    form = AssessmentForm(row["formula"].upper())
    given = {
        RaterGroup.SUPERIOR: [row["supervisor"]],
        RaterGroup.PEERS: row["peers"],
        RaterGroup.SUBORDINATES: row.get("subordinates", []),
    }
    answers = [
        Answer(group, dict.fromkeys(CoreValue, score)) for group, scores in given.items() for score in scores
    ]
    policy = AssessmentPolicy.from_mapping(policy_values("assessments"))
    found = outcome(form, {group: len(scores) for group, scores in given.items()}, answers, policy.rule)
    assert found.score == (None if row["score"] is None else Decimal(str(row["score"])))
    assert found.category == row["category"]
    if row["category"] == "PENDING":
        reasons = {(each.group, each.need) for each in found.reasons}
        assert reasons == {(RaterGroup.PEERS, int(row["reason"].split()[1]))}


def check_coefficient(row: Row) -> None:
    level = CreditLevel(row["level"])
    assert CREDITS.coefficients[level] == Decimal(str(row["annual_coefficient"]))
    assert SIASN_COEFFICIENTS[level] == row["siasn_koefisien_id"]
    assert external_code(level) == row["siasn_jenjang"]


def check_conversion(row: Row) -> None:
    if "parts" in row:
        assert str(credits.total(Decimal(part) for part in row["parts"])) == row["credit_2dp"]
        return
    if "3 years" in row.get("case", ""):
        year = credit("GOOD", "AHLI_MUDA", 12)
        assert str(credits.total([year.printed] * 3)) == row["credit_2dp"]
        return
    amount = credit(row["predicate"], row["level"], row["months"])
    assert str(amount.printed) == row["credit_2dp"]
    assert str(amount.stored) == row.get("credit_3dp", str(amount.stored))
    if "credit_exact" in row:
        assert amount.stored == Decimal(row["credit_exact"]).quantize(credits.STORED, ROUND_HALF_UP)


def credit(predicate: str, level: str, months: int) -> credits.Points:
    percentage = CREDITS.percentages[Predicate(predicate)]
    return credits.credit(percentage, CREDITS.coefficients[CreditLevel(level)], months)


def check_need(row: Row) -> None:
    need = CREDITS.needs[CreditLevel(row["level"])]
    assert need.per_rank == row["per_rank"]
    assert need.per_level == row["per_level"]


CHECKERS: Mapping[str, Callable[[Row], None]] = {
    **competency_vectors.CHECKERS,
    **learning_vectors.CHECKERS,
    "contribution_analysis": check_contribution,
    **complaint_vectors.CHECKERS,
    **evaluation_vectors.CHECKERS,
    "ak_coefficients": check_coefficient,
    "ak_conversion": check_conversion,
    "ak_cumulative_needs": check_need,
    "assessment_360": check_assessment,
    "daily_fulfilment": check_daily_fulfilment,
    "daily_log_validation": check_daily_log,
    "daily_minutes_capped_categories": check_capped_minutes,
    "holidays": check_holiday,
    "iki_attainment": check_attainment,
    "monthly_minutes_score": check_month_score,
    "nip": check_nip,
    "skp_transitions": check_plan_transition,
    "working_day_ranges": check_working_day_range,
    "working_days_by_month": check_working_days_of_month,
}


def test_the_folder_holds_examples() -> None:
    assert list(FOLDER.glob("*.json"))


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_every_example_holds(file: Path) -> None:
    assert file.stem in CHECKERS, f"{file.name}: no rule is tested against these examples"
    rows = json.loads(file.read_text("utf-8"))
    assert rows
    for row in rows:
        try:
            CHECKERS[file.stem](row)
        except Exception as wrong:
            wrong.add_note(f"{file.name}: {row}")
            raise
