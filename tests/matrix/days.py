"""Samples of the day board and of one's own day."""

from tests.factories import City
from tests.matrix import Build, Sample

DAY = {"day": "2026-11-19"}


def board(city: City) -> Sample:
    return Sample(DAY, rows={city.id(person): person for person in ("staff", "other_staff", "chief", "head")})


SAMPLES: dict[str, Build] = {
    "get_day_board": board,
    "get_day_board:of a unit": lambda city: Sample(
        DAY, {"unit_id": city.units["ward"].id}, rows={city.id("staff"): "staff"}
    ),
    "get_day_summary": lambda city: Sample(DAY, about="caller"),
    "get_my_day": lambda city: Sample(DAY, about="caller"),
    "get_my_month": lambda city: Sample({"month": "2026-11"}, about="caller"),
    "explain_my_month": lambda city: Sample({"month": "2026-11"}, about="caller"),
}
