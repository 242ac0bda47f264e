"""The documentation in a real browser: it shows the operations, offline and within its content policy."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Response

from asn_api.core.http.pages import CSP
from asn_api.errors import catalogue
from tests.areas.streaming import listening

BROWSER = next(
    filter(
        None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))
    ),
    None,
)
REFUSED = re.compile(
    r"Refused to|violates the following Content Security Policy|ERR_|Uncaught", re.IGNORECASE
)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")


@pytest.fixture(scope="module")
async def address(app: FastAPI) -> AsyncIterator[str]:
    async with listening(app) as port:
        yield f"http://127.0.0.1:{port}"


async def opened(url: str, folder: Path) -> tuple[str, str]:
    """The page as the browser has built it, and what it said on its console."""
    browser = await asyncio.create_subprocess_exec(
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--user-data-dir={folder}",
        "--enable-logging=stderr",
        "--v=0",
        "--virtual-time-budget=20000",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        page, console = await asyncio.wait_for(browser.communicate(), 60)
    finally:
        if browser.returncode is None:
            browser.kill()
            await browser.wait()
    return page.decode(), "\n".join(line for line in console.decode().splitlines() if "CONSOLE" in line)


async def test_the_documentation_shows_the_operations(address: str, tmp_path: Path, app: FastAPI) -> None:
    page, console = await opened(f"{address}/docs", tmp_path)
    assert not REFUSED.search(console), console
    shown = set(re.findall(r'id="operations-(?!tag-)(\w+-\w+)"', page))
    assert shown == {
        f"{each['tags'][0]}-{each['operationId']}"
        for path in app.openapi()["paths"].values()
        for each in path.values()
    }


async def test_an_operation_can_be_opened_by_its_address(address: str, tmp_path: Path) -> None:
    page, console = await opened(f"{address}/docs#/reference/list_vocabularies", tmp_path)
    assert not REFUSED.search(console), console
    assert 'id="operations-reference-list_vocabularies"' in page


async def test_the_catalogue_of_errors_is_a_page(address: str, tmp_path: Path) -> None:
    page, console = await opened(f"{address}/docs/problems", tmp_path)
    assert not REFUSED.search(console), console
    assert set(re.findall(r'<section id="(\w+)">', page)) == catalogue().keys()


async def test_the_check_sees_a_violation(address: str, tmp_path: Path, app: FastAPI) -> None:
    """Otherwise a silent browser would pass for a clean page."""

    async def inline(_: object) -> Response:
        headers = {"Content-Security-Policy": CSP}
        return Response("<script>document.title = 'run'</script>", headers=headers, media_type="text/html")

    app.router.add_route("/inline-for-this-test", inline, include_in_schema=False)
    _, console = await opened(f"{address}/inline-for-this-test", tmp_path)
    app.router.routes.pop()
    assert REFUSED.search(console), console
