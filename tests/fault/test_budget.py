"""What a day costs on the wire: real requests to a real server, counted on the line between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from asn_api.core.mapping import uuid7
from examples.offline_client.client import Client
from examples.offline_client.store import Store
from tests.fault.killed import KilledWorld
from tests.fault.lines import Line
from tests.fault.world import PASSWORD, Team

ROUND_TRIPS = 4
BYTES = 25_000

WORK = [
    "Menyusun konsep surat undangan rapat koordinasi penanganan stunting tingkat kecamatan",
    "Memverifikasi berkas usulan kenaikan pangkat periode April dari tiga puskesmas",
    "Melayani konsultasi pegawai mengenai pengisian sasaran kinerja triwulan berjalan",
    "Mengolah data presensi bulan lalu dan mencocokkannya dengan surat cuti yang masuk",
    "Menghadiri rapat pembahasan anggaran perubahan di ruang rapat lantai dua",
    "Memperbarui daftar nominatif dan menyiapkan lampiran laporan semester",
    "Mendampingi tim inspektorat memeriksa kelengkapan dokumen pertanggungjawaban",
    "Menindaklanjuti aduan warga tentang jam pelayanan loket pengambilan dokumen",
]


def activity(number: int, links: list[tuple[str, str]]) -> dict[str, Any]:
    """The number-th of a realistic month: four a day, each with a text of its own."""
    day = f"2026-11-{20 - number // 4:02}"
    hour = 8 + 2 * (number % 4)
    result, indicator = links[number % len(links)]
    return {
        "day": day,
        "start_at": f"{day}T{hour:02}:00:00+07:00",
        "end_at": f"{day}T{hour + 1:02}:{10 + number % 40:02}:00+07:00",
        "minutes": 45 + number % 20,
        "category": ("PRIMARY", "PRIMARY", "ADDITIONAL")[number % 3],
        "description": f"{WORK[number % len(WORK)]}, berkas nomor {800 + number * 37}/BKPSDM/{number + 3}",
        "output_quantity": str(1 + number % 7),
        "output_unit": ("dokumen", "berkas", "kegiatan")[number % 3],
        "place_type": ("OFFICE", "FIELD")[number % 2],
        "work_result_id": result,
        "indicator_id": indicator,
        "location": {"latitude": -6.9 - number / 977, "longitude": 107.6 + number / 733, "accuracy_m": 12},
    }


async def a_plan(world: KilledWorld, team: Team) -> list[tuple[str, str]]:
    """An agreed plan of six results with three indicators each; gives what activities can be linked to."""
    results = [
        {
            "id": str(uuid7()),
            "kind": "PRIMARY",
            "statement": f"{text.removeprefix('Me')} selesai tepat waktu",
            "indicators": [
                {
                    "id": str(uuid7()),
                    "aspect": aspect,
                    "statement": f"Capaian {aspect.lower()} untuk {text.lower()}",
                    "target_value": "12",
                    "target_unit": "dokumen",
                }
                for aspect in ("QUANTITY", "QUALITY", "TIME")
            ],
        }
        for text in WORK[:6]
    ]
    await world.agree_plan(team, results)
    return [(each["id"], each["indicators"][0]["id"]) for each in results]


@asynccontextmanager
async def phone(world: KilledWorld, team: Team, port: int, file: Path) -> AsyncIterator[Client]:
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        store = Store(file, lambda: world.now)
        yield Client(store, http)
        store.db.close()


async def journey(world: KilledWorld, folder: Path) -> tuple[int, int, int]:
    """Requests, bytes in both directions and connections of: sign in, enrol, pull, push ten activities."""
    team = await world.team()
    links = await a_plan(world, team)
    line = Line("127.0.0.1", world.server.port)
    port = await line.start()
    try:
        person = team.city.people[team.name("employee")]
        async with phone(world, team, port, folder / "earlier") as earlier:
            for number in range(40):
                earlier.store.change("activity", "put", data=activity(number, links))
            await earlier.sign_in(team.city.region.code, person.nip, PASSWORD, "yesterday's phone")
            await earlier.sync()
            assert earlier.store.problems() == []
        line.bytes = line.connections = 0
        async with phone(world, team, port, folder / "phone") as client:
            requests = 0

            async def count(_: httpx.Request) -> None:
                nonlocal requests
                requests += 1

            client.http.event_hooks["request"].append(count)
            await client.sign_in(team.city.region.code, person.nip, PASSWORD, "Samsung A15 Sekar")
            await client.sync()
            assert len(client.store.shown()) == 40
            for number in range(10):
                client.store.change("activity", "put", data=activity(40 + number, links))
            await client.push()
            assert client.store.operations() == []
    finally:
        line.stop()
    return requests, line.bytes, line.connections


def test_sign_in_pull_and_push_of_ten_activities_fit_the_budget(
    runner: asyncio.Runner, killed_world: KilledWorld, folder: Path
) -> None:
    requests, size, connections = runner.run(journey(killed_world, folder))
    print(f"{requests} round trips, {size} bytes")
    assert connections == 1
    assert requests <= ROUND_TRIPS
    assert size <= BYTES
