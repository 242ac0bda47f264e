"""Flags that only ask the verifier to look: copied text, evidence used twice, places too far apart."""

from datetime import date, timedelta
from typing import Any

from tests.areas.test_activities import TODAY, post
from tests.areas.test_sync import at, operation, push
from tests.factories import City

TEXT = "Melayani pendaftaran pasien di loket dua"


def before(days: int) -> str:
    return (date.fromisoformat(TODAY) - timedelta(days=days)).isoformat()


def on(day: str, **given: Any) -> dict[str, Any]:
    return {
        "day": day,
        "start_at": f"{day}T08:00:00+07:00",
        "end_at": f"{day}T09:00:00+07:00",
        "minutes": 60,
        **given,
    }


async def flags(client: Any, **given: Any) -> set[str]:
    return set((await post(client, **given))["flags"])


async def test_the_same_text_on_several_other_days_is_flagged(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        for days in range(1, 6):
            assert "COPIED_TEXT" not in await flags(staff, **on(before(days * 3), description=TEXT))
        assert "COPIED_TEXT" in await flags(staff, description=f"  {TEXT.upper()}. ")
        assert "COPIED_TEXT" not in await flags(staff, description="Menyusun jadwal piket bulan Desember")
        assert "COPIED_TEXT" not in await flags(colleague, description=TEXT)


async def test_a_batch_counts_its_own_days_and_forgets_what_lies_too_far(city: City) -> None:
    async with city.call_as("staff") as staff:
        batch = [operation(data={**at(8), **on(before(days), description=TEXT)}) for days in range(6)]
        assert {each["status"] for each in await push(staff, *batch)} == {"applied"}
        ids = [each["id"] for each in batch]
        found = ["COPIED_TEXT" in (await staff.get(f"/v1/activities/{id}")).json()["flags"] for id in ids]
        assert found == [False] * 5 + [True]
        assert "COPIED_TEXT" not in await flags(staff, **on(before(32), description=TEXT))
        assert "COPIED_TEXT" in await flags(staff, **on(before(31), description=TEXT))


async def test_evidence_of_another_activity_is_flagged(city: City) -> None:
    first = [{"url": "https://contoh.invalid/daftar-hadir"}]
    async with city.call_as("staff") as staff:
        one = await post(staff, **on(before(10)), evidence=first)
        assert "SAME_EVIDENCE" not in one["flags"]
        assert "SAME_EVIDENCE" in await flags(staff, evidence=first)
        assert "SAME_EVIDENCE" not in await flags(staff, evidence=[{"url": "https://contoh.invalid/lain"}])
        assert "SAME_EVIDENCE" not in await flags(staff, **on(before(50)), evidence=first)
        draft = await post(staff, submit=False, evidence=[{"url": "https://contoh.invalid/baru"}])
        again = await staff.post(f"/v1/activities/{draft['id']}/submission", headers={"If-Match": '"1"'})
        assert "SAME_EVIDENCE" not in again.json()["flags"]


async def test_a_simulated_or_unreachable_place_is_flagged(city: City) -> None:
    jakarta = {"latitude": -6.2, "longitude": 106.8, "accuracy_m": 20}
    jayapura = {"latitude": -2.53, "longitude": 140.7, "accuracy_m": 20}
    async with city.call_as("staff") as staff:
        assert "IMPLAUSIBLE_PLACE" not in await flags(staff, **on(TODAY), location=jakarta)
        assert "IMPLAUSIBLE_PLACE" in await flags(staff, location=jayapura)
        assert "IMPLAUSIBLE_PLACE" in await flags(staff, **on(before(9)), location={**jakarta, "mock": True})
        assert "IMPLAUSIBLE_PLACE" not in await flags(staff, **on(before(7)), location=jayapura)
