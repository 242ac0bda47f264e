"""Files as evidence: what they may be, told by their first bytes, and the states of an upload."""

from enum import StrEnum


class FileState(StrEnum):
    """PENDING until the last byte has been looked at; REFUSED is final."""

    PENDING = "PENDING"
    RECEIVED = "RECEIVED"
    REFUSED = "REFUSED"


class FileKind(StrEnum):
    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    PDF = "PDF"
    XLSX = "XLSX"
    DOCX = "DOCX"


MEDIA_TYPES: dict[FileKind, str] = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.WEBP: "image/webp",
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
ENDINGS: dict[FileKind, tuple[str, ...]] = {
    FileKind.JPEG: (".jpg", ".jpeg"),
    FileKind.PNG: (".png",),
    FileKind.WEBP: (".webp",),
    FileKind.PDF: (".pdf",),
    FileKind.XLSX: (".xlsx",),
    FileKind.DOCX: (".docx",),
}
IMAGES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
OFFICE_PARTS = {"xl/workbook.xml": FileKind.XLSX, "word/document.xml": FileKind.DOCX}
"""The member by which an Office file (a ZIP) is told apart; OOXML, ECMA-376."""

_SIGNATURES = {
    b"\xff\xd8\xff": FileKind.JPEG,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"%PDF-": FileKind.PDF,
}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"})


def kind_by_signature(head: bytes) -> FileKind | None:
    """By the first 16 bytes; Office files are told by their members, see `OFFICE_PARTS`."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    return next((kind for signature, kind in _SIGNATURES.items() if head.startswith(signature)), None)


def is_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def is_heif(head: bytes) -> bool:
    """What iPhones and some Androids make unless told to be compatible."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def download_name(given: str | None, kind: FileKind) -> str:
    """The sender's name without folders, control characters and quotes, ending as its content demands."""
    name = (given or "").replace("\\", "/").rpartition("/")[2]
    name = "".join(each for each in name if each.isprintable() and each not in '"<>:|?*;%').strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and f".{ending.lower()}" in ENDINGS[kind]:
        name = stem
    return f"{name[:100].strip(' .') or 'berkas'}{ENDINGS[kind][0]}"
