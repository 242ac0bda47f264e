"""A demo against a running `make run`: work without signal, then sync.

python -m examples.offline_client REGION NIP PASSWORD
"""
# ruff: noqa: T201

import asyncio
import sys

import httpx

from examples.offline_client.client import Client, NotReached
from examples.offline_client.store import Store


async def main(region: str, nip: str, password: str) -> None:
    store = Store("phone.db")
    now = store.clock()
    start, end = now.replace(hour=0, minute=0, second=0), now.replace(hour=0, minute=30, second=0)
    store.change(
        "activity",
        "put",
        data={
            "day": str(now.date()),
            "start_at": start.isoformat(),
            "end_at": end.isoformat(),
            "minutes": 30,
            "category": "PRIMARY",
            "description": "Melayani permintaan data kepegawaian",
            "output_quantity": "1",
            "output_unit": "berkas",
            "place_type": "FIELD",
        },
    )
    print("recorded without a signal:", len(store.batch()), "waiting")
    async with httpx.AsyncClient(base_url="http://127.0.0.1:8000") as http:
        client = Client(store, http)
        while True:
            try:
                await client.sign_in(region, nip, password, "demo phone")
                await client.sync()
                await client.confirm()
                break
            except NotReached as trouble:
                await asyncio.sleep(trouble.after or 5)
    for record in store.shown().values():
        print(record["day"], record["status"], record["description"])
    for problem in store.problems():
        print("to look at:", problem["state"], problem["result"]["detail"], problem["wire"]["data"])


asyncio.run(main(*sys.argv[1:]))
