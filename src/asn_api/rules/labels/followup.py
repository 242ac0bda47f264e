"""Terms of what follows an evaluation: findings, development notes, nominations."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.development import (
    LearningForm,
    NoteAction,
    NoteActor,
    NotePriority,
    NoteSource,
    NoteStatus,
)
from asn_api.rules.followup import Criterion, Finding, NoDataReason
from asn_api.rules.recognition import (
    NominationAction,
    NominationActor,
    NominationStatus,
    RecognitionKind,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Finding: {
        Finding.GUIDANCE: ("Perlu Pembinaan", "Needs guidance"),
        Finding.EXCELLENCE: ("Berkinerja Unggul", "Excels"),
        Finding.NO_DATA: ("Belum Ada Data", "No data"),
    },
    Criterion: {
        Criterion.LOW_PREDICATE: ("Predikat Rendah Berturut-turut", "Low predicates in a row"),
        Criterion.CONSTRUCTIVE_FEEDBACK: ("Saran Perbaikan Berulang", "Repeated constructive feedback"),
        Criterion.FAILED_YEAR: ("Kinerja Setahun Tidak Tercapai", "A failed year"),
        Criterion.HIGH_PREDICATE: ("Predikat Unggul Berturut-turut", "High predicates in a row"),
        Criterion.BEHAVIOUR_ABOVE: ("Perilaku di Atas Ekspektasi", "Behaviour above expectations"),
        Criterion.POSITIVE_FEEDBACK: ("Apresiasi yang Diterima", "Positive feedback received"),
    },
    NoDataReason: {
        NoDataReason.NOT_EVALUATED: ("Belum Dievaluasi", "Not evaluated"),
        NoDataReason.NOT_FINAL: ("Evaluasi Belum Final", "Evaluation not final yet"),
        NoDataReason.TOO_FEW: ("Evaluasi Final Belum Cukup", "Too few final evaluations"),
    },
    NoteSource: {
        NoteSource.EVALUATION: ("Evaluasi Kinerja", "Evaluation"),
        NoteSource.COACHING: ("Bimbingan Kinerja", "Coaching"),
        NoteSource.ASSESSMENT: ("Penilaian 360°", "360° assessment"),
    },
    NoteStatus: {
        NoteStatus.OPEN: ("Terbuka", "Open"),
        NoteStatus.PLANNED: ("Direncanakan", "Planned"),
        NoteStatus.DONE: ("Selesai", "Done"),
        NoteStatus.WITHDRAWN: ("Ditarik", "Withdrawn"),
    },
    NotePriority: {
        NotePriority.HIGH: ("Tinggi", "High"),
        NotePriority.MEDIUM: ("Sedang", "Medium"),
        NotePriority.LOW: ("Rendah", "Low"),
    },
    LearningForm: {
        LearningForm.CLASSICAL: ("Pelatihan Klasikal", "Classical training"),
        LearningForm.E_LEARNING: ("E-Learning", "E-learning"),
        LearningForm.COACHING: ("Coaching", "Being coached"),
        LearningForm.MENTORING: ("Mentoring", "Mentoring by a senior"),
        LearningForm.ON_THE_JOB: ("Bimbingan di Tempat Kerja", "On the job"),
        LearningForm.INTERNSHIP: ("Magang", "Internship"),
        LearningForm.EXCHANGE: ("Pertukaran Pegawai", "Exchange"),
        LearningForm.BENCHMARKING: ("Patok Banding", "Benchmarking"),
        LearningForm.SELF_STUDY: ("Belajar Mandiri", "Self-study"),
    },
    NoteAction: {
        NoteAction.EDIT: ("Ubah", "Edit"),
        NoteAction.ACKNOWLEDGE: ("Nyatakan Sudah Membaca", "Acknowledge"),
        NoteAction.PLAN: ("Tandai Direncanakan", "Mark as planned"),
        NoteAction.COMPLETE: ("Tandai Selesai", "Mark as done"),
        NoteAction.WITHDRAW: ("Tarik", "Withdraw"),
    },
    NoteActor: {
        NoteActor.SUPERIOR: ("Atasan", "Superior"),
        NoteActor.EMPLOYEE: ("Pegawai", "Employee"),
    },
    RecognitionKind: {
        RecognitionKind.EMPLOYEE_OF_PERIOD: ("Pegawai Teladan", "Employee of the period"),
        RecognitionKind.INNOVATION: ("Inovasi", "Innovation"),
        RecognitionKind.PUBLIC_SERVICE: ("Pelayanan Publik", "Public service"),
        RecognitionKind.TEAMWORK: ("Kerja Sama", "Teamwork"),
        RecognitionKind.DEDICATION: ("Pengabdian", "Dedication"),
    },
    NominationStatus: {
        NominationStatus.PROPOSED: ("Diusulkan", "Proposed"),
        NominationStatus.ENDORSED: ("Disetujui", "Endorsed"),
        NominationStatus.REJECTED: ("Ditolak", "Rejected"),
        NominationStatus.WITHDRAWN: ("Ditarik", "Withdrawn"),
    },
    NominationAction: {
        NominationAction.ENDORSE: ("Setujui", "Endorse"),
        NominationAction.REJECT: ("Tolak", "Reject"),
        NominationAction.WITHDRAW: ("Tarik", "Withdraw"),
    },
    NominationActor: {
        NominationActor.NOMINEE: ("Yang Diusulkan", "Nominee"),
        NominationActor.NOMINATOR: ("Pengusul", "Nominator"),
        NominationActor.ENDORSER: ("Pemberi Persetujuan", "Endorser"),
    },
}
