"""Terms of training needs, surveys and development plans."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.needs import (
    DevelopmentPlanAction,
    DevelopmentPlanStatus,
    NeedAction,
    NeedSource,
    NeedStatus,
    Omission,
    SurveyStatus,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    NeedSource: {
        NeedSource.GAP: ("Kesenjangan Kompetensi", "Competency gap"),
        NeedSource.EVALUATION: ("Hasil Evaluasi Kinerja", "Evaluation"),
        NeedSource.NOTE: ("Catatan Pengembangan", "Development note"),
        NeedSource.REQUEST: ("Usulan Sendiri", "Own request"),
        NeedSource.PROPOSAL: ("Usulan Atasan", "Proposed by the superior"),
        NeedSource.SURVEY: ("Survei Kebutuhan", "Survey"),
    },
    NeedStatus: {
        NeedStatus.OPEN: ("Terbuka", "Open"),
        NeedStatus.PLANNED: ("Masuk Rencana", "Planned"),
        NeedStatus.WITHDRAWN: ("Ditarik", "Withdrawn"),
    },
    NeedAction: {NeedAction.WITHDRAW: ("Tarik", "Withdraw")},
    SurveyStatus: {
        SurveyStatus.UPCOMING: ("Akan Dibuka", "Upcoming"),
        SurveyStatus.OPEN: ("Dibuka", "Open"),
        SurveyStatus.CLOSED: ("Ditutup", "Closed"),
    },
    DevelopmentPlanStatus: {
        DevelopmentPlanStatus.DRAFT: ("Konsep", "Draft"),
        DevelopmentPlanStatus.SUBMITTED: ("Diajukan", "Submitted"),
        DevelopmentPlanStatus.APPROVED: ("Disetujui", "Approved"),
    },
    DevelopmentPlanAction: {
        DevelopmentPlanAction.EDIT: ("Ubah", "Edit"),
        DevelopmentPlanAction.DRAW: ("Kumpulkan Ulang Kebutuhan", "Gather the needs anew"),
        DevelopmentPlanAction.SUBMIT: ("Ajukan", "Submit"),
        DevelopmentPlanAction.RETURN: ("Kembalikan", "Return"),
        DevelopmentPlanAction.APPROVE: ("Setujui", "Approve"),
    },
    Omission: {
        Omission.OVER_BUDGET: ("Melebihi Anggaran", "Over the budget"),
        Omission.BY_HAND: ("Dikeluarkan Penyusun", "Left out by hand"),
        Omission.OF_THE_DECIDER: ("Kebutuhan Pemberi Persetujuan", "Of whoever approves"),
    },
}
