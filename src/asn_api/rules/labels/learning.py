"""Terms of certificates, learning hours, the professionalism index and the evaluation of training."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.certificates import (
    CertificateAction,
    CertificateActor,
    CertificateOrigin,
    CertificatePublicState,
    CertificateStatus,
    Resemblance,
)
from asn_api.rules.learning_hours import HoursExclusion, HoursStatus
from asn_api.rules.professionalism import (
    EducationStep,
    IndexDimension,
    IndexGap,
    IndexTraining,
    MissingRecord,
    ProfessionalismCategory,
    SanctionLevel,
)
from asn_api.rules.training_evaluation import (
    TrainingAnswerStatus,
    TrainingLevel,
    TrainingQuestion,
    TrainingRespondent,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    CertificateOrigin: {
        CertificateOrigin.ISSUED: ("Diterbitkan Sistem", "Issued here"),
        CertificateOrigin.EXTERNAL: ("Sertifikat Luar", "External"),
    },
    CertificateStatus: {
        CertificateStatus.ISSUED: ("Terbit", "Issued"),
        CertificateStatus.CLAIMED: ("Diajukan", "Claimed"),
        CertificateStatus.VERIFIED: ("Terverifikasi", "Verified"),
        CertificateStatus.REJECTED: ("Ditolak", "Rejected"),
        CertificateStatus.REVOKED: ("Dicabut", "Revoked"),
    },
    CertificateAction: {
        CertificateAction.CHANGE: ("Ubah", "Change"),
        CertificateAction.WITHDRAW: ("Tarik Kembali", "Withdraw"),
        CertificateAction.VERIFY: ("Verifikasi", "Verify"),
        CertificateAction.REJECT: ("Tolak", "Reject"),
        CertificateAction.REVOKE: ("Cabut", "Revoke"),
    },
    CertificateActor: {
        CertificateActor.HOLDER: ("Pemilik Sertifikat", "Holder"),
        CertificateActor.VERIFIER: ("Verifikator", "Verifier"),
    },
    CertificatePublicState: {
        CertificatePublicState.VALID: ("Berlaku", "Valid"),
        CertificatePublicState.REVOKED: ("Dicabut", "Revoked"),
    },
    Resemblance: {
        Resemblance.SAME_TRAINING: ("Pelatihan yang Sama", "Same training"),
        Resemblance.SAME_FILE: ("Berkas yang Sama", "Same file"),
        Resemblance.SAME_NUMBER_ELSEWHERE: ("Nomor Dipakai Pegawai Lain", "Number of somebody else"),
    },
    HoursStatus: {
        HoursStatus.FULFILLED: ("Terpenuhi", "Fulfilled"),
        HoursStatus.SHORT: ("Belum Terpenuhi", "Short"),
        HoursStatus.NO_MINIMUM: ("Tanpa Batas Minimal", "No minimum"),
    },
    HoursExclusion: {
        HoursExclusion.OTHER_YEAR: ("Selesai pada Tahun Lain", "Ended in another year"),
        HoursExclusion.NOT_VERIFIED: ("Belum Diverifikasi", "Not verified yet"),
        HoursExclusion.REJECTED: ("Ditolak", "Rejected"),
        HoursExclusion.REVOKED: ("Dicabut", "Revoked"),
    },
    IndexDimension: {
        IndexDimension.QUALIFICATION: ("Kualifikasi", "Qualification"),
        IndexDimension.COMPETENCE: ("Kompetensi", "Competence"),
        IndexDimension.PERFORMANCE: ("Kinerja", "Performance"),
        IndexDimension.DISCIPLINE: ("Disiplin", "Discipline"),
    },
    ProfessionalismCategory: {
        ProfessionalismCategory.VERY_HIGH: ("Sangat Tinggi", "Very high"),
        ProfessionalismCategory.HIGH: ("Tinggi", "High"),
        ProfessionalismCategory.MEDIUM: ("Sedang", "Medium"),
        ProfessionalismCategory.LOW: ("Rendah", "Low"),
        ProfessionalismCategory.VERY_LOW: ("Sangat Rendah", "Very low"),
    },
    EducationStep: {
        EducationStep.DOCTOR: ("S-3", "Doctorate"),
        EducationStep.MASTER: ("S-2", "Master's degree"),
        EducationStep.BACHELOR: ("S-1/D-IV", "Bachelor's degree"),
        EducationStep.DIPLOMA: ("D-III", "Three-year diploma"),
        EducationStep.SECONDARY: ("SLTA/D-I/D-II", "Secondary school, short diplomas"),
        EducationStep.PRIMARY: ("Di Bawah SLTA", "Below secondary school"),
    },
    IndexTraining: {
        IndexTraining.LEADERSHIP: ("Diklat Kepemimpinan", "Leadership training"),
        IndexTraining.FUNCTIONAL: ("Diklat Fungsional", "Functional training"),
        IndexTraining.HOURS: ("Diklat 20 JP", "Training hours of the year"),
        IndexTraining.SEMINAR: ("Seminar/Workshop/Sejenis", "Seminars and workshops"),
    },
    SanctionLevel: {
        SanctionLevel.NONE: ("Tidak Pernah Dijatuhi Hukuman", "No sanction"),
        SanctionLevel.LIGHT: ("Hukuman Disiplin Ringan", "Light sanction"),
        SanctionLevel.MEDIUM: ("Hukuman Disiplin Sedang", "Medium sanction"),
        SanctionLevel.SEVERE: ("Hukuman Disiplin Berat", "Severe sanction"),
    },
    MissingRecord: {
        MissingRecord.UNKNOWN: ("Tidak Diketahui", "Unknown"),
        MissingRecord.NONE: ("Tidak Ada Hukuman", "No sanction"),
    },
    IndexGap: {
        IndexGap.EDUCATION_UNKNOWN: ("Tingkat Pendidikan Tidak Tercatat", "Education not recorded"),
        IndexGap.NO_POST: ("Tidak Memegang Jabatan", "No post"),
        IndexGap.NOT_EVALUATED: ("Belum Ada Evaluasi Tahunan", "No yearly evaluation"),
        IndexGap.NOT_FINAL: ("Evaluasi Tahunan Belum Final", "Yearly evaluation not final"),
        IndexGap.NO_DISCIPLINE_RECORDS: ("Riwayat Disiplin Tidak Tercatat", "No records of discipline"),
        IndexGap.SANCTION_LEVEL_UNKNOWN: ("Tingkat Hukuman Tidak Tercatat", "Level of sanction not recorded"),
    },
    TrainingLevel: {
        TrainingLevel.REACTION: ("Reaksi Peserta", "Reaction"),
        TrainingLevel.BEHAVIOUR: ("Perubahan Perilaku", "Behaviour"),
    },
    TrainingRespondent: {
        TrainingRespondent.PARTICIPANT: ("Peserta", "Participant"),
        TrainingRespondent.SUPERIOR: ("Atasan", "Superior"),
        TrainingRespondent.COLLEAGUE: ("Rekan Kerja", "Colleague"),
    },
    TrainingQuestion: {
        TrainingQuestion.CONTENT: ("Materi sesuai kebutuhan tugas", "The content fits the work"),
        TrainingQuestion.TEACHERS: (
            "Pengajar menguasai dan menjelaskan dengan baik",
            "The teachers teach well",
        ),
        TrainingQuestion.MATERIALS: ("Bahan dan sarana mendukung", "Materials and facilities help"),
        TrainingQuestion.ORGANISATION: ("Penyelenggaraan tertib", "It is well organised"),
        TrainingQuestion.USEFULNESS: ("Dapat dipakai dalam pekerjaan", "It is useful at work"),
        TrainingQuestion.APPLIES_LEARNING: ("Menerapkan yang dipelajari", "Applies what was learnt"),
        TrainingQuestion.WORK_IMPROVED: ("Pekerjaannya membaik", "The work got better"),
        TrainingQuestion.SHARES_KNOWLEDGE: ("Berbagi pengetahuan", "Shares the knowledge"),
    },
    TrainingAnswerStatus: {
        TrainingAnswerStatus.WAITING: ("Belum Dijawab", "Waiting"),
        TrainingAnswerStatus.ANSWERED: ("Sudah Dijawab", "Answered"),
    },
}
