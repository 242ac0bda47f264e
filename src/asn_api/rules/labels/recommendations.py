"""Terms of recommendations."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.recommendations import Exclusion

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    Exclusion: {
        Exclusion.ENROLLED: ("Sudah terdaftar", "Already enrolled"),
        Exclusion.COMPLETED_RECENTLY: ("Baru diselesaikan", "Completed recently"),
        Exclusion.PREREQUISITE_MISSING: ("Prasyarat belum terpenuhi", "Prerequisite missing"),
        Exclusion.CLASH: ("Jadwal bertabrakan", "Clashes with another class"),
    },
}
