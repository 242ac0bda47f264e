"""Photos, decoded and written anew: turned as the camera meant, without place, time, owner or hidden data."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from asn_api.errors import Problem
from asn_api.rules.files import FileKind

JPEG_QUALITY = 88
WEBP_QUALITY = 86

# Ours is checked before decoding, and differs by region; Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None

_OPTIONS: dict[FileKind, dict[str, Any]] = {
    FileKind.JPEG: {"quality": JPEG_QUALITY},
    FileKind.PNG: {},
    FileKind.WEBP: {"quality": WEBP_QUALITY},
}


def rewritten(content: bytes, kind: FileKind, max_pixels: int) -> bytes:
    """The picture alone in the same format; of an animation the first frame. Blocks: call it in a thread."""
    try:
        # Only the decoder of the format that the signature promises may look at it.
        with Image.open(BytesIO(content), formats=(kind.value,)) as opened:
            if opened.width * opened.height > max_pixels:
                raise Problem("FILE_TOO_MANY_PIXELS", limit=max_pixels)
            upright = ImageOps.exif_transpose(opened)
        # Pillow writes profile, comment and text of `info` into the new file unless they are taken out.
        upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
        output = BytesIO()
        upright.save(output, format=kind.value, **_OPTIONS[kind])
    except Problem:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        raise Problem("FILE_BROKEN") from None
    return output.getvalue()
