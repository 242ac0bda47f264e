"""Forms as PDF, the same bytes for the same content: typst with its own fonts, nothing of the machine's."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst

TEMPLATES = Path(str(resources.files("asn_api.areas.documents") / "templates"))


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with typst, so that a form looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)


def pdf(template: str, data: Mapping[str, Any], moment: datetime | None) -> bytes:
    """The form filled in. `moment` is the document's date: of the content, never of the printing.

    The data is text to typst, never markup. A warning (an unknown font falls back silently) is an error.
    """
    compiler = typst.Compiler(TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts())
    written, warnings = compiler.compile_with_warnings(
        format="pdf",
        sys_inputs={"data": orjson.dumps(data).decode()},
        timestamp=moment or datetime.fromtimestamp(0, UTC),
        pdf_standards="a-2a",
    )
    if warnings:
        raise RuntimeError(f"{template}: {'; '.join(warning.message for warning in warnings)}")
    if not isinstance(written, bytes):
        raise RuntimeError(f"{template}: no pages")
    return written


async def rendered(template: str, data: Mapping[str, Any], moment: datetime | None) -> bytes:
    """`pdf` beside the event loop: a page costs about 20 ms."""
    return await asyncio.to_thread(pdf, template, data, moment)
