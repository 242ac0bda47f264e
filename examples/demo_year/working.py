"""The months: daily work from the phones, its verification, and progress against the targets."""

from datetime import date, timedelta
from typing import Any

from examples.demo_year.agency import Person, chance
from examples.demo_year.cast import Cast
from examples.demo_year.stage import ZONE

DAYS_REPORTED = 3
"""Of each month the last working days stand for all of them: the story is long enough."""
BETWEEN = 0.25
"""How many report in a month that ends no quarter too."""
TASKS = (
    "Menyusun laporan layanan harian seksi",
    "Memeriksa kelengkapan berkas pemohon",
    "Memutakhirkan basis data pelayanan",
    "Menyiapkan bahan rapat koordinasi bidang",
)


async def month(cast: Cast, year: int, number: int) -> None:
    """On the first of the next month the month's last days are reported and verified, and progress is noted.

    In the month that ends a quarter everybody reports, in the others some.
    """
    days = await _last_working_days(cast, year, number)
    cast.stage.clock.go_to(first_after(year, number))
    people = [
        person for person in cast.people if number % 3 == 0 or chance(person.nip, number, "between") < BETWEEN
    ]
    for person in people:
        await _push(cast, person, days)
    for head in sorted({each.superior for each in people if each.superior}):
        await _verify(cast, cast.leader(head))


def first_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


async def _last_working_days(cast: Cast, year: int, month: int) -> list[date]:
    day = first_after(year, month)
    found: list[date] = []
    while len(found) < DAYS_REPORTED:
        day -= timedelta(days=1)
        if (await cast.admin.get(f"/v1/calendar/days/{day}"))["working_day"]:
            found.insert(0, day)
    return found


async def _push(cast: Cast, person: Person, days: list[date]) -> None:
    caller, stage = cast[person.nip], cast.stage
    if caller.device is None:
        given = {"id": stage.names.new(), "name": "Ponsel", "platform": "ANDROID"}
        caller.device = (await caller.post("/v1/devices", given))["id"]
    operations = [
        {
            "op_id": stage.names.new(),
            "type": "activity",
            "action": "put",
            "id": stage.names.new(),
            "device_at": stage.clock().isoformat(),
            "data": _activity(cast, person, day, number),
        }
        for day in days
        for number in range(2)
        if number == 0 or chance(person.nip, day, "more") < 0.8
    ]
    indicators = [each["indicators"][0] for each in cast.plans[person.nip]["work_results"]]
    done = days[-1].month * (0.7 + 0.6 * chance(person.nip, "diligence"))
    for indicator in indicators:
        cast.done[indicator["id"]] = f"{done:.1f}"
        operations.append(
            {
                "op_id": stage.names.new(),
                "type": "progress",
                "action": "put",
                "id": stage.names.new(),
                "device_at": stage.clock().isoformat(),
                "data": {
                    "indicator_id": indicator["id"],
                    "day": days[-1].isoformat(),
                    "value": f"{done:.1f}",
                },
            }
        )
    answer = await caller.post("/v1/sync/push", {"device_id": caller.device, "operations": operations})
    statuses = {each["status"] for each in answer["results"]}
    assert statuses == {"applied"}, answer


def _activity(cast: Cast, person: Person, day: date, number: int) -> dict[str, Any]:
    chosen = int(chance(person.nip, day, number) * 8)
    results = cast.plans[person.nip]["work_results"]
    linked = chance(person.nip, day, number, "linked") < 0.9
    start = f"{day}T{8 + 3 * number:02d}:00:00{ZONE_OFFSET}"
    end = f"{day}T{10 + 3 * number:02d}:30:00{ZONE_OFFSET}"
    return {
        "day": day.isoformat(),
        "start_at": start,
        "end_at": end,
        "minutes": 150,
        "category": "PRIMARY" if linked else "NON_TASK",
        "description": f"{TASKS[chosen % len(TASKS)]} tanggal {day.day}",
        "output_quantity": "1",
        "output_unit": "berkas",
        "place_type": "OFFICE",
        "work_result_id": results[chosen % 2]["id"] if linked else None,
    }


ZONE_OFFSET = "+07:00" if ZONE.value == "WIB" else ""


async def _verify(cast: Cast, leader: str) -> None:
    caller = cast[leader]
    waiting = await caller.all("/v1/activities", waiting_for_me=True)
    for first in range(0, len(waiting), 200):
        items = [
            {
                "id": each["id"],
                "version": each["version"],
                "decision": "VERIFY",
                "verified_minutes": 120
                if chance(each["employee"]["nip"], each["start_at"], "less") < 0.1
                else 150,
            }
            for each in waiting[first : first + 200]
        ]
        answer = await caller.post("/v1/activities/verifications", {"items": items})
        assert answer["refused"] == 0, answer
