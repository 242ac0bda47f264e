"""How kept recommendations are shown."""

from operator import itemgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.recommendations import queries
from asn_api.areas.recommendations.schemas import DemandFilter, KeptOut
from asn_api.core.http.exports import Column

COLUMNS = (
    Column("NIP", "NIP", itemgetter("nip")),
    Column("Nama", "Name", itemgetter("name")),
    Column("Unit kerja", "Unit", itemgetter("unit_name")),
    Column("Peringkat", "Rank", itemgetter("rank")),
    Column("Kode pelatihan", "Course code", itemgetter("code")),
    Column("Pelatihan", "Course", itemgetter("title")),
    Column("Kelas", "Class", itemgetter("class_name")),
    Column("Mulai", "Starts on", itemgetter("starts_on")),
    Column("Kursi kosong", "Free seats", itemgetter("free_seats")),
    Column("Nilai kesenjangan", "Points", itemgetter("points")),
    Column("Wajib", "Mandatory", itemgetter("mandatory")),
    Column("JP kurang", "Hours", itemgetter("hours")),
)


def shape(row: Any) -> dict[str, Any]:
    kept = (
        "id",
        "unit_id",
        "unit_name",
        "course_id",
        "class_id",
        "class_name",
        "starts_on",
        "free_seats",
        "rank",
        "points",
        "mandatory",
        "hours",
        "closes",
    )
    return {
        "employee": {"id": row["employee_id"], "nip": row["nip"], "name": row["name"]},
        "course_code": row["code"],
        "course_title": row["title"],
        **{name: row[name] for name in kept},
    }


def line(row: Any) -> dict[str, Any]:
    """A line of NDJSON, as the list has it."""
    return KeptOut.model_validate(shape(row)).model_dump(mode="json")


async def demand(access: Access, db: AsyncSession, wanted: DemandFilter) -> dict[str, Any]:
    run = await db.scalar(queries.run(access))
    rows = (await db.execute(queries.demand(access, wanted))).mappings().all()
    return {"day": run and run.day, "ran_at": run and run.ran_at, "courses": rows}
