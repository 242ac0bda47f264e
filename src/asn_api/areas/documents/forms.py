"""What the forms of PermenPANRB 6/2022 say, as plain text for the templates. They are Indonesian, as the law is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from asn_api.areas.performance.schemas import EvaluatorOut, PlanOut, WorkResultOut
from asn_api.rules import reference
from asn_api.rules.calendar import Zone
from asn_api.rules.labels import label
from asn_api.rules.plans import AnnexKind, Approach, PlanStatus, PlanType, Polarity, ResultKind

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
APPROVED = (PlanStatus.APPROVED, PlanStatus.REVISION_REQUESTED, PlanStatus.CLOSED, PlanStatus.ENDED)


@dataclass(frozen=True)
class Issuer:
    """Whose letterhead it is, and whose calendar: a day is that of the unit's zone."""

    region: str
    agency: str
    zone: Zone

    def day_text(self, moment: datetime) -> str:
        return day_text(moment.astimezone(self.zone.tz).date())


def day_text(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def span_text(first: date, last: date) -> str:
    """Both days; the year once when it is the same."""
    start = day_text(first) if first.year != last.year else f"{first.day} {MONTHS[first.month - 1]}"
    return f"{start} s.d. {day_text(last)}"


def number_text(value: Decimal) -> str:
    """With the decimal comma and without zeros that say nothing."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


class Target(Protocol):
    """What plans and evaluations say alike about an indicator's target."""

    target_value: Decimal | None
    target_upper: Decimal | None
    target_unit: str | None
    target_text: str | None
    polarity: Polarity


def target_text(indicator: Target) -> str | None:
    if indicator.target_value is None:
        return indicator.target_text
    value = number_text(indicator.target_value)
    if indicator.polarity is Polarity.WITHIN_RANGE and indicator.target_upper is not None:
        value = f"{value}–{number_text(indicator.target_upper)}"
    return f"{value} {indicator.target_unit or ''}".strip()


def plan_form(plan: PlanOut, issuer: Issuer) -> dict[str, Any]:
    """The yearly plan (SKP) as agreed. A plan that is not approved says so instead of a place to sign."""
    unit_head = plan.plan_type is PlanType.JPT_OR_UNIT_HEAD
    approved = plan.decided_at is not None and plan.status in APPROVED
    return {
        "title": f"Sasaran Kinerja Pegawai {plan.year}",
        "issuer": issuer.region,
        "footer": f"SKP {plan.employee.nip} · {plan.year} · revisi {plan.revision} · versi {plan.version}",
        "heading": ["SASARAN KINERJA PEGAWAI", *subheading(plan)],
        "draft": None if approved else "KONSEP – BELUM DISETUJUI",
        "agency": issuer.agency,
        "period": span_text(plan.period_start, plan.period_end),
        "unit_head": unit_head,
        "employee": employee(plan),
        "evaluator": evaluator(plan.evaluator),
        "primary": results(plan.work_results, ResultKind.PRIMARY),
        "additional": results(plan.work_results, ResultKind.ADDITIONAL),
        "behaviour": [
            {
                "name": label(each.core_value, "id"),
                "guidance": reference.core_value_guidance()[each.core_value]["id"],
                "expectation": each.expectation,
            }
            for each in plan.behaviour
        ],
        "annexes": [
            {
                "title": label(kind, "id"),
                "items": [each.statement for each in plan.annexes if each.kind is kind],
            }
            for kind in AnnexKind
        ],
        "signatures": signatures(plan, issuer, plan.decided_at if approved else None),
    }


def subheading(plan: PlanOut) -> tuple[str, str]:
    """Approach and kind of plan, as all forms about it name them."""
    approach = "KUANTITATIF" if plan.approach is Approach.QUANTITATIVE else "KUALITATIF"
    if plan.plan_type is PlanType.JPT_OR_UNIT_HEAD:
        whom = "PEJABAT PIMPINAN TINGGI DAN PIMPINAN UNIT KERJA MANDIRI"
    else:
        whom = "PEJABAT ADMINISTRASI DAN PEJABAT FUNGSIONAL"
    return f"PENDEKATAN HASIL KERJA {approach}", f"BAGI {whom}"


def employee(plan: PlanOut) -> dict[str, Any]:
    post = plan.position
    return _party(
        "PEGAWAI YANG DINILAI", plan.employee.name, plan.employee.nip, post.grade, post.title, post.unit
    )


def evaluator(who: EvaluatorOut | None, title: str = "PEJABAT PENILAI KINERJA") -> dict[str, Any]:
    if who is None:
        return _party(title, None, None, None, None, None)
    return _party(title, who.name, who.nip, who.grade, who.position, who.unit)


def _party(title: str, *values: str | None) -> dict[str, Any]:
    names = ("Nama", "NIP", "Pangkat/gol. ruang", "Jabatan", "Unit kerja")
    return {"title": title, "rows": list(zip(names, values, strict=True))}


def results(all_results: Sequence[WorkResultOut], kind: ResultKind) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "parent": result.parent_statement or result.goal_statement,
            "statement": result.statement,
            "perspective": None if result.perspective is None else label(result.perspective, "id"),
            "indicators": [
                {
                    "aspect": label(indicator.aspect, "id"),
                    "statement": indicator.statement,
                    "target": target_text(indicator),
                }
                for indicator in result.indicators
            ],
        }
        for number, result in enumerate((each for each in all_results if each.kind is kind), 1)
    ]


def signatures(plan: PlanOut, issuer: Issuer, moment: datetime | None) -> list[dict[str, Any]]:
    """The employee on the left, whoever agreed or rated on the right, with the day on which he did."""
    left = {"place": " ", "role": "Pegawai yang dinilai", "name": plan.employee.name}
    return [
        {**left, "nip": plan.employee.nip, "letter": None},
        signature("Pejabat penilai kinerja", plan.evaluator, issuer, moment),
    ]


def signature(role: str, who: EvaluatorOut | None, issuer: Issuer, moment: datetime | None) -> dict[str, Any]:
    letter = None
    if who is not None and who.letter_number is not None and who.letter_date is not None:
        letter = f"Surat {who.letter_number}, {day_text(who.letter_date)}"
    return {
        "place": " " if moment is None else f"{issuer.region}, {issuer.day_text(moment)}",
        "role": role,
        "name": None if who is None else who.name,
        "nip": None if who is None else who.nip,
        "letter": letter,
    }
