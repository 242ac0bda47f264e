"""Terms of ratings and evaluations."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus, ObjectionDecision, Periodicity
from asn_api.rules.ratings import CoreValue, Expectation, OrganisationPredicate, Predicate

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
