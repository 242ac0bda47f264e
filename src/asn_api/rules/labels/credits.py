"""Terms of credit points (angka kredit)."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.credits import (
    CreditGap,
    CreditKind,
    CreditLevel,
    Promotion,
    PromotionRule,
    RuleStatus,
)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    CreditLevel: {
        CreditLevel.PEMULA: ("Pemula", "Beginner"),
        CreditLevel.TERAMPIL: ("Terampil", "Skilled"),
        CreditLevel.MAHIR: ("Mahir", "Proficient"),
        CreditLevel.PENYELIA: ("Penyelia", "Supervising"),
        CreditLevel.AHLI_PERTAMA: ("Ahli Pertama", "First expert"),
        CreditLevel.AHLI_MUDA: ("Ahli Muda", "Junior expert"),
        CreditLevel.AHLI_MADYA: ("Ahli Madya", "Senior expert"),
        CreditLevel.AHLI_UTAMA: ("Ahli Utama", "Principal expert"),
    },
    CreditKind: {
        CreditKind.FIRST: ("Angka Kredit Pertama", "First credit points"),
        CreditKind.INTEGRATION: ("Angka Kredit Integrasi", "Integrated credit points"),
        CreditKind.CONVERSION: ("Angka Kredit Konversi", "Credit points from a predicate"),
    },
    CreditGap: {
        CreditGap.NOT_FUNCTIONAL: ("Bukan jabatan fungsional", "Not in a functional position"),
        CreditGap.LEVEL_UNKNOWN: ("Jenjang belum dicatat", "Level unknown"),
        CreditGap.NOT_EVALUATED: ("Belum dievaluasi", "Not evaluated"),
        CreditGap.NOT_ACCEPTED: ("Penilaian belum diterima pegawai", "Rating not accepted yet"),
        CreditGap.GRADE_UNKNOWN: ("Golongan belum dicatat", "Grade unknown"),
        CreditGap.GRADE_OUTSIDE_LEVEL: ("Golongan di luar jenjang", "Grade outside the level"),
        CreditGap.HIGHEST_REACHED: ("Sudah tertinggi", "Already the highest"),
        CreditGap.NO_RANKS: ("PPPK tidak memiliki pangkat", "Employees by contract have no ranks"),
    },
    Promotion: {
        Promotion.RANK: ("Kenaikan Pangkat", "Promotion in rank"),
        Promotion.LEVEL: ("Kenaikan Jenjang", "Promotion in level"),
    },
    PromotionRule: {
        PromotionRule.CREDITS: ("Angka Kredit Kumulatif", "Cumulative credit points"),
        PromotionRule.YEARS_IN_RANK: ("Masa dalam pangkat", "Years in rank"),
        PromotionRule.PREDICATES: ("Predikat Kinerja", "Yearly predicates"),
        PromotionRule.NO_SANCTION: ("Tidak sedang dijatuhi hukuman disiplin", "No active sanction"),
        PromotionRule.COMPETENCY_TEST: ("Uji Kompetensi", "Competency test"),
        PromotionRule.VACANCY: ("Lowongan Kebutuhan Jabatan", "Vacancy"),
    },
    RuleStatus: {
        RuleStatus.PASS: ("Terpenuhi", "Met"),
        RuleStatus.FAIL: ("Belum terpenuhi", "Not met"),
        RuleStatus.UNKNOWN: ("Belum dapat dipastikan", "Cannot be told"),
    },
}

EXTERNAL_CODES: Mapping[type[StrEnum], Mapping[str, str]] = {
    CreditLevel: {
        CreditLevel.PEMULA: "PM",
        CreditLevel.TERAMPIL: "TR",
        CreditLevel.MAHIR: "MH",
        CreditLevel.PENYELIA: "PY",
        CreditLevel.AHLI_PERTAMA: "PT",
        CreditLevel.AHLI_MUDA: "MU",
        CreditLevel.AHLI_MADYA: "MA",
        CreditLevel.AHLI_UTAMA: "UT",
    },
}
