"""The words of the tus 1.0.0 protocol: its headers, read and written. No HTTP framework, no storage."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

from asn_api.errors import Problem
from asn_api.tables.files import File

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha256", "sha1")
CONTENT_TYPE = "application/offset+octet-stream"
MAX_METADATA = 4000

_NUMBER = re.compile(r"[0-9]{1,15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Creation:
    """What a POST announces."""

    id: UUID | None
    length: int
    sha256: str | None
    name: str | None
    said_type: str | None
    metadata: str


class Checksum:
    """`Upload-Checksum: sha256 …` of one request's body, fed while it arrives."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self._sum = hashlib.new(algorithm, usedforsecurity=False)
        self._expected = expected

    def update(self, chunk: bytes) -> None:
        self._sum.update(chunk)

    def check(self) -> None:
        if self._sum.digest() != self._expected:
            raise Problem("UPLOAD_CHECKSUM_DIFFERS")


def check_version(given: str | None) -> None:
    if given != VERSION:
        raise Problem("UPLOAD_VERSION_UNSUPPORTED", headers={"Tus-Version": VERSION}, version=VERSION)


def creation(length: str | None, metadata: str | None) -> Creation:
    if length is None or not _NUMBER.fullmatch(length):
        raise Problem("UPLOAD_LENGTH_INVALID")
    given = _metadata(metadata or "")
    sha256 = given.get("sha256")
    if sha256 is not None and not _SHA256.fullmatch(sha256 := sha256.lower()):
        raise Problem("UPLOAD_METADATA_INVALID", key="sha256")
    try:
        id = UUID(given["id"]) if "id" in given else None
    except ValueError:
        raise Problem("UPLOAD_METADATA_INVALID", key="id") from None
    said = given.get("filetype", "").partition(";")[0].strip().lower()
    return Creation(
        id,
        int(length),
        sha256,
        given.get("filename"),
        # What a browser says when it does not know.
        None if said in ("", "application/octet-stream") else {"image/jpg": "image/jpeg"}.get(said, said),
        metadata or "",
    )


def offset(given: str | None) -> int:
    if given is None or not _NUMBER.fullmatch(given):
        raise Problem("UPLOAD_OFFSET_INVALID")
    return int(given)


def checksum(given: str | None) -> Checksum | None:
    if given is None:
        return None
    algorithm, _, encoded = given.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise Problem("UPLOAD_CHECKSUM_UNSUPPORTED", algorithms=", ".join(ALGORITHMS))
    try:
        return Checksum(algorithm, base64.b64decode(encoded, validate=True))
    except binascii.Error:
        raise Problem("UPLOAD_CHECKSUM_UNSUPPORTED", algorithms=", ".join(ALGORITHMS)) from None


def progress(file: File) -> dict[str, str]:
    """Where an upload stands; an unfinished one says until when it is kept."""
    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(file.received)}
    if file.completed_at is None:
        headers["Upload-Expires"] = _http_date(file.expires_at)
    return headers


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _metadata(given: str) -> Mapping[str, str]:
    """`key base64,key base64`; a key without a value is empty."""
    if len(given) > MAX_METADATA:
        raise Problem("UPLOAD_METADATA_INVALID", key="…")
    found: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in given.split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            value = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Problem("UPLOAD_METADATA_INVALID", key=key[:40]) from None
        if key in found or not value.isprintable() or not pair.isascii():
            raise Problem("UPLOAD_METADATA_INVALID", key=key[:40])
        found[key] = value
    return found
