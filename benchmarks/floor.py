"""The floor: bare ASGI, asyncpg and orjson. What Python itself costs here, nothing checked."""

import os
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

REGION = UUID(os.environ.get("BENCH_REGION", "0" * 32))
POOL = 10

COLUMNS = (
    "id::text, version, employee_id::text, unit_id::text, position_id::text, day, start_at, end_at, minutes, "
    "category, plan_id::text, work_result_id::text, indicator_id::text, description, output_quantity::text, "
    "output_unit, place_type, latitude, longitude, accuracy_m, mock_location, location_provider, evidence, "
    "device_id, device_at, received_at, submitted_at, status, flags, verifier_id::text, verified_minutes, "
    "verified_quantity::text, comment, decided_at"
)
"""Whatever orjson would need a callback for comes as text."""
EMPLOYEE = """
select id::text, version, siasn_id, nip, old_nip, name, front_title, back_title, birth_place, birth_date, sex,
    phone, email, gov_email, employment, employee_kind_code, legal_standing_code, active,
    education_name, graduation_year, work_location
from employees where region_id = $1 and id = $2
"""
ACTIVITY = f"select {COLUMNS} from activities where region_id = $1 and id = $2"
ACTIVITIES = f"""
select {COLUMNS} from activities where region_id = $1 and employee_id = $2
order by day desc, id desc limit $3
"""
SENT: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "id": ("uuid", UUID),
    "employee_id": ("uuid", UUID),
    "unit_id": ("uuid", UUID),
    "position_id": ("uuid", UUID),
    "plan_id": ("uuid", UUID),
    "work_result_id": ("uuid", UUID),
    "day": ("date", date.fromisoformat),
    "start_at": ("timestamptz", datetime.fromisoformat),
    "end_at": ("timestamptz", datetime.fromisoformat),
    "minutes": ("int", int),
    "category": ("text", str),
    "description": ("text", str),
    "output_quantity": ("numeric", Decimal),
    "output_unit": ("text", str),
    "place_type": ("text", str),
    "device_id": ("text", str),
    "device_at": ("timestamptz", datetime.fromisoformat),
}
INSERT = f"""
insert into activities
    (region_id, version, evidence, flags, status, received_at, submitted_at, {", ".join(SENT)})
select $1, 1, '[]', '{{}}', 'SUBMITTED', now(), now(), {", ".join(SENT)}
from unnest({", ".join(f"${place}::{kind}[]" for place, (kind, _) in enumerate(SENT.values(), 2))})
    as sent ({", ".join(SENT)})
returning {COLUMNS}
"""

JOURNALLED = f"""
with stored as ({INSERT}), logged as (
    insert into journal
        (region_id, at, entity, entity_id, version, action, changes, unit_id, employee_id, operation_id)
    select $1, received_at, 'activity', id::uuid, version, 'CREATE', jsonb_strip_nulls(to_jsonb(stored)),
        unit_id::uuid, employee_id::uuid, id::uuid
    from stored
)
select * from stored
"""
"""The same, and a journal entry with each row's values, as nothing here may change without one."""
BATCHES = {"/activities/batch": INSERT, "/activities/batch/journalled": JOURNALLED}

Message = dict[str, Any]


class Floor:
    def __init__(self) -> None:
        self.pool: asyncpg.Pool | None = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        assert self.pool is not None
        path: str = scope["path"]
        async with self.pool.acquire() as connection:
            if path == "/readyz":
                found: Any = "ready"
            elif path.startswith("/employees/"):
                found = dict(await connection.fetchrow(EMPLOYEE, REGION, UUID(path[11:])))
            elif path.startswith("/activities/of/"):
                rows = await connection.fetch(ACTIVITIES, REGION, UUID(path[15:]), 20)
                found = {"data": [_shown(row) for row in rows]}
            elif path in BATCHES:
                body = b""
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if not message.get("more_body"):
                        break
                sent = orjson.loads(body)
                arrays = [[parse(row[name]) for row in sent] for name, (_, parse) in SENT.items()]
                rows = await connection.fetch(BATCHES[path], REGION, *arrays)
                found = {"data": [_shown(row) for row in rows]}
            else:
                found = _shown(await connection.fetchrow(ACTIVITY, REGION, UUID(path[12:])))
        answer = orjson.dumps(found)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _live(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.pool = await asyncpg.create_pool(
                    os.environ["BENCH_DATABASE_URL"],
                    min_size=1,
                    max_size=POOL,
                    server_settings={"jit": "off"},
                    reset=_nothing,
                )
                await send({"type": "lifespan.startup.complete"})
            else:
                assert self.pool is not None
                await self.pool.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _nothing(_: asyncpg.Connection) -> None:
    """Spares the round trip of asyncpg's own reset."""


def _shown(row: asyncpg.Record) -> Message:
    shown = dict(row)
    shown["evidence"] = orjson.Fragment(shown["evidence"])
    return shown


app = Floor()
