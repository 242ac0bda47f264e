"""What happens once: starting on an existing database, and importing a city from the portal's export."""

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn_api.access.actor import Access, Actor
from asn_api.access.grants import Permission, Reach
from asn_api.areas.employees import imports
from asn_api.areas.employees.import_apply import apply
from asn_api.areas.employees.import_check import check
from asn_api.areas.organization.founding import found
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.calendar import Zone
from asn_api.rules.imports import ImportStatus
from asn_api.tables.employees import EmployeeImport
from benchmarks.city import City
from benchmarks.sides import OURS, Server

STARTS = 5
IMPORTS = 3
EXAMPLE = Path(__file__).parents[1] / "examples" / "kota-contoh"


async def start_times(settings: Settings, city: City) -> dict[str, Any]:
    """Seconds from the start of `asn-api serve` to a good /readyz."""
    seconds, cpu = [], []
    for _ in range(STARTS):
        server = Server(OURS, settings, city, settings.local_dir)
        try:
            seconds.append(await server.ready())
            cpu.append(server.clock.read())
        finally:
            server.stop()
    return {"seconds": statistics.median(seconds), "cpu_seconds": statistics.median(cpu), "each": seconds}


async def import_times(settings: Settings) -> dict[str, Any]:
    """Seconds of the dry run and of the commit of the example's employees and units into an empty region."""
    database, keyring = Database(settings), Keyring(settings.keys)
    await database.start()
    try:
        each = [await _import(database, keyring, f"impor-{number}") for number in range(IMPORTS)]
    finally:
        await database.stop()
    middle = sorted(each, key=lambda one: sum(one["seconds"].values()))[IMPORTS // 2]
    return middle | {"each": [one["seconds"] for one in each]}


async def _import(database: Database, keyring: Keyring, code: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    async with database.sessions.begin() as db:
        region = await found(db, code, code, Zone.WIB, now)
    actor = Actor(region.id, uuid7(), (), Zone.WIB)
    access = Access(actor, Permission.EMPLOYEES_MANAGE, frozenset({(Reach.REGION, "")}), now)
    given = imports.Given(
        "export-data-asn.csv",
        (EXAMPLE / "export-data-asn.csv").read_bytes(),
        (EXAMPLE / "ref-unor.json").read_bytes(),
    )
    began, cpu = time.perf_counter(), time.process_time()
    async with database.sessions.begin() as db:
        id = (await imports.receive(access, db, keyring, given)).id
    await check(access, database, keyring, id)
    checked = time.perf_counter()
    async with database.sessions.begin() as db:
        await imports.request_commit(access, db, await imports.locked(access, db, id))
    await apply(access, database, keyring, id)
    done, cpu = time.perf_counter(), time.process_time() - cpu
    async with database.sessions() as db:
        stored = await db.get(EmployeeImport, (region.id, id))
    if stored is None or stored.status is not ImportStatus.COMMITTED:
        raise SystemExit("the import did not end well")
    seconds = {"dry run": checked - began, "commit": done - checked}
    return {"rows": stored.rows_total, "seconds": seconds, "cpu_seconds": cpu}
