"""Terms of competencies; those of PermenPANRB 38/2017 as it has them, their definitions in our words."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.competencies import (
    CompetencyGroup,
    EvidenceAction,
    EvidenceSource,
    EvidenceUse,
    FitCategory,
    GapStatus,
    NationalCompetency,
    NoStandard,
    PositionTier,
    StandardOrigin,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    CompetencyGroup: {
        CompetencyGroup.MANAGERIAL: ("Manajerial", "Managerial"),
        CompetencyGroup.SOCIO_CULTURAL: ("Sosial Kultural", "Socio-cultural"),
        CompetencyGroup.TECHNICAL: ("Teknis", "Technical"),
    },
    NationalCompetency: {
        NationalCompetency.INTEGRITY: ("Integritas", "Integrity"),
        NationalCompetency.COOPERATION: ("Kerja Sama", "Cooperation"),
        NationalCompetency.COMMUNICATION: ("Komunikasi", "Communication"),
        NationalCompetency.RESULT_ORIENTATION: ("Orientasi pada Hasil", "Orientation towards results"),
        NationalCompetency.PUBLIC_SERVICE: ("Pelayanan Publik", "Public service"),
        NationalCompetency.SELF_OTHERS_DEVELOPMENT: (
            "Pengembangan Diri dan Orang Lain",
            "Development of oneself and others",
        ),
        NationalCompetency.MANAGING_CHANGE: ("Mengelola Perubahan", "Managing change"),
        NationalCompetency.DECISION_MAKING: ("Pengambilan Keputusan", "Decision making"),
        NationalCompetency.NATION_UNIFIER: ("Perekat Bangsa", "Uniting the nation"),
    },
    PositionTier: {
        PositionTier.JPT_UTAMA: ("JPT Utama", "Highest leadership"),
        PositionTier.JPT_MADYA: ("JPT Madya", "Senior leadership"),
        PositionTier.JPT_PRATAMA: ("JPT Pratama", "Leadership of an agency"),
        PositionTier.ADMINISTRATOR: ("Administrator", "Administrator"),
        PositionTier.PENGAWAS: ("Pengawas", "Supervisor"),
        PositionTier.PELAKSANA: ("Pelaksana", "General staff"),
        PositionTier.PEMULA: ("JF Pemula", "Functional, beginner"),
        PositionTier.TERAMPIL: ("JF Terampil", "Functional, skilled"),
        PositionTier.MAHIR: ("JF Mahir", "Functional, proficient"),
        PositionTier.PENYELIA: ("JF Penyelia", "Functional, supervising"),
        PositionTier.AHLI_PERTAMA: ("JF Ahli Pertama", "Functional, first expert"),
        PositionTier.AHLI_MUDA: ("JF Ahli Muda", "Functional, junior expert"),
        PositionTier.AHLI_MADYA: ("JF Ahli Madya", "Functional, senior expert"),
        PositionTier.AHLI_UTAMA: ("JF Ahli Utama", "Functional, principal expert"),
    },
    EvidenceSource: {
        EvidenceSource.ASSESSMENT_CENTRE: ("Assessment Center", "Assessment centre"),
        EvidenceSource.CERTIFICATE: ("Sertifikat Kompetensi", "Certificate of competence"),
        EvidenceSource.SUPERIOR: ("Penilaian Atasan", "Assessed by the superior"),
        EvidenceSource.TRAINING: ("Pelatihan yang Diselesaikan", "Completed training"),
        EvidenceSource.SELF: ("Penilaian Diri", "Assessed by oneself"),
    },
    GapStatus: {
        GapStatus.GAP: ("Di Bawah Standar", "Below the standard"),
        GapStatus.MET: ("Sesuai Standar", "Meets the standard"),
        GapStatus.EXCEEDS: ("Di Atas Standar", "Above the standard"),
        GapStatus.NOT_ASSESSED: ("Belum Dinilai", "Not assessed"),
    },
    FitCategory: {
        FitCategory.MEETS_REQUIREMENT: ("Memenuhi Syarat (MS)", "Meets the requirement"),
        FitCategory.PARTLY_MEETS: ("Masih Memenuhi Syarat (MMS)", "Partly meets the requirement"),
        FitCategory.BELOW_REQUIREMENT: ("Kurang Memenuhi Syarat (KMS)", "Below the requirement"),
    },
    StandardOrigin: {
        StandardOrigin.POSITION: ("Standar Jabatan", "Standard of the position"),
        StandardOrigin.TIER: ("Standar Jenjang Jabatan", "Standard of the level of position"),
        StandardOrigin.POLICY: ("Ketentuan Nasional", "National default"),
    },
    NoStandard: {
        NoStandard.NO_POSITION: ("Tidak Memegang Jabatan Definitif", "Holds no definitive position"),
        NoStandard.TIER_UNKNOWN: ("Jenjang Jabatan Belum Dicatat", "Level of the position is not recorded"),
    },
    EvidenceAction: {EvidenceAction.WITHDRAW: ("Tarik", "Withdraw")},
    EvidenceUse: {
        EvidenceUse.DECIDES: ("Menentukan", "Decides"),
        EvidenceUse.RAISES: ("Menaikkan", "Raises"),
        EvidenceUse.OUTRANKED: ("Kalah dari Bukti Lain", "Other evidence decides"),
        EvidenceUse.EXPIRED: ("Masa Berlaku Habis", "Expired"),
        EvidenceUse.NOT_YET: ("Belum Ada pada Hari Itu", "Not there yet on the day"),
        EvidenceUse.NOT_COUNTED: ("Tidak Dihitung", "Not counted"),
        EvidenceUse.WITHDRAWN: ("Ditarik", "Withdrawn"),
    },
}

DEFINITIONS: Mapping[NationalCompetency, tuple[str, str]] = {
    NationalCompetency.INTEGRITY: (
        "Bertindak sesuai nilai, norma, dan etika, juga ketika tidak ada yang melihat.",
        "Acts by values, norms and ethics, also when nobody looks.",
    ),
    NationalCompetency.COOPERATION: (
        "Membangun hubungan kerja dan mencapai tujuan bersama orang lain.",
        "Builds working relations and reaches goals together with others.",
    ),
    NationalCompetency.COMMUNICATION: (
        "Menyampaikan gagasan dengan jelas, mendengarkan, dan mencapai saling pengertian.",
        "States ideas clearly, listens and reaches understanding.",
    ),
    NationalCompetency.RESULT_ORIENTATION: (
        "Bekerja menuju hasil yang disepakati dan terus meningkatkan mutunya.",
        "Works towards agreed results and keeps raising their quality.",
    ),
    NationalCompetency.PUBLIC_SERVICE: (
        "Melayani masyarakat secara adil, cepat, dan sesuai kebutuhan mereka.",
        "Serves the public fairly, quickly and by what people need.",
    ),
    NationalCompetency.SELF_OTHERS_DEVELOPMENT: (
        "Terus belajar dan membantu orang lain bertumbuh.",
        "Keeps learning and helps others to grow.",
    ),
    NationalCompetency.MANAGING_CHANGE: (
        "Menyesuaikan diri dengan keadaan baru dan memimpin perubahan.",
        "Adapts to new conditions and leads change.",
    ),
    NationalCompetency.DECISION_MAKING: (
        "Memutuskan tepat waktu berdasarkan fakta dan menanggung akibatnya.",
        "Decides in time, from facts, and answers for it.",
    ),
    NationalCompetency.NATION_UNIFIER: (
        "Menghargai keberagaman dan merawat persatuan di tempat kerja dan masyarakat.",
        "Values diversity and keeps people together at work and in society.",
    ),
}
