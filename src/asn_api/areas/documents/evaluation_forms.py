"""What the evaluation (form D.1.1) and the decision on an objection say on paper."""

from enum import StrEnum
from typing import Any

from asn_api.areas.documents.forms import (
    Issuer,
    employee,
    evaluator,
    number_text,
    signature,
    span_text,
    subheading,
    target_text,
)
from asn_api.areas.evaluations.schemas import EvaluatedIndicatorOut, EvaluationOut, ObjectionOut
from asn_api.areas.performance.schemas import PlanOut
from asn_api.rules import reference
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.labels import label
from asn_api.rules.plans import PlanType, ResultKind
from asn_api.rules.ratings import CoreValue, Expectation, Predicate

RATINGS = (
    ("Rating hasil kerja", "work_result"),
    ("Rating perilaku kerja", "behaviour"),
    ("Predikat kinerja", "predicate"),
)
SETTLED = (EvaluationStatus.ACKNOWLEDGED, EvaluationStatus.FINAL)


def evaluation_form(evaluation: EvaluationOut, plan: PlanOut, issuer: Issuer) -> dict[str, Any]:
    """One evaluation; until it is settled it says so. What the employee only drafted is not on it."""
    span = span_text(evaluation.period_start, evaluation.period_end)
    yearly = evaluation.kind is EvaluationKind.YEARLY
    parents = {each.id: each.parent_statement or each.goal_statement for each in plan.work_results}
    expected = {each.core_value: each.expectation for each in plan.behaviour}
    settled = evaluation.status in SETTLED
    return {
        "title": f"Evaluasi Kinerja {span}",
        "issuer": issuer.region,
        "footer": f"Evaluasi {evaluation.employee.nip} · {span} · versi {evaluation.version}",
        "heading": ["EVALUASI KINERJA PEGAWAI" + (" TAHUNAN" if yearly else ""), *subheading(plan)],
        "draft": None if settled else f"BELUM FINAL – {label(evaluation.status, 'id').upper()}",
        "agency": issuer.agency,
        "period": span,
        "unit_head": plan.plan_type is PlanType.JPT_OR_UNIT_HEAD,
        "employee": employee(plan),
        "evaluator": evaluator(evaluation.evaluator or evaluation.present_evaluator),
        "primary": _results(evaluation, parents, ResultKind.PRIMARY),
        "additional": _results(evaluation, parents, ResultKind.ADDITIONAL),
        "behaviour": [
            {
                "name": label(each.core_value, "id"),
                "guidance": reference.core_value_guidance()[each.core_value]["id"],
                "expectation": expected.get(each.core_value),
                "rating": _term(each.rating),
                "comment": each.comment,
            }
            for each in evaluation.values
        ],
        "work_result": _term(evaluation.work_result),
        "behaviour_rating": _term(evaluation.behaviour),
        "predicate": _term(evaluation.predicate),
        "comment": evaluation.comment,
        "signatures": [
            {
                "place": " ",
                "role": "Pegawai yang dinilai",
                "name": evaluation.employee.name,
                "nip": evaluation.employee.nip,
                "letter": None,
            },
            signature("Pejabat penilai kinerja", evaluation.evaluator, issuer, evaluation.rated_at),
        ],
    }


def objection_form(
    evaluation: EvaluationOut, objection: ObjectionOut, plan: PlanOut, issuer: Issuer
) -> dict[str, Any]:
    """The decision on an objection, which is final (PP 30/2019 art. 59)."""
    return {
        "title": f"Keputusan atas keberatan {evaluation.employee.nip}",
        "issuer": issuer.region,
        "footer": f"Keberatan {evaluation.employee.nip} · versi {objection.version}",
        "heading": ["KEPUTUSAN ATAS KEBERATAN", "TERHADAP HASIL EVALUASI KINERJA PEGAWAI"],
        "draft": None if objection.decided_at is not None else "BELUM DIPUTUSKAN",
        "agency": issuer.agency,
        "period": span_text(evaluation.period_start, evaluation.period_end),
        "employee": employee(plan),
        "evaluator": evaluator(evaluation.evaluator),
        "filed": issuer.day_text(objection.filed_at),
        "grounds": objection.grounds,
        "contested": [_contested(each) for each in objection.contested],
        "statement": objection.evaluator_statement,
        "decision": _term(objection.decision),
        "reason": objection.decision_reason,
        "ratings": [
            {
                "name": name,
                "before": _worded(objection.rating_before, key),
                "after": _term(getattr(evaluation, key)),
            }
            for name, key in RATINGS
        ],
        "signatures": [
            signature("Atasan pejabat penilai kinerja", objection.decider, issuer, objection.decided_at)
        ],
    }


def _results(
    evaluation: EvaluationOut, parents: dict[Any, str | None], kind: ResultKind
) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "parent": parents.get(result.work_result_id),
            "statement": result.statement + (" (dihapus dalam revisi)" if result.withdrawn else ""),
            "realisation": result.realisation,
            "evidence": [each.title for each in result.evidence],
            "rating": _term(result.rating),
            "comment": result.comment,
            "indicators": [_indicator(each) for each in result.indicators],
        }
        for number, result in enumerate((each for each in evaluation.results if each.kind is kind), 1)
    ]


def _indicator(indicator: EvaluatedIndicatorOut) -> dict[str, Any]:
    value = (
        None if indicator.value is None else f"{number_text(indicator.value)} {indicator.target_unit or ''}"
    )
    return {
        "aspect": label(indicator.aspect, "id"),
        "statement": indicator.statement,
        "target": target_text(indicator),
        "realisation": " – ".join(each for each in (value and value.strip(), indicator.note) if each) or None,
    }


def _contested(item: dict[str, Any]) -> str:
    """What is contested, in words; the note says more."""
    match item["item"]:
        case "WORK_RESULT":
            text = "Satu hasil kerja"
        case "CORE_VALUE":
            text = f"Perilaku kerja: {label(CoreValue(item['core_value']), 'id')}"
        case "BEHAVIOUR":
            text = "Rating perilaku kerja"
        case _:
            text = "Rating hasil kerja"
    return f"{text}: {item['note']}" if item.get("note") else text


def _term(value: StrEnum | None) -> str | None:
    return None if value is None else label(value, "id")


def _worded(before: dict[str, Any], name: str) -> str | None:
    kind: type[StrEnum] = Predicate if name == "predicate" else Expectation
    return None if before.get(name) is None else label(kind(before[name]), "id")
