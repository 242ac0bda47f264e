"""Terms of the organisation, plans, activities and what surrounds them."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.activities import ActivityAction, ActivityActor, ActivityStatus, Category, Flag, PlaceType
from asn_api.rules.calendar import DayKind, Zone
from asn_api.rules.days import DayState
from asn_api.rules.files import FileKind, FileState
from asn_api.rules.identity import AccountAction, AccountStatus, CodePurpose, GrantedRole
from asn_api.rules.imports import ImportAction, ImportStatus, RowAction
from asn_api.rules.minutes import Fulfilment
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.organization import AppointmentKind, PositionKind, UnitKind
from asn_api.rules.oversight import OversightFlag
from asn_api.rules.people import Employment, Sex
from asn_api.rules.plans import (
    Approach,
    Aspect,
    Perspective,
    PlanAction,
    PlanActor,
    PlanStatus,
    PlanType,
    Polarity,
    ResultKind,
)
from asn_api.rules.policy import LateEntry, MonthTargetRule, Reaction
from asn_api.rules.privacy import Changer, FieldClass
from asn_api.rules.sync import ConflictDecision, Outcome, Platform

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Sex: {
        Sex.MALE: ("Laki-laki", "Male"),
        Sex.FEMALE: ("Perempuan", "Female"),
    },
    Employment: {
        Employment.PNS: ("Pegawai Negeri Sipil", "Career civil servant"),
        Employment.CPNS: ("Calon Pegawai Negeri Sipil", "Probationary civil servant"),
        Employment.PPPK: ("Pegawai Pemerintah dengan Perjanjian Kerja", "Contract civil servant"),
    },
    OversightFlag: {
        OversightFlag.MASS_APPROVAL: ("Persetujuan massal", "Approval in bulk"),
        OversightFlag.LATE_DECISIONS: ("Verifikasi sering terlambat", "Decisions often late"),
    },
    UnitKind: {
        UnitKind.REGION: ("Pemerintah Daerah", "Regional government"),
        UnitKind.AGENCY: ("Perangkat Daerah", "Agency"),
        UnitKind.UNIT: ("Unit Kerja", "Unit"),
        UnitKind.SCHOOL: ("Satuan Pendidikan", "School"),
        UnitKind.HEALTH_CENTRE: ("Pusat Kesehatan Masyarakat", "Community health centre"),
    },
    PositionKind: {
        PositionKind.STRUCTURAL: ("Jabatan Struktural", "Structural position"),
        PositionKind.FUNCTIONAL: ("Jabatan Fungsional", "Functional position"),
        PositionKind.EXECUTIVE: ("Jabatan Pelaksana", "Executive position"),
    },
    AppointmentKind: {
        AppointmentKind.DEFINITIVE: ("Definitif", "Definitive"),
        AppointmentKind.PLT: ("Pelaksana Tugas (Plt.)", "Acting, post vacant"),
        AppointmentKind.PLH: ("Pelaksana Harian (Plh.)", "Acting, holder absent"),
        AppointmentKind.PJ: ("Penjabat (Pj.)", "Interim"),
    },
    DayKind: {
        DayKind.NATIONAL_HOLIDAY: ("Hari Libur Nasional", "National holiday"),
        DayKind.COLLECTIVE_LEAVE: ("Cuti Bersama", "Collective leave"),
        DayKind.REGIONAL_HOLIDAY: ("Hari Libur Daerah", "Regional holiday"),
    },
    Zone: {
        Zone.WIB: ("Waktu Indonesia Barat", "Western Indonesia Time"),
        Zone.WITA: ("Waktu Indonesia Tengah", "Central Indonesia Time"),
        Zone.WIT: ("Waktu Indonesia Timur", "Eastern Indonesia Time"),
    },
    ActivityStatus: {
        ActivityStatus.DRAFT: ("Draf", "Draft"),
        ActivityStatus.SUBMITTED: ("Diajukan", "Submitted"),
        ActivityStatus.VERIFIED: ("Terverifikasi", "Verified"),
        ActivityStatus.REJECTED: ("Ditolak", "Rejected"),
    },
    Category: {
        Category.PRIMARY: ("Tugas Utama", "Primary duty"),
        Category.ADDITIONAL: ("Tugas Tambahan", "Additional duty"),
        Category.SPECIAL_ADDITIONAL: ("Tugas Tambahan Khusus", "Special additional duty"),
        Category.TEAM: ("Tugas Tim Kerja", "Team assignment"),
        Category.NON_TASK: ("Di Luar Tugas", "Outside duties"),
    },
    PlaceType: {
        PlaceType.OFFICE: ("Kantor", "Office"),
        PlaceType.OTHER_OFFICE: ("Kantor Lain", "Another office"),
        PlaceType.HOME: ("Rumah", "Home"),
        PlaceType.FIELD: ("Lapangan", "Field"),
    },
    ActivityAction: {
        ActivityAction.SUBMIT: ("Ajukan", "Submit"),
        ActivityAction.RECALL: ("Tarik Kembali", "Recall"),
        ActivityAction.VERIFY: ("Verifikasi", "Verify"),
        ActivityAction.REJECT: ("Tolak", "Reject"),
        ActivityAction.REOPEN: ("Buka Kembali", "Reopen"),
        ActivityAction.CORRECT: ("Koreksi", "Correct"),
        ActivityAction.EDIT: ("Ubah", "Edit"),
        ActivityAction.DELETE: ("Hapus", "Delete"),
    },
    ActivityActor: {
        ActivityActor.OWNER: ("Pemilik Laporan", "Owner"),
        ActivityActor.VERIFIER: ("Pemeriksa", "Verifier"),
        ActivityActor.ADMIN: ("Admin", "Administrator"),
    },
    Flag: {
        Flag.LATE: ("Terlambat Dilaporkan", "Reported late"),
        Flag.CROSSES_MIDNIGHT: ("Melewati Tengah Malam", "Crosses midnight"),
        Flag.LONG_DURATION: ("Durasi Panjang", "Long duration"),
        Flag.LONG_DAY: ("Total Hari Panjang", "Long day in total"),
        Flag.OVERLAP: ("Waktu Tumpang Tindih", "Overlaps another activity"),
        Flag.NON_WORKING_DAY: ("Bukan Hari Kerja", "Not a working day"),
        Flag.ON_LEAVE: ("Sedang Cuti", "On leave"),
        Flag.NOT_LINKED: ("Belum Terkait Rencana Hasil Kerja", "Not linked to a work result"),
        Flag.ENDS_IN_FUTURE: ("Selesai di Waktu Mendatang", "Ends in the future"),
        Flag.CLOCK_SKEW: ("Jam Perangkat Tidak Sesuai", "Device clock is off"),
        Flag.RECEIVED_LATER: ("Dicatat Luring, Diterima Kemudian", "Recorded offline, received later"),
        Flag.AFTER_LOCK: ("Dilaporkan Setelah Periode Dikunci", "Reported after the month was locked"),
        Flag.COPIED_TEXT: ("Uraian Sama pada Beberapa Hari Lain", "Same text on several other days"),
        Flag.SAME_EVIDENCE: ("Bukti Dukung Sudah Dipakai Kegiatan Lain", "Evidence used by another activity"),
        Flag.IMPLAUSIBLE_PLACE: ("Lokasi Tidak Wajar", "Implausible place"),
    },
    Fulfilment: {
        Fulfilment.NONE: ("Belum Ada", "None"),
        Fulfilment.UNDER: ("Kurang", "Under target"),
        Fulfilment.MET: ("Terpenuhi", "Met"),
        Fulfilment.OVER: ("Melebihi", "Over target"),
    },
    PlanStatus: {
        PlanStatus.DRAFT: ("Draf", "Draft"),
        PlanStatus.SUBMITTED: ("Diajukan", "Submitted"),
        PlanStatus.RETURNED: ("Dikembalikan", "Returned"),
        PlanStatus.APPROVED: ("Disetujui", "Approved"),
        PlanStatus.REVISION_REQUESTED: ("Revisi Diminta", "Revision requested"),
        PlanStatus.CLOSED: ("Ditutup", "Closed"),
        PlanStatus.ENDED: ("Berakhir", "Ended"),
    },
    PlanAction: {
        PlanAction.EDIT: ("Ubah", "Edit"),
        PlanAction.SUBMIT: ("Ajukan", "Submit"),
        PlanAction.RETURN: ("Kembalikan", "Return"),
        PlanAction.APPROVE: ("Setujui", "Approve"),
        PlanAction.REQUEST_REVISION: ("Minta Revisi", "Request a revision"),
        PlanAction.REOPEN: ("Buka untuk Revisi", "Reopen for revision"),
        PlanAction.SET_EXPECTATIONS: ("Tetapkan Ekspektasi Khusus", "Set special expectations"),
        PlanAction.END_ON_TRANSFER: ("Akhiri karena Mutasi", "End on transfer"),
        PlanAction.CLOSE_YEAR: ("Tutup Tahun", "Close the year"),
    },
    PlanActor: {
        PlanActor.EMPLOYEE: ("Pegawai yang Dinilai", "Employee"),
        PlanActor.EVALUATOR: ("Pejabat Penilai Kinerja", "Evaluator"),
        PlanActor.SYSTEM: ("Sistem", "System"),
    },
    Approach: {
        Approach.QUANTITATIVE: ("Kuantitatif", "Quantitative"),
        Approach.QUALITATIVE: ("Kualitatif", "Qualitative"),
    },
    PlanType: {
        PlanType.JPT_OR_UNIT_HEAD: (
            "Pejabat Pimpinan Tinggi dan Pimpinan Unit Kerja Mandiri",
            "Senior executive or unit head",
        ),
        PlanType.ADMIN_FUNCTIONAL: (
            "Pejabat Administrasi dan Pejabat Fungsional",
            "Administrative or functional official",
        ),
    },
    ResultKind: {
        ResultKind.PRIMARY: ("Utama", "Primary"),
        ResultKind.ADDITIONAL: ("Tambahan", "Additional"),
    },
    Perspective: {
        Perspective.SERVICE_RECIPIENT: ("Penerima Layanan", "Service recipient"),
        Perspective.BUSINESS_PROCESS: ("Proses Bisnis", "Business process"),
        Perspective.INTERNAL_STRENGTHENING: ("Penguatan Internal", "Internal strengthening"),
        Perspective.BUDGET: ("Anggaran", "Budget"),
    },
    Aspect: {
        Aspect.QUANTITY: ("Kuantitas", "Quantity"),
        Aspect.QUALITY: ("Kualitas", "Quality"),
        Aspect.TIME: ("Waktu", "Time"),
        Aspect.COST: ("Biaya", "Cost"),
    },
    Polarity: {
        Polarity.HIGHER_IS_BETTER: ("Makin Tinggi Makin Baik", "Higher is better"),
        Polarity.LOWER_IS_BETTER: ("Makin Rendah Makin Baik", "Lower is better"),
        Polarity.WITHIN_RANGE: ("Dalam Rentang", "Within a range"),
    },
    AccountStatus: {
        AccountStatus.PENDING: ("Menunggu Aktivasi", "Waiting for activation"),
        AccountStatus.ACTIVE: ("Aktif", "Active"),
        AccountStatus.DISABLED: ("Dinonaktifkan", "Disabled"),
    },
    AccountAction: {
        AccountAction.DISABLE: ("Nonaktifkan", "Disable"),
        AccountAction.ENABLE: ("Aktifkan Kembali", "Enable"),
        AccountAction.REMOVE_TOTP: ("Lepas Kode Sekali Pakai", "Remove the second factor"),
    },
    CodePurpose: {
        CodePurpose.ACTIVATION: ("Aktivasi Akun", "Account activation"),
        CodePurpose.PASSWORD_RESET: ("Atur Ulang Kata Sandi", "Password reset"),
    },
    GrantedRole: {
        GrantedRole.REGIONAL_ADMIN: ("Admin Daerah", "Regional administrator"),
        GrantedRole.COMPLAINT_COORDINATOR: ("Admin Koordinator Pengaduan", "Coordinator of complaints"),
        GrantedRole.COMPLAINT_CONTACT: ("Admin Penghubung Pengaduan", "Contact for complaints"),
    },
    ImportStatus: {
        ImportStatus.WAITING: ("Menunggu", "Waiting"),
        ImportStatus.CHECKING: ("Sedang Diperiksa", "Being checked"),
        ImportStatus.CHECKED: ("Selesai Diperiksa", "Checked"),
        ImportStatus.COMMITTING: ("Sedang Diterapkan", "Being applied"),
        ImportStatus.COMMITTED: ("Diterapkan", "Applied"),
        ImportStatus.FAILED: ("Gagal", "Failed"),
    },
    ImportAction: {
        ImportAction.COMMIT: ("Terapkan", "Apply"),
        ImportAction.DISCARD: ("Buang", "Discard"),
    },
    RowAction: {
        RowAction.CREATE: ("Data Baru", "New"),
        RowAction.CHANGE: ("Perubahan", "Changed"),
        RowAction.UNCHANGED: ("Tidak Berubah", "Unchanged"),
        RowAction.REFUSE: ("Tidak Diterima", "Refused"),
    },
    Reaction: {
        Reaction.WARN: ("Ditandai", "Flagged"),
        Reaction.REJECT: ("Ditolak", "Refused"),
    },
    LateEntry: {
        LateEntry.ALLOW_FLAG: ("Diterima dengan Tanda Terlambat", "Accepted and flagged"),
        LateEntry.BLOCK: ("Tidak Diterima", "Refused"),
    },
    DayState: {
        DayState.NOT_REPORTED: ("Belum Melapor", "Not reported"),
        DayState.REJECTED: ("Ada yang Ditolak", "Something was rejected"),
        DayState.BELOW_TARGET: ("Kurang dari Target", "Below the target"),
        DayState.WAITING: ("Menunggu Verifikasi", "Waits for verification"),
        DayState.DONE: ("Selesai", "Done"),
        DayState.DAY_OFF: ("Hari Libur", "Day off"),
    },
    NoticeKind: {
        NoticeKind.DAY_NOT_REPORTED: ("Hari Ini Belum Dilaporkan", "Today is not reported"),
        NoticeKind.ENTRY_WINDOW_CLOSING: ("Batas Waktu Pelaporan Hari Ini", "Last day to report"),
        NoticeKind.VERIFICATION_DUE: ("Kegiatan Menunggu Verifikasi", "Activities wait for verification"),
        NoticeKind.PERIOD_LOCKING: ("Periode Segera Dikunci", "The period is locked soon"),
        NoticeKind.ACTIVITY_REJECTED: ("Kegiatan Ditolak", "Activity rejected"),
        NoticeKind.ACTIVITY_REOPENED: ("Kegiatan Dibuka Kembali", "Activity reopened"),
        NoticeKind.CONFLICT_WAITING: ("Perubahan Bertabrakan", "Change in conflict"),
        NoticeKind.PLAN_MISSING: ("SKP Belum Diajukan", "Plan not submitted"),
        NoticeKind.TEAM_PLANS_MISSING: ("SKP Bawahan Belum Diajukan", "Plans of the team not submitted"),
        NoticeKind.PLAN_WAITING: ("SKP Menunggu Keputusan", "Plans wait for a decision"),
        NoticeKind.PLAN_UNDECIDED: ("SKP Tidak Diputuskan Pejabat Penilai", "Plans left undecided"),
        NoticeKind.EVALUATION_DUE: ("Evaluasi belum dilaporkan", "Evaluation not reported"),
        NoticeKind.RATING_WAITING: ("Evaluasi menunggu penilaian", "Evaluations wait for a rating"),
        NoticeKind.EVALUATOR_SILENT: ("Pejabat penilai belum menilai", "Evaluator has not rated"),
        NoticeKind.OBJECTION_WAITING: ("Keberatan menunggu keputusan", "Objections wait for a decision"),
        NoticeKind.EVALUATION_RATED: ("Penilaian diterima", "Rating delivered"),
        NoticeKind.OBJECTION_FILED: ("Keberatan diajukan", "Objection filed"),
        NoticeKind.OBJECTION_DECIDED: ("Keberatan diputus", "Objection decided"),
        NoticeKind.FEEDBACK_RECEIVED: ("Umpan Balik Diterima", "Feedback received"),
        NoticeKind.FEEDBACK_REQUESTED: ("Umpan Balik Diminta", "Feedback requested"),
        NoticeKind.FEEDBACK_ANSWERED: ("Umpan Balik Ditanggapi", "Feedback answered"),
        NoticeKind.COACHING_RECORDED: ("Bimbingan Dicatat", "Coaching recorded"),
        NoticeKind.AGREED_ACTION_DUE: ("Tindak Lanjut Jatuh Tempo", "Agreed action due"),
        NoticeKind.FORUM_INVITED: ("Undangan Forum", "Forum invitation"),
        NoticeKind.FORUM_CHANGED: ("Forum Diubah", "Forum changed"),
        NoticeKind.FORUM_CANCELLED: ("Forum Dibatalkan", "Forum cancelled"),
        NoticeKind.FORUM_SOON: ("Forum Segera Dimulai", "Forum begins soon"),
        NoticeKind.FORUM_MINUTES: ("Risalah Forum Terbit", "Forum minutes published"),
        NoticeKind.ASSESSMENT_WAITING: ("Asesmen 360° Menunggu", "360° answers are waited for"),
        NoticeKind.DEVELOPMENT_NOTE_WRITTEN: ("Catatan Pengembangan Ditulis", "Development note written"),
        NoticeKind.NOMINATION_ENDORSED: ("Usulan Penghargaan Disetujui", "Nomination endorsed"),
        NoticeKind.COMPLAINT_FORWARDED: ("Laporan Didisposisikan", "Complaint forwarded"),
        NoticeKind.COMPLAINT_ASSIGNED: ("Laporan Ditugaskan", "Complaint assigned"),
        NoticeKind.COMPLAINT_REPLIED: ("Pelapor Membalas", "The reporter replied"),
        NoticeKind.COMPLAINT_DUE: ("Laporan Segera Jatuh Tempo", "Complaint due soon"),
        NoticeKind.COMPLAINT_OVERDUE: ("Laporan Terlambat", "Complaint overdue"),
        NoticeKind.COMPLAINT_ESCALATED: ("Keterlambatan Laporan Dieskalasi", "Overdue complaint escalated"),
        NoticeKind.TRAINING_SURVEY_OPEN: ("Survei Kebutuhan Pelatihan", "Survey of training needs"),
        NoticeKind.CERTIFICATE_ISSUED: ("Sertifikat Terbit", "Certificate issued"),
        NoticeKind.CERTIFICATE_VERIFIED: ("Sertifikat Diverifikasi", "Certificate verified"),
        NoticeKind.CERTIFICATE_REJECTED: ("Sertifikat Ditolak", "Certificate rejected"),
        NoticeKind.CERTIFICATE_REVOKED: ("Sertifikat Dicabut", "Certificate revoked"),
        NoticeKind.TRAINING_EVALUATION_WAITING: (
            "Evaluasi Pelatihan Menunggu Jawaban",
            "Evaluation of training waiting",
        ),
        NoticeKind.ENROLMENT_WAITING: ("Permintaan Pelatihan Menunggu", "Training request waits"),
        NoticeKind.ENROLMENT_CONFIRMED: ("Terdaftar pada Pelatihan", "Enrolled in a training"),
        NoticeKind.ENROLMENT_WAITLISTED: ("Masuk Daftar Tunggu", "On the waiting list"),
        NoticeKind.ENROLMENT_REJECTED: ("Permintaan Pelatihan Ditolak", "Training request rejected"),
        NoticeKind.ENROLMENT_ENDED: ("Pendaftaran Pelatihan Berakhir", "Enrolment ended"),
        NoticeKind.SEAT_OFFERED: ("Kursi Pelatihan Ditawarkan", "A seat is offered"),
        NoticeKind.CLASS_CHANGED: ("Kelas Pelatihan Diubah", "Class changed"),
        NoticeKind.CLASS_CANCELLED: ("Kelas Pelatihan Dibatalkan", "Class cancelled"),
        NoticeKind.TRAINING_FINISHED: ("Pelatihan Selesai", "Training finished"),
    },
    FieldClass: {
        FieldClass.PUBLIC: ("Publik", "Public"),
        FieldClass.INTERNAL: ("Internal", "Internal"),
        FieldClass.CONFIDENTIAL: ("Rahasia Terbatas", "Confidential"),
        FieldClass.RESTRICTED: ("Sangat Terbatas", "Restricted"),
    },
    Changer: {
        Changer.OWNER: ("Pemilik Data", "Owner"),
        Changer.ADMIN: ("Admin", "Admin"),
    },
    FileState: {
        FileState.PENDING: ("Belum Lengkap", "Not complete yet"),
        FileState.RECEIVED: ("Diterima", "Received"),
        FileState.REFUSED: ("Ditolak", "Refused"),
    },
    FileKind: {
        FileKind.JPEG: ("Foto JPEG", "JPEG photo"),
        FileKind.PNG: ("Gambar PNG", "PNG image"),
        FileKind.WEBP: ("Gambar WebP", "WebP image"),
        FileKind.PDF: ("Dokumen PDF", "PDF document"),
        FileKind.XLSX: ("Lembar Kerja Excel", "Excel workbook"),
        FileKind.DOCX: ("Dokumen Word", "Word document"),
    },
    MonthTargetRule: {
        MonthTargetRule.WORKING_DAYS: (
            "Hari Kerja Dikalikan Target Harian",
            "Working days times the day's target",
        ),
        MonthTargetRule.FIXED: ("Tetap per Bulan", "Fixed per month"),
    },
    Platform: {
        Platform.ANDROID: ("Android", "Android"),
        Platform.IOS: ("iOS", "iOS"),
        Platform.OTHER: ("Lainnya", "Other"),
    },
    Outcome: {
        Outcome.REJECTED: ("Ditolak", "Rejected"),
        Outcome.CONFLICT: ("Bentrok", "Conflict"),
        Outcome.MERGED: ("Digabung", "Merged"),
    },
    ConflictDecision: {
        ConflictDecision.APPLY: ("Terapkan", "Apply"),
        ConflictDecision.DISCARD: ("Buang", "Discard"),
    },
}

EXTERNAL_CODES: Mapping[type[StrEnum], Mapping[str, str]] = {
    Sex: {Sex.MALE: "M", Sex.FEMALE: "F"},
    Employment: {Employment.CPNS: "C", Employment.PNS: "P"},
    PositionKind: {
        PositionKind.STRUCTURAL: "1",
        PositionKind.FUNCTIONAL: "2",
        PositionKind.EXECUTIVE: "4",
    },
    AppointmentKind: {
        AppointmentKind.DEFINITIVE: "D",
        AppointmentKind.PLT: "PLT",
        AppointmentKind.PLH: "PLH",
        AppointmentKind.PJ: "PJ",
    },
}
