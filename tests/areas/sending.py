"""Files and the words of the tus protocol, for tests."""

import base64
import hashlib
import random
import zipfile
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from asn_api.core.mapping import uuid7

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def hexdigest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def photo(width: int = 60, height: int = 40, kind: str = "JPEG", **options: Any) -> bytes:
    """Noise, so that its size does not shrink; left half red."""
    picture = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))
    picture.paste((255, 0, 0), (0, 0, width // 2, height))
    output = BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def located_photo(kind: str = "JPEG") -> bytes:
    """Taken sideways, with a place, an owner and a colour profile that tells of its maker."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to look at it
    exif[0x013B] = "PEMILIK-RAHASIA"
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[2] = (6.0, 10.0, 30.0)
    return photo(kind=kind, exif=exif, icc_profile=b"RAHASIA" * 20)


def pdf(inside: bytes = b"") -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + inside + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def office(member: str = "xl/workbook.xml", **others: bytes) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<workbook/>")
        for name, content in others.items():
            archive.writestr(name, content)
    return output.getvalue()


async def announce(
    client: httpx.AsyncClient, content: bytes, *, id: str | None = None, **pairs: str
) -> httpx.Response:
    told = {"id": id or str(uuid7()), "sha256": hexdigest(content), **pairs}
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(**told)}
    return await client.post("/v1/files", headers=headers)


async def append(
    client: httpx.AsyncClient, url: str, offset: int, content: Any, **headers: str
) -> httpx.Response:
    given = {**BYTES, "Upload-Offset": str(offset), **headers}
    return await client.patch(url, headers=given, content=content)


async def send(client: httpx.AsyncClient, content: bytes, **pairs: str) -> httpx.Response:
    """Announced and sent in one go; the answer to the bytes."""
    begun = await announce(client, content, **pairs)
    assert begun.status_code == 201, begun.text
    return await append(client, begun.headers["location"], 0, content)


async def sent(client: httpx.AsyncClient, content: bytes, **pairs: str) -> str:
    """The id of a file that has been received."""
    id = pairs.setdefault("id", str(uuid7()))
    answer = await send(client, content, **pairs)
    assert answer.status_code == 204, answer.text
    return id
