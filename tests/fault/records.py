"""The records that people type on their phones: which fields, and values that can be told apart afterwards."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """`text` is what a person would miss, `other` what somebody else may change meanwhile, `risky` may be wrong."""

    table: str
    text: str
    other: str
    risky: str

    @property
    def typed(self) -> set[str]:
        return {self.text, self.other, self.risky}


SHAPES = {
    "activity": Shape("activities", "description", "output_unit", "minutes"),
    "evidence": Shape("evidence", "title", "url", "url"),
    "progress": Shape("progress_reports", "note", "value", "day"),
}
"""By type."""


def activity(number: int, day: date, wrong: bool) -> Json:
    hour = 8 + number % 8
    return {
        "day": f"{day}",
        "start_at": f"{day}T{hour:02}:00:00+07:00",
        "end_at": f"{day}T{hour:02}:30:00+07:00",
        "minutes": 31 if wrong else 1 + number % 30,
        "category": "PRIMARY",
        "description": f"Menyusun laporan bagian {number}",
        "output_quantity": "1",
        "output_unit": "dokumen",
        "place_type": "OFFICE",
    }


def evidence(number: int, activity_id: str, wrong: bool) -> Json:
    scheme = "ftp" if wrong else "https"
    return {
        "activity_id": activity_id,
        "url": f"{scheme}://contoh.go.id/foto/{number}",
        "title": f"Foto kegiatan {number}",
    }


def progress(number: int, indicator_id: str, wrong: bool) -> Json:
    """In the plan's year; `wrong` is a day to come."""
    day = date(2026, 12, 31) if wrong else date(2026, 11, 20) - timedelta(days=number % 40)
    return {
        "indicator_id": indicator_id,
        "day": f"{day}",
        "value": f"{1 + number}",
        "note": f"Berjalan sesuai jadwal {number}",
    }


def anew(type: str, record: Json, number: int, wrong: bool = False) -> Json:
    """Other values in all that a person types, in the place of these."""
    match type:
        case "activity":
            day = date.fromisoformat(record["day"])
            return activity(number, day, wrong) | {"output_unit": f"berkas {number}"}
        case "evidence":
            return evidence(number, record["activity_id"], wrong)
        case _:
            return progress(number, record["indicator_id"], wrong)


def edited(type: str, record: Json, number: int, *, text: bool, wrong: bool) -> Json:
    """The values of a record with another text, or with only another value of the other field."""
    fresh, shape = anew(type, record, number, wrong), SHAPES[type]
    changed = {shape.text if text else shape.other}
    if text and type == "activity":
        changed.add("minutes")
    if wrong:
        changed.add(shape.risky)
    return {name: fresh[name] if name in changed else record[name] for name in fresh}
