"""Terms of complaints: SP4N-LAPOR's where it has one."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.complaint_clocks import ClockStage, ClockState, Escalation
from asn_api.rules.complaints import (
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    MessageKind,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    ComplaintKind: {
        ComplaintKind.COMPLAINT_NON_SUPERVISORY: (
            "Pengaduan Tidak Berkadar Pengawasan",
            "Complaint about a service",
        ),
        ComplaintKind.COMPLAINT_SUPERVISORY: (
            "Pengaduan Berkadar Pengawasan",
            "Complaint about officials (supervisory)",
        ),
        ComplaintKind.ASPIRATION: ("Aspirasi", "Aspiration"),
        ComplaintKind.INFORMATION_REQUEST: ("Permintaan Informasi", "Request for information"),
    },
    ComplaintStatus: {
        ComplaintStatus.RECEIVED: ("Diterima", "Received"),
        ComplaintStatus.ON_HOLD: ("Ditunda, Menunggu Data Pelapor", "On hold for the reporter's data"),
        ComplaintStatus.VERIFIED: ("Terverifikasi", "Verified"),
        ComplaintStatus.NOT_AUTHORITY: ("Bukan Kewenangan", "Not our authority"),
        ComplaintStatus.ARCHIVED: ("Diarsipkan", "Archived"),
        ComplaintStatus.MERGED: ("Digabung", "Merged"),
        ComplaintStatus.FORWARDED: ("Didisposisikan", "Forwarded"),
        ComplaintStatus.IN_PROGRESS: ("Diproses", "In progress"),
        ComplaintStatus.ANSWERED: ("Dijawab", "Answered"),
        ComplaintStatus.CLOSED: ("Selesai", "Closed"),
        ComplaintStatus.REOPENED: ("Dibuka Kembali", "Reopened"),
    },
    ComplaintAction: {
        ComplaintAction.VERIFY: ("Verifikasi", "Verify"),
        ComplaintAction.HOLD: ("Tunda", "Put on hold"),
        ComplaintAction.SUPPLEMENT: ("Lengkapi Data", "Give the data asked for"),
        ComplaintAction.NOT_AUTHORITY: ("Bukan Wewenang", "Not our authority"),
        ComplaintAction.ARCHIVE: ("Arsipkan", "Archive"),
        ComplaintAction.MERGE: ("Gabungkan", "Merge"),
        ComplaintAction.DISPOSE: ("Disposisi", "Dispose"),
        ComplaintAction.RECALL: ("Tarik Disposisi", "Recall"),
        ComplaintAction.BOUNCE: ("Kembalikan ke Koordinator", "Give back"),
        ComplaintAction.START: ("Mulai Tindak Lanjut", "Start"),
        ComplaintAction.ANSWER: ("Jawab", "Answer"),
        ComplaintAction.REPLY: ("Balas", "Reply"),
        ComplaintAction.CONFIRM: ("Terima Jawaban", "Accept the answer"),
        ComplaintAction.CLOSE_BY_SILENCE: ("Tutup Otomatis", "Close after silence"),
        ComplaintAction.REOPEN: ("Buka Kembali", "Reopen"),
    },
    ComplaintActor: {
        ComplaintActor.REPORTER: ("Pelapor", "Reporter"),
        ComplaintActor.COORDINATOR: ("Admin Koordinator", "Coordinator"),
        ComplaintActor.AGENCY: ("Perangkat Daerah", "Agency"),
        ComplaintActor.SYSTEM: ("Sistem", "System"),
    },
    MessageKind: {
        MessageKind.ANSWER: ("Jawaban", "Answer"),
        MessageKind.DECISION: ("Keputusan", "Decision"),
        MessageKind.QUESTION: ("Pertanyaan kepada Pelapor", "Question to the reporter"),
        MessageKind.REPLY: ("Balasan Pelapor", "The reporter's reply"),
        MessageKind.ADDITION: ("Tambahan dari Pelapor", "Added by the reporter"),
        MessageKind.NOTE: ("Catatan Internal", "Internal note"),
    },
    ClockStage: {
        ClockStage.VERIFY: ("Verifikasi", "Verification"),
        ClockStage.AGENCY_FIRST_FOLLOW_UP: ("Tindak Lanjut Pertama", "First follow-up"),
        ClockStage.RESOLVE: ("Penyelesaian", "Resolution"),
        ClockStage.REPORTER_RESPONSE_AUTO_CLOSE: ("Tanggapan Pelapor", "The reporter's response"),
    },
    ClockState: {
        ClockState.RUNNING: ("Berjalan", "Running"),
        ClockState.WAITING: ("Menunggu Pelapor", "Waiting for the reporter"),
        ClockState.OVERDUE: ("Terlambat", "Overdue"),
        ClockState.MET: ("Tepat Waktu", "In time"),
        ClockState.MISSED: ("Selesai Terlambat", "Ended late"),
    },
    Escalation: {
        Escalation.HANDLER: ("Penangan", "Whoever handles it"),
        Escalation.HEAD: ("Kepala Perangkat Daerah", "Head of the agency"),
        Escalation.COORDINATOR: ("Admin Koordinator", "Coordinator"),
    },
}
