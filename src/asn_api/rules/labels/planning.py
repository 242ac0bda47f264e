"""Terms of evaluators, annexes and what else a plan says beside its results."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    EvaluatorRole: {
        EvaluatorRole.EVALUATOR: ("Pejabat Penilai Kinerja", "Evaluator"),
        EvaluatorRole.ADVISOR: ("Pemberi Pertimbangan", "Advisor"),
    },
    EvaluatorReason: {
        EvaluatorReason.STRUCTURAL: ("Atasan Langsung", "Direct superior"),
        EvaluatorReason.PLT: ("Pelaksana Tugas (Plt.)", "Acting, post vacant"),
        EvaluatorReason.PLH: ("Pelaksana Harian (Plh.)", "Acting, holder absent"),
        EvaluatorReason.TEAM: ("Ketua Tim Kerja", "Leader of a work team"),
        EvaluatorReason.DELEGATION: ("Pelimpahan Tugas", "Delegation"),
    },
}
