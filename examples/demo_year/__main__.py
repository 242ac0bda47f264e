"""Play the year of 200 people twice on a PostgreSQL of its own and compare the results byte by byte."""
# ruff: noqa: T201

import asyncio
import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from asn_api.core.embedded import EmbeddedPostgres
from examples.demo_year.caller import Unexpected
from examples.demo_year.stage import fresh, settings, stage
from examples.demo_year.year import BEGINS, FULL, play

FOLDER = Path(__file__).parents[2] / ".local" / "demo-year"


async def played(server: str, files: str, name: str) -> bytes:
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"  {time.monotonic() - began:6.1f} s  {text}", flush=True)

    print(f"{name}:")
    url = await fresh(server, name)
    async with stage(settings(url, files), "kota-contoh", BEGINS) as given:
        return await play(given, FULL, tell)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    with EmbeddedPostgres(FOLDER, durable=False) as postgres, tempfile.TemporaryDirectory() as files:
        results = [asyncio.run(played(postgres.url, Path(files).as_uri(), f"year_{n}")) for n in (1, 2)]
    written = FOLDER.with_suffix(".json")
    written.write_bytes(results[0])
    print(f"{written.relative_to(Path.cwd())}: sha256 {hashlib.sha256(results[0]).hexdigest()}")
    if results[0] != results[1]:
        sys.exit("The same year came to another result the second time.")
    print("The same year again came to the same result, byte by byte.")


if __name__ == "__main__":
    try:
        main()
    except Unexpected as unexpected:
        sys.exit(f"Not as the story goes: {unexpected}")
