"""Terms of the contribution analysis."""

from collections.abc import Mapping
from enum import StrEnum

from asn_api.rules.contribution import ContributionFlag

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    ContributionFlag: {
        ContributionFlag.MUCH_NON_TASK: ("Banyak Waktu di Luar Tugas", "Much time outside the task"),
        ContributionFlag.COPIED_TEXT: ("Uraian Disalin", "Copied descriptions"),
        ContributionFlag.SAME_EVIDENCE: ("Bukti Dukung yang Sama", "The same evidence"),
        ContributionFlag.REALISATION_WITHOUT_WORK: (
            "Realisasi tanpa Kegiatan Terverifikasi",
            "Realisation without verified work",
        ),
        ContributionFlag.WORK_WITHOUT_REALISATION: (
            "Kegiatan tanpa Realisasi",
            "Work without realisation",
        ),
    },
}
