"""What a complete upload really is: told by its bytes, never by its name; accepted, rewritten or refused."""

import hashlib
import zipfile
from dataclasses import dataclass
from io import BytesIO

from asn_api.areas.files.images import rewritten
from asn_api.errors import Problem
from asn_api.rules.files import (
    IMAGES,
    MEDIA_TYPES,
    OFFICE_PARTS,
    FileKind,
    is_heif,
    is_zip,
    kind_by_signature,
)
from asn_api.rules.policy import FilePolicy

MAX_MEMBERS = 10_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored: the kind, the content, and the SHA-256 of what was sent and of what is kept."""

    kind: FileKind
    content: bytes
    sha256: str
    stored_sha256: str


def examined(content: bytes, policy: FilePolicy, *, sha256: str | None, said_type: str | None) -> Kept:
    """The upload as it may be kept, or the Problem that refuses it. Blocks: call it in a thread."""
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is not None and digest != sha256:
        raise Problem("FILE_SHA256_DIFFERS")
    kind = _kind(content, policy)
    if said_type is not None and said_type != MEDIA_TYPES[kind]:
        raise Problem("FILE_TYPE_DIFFERS", said=said_type, found=MEDIA_TYPES[kind])
    if kind not in policy.allowed_kinds:
        raise Problem("FILE_KIND_NOT_ALLOWED", allowed=", ".join(policy.allowed_kinds))
    kept = rewritten(content, kind, policy.max_pixels) if kind in IMAGES else content
    return Kept(kind, kept, digest, hashlib.sha256(kept).hexdigest())


def _kind(content: bytes, policy: FilePolicy) -> FileKind:
    head = content[:16]
    if is_heif(head):
        raise Problem("FILE_HEIC_UNSUPPORTED")
    if is_zip(head):
        return _office(content, policy)
    kind = kind_by_signature(head)
    if kind is None:
        raise Problem("FILE_KIND_NOT_ALLOWED", allowed=", ".join(policy.allowed_kinds))
    if kind is FileKind.PDF:
        # A PDF may hide a ZIP (a program for Java) behind its end: then it is two files in one.
        if b"%%EOF" not in content[-2048:]:
            raise Problem("FILE_BROKEN")
        if zipfile.is_zipfile(BytesIO(content)):
            raise Problem("FILE_AMBIGUOUS")
    return kind


def _office(content: bytes, policy: FilePolicy) -> FileKind:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members, comment = archive.infolist(), archive.comment
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise Problem("FILE_BROKEN") from None
    names = {each.filename for each in members}
    kinds = {kind for part, kind in OFFICE_PARTS.items() if part in names}
    if "[Content_Types].xml" not in names or not kinds:
        raise Problem("FILE_KIND_NOT_ALLOWED", allowed=", ".join(policy.allowed_kinds))
    first = min(each.header_offset for each in members)
    if len(kinds) > 1 or comment or first != 0 or len(names) != len(members):
        raise Problem("FILE_AMBIGUOUS")
    if any("vbaproject" in name.lower() for name in names):
        raise Problem("FILE_HAS_MACROS")
    if len(members) > MAX_MEMBERS or sum(each.file_size for each in members) > policy.max_unpacked_bytes:
        raise Problem("FILE_UNPACKS_TOO_LARGE", limit=policy.max_unpacked_bytes)
    return kinds.pop()
