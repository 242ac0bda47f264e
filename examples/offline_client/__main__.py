"""Against a running `make run`: python -m examples.offline_client REGION NIP PASSWORD"""
# ruff: noqa: T201

import asyncio
import os
import sys
from typing import Any

import httpx

from examples.offline_client.client import Client
from examples.offline_client.store import Store


async def main(region: str, nip: str, password: str) -> None:
    store = Store(".local/phone.db")
    day = store.clock().replace(hour=0, minute=0, second=0)
    work: dict[str, Any] = {"day": str(day.date()), "minutes": 30, "category": "PRIMARY"}
    work |= {"start_at": day.isoformat(), "end_at": day.replace(minute=30).isoformat(), "place_type": "FIELD"}
    work |= {"description": "Melayani permintaan data", "output_quantity": "1", "output_unit": "berkas"}
    store.change("activity", "put", data=work)
    async with httpx.AsyncClient(base_url=os.environ.get("ASN_URL", "http://127.0.0.1:8000")) as http:
        client = Client(store, http)
        await client.sign_in(region, nip, password, "demo phone")
        await client.sync()
        await client.confirm()
    for record in store.shown().values():
        print(record["day"], record["status"], record["description"])
    print("to look at:", [(each["state"], each["result"]["detail"]) for each in store.problems()])


asyncio.run(main(*sys.argv[1:]))
