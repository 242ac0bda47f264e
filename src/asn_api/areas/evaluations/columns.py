"""Evaluations as a table: what people read, and what SIASN takes (kinerja-periodik, skp22)."""

from typing import Any

from asn_api.areas.evaluations.schemas import EvaluationSummary
from asn_api.areas.evaluations.showing import summary
from asn_api.areas.performance.snapshots import period_days
from asn_api.core.http.exports import Cell, Column
from asn_api.rules.labels import external_code


def _code(name: str) -> Any:
    def value(row: Any) -> Cell:
        return None if row[name] is None else external_code(row[name])

    return value


def _of_evaluator(name: str) -> Any:
    return lambda row: (row["evaluator"] or {}).get(name)


def _day(end: int) -> Any:
    return lambda row: period_days(row["period"])[end]


COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Tahun", "Year", lambda row: row["year"]),
    Column("Jenis evaluasi", "Kind", lambda row: row["kind"]),
    Column("Mulai", "From", _day(0)),
    Column("Selesai", "To", _day(1)),
    Column("Bulan mulai", "First month", lambda row: period_days(row["period"])[0].month),
    Column("Bulan selesai", "Last month", lambda row: period_days(row["period"])[1].month),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Hasil kerja", "Work results", lambda row: row["work_result"]),
    Column("Hasil kerja (SIASN)", "Work results (SIASN)", _code("work_result")),
    Column("Perilaku kerja", "Behaviour", lambda row: row["behaviour"]),
    Column("Perilaku kerja (SIASN)", "Behaviour (SIASN)", _code("behaviour")),
    Column("Predikat", "Predicate", lambda row: row["predicate"]),
    Column("Kuadran kinerja (SIASN)", "Quadrant (SIASN)", _code("predicate")),
    Column("Status penilai", "Evaluator is", _of_evaluator("status")),
    Column("NIP penilai", "Evaluator's NIP", _of_evaluator("nip")),
    Column("Nama penilai", "Evaluator", _of_evaluator("name")),
    Column("Jabatan penilai", "Evaluator's position", _of_evaluator("position")),
    Column("Unit penilai", "Evaluator's unit", _of_evaluator("unit")),
    Column("Golongan penilai", "Evaluator's grade", _of_evaluator("grade")),
    Column("Tanpa laporan", "Without a report", lambda row: row["self_report_missing"]),
    Column("Final", "Final", lambda row: row["finalised_at"]),
)


def line(row: Any) -> dict[str, Any]:
    """A line of NDJSON, as the list has it."""
    shown: EvaluationSummary = summary(row)
    return shown.model_dump(mode="json")
