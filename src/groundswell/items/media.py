"""An image or a recording, whichever bytes are: what names it within a record."""

from typing import Any

from groundswell.errors import UnreadableSource
from groundswell.items.audio import open_audio
from groundswell.items.digest import digest_bytes
from groundswell.items.images import open_image


def reference_to(data: bytes) -> dict[str, Any]:
    """Return what names an image or a recording within a record; its format is told from the bytes.

    Raises:
        TooLarge: more pixels, or longer, than is ever opened.
        UnreadableSource: neither an image nor a recording, or damaged.
    """
    try:
        image = open_image(data)
    except UnreadableSource as no_image:
        return _reference_to_recording(data, no_image)
    media_type = image.get_format_mimetype() or "application/octet-stream"
    size = {"width": image.width, "height": image.height}
    return {"media": digest_bytes(data), "media_type": media_type, **size}


def _reference_to_recording(data: bytes, no_image: UnreadableSource) -> dict[str, Any]:
    try:
        sound = open_audio(data)
    except UnreadableSource as no_recording:
        raise UnreadableSource(f"{no_image}; {no_recording}") from None
    seconds = round(sound.seconds, 3)
    return {"media": digest_bytes(data), "media_type": sound.media_type, "duration_seconds": seconds}
