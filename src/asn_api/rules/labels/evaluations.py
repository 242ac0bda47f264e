"""Terms of ratings and evaluations."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.distribution import DistributionFault
from asn_api.rules.evaluation_policy import AnnualCombination, DayType
from asn_api.rules.evaluations import (
    EvaluationAction,
    EvaluationActor,
    EvaluationKind,
    EvaluationStatus,
    ObjectionDecision,
    Periodicity,
)
from asn_api.rules.ratings import CoreValue, Expectation, OrganisationPredicate, Predicate
from asn_api.rules.suggestions import SuggestionReason

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Expectation: {
        Expectation.ABOVE: ("Di Atas Ekspektasi", "Above expectations"),
        Expectation.MEETS: ("Sesuai Ekspektasi", "Meets expectations"),
        Expectation.BELOW: ("Di Bawah Ekspektasi", "Below expectations"),
    },
    Predicate: {
        Predicate.VERY_GOOD: ("Sangat Baik", "Very good"),
        Predicate.GOOD: ("Baik", "Good"),
        Predicate.NEEDS_IMPROVEMENT: ("Butuh Perbaikan", "Needs improvement"),
        Predicate.POOR: ("Kurang", "Poor"),
        Predicate.VERY_POOR: ("Sangat Kurang", "Very poor"),
    },
    OrganisationPredicate: {
        OrganisationPredicate.EXCELLENT: ("Istimewa", "Excellent"),
        OrganisationPredicate.GOOD: ("Baik", "Good"),
        OrganisationPredicate.NEEDS_IMPROVEMENT: ("Butuh Perbaikan", "Needs improvement"),
        OrganisationPredicate.POOR: ("Kurang", "Poor"),
        OrganisationPredicate.VERY_POOR: ("Sangat Kurang", "Very poor"),
    },
    CoreValue: {
        CoreValue.SERVICE_ORIENTED: ("Berorientasi Pelayanan", "Service-oriented"),
        CoreValue.ACCOUNTABLE: ("Akuntabel", "Accountable"),
        CoreValue.COMPETENT: ("Kompeten", "Competent"),
        CoreValue.HARMONIOUS: ("Harmonis", "Harmonious"),
        CoreValue.LOYAL: ("Loyal", "Loyal"),
        CoreValue.ADAPTIVE: ("Adaptif", "Adaptive"),
        CoreValue.COLLABORATIVE: ("Kolaboratif", "Collaborative"),
    },
    Periodicity: {
        Periodicity.MONTH: ("Bulanan", "Monthly"),
        Periodicity.QUARTER: ("Triwulanan", "Quarterly"),
        Periodicity.HALF_YEAR: ("Semesteran", "Half-yearly"),
    },
    EvaluationKind: {
        EvaluationKind.PERIODIC: ("Evaluasi periodik", "Periodic evaluation"),
        EvaluationKind.YEARLY: ("Evaluasi tahunan", "Yearly evaluation"),
    },
    EvaluationStatus: {
        EvaluationStatus.OPEN: ("Belum dilaporkan", "Open"),
        EvaluationStatus.REPORTED: ("Menunggu penilaian", "Reported"),
        EvaluationStatus.RATED: ("Sudah dinilai", "Rated"),
        EvaluationStatus.ACKNOWLEDGED: ("Diterima pegawai", "Acknowledged"),
        EvaluationStatus.OBJECTED: ("Dalam keberatan", "Objected"),
        EvaluationStatus.FINAL: ("Final", "Final"),
    },
    ObjectionDecision: {
        ObjectionDecision.UPHELD: ("Penilaian tetap", "Upheld"),
        ObjectionDecision.CHANGED: ("Penilaian diubah", "Changed"),
    },
    EvaluationAction: {
        EvaluationAction.DRAFT: ("Menyusun laporan", "Draft the report"),
        EvaluationAction.REPORT: ("Menyampaikan laporan", "Report"),
        EvaluationAction.RATE: ("Menilai", "Rate"),
        EvaluationAction.AMEND: ("Mengubah penilaian", "Amend the rating"),
        EvaluationAction.ACKNOWLEDGE: ("Menerima penilaian", "Acknowledge"),
        EvaluationAction.OBJECT: ("Mengajukan keberatan", "Object"),
        EvaluationAction.STATE: ("Memberi tanggapan atas keberatan", "State on the objection"),
        EvaluationAction.DECIDE: ("Memutus keberatan", "Decide the objection"),
        EvaluationAction.FINALISE: ("Menjadikan final", "Make final"),
    },
    EvaluationActor: {
        EvaluationActor.EMPLOYEE: ("Pegawai yang dinilai", "Employee"),
        EvaluationActor.EVALUATOR: ("Pejabat penilai kinerja", "Evaluator"),
        EvaluationActor.EVALUATOR_SUPERIOR: ("Atasan pejabat penilai kinerja", "Superior of the evaluator"),
        EvaluationActor.SYSTEM: ("Sistem", "System"),
    },
    DistributionFault: {
        DistributionFault.NOT_THE_MODE: ("Bukan predikat terbanyak", "Not the most frequent predicate"),
        DistributionFault.ABOVE_LIMIT: ("Melebihi batas", "Above the limit"),
        DistributionFault.BELOW_FLOOR: ("Kurang dari batas bawah", "Below the floor"),
        DistributionFault.MISSING: ("Tidak ada", "Missing"),
        DistributionFault.NOT_ALLOWED: ("Tidak diperkenankan", "Not allowed"),
    },
    DayType: {
        DayType.CALENDAR: ("Hari kalender", "Calendar days"),
        DayType.WORKING: ("Hari kerja", "Working days"),
    },
    AnnualCombination: {
        AnnualCombination.LAST_PLAN: ("SKP terakhir", "The last plan"),
        AnnualCombination.LONGEST: ("SKP terlama", "The longest plan"),
        AnnualCombination.MONTH_WEIGHTED: ("Dibobot menurut bulan", "Weighted by months"),
    },
    SuggestionReason: {
        SuggestionReason.MOST_ABOVE: ("Sebagian besar di atas ekspektasi", "Most are above expectations"),
        SuggestionReason.MOST_AS_EXPECTED: ("Sebagian besar sesuai ekspektasi", "Most meet expectations"),
        SuggestionReason.MOST_BELOW: ("Sebagian besar di bawah ekspektasi", "Most are below expectations"),
        SuggestionReason.BETWEEN: (
            "Di antara dua kategori: pejabat penilai memutuskan",
            "Between two categories: the evaluator decides",
        ),
        SuggestionReason.NO_PRIMARY_RATED: (
            "Belum ada hasil kerja utama yang dinilai",
            "No primary result is rated",
        ),
        SuggestionReason.VALUES_BALANCED: (
            "Tidak ada mayoritas di atas atau di bawah ekspektasi",
            "No majority above or below expectations",
        ),
        SuggestionReason.VALUES_NOT_RATED: (
            "Perilaku yang belum dinilai masih dapat menentukan",
            "Values that are not rated could still decide",
        ),
        SuggestionReason.ORGANISATION_RATING: (
            "Capaian kinerja organisasi yang dipimpin",
            "What the agency that he heads achieved",
        ),
    },
}

EXTERNAL_CODES: Mapping[type[StrEnum], Mapping[str, str]] = {
    Expectation: {Expectation.ABOVE: "1", Expectation.MEETS: "2", Expectation.BELOW: "3"},
    Predicate: {
        Predicate.VERY_GOOD: "1",
        Predicate.GOOD: "2",
        Predicate.NEEDS_IMPROVEMENT: "3",
        Predicate.POOR: "4",
        Predicate.VERY_POOR: "5",
    },
    Periodicity: {Periodicity.MONTH: "1", Periodicity.QUARTER: "2"},
}
