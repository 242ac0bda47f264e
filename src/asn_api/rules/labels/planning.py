"""Terms of evaluators, annexes and what else a plan says beside its results."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.evaluators import AssignmentAction, EvaluatorReason, EvaluatorRole
from asn_api.rules.plans import AnnexKind

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
    AssignmentAction: {
        AssignmentAction.END: ("Akhiri", "End"),
        AssignmentAction.DELETE: ("Hapus", "Delete"),
    },
    AnnexKind: {
        AnnexKind.RESOURCE_SUPPORT: ("Dukungan Sumber Daya", "Support by resources"),
        AnnexKind.ACCOUNTABILITY_SCHEME: ("Skema Pertanggungjawaban", "Scheme of accountability"),
        AnnexKind.CONSEQUENCE: ("Konsekuensi", "Consequences"),
    },
}
