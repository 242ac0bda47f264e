"""A year of a small agency through the HTTP API: the same year is the same result, byte by byte."""

from pathlib import Path

import orjson
import pytest

from examples.demo_year.stage import fresh, settings, stage
from examples.demo_year.year import BEGINS, SMALL, play

RESULT = Path(__file__).parents[2] / "examples" / "demo_year" / "small.json"
"""What the small year came to when it was last looked at; a change of rules changes it, knowingly."""


@pytest.mark.timeout(900)
async def test_the_same_year_comes_to_the_same_result(postgres: str, tmp_path: Path) -> None:
    url = await fresh(postgres, "year")
    async with stage(settings(url, tmp_path.as_uri()), "kota-contoh", BEGINS) as given:
        result = await play(given, SMALL, print)
    assert orjson.loads(result) == orjson.loads(RESULT.read_bytes())
    assert result == RESULT.read_bytes()
