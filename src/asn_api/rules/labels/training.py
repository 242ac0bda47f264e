"""Terms of the catalogue of training, of classes and enrolments."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus, PartnerKind
from asn_api.rules.enrolments import (
    AttendanceMark,
    CancellationCause,
    ClassAction,
    ClassStatus,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentOrigin,
    EnrolmentStatus,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    PartnerKind: {
        PartnerKind.GOVERNMENT_ACADEMY: ("Lembaga Pelatihan Pemerintah", "Government academy"),
        PartnerKind.UNIVERSITY: ("Perguruan Tinggi", "University"),
        PartnerKind.PROFESSIONAL_BODY: ("Organisasi Profesi", "Professional body"),
        PartnerKind.COMPANY: ("Perusahaan", "Company"),
    },
    CourseForm: {
        CourseForm.CLASSICAL: ("Klasikal", "Classical"),
        CourseForm.NON_CLASSICAL: ("Nonklasikal", "Non-classical"),
    },
    CourseKind: {
        CourseKind.STRUCTURAL: ("Diklat Struktural", "Structural training"),
        CourseKind.FUNCTIONAL: ("Diklat Fungsional", "Functional training"),
        CourseKind.TECHNICAL: ("Diklat Teknis", "Technical training"),
        CourseKind.WORKSHOP: ("Lokakarya", "Workshop"),
        CourseKind.MANAGERIAL: ("Pelatihan Manajerial", "Managerial training"),
        CourseKind.SOCIO_CULTURAL: ("Pelatihan Sosial Kultural", "Socio-cultural training"),
        CourseKind.OUTREACH: ("Sosialisasi", "Outreach"),
        CourseKind.TECHNICAL_GUIDANCE: ("Bimbingan Teknis", "Technical guidance"),
        CourseKind.SEMINAR: ("Seminar/Konferensi", "Seminar"),
        CourseKind.INTERNSHIP: ("Magang", "Internship"),
        CourseKind.COURSE: ("Kursus", "Course"),
        CourseKind.UPGRADING: ("Penataran", "Upgrading"),
        CourseKind.OTHER_CLASSICAL: ("Pengembangan Kompetensi Klasikal Lainnya", "Other classical"),
        CourseKind.COACHING: ("Pembimbingan (Coaching)", "Coaching"),
        CourseKind.MENTORING: ("Pendampingan (Mentoring)", "Mentoring"),
        CourseKind.E_LEARNING: ("E-Learning Mandiri", "E-learning"),
        CourseKind.DISTANCE_LEARNING: ("Pelatihan Jarak Jauh", "Distance learning"),
        CourseKind.SECONDMENT: ("Detasering", "Secondment"),
        CourseKind.OUTBOUND: ("Pembelajaran Alam Terbuka", "Outbound"),
        CourseKind.BENCHMARKING: ("Patok Banding", "Benchmarking"),
        CourseKind.EXCHANGE: ("Pertukaran Pegawai", "Exchange of staff"),
        CourseKind.SELF_STUDY: ("Belajar Mandiri", "Self-study"),
        CourseKind.COMMUNITY_OF_PRACTICE: ("Komunitas Belajar", "Community of practice"),
        CourseKind.ON_THE_JOB_GUIDANCE: ("Bimbingan di Tempat Kerja", "Guidance on the job"),
        CourseKind.OTHER_NON_CLASSICAL: (
            "Pengembangan Kompetensi Nonklasikal Lainnya",
            "Other non-classical",
        ),
    },
    CourseMode: {
        CourseMode.ONLINE: ("Daring", "Online"),
        CourseMode.ON_SITE: ("Tatap Muka", "On site"),
        CourseMode.BLENDED: ("Campuran", "Blended"),
        CourseMode.SELF_PACED: ("Mandiri Sesuai Waktu Peserta", "Self-paced"),
    },
    CourseStatus: {
        CourseStatus.DRAFT: ("Konsep", "Draft"),
        CourseStatus.PUBLISHED: ("Terbit", "Published"),
        CourseStatus.WITHDRAWN: ("Ditarik", "Withdrawn"),
    },
    ClassStatus: {
        ClassStatus.DRAFT: ("Konsep", "Draft"),
        ClassStatus.OPEN: ("Dibuka", "Open"),
        ClassStatus.RUNNING: ("Berlangsung", "Running"),
        ClassStatus.FINISHED: ("Selesai", "Finished"),
        ClassStatus.CANCELLED: ("Dibatalkan", "Cancelled"),
    },
    ClassAction: {
        ClassAction.EDIT: ("Ubah", "Edit"),
        ClassAction.OPEN: ("Buka Pendaftaran", "Open"),
        ClassAction.START: ("Mulai", "Start"),
        ClassAction.FINISH: ("Tutup Kelas", "Finish"),
        ClassAction.CANCEL: ("Batalkan", "Cancel"),
    },
    EnrolmentStatus: {
        EnrolmentStatus.REQUESTED: ("Diajukan", "Requested"),
        EnrolmentStatus.REJECTED: ("Ditolak Atasan", "Rejected"),
        EnrolmentStatus.WAITLISTED: ("Daftar Tunggu", "On the waiting list"),
        EnrolmentStatus.APPROVED: ("Kursi Ditawarkan", "Seat offered"),
        EnrolmentStatus.CONFIRMED: ("Terdaftar", "Confirmed"),
        EnrolmentStatus.ATTENDING: ("Mengikuti", "Attending"),
        EnrolmentStatus.COMPLETED: ("Lulus", "Completed"),
        EnrolmentStatus.FAILED: ("Tidak Lulus", "Failed"),
        EnrolmentStatus.NO_SHOW: ("Tidak Hadir", "Did not come"),
        EnrolmentStatus.CANCELLED: ("Batal", "Cancelled"),
    },
    EnrolmentAction: {
        EnrolmentAction.APPROVE: ("Setujui", "Approve"),
        EnrolmentAction.REJECT: ("Tolak", "Reject"),
        EnrolmentAction.QUEUE: ("Masukkan Daftar Tunggu", "Put on the waiting list"),
        EnrolmentAction.OFFER: ("Tawarkan Kursi", "Offer a seat"),
        EnrolmentAction.CONFIRM: ("Ambil Kursi", "Take up the seat"),
        EnrolmentAction.CANCEL: ("Batalkan", "Cancel"),
        EnrolmentAction.ATTEND: ("Mulai Mengikuti", "Begin"),
        EnrolmentAction.COMPLETE: ("Nyatakan Lulus", "Complete"),
        EnrolmentAction.FAIL: ("Nyatakan Tidak Lulus", "Fail"),
        EnrolmentAction.MISS: ("Nyatakan Tidak Hadir", "Mark as not there"),
    },
    EnrolmentActor: {
        EnrolmentActor.EMPLOYEE: ("Pegawai", "Employee"),
        EnrolmentActor.SUPERIOR: ("Atasan", "Superior"),
        EnrolmentActor.MANAGER: ("Pengusul", "Who may nominate"),
        EnrolmentActor.ORGANISER: ("Penyelenggara", "Organiser"),
        EnrolmentActor.SYSTEM: ("Sistem", "System"),
    },
    EnrolmentOrigin: {
        EnrolmentOrigin.REQUEST: ("Permintaan Sendiri", "Own request"),
        EnrolmentOrigin.NOMINATION: ("Penugasan", "Nomination"),
    },
    CancellationCause: {
        CancellationCause.WITHDRAWN: ("Mengundurkan Diri", "Withdrawn"),
        CancellationCause.REMOVED: ("Dikeluarkan Pengusul", "Removed"),
        CancellationCause.DECLINED: ("Tawaran Ditolak", "Offer declined"),
        CancellationCause.OFFER_EXPIRED: ("Tawaran Kedaluwarsa", "Offer expired"),
        CancellationCause.CLASH: ("Bentrok dengan Kelas Lain", "Clash with another class"),
        CancellationCause.CLASS_CANCELLED: ("Kelas Dibatalkan", "Class cancelled"),
        CancellationCause.NOT_REACHED: (
            "Kelas Dimulai Sebelum Giliran",
            "The class began before the turn came",
        ),
    },
    AttendanceMark: {
        AttendanceMark.PRESENT: ("Hadir", "Present"),
        AttendanceMark.LATE: ("Terlambat", "Late"),
        AttendanceMark.EXCUSED: ("Izin", "Excused"),
        AttendanceMark.ABSENT: ("Tidak Hadir", "Absent"),
    },
}

EXTERNAL_CODES: Mapping[type[StrEnum], Mapping[str, str]] = {
    CourseKind: {kind: str(number) for number, kind in enumerate(CourseKind, 1)}
}
