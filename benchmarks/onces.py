"""What happens once: starting on an existing database, and importing a city from the portal's export."""

import statistics
from typing import Any

from asn_api.core.settings import Settings
from benchmarks.city import City
from benchmarks.sides import OURS, Server

STARTS = 5


async def start_times(settings: Settings, city: City) -> dict[str, Any]:
    """Seconds from the start of `asn-api serve` to a good /readyz."""
    seconds = []
    for _ in range(STARTS):
        server = Server(OURS, settings, city, settings.local_dir)
        try:
            seconds.append(await server.ready())
        finally:
            server.stop()
    return {"seconds": statistics.median(seconds), "each": seconds}


async def import_times(settings: Settings) -> dict[str, Any]:
    return {"not_available": "no `asn-api import` yet"}
