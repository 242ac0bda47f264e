"""Samples of employee records and imports."""

from asn_api.core.mapping import uuid7
from asn_api.rules.imports import ImportStatus
from asn_api.tables.employees import EmployeeImport
from tests.factories import City
from tests.matrix import Build, Sample, add
from tests.matrix.organization import vacant


def record(city: City, **body: object) -> Sample:
    return Sample({"employee_id": city.id("staff")}, body=body or None)


def listed(city: City) -> Sample:
    return Sample(rows={city.id(person): person for person in ("staff", "other_staff", "supervisor", "head")})


async def created(city: City) -> Sample:
    body = {
        "name": "Pegawai Baru",
        "nip": "199001012015011001",
        "employment": "PNS",
        "legal_standing_code": "01",
        "appointment": {"position_id": await vacant(city), "since": "2026-11-01"},
        "grade": {"code": "31", "since": "2026-11-01"},
    }
    return Sample(
        body=body, about="ward", refused={"foreign_admin": (422, "names the field /appointment/position_id")}
    )


async def imported(city: City) -> str:
    row = EmployeeImport(
        region_id=city.region.id,
        id=uuid7(),
        status=ImportStatus.CHECKED,
        file_name="pegawai.csv",
        content=b"",
        created_at=city.now,
        created_by=city.accounts["admin"].id,
        rows_total=0,
    )
    await add(city, row)
    return str(row.id)


async def one_import(city: City) -> Sample:
    return Sample({"import_id": await imported(city)}, about="region")


async def commit(city: City) -> Sample:
    return Sample({"import_id": await imported(city)}, about="region", succeeds=False)


async def listed_imports(city: City) -> Sample:
    return Sample(rows={await imported(city): "region"})


def upload(city: City) -> Sample:
    return Sample(files={"file": ("pegawai.csv", b"NIP BARU;NAMA\n")}, about="caller", succeeds=False)


SAMPLES: dict[str, Build] = {
    "list_employees": listed,
    "get_employee": record,
    "get_own_employee": lambda city: Sample(
        about="caller", refused={"partner": (404, "a third party is no employee")}
    ),
    "create_employee": created,
    "change_employee": lambda city: record(city, work_location="Ruang Melati"),
    "change_own_employee": lambda city: Sample(body={"phone": "081200000000"}, about="caller"),
    "list_employee_history": record,
    "disclose_employee": lambda city: record(city, fields=["nik"], purpose="Pemeriksaan berkas"),
    "list_own_record_views": lambda city: Sample(about="caller"),
    "create_employee_import": upload,
    "list_employee_imports": listed_imports,
    "get_employee_import": one_import,
    "list_employee_import_rows": one_import,
    "get_employee_import_report": one_import,
    "commit_employee_import": commit,
    "discard_employee_import": one_import,
}
