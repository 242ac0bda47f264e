"""Terms of feedback, coaching and forums."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.coaching import CoachingAction, CoachingActor, CoachingKind, CoachingStatus
from asn_api.rules.feedback import (
    FeedbackAction,
    FeedbackPolarity,
    FeedbackReader,
    FeedbackRequestAction,
    FeedbackRequestStatus,
    Relation,
    Visibility,
)
from asn_api.rules.forums import Attendance, ForumAction, ForumActor, ForumPhase, ForumStatus

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Relation: {
        Relation.SUPERIOR: ("Atasan", "Superior"),
        Relation.PEER: ("Rekan Kerja", "Peer"),
        Relation.SUBORDINATE: ("Bawahan", "Subordinate"),
        Relation.OTHER: ("Pihak Lain", "Other"),
    },
    FeedbackPolarity: {
        FeedbackPolarity.POSITIVE: ("Apresiasi", "Positive"),
        FeedbackPolarity.CONSTRUCTIVE: ("Saran Perbaikan", "Constructive"),
    },
    Visibility: {
        Visibility.SUBJECT_AND_SUPERIOR: ("Pegawai dan Atasan", "The person and superiors"),
        Visibility.SUPERIOR_ONLY: ("Catatan Pribadi Atasan", "A superior's own note"),
    },
    FeedbackReader: {
        FeedbackReader.GIVER: ("Pemberi Umpan Balik", "Giver"),
        FeedbackReader.SUBJECT: ("Penerima Umpan Balik", "The person concerned"),
        FeedbackReader.SUPERIORS: ("Atasan dan Pejabat Penilai", "Superiors and evaluators"),
    },
    FeedbackAction: {
        FeedbackAction.READ: ("Tandai Sudah Dibaca", "Mark as read"),
        FeedbackAction.RESPOND: ("Tanggapi", "Answer"),
        FeedbackAction.WITHDRAW: ("Tarik Kembali", "Withdraw"),
        FeedbackAction.SHARE: ("Bagikan kepada Pegawai", "Share with the person"),
    },
    FeedbackRequestStatus: {
        FeedbackRequestStatus.OPEN: ("Menunggu Jawaban", "Open"),
        FeedbackRequestStatus.ANSWERED: ("Dijawab", "Answered"),
        FeedbackRequestStatus.DECLINED: ("Ditolak", "Declined"),
        FeedbackRequestStatus.WITHDRAWN: ("Ditarik", "Withdrawn"),
    },
    FeedbackRequestAction: {
        FeedbackRequestAction.ANSWER: ("Beri Umpan Balik", "Give feedback"),
        FeedbackRequestAction.DECLINE: ("Tolak", "Decline"),
        FeedbackRequestAction.WITHDRAW: ("Tarik", "Withdraw"),
    },
    CoachingKind: {
        CoachingKind.COACHING: ("Bimbingan Kinerja", "Coaching"),
        CoachingKind.COUNSELLING: ("Konseling Kinerja", "Counselling"),
    },
    CoachingStatus: {
        CoachingStatus.RECORDED: ("Dicatat", "Recorded"),
        CoachingStatus.ACKNOWLEDGED: ("Diketahui Pegawai", "Acknowledged"),
    },
    CoachingAction: {
        CoachingAction.EDIT: ("Ubah", "Edit"),
        CoachingAction.REMOVE: ("Hapus", "Remove"),
        CoachingAction.ACKNOWLEDGE: ("Nyatakan Sudah Membaca", "Acknowledge"),
        CoachingAction.ASSESS: ("Nilai Pertemuan", "Assess the session"),
        CoachingAction.COMPLETE: ("Selesaikan Tindak Lanjut", "Complete an agreed action"),
    },
    CoachingActor: {
        CoachingActor.COACH: ("Pembimbing", "Coach"),
        CoachingActor.EMPLOYEE: ("Pegawai", "Employee"),
    },
    ForumStatus: {
        ForumStatus.SCHEDULED: ("Dijadwalkan", "Scheduled"),
        ForumStatus.HELD: ("Diselenggarakan", "Held"),
        ForumStatus.MINUTES: ("Risalah Terbit", "Minutes published"),
        ForumStatus.CANCELLED: ("Dibatalkan", "Cancelled"),
    },
    ForumAction: {
        ForumAction.EDIT: ("Ubah", "Edit"),
        ForumAction.CANCEL: ("Batalkan", "Cancel"),
        ForumAction.HOLD: ("Mulai Forum", "Open the meeting"),
        ForumAction.CHECK_IN: ("Isi Daftar Hadir", "Check in"),
        ForumAction.RECORD_ATTENDANCE: ("Catat Kehadiran", "Record attendance"),
        ForumAction.COMMENT: ("Beri Tanggapan", "Comment"),
        ForumAction.PUBLISH: ("Terbitkan Risalah", "Publish the minutes"),
        ForumAction.CORRECT: ("Lengkapi Risalah", "Correct the minutes"),
    },
    ForumActor: {
        ForumActor.CONVENER: ("Penyelenggara", "Convener"),
        ForumActor.PARTICIPANT: ("Peserta", "Participant"),
    },
    ForumPhase: {
        ForumPhase.BEFORE: ("Belum Dimulai", "Before"),
        ForumPhase.OPEN: ("Berlangsung", "Open"),
        ForumPhase.OVER: ("Selesai", "Over"),
    },
    Attendance: {
        Attendance.PRESENT: ("Hadir", "Present"),
        Attendance.EXCUSED: ("Izin", "Excused"),
        Attendance.ABSENT: ("Tidak Hadir", "Absent"),
    },
}
