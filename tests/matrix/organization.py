"""Samples of the organisation: the tree is everybody's to read, appointments only within reach."""

from itertools import count

from asn_api.core.mapping import uuid7
from asn_api.rules.organization import PositionKind
from asn_api.tables.organization import Position
from tests.factories import City
from tests.matrix import Build, Sample, add

_numbers = count()


async def vacant(city: City) -> str:
    position = Position(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units["ward"].id,
        kind=PositionKind.EXECUTIVE,
        title=f"Pengolah Data {next(_numbers)}",
    )
    await add(city, position)
    return str(position.id)


async def listed_positions(city: City) -> Sample:
    return Sample(query={"unit_id": city.units["ward"].id}, rows={await vacant(city): "ward"})


async def position(city: City) -> Sample:
    return Sample({"id": await vacant(city)}, about="ward")


async def changed_position(city: City) -> Sample:
    return Sample({"id": await vacant(city)}, body={"title": "Pengelola Data"}, about="ward")


async def appointed(city: City) -> Sample:
    body = {
        "employee_id": str(city.id("staff")),
        "position_id": await vacant(city),
        "kind": "DEFINITIVE",
        "valid_from": "2026-12-01",
        "ends_current": True,
    }
    return Sample(body=body)


def unit(city: City, **body: object) -> Sample:
    return Sample({"id": city.units["ward"].id}, body=body or None, about="ward")


def new_unit(city: City) -> Sample:
    body = {
        "parent_id": str(city.units["ward"].id),
        "kind": "UNIT",
        "name": "Ruang Rawat",
        "head_title": "Kepala Ruang",
    }
    return Sample(body=body, about="ward")


def new_position(city: City) -> Sample:
    body = {"unit_id": str(city.units["ward"].id), "kind": "EXECUTIVE", "title": "Pengadministrasi"}
    return Sample(body=body, about="ward")


SAMPLES: dict[str, Build] = {
    "list_units": lambda city: Sample(rows={city.units["ward"].id: "ward", city.units["roads"].id: "roads"}),
    "create_unit": new_unit,
    "get_unit": unit,
    "change_unit": lambda city: unit(city, name="Ruang Perawatan"),
    "get_unit_head": unit,
    "list_units_of_subtree": unit,
    "list_positions": listed_positions,
    "create_position": new_position,
    "get_position": position,
    "change_position": changed_position,
    "list_appointments": lambda city: Sample(
        rows={city.posts[person].id: person for person in ("staff", "other_staff", "chief")}
    ),
    "appoint_employee": appointed,
    "get_appointment": lambda city: Sample({"id": city.posts["staff"].id}),
    "change_appointment": lambda city: Sample(
        {"id": city.posts["staff"].id}, body={"decree_number": "800/1"}
    ),
    "list_reporting_lines": lambda city: Sample(
        rows={city.id("staff"): "staff", city.id("other_staff"): "other_staff"}
    ),
    "get_superior": lambda city: Sample({"id": city.id("staff")}),
}
