"""Terms of 360° assessments."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.assessments import (
    AssessmentCategory,
    AssessmentForm,
    AssessmentReason,
    ConflictKind,
    RaterGroup,
    RoundAction,
    RoundStatus,
    TaskStatus,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    RaterGroup: {
        RaterGroup.SUPERIOR: ("Atasan", "Superior"),
        RaterGroup.PEERS: ("Rekan Sejawat", "Peers"),
        RaterGroup.SUBORDINATES: ("Bawahan", "Subordinates"),
    },
    AssessmentForm: {
        AssessmentForm.STAFF: ("Pelaksana/staf", "Staff"),
        AssessmentForm.HEAD: ("Pimpinan", "Head"),
    },
    AssessmentCategory: {
        AssessmentCategory.VERY_GOOD: ("Sangat Baik", "Very good"),
        AssessmentCategory.GOOD: ("Baik", "Good"),
        AssessmentCategory.FAIR: ("Cukup", "Fair"),
        AssessmentCategory.POOR: ("Kurang", "Poor"),
        AssessmentCategory.PENDING: ("Belum ada hasil", "Pending"),
    },
    RoundStatus: {
        RoundStatus.PLANNED: ("Direncanakan", "Planned"),
        RoundStatus.OPEN: ("Dibuka", "Open"),
        RoundStatus.CLOSING: ("Hasil sedang dihitung", "Results being made"),
        RoundStatus.CLOSED: ("Ditutup", "Closed"),
    },
    RoundAction: {
        RoundAction.CHANGE: ("Ubah", "Change"),
        RoundAction.CLOSE: ("Tutup", "Close"),
        RoundAction.REMOVE: ("Hapus", "Remove"),
    },
    TaskStatus: {
        TaskStatus.WAITING: ("Menunggu jawaban", "Waiting for an answer"),
        TaskStatus.ANSWERED: ("Sudah dijawab", "Answered"),
        TaskStatus.CONFLICT: ("Konflik kepentingan", "Conflict of interest"),
    },
    ConflictKind: {
        ConflictKind.FAMILY: ("Hubungan keluarga", "Family"),
        ConflictKind.DISPUTE: ("Perselisihan pribadi", "Personal dispute"),
        ConflictKind.OWN_INTEREST: ("Kepentingan sendiri", "Interest of one's own"),
        ConflictKind.CANNOT_JUDGE: ("Tidak cukup mengenal", "Cannot judge"),
    },
    AssessmentReason: {
        AssessmentReason.ROUND_NOT_CLOSED: (
            "Hasil baru ada setelah putaran ditutup",
            "Results come when the round is closed",
        ),
        AssessmentReason.TOO_FEW_ANSWERS: (
            "Jawaban kelompok ini belum cukup",
            "Too few answers of this group",
        ),
        AssessmentReason.TOO_FEW_FOR_ANONYMITY: (
            "Terlalu sedikit jawaban untuk menjaga kerahasiaan penilai",
            "Too few answers to keep the raters anonymous",
        ),
        AssessmentReason.NOBODY_TO_ASK: (
            "Tidak ada yang dapat diminta menilai dalam kelompok ini",
            "Nobody to ask in this group",
        ),
        AssessmentReason.ITEMS_LEFT_OUT: ("Butir kosong tidak dihitung", "Blank items are left out"),
        AssessmentReason.GROUP_WITHHELD: (
            "Angka kelompok ini tidak ditampilkan demi kerahasiaan penilai",
            "Not shown by itself, to keep raters anonymous",
        ),
        AssessmentReason.VALUES_WITHHELD: (
            "Rincian per nilai dasar tidak ditampilkan demi kerahasiaan penilai",
            "Core values not shown, to keep raters anonymous",
        ),
        AssessmentReason.COMMENTS_WITHHELD: (
            "Komentar tidak ditampilkan demi kerahasiaan penilai",
            "Comments not shown, to keep raters anonymous",
        ),
    },
}
