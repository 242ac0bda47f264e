"""Play a year twice at the same time, in two new databases, and compare the results byte by byte.

`python -m examples.demo_year` plays 200 people; `… small` the 12 of the test, and keeps what they came to in
small.json, which the test compares with.
"""
# ruff: noqa: T201

import hashlib
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import orjson

from asn_api.core.embedded import EmbeddedPostgres
from examples.demo_year.agency import Size
from examples.demo_year.caller import Unexpected
from examples.demo_year.playing import one
from examples.demo_year.summary import summary
from examples.demo_year.year import FULL, SMALL

FOLDER = Path(__file__).parents[2] / ".local" / "demo-year"
GOLDEN = Path(__file__).parent / "small.json"


def main(size: Size, written: Path) -> None:
    print(f"A year of an agency of {size.people} people through the HTTP API, twice at the same time:")
    shutil.rmtree(FOLDER, ignore_errors=True)
    spawned = ProcessPoolExecutor(2, get_context("spawn"))
    with EmbeddedPostgres(FOLDER, durable=False) as postgres, spawned as processes:
        first, second = processes.map(partial(one, postgres.url, size), (1, 2))
    print()
    print(*summary(orjson.loads(first)), sep="\n")
    print()
    for number, result in enumerate((first, second), 1):
        print(f"year {number}: {len(result):,} bytes, sha256 {hashlib.sha256(result).hexdigest()}")
    if first != second:
        for number, result in enumerate((first, second), 1):
            FOLDER.with_name(f"demo-year-{number}.json").write_bytes(result)
        sys.exit(f"The same year came to another result the second time: see {FOLDER}-1.json and -2.json.")
    written.write_bytes(first)
    print(f"the same byte by byte; everybody's result is in {written.relative_to(FOLDER.parents[1])}")


if __name__ == "__main__":
    try:
        if "small" in sys.argv[1:]:
            main(SMALL, GOLDEN)
        else:
            main(FULL, FOLDER.with_suffix(".json"))
    except Unexpected as unexpected:
        sys.exit(f"Not as the story goes: {unexpected}")
