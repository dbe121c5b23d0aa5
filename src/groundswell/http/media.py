"""Which media may be shown in a page, told from the bytes and not from what somebody claimed."""

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)

RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
"""What a RIFF file holds, by the word after its length."""

BRANDS = (b"M4A ", b"M4B ")
"""Of the files that begin as MPEG-4 does, those that hold sound alone."""


def media_type_of(data: bytes) -> str | None:
    """Return the media type of a raster image or a recording by its first bytes, or None for anything else."""
    for signature, media_type in SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data[:4] == b"RIFF":
        return RIFF.get(data[8:12])
    if data[4:8] == b"ftyp" and data[8:12] in BRANDS:
        return "audio/mp4"
    return _frame_type(data)


def _frame_type(data: bytes) -> str | None:
    """Return the type of a recording that begins with a frame, as MP3 and AAC without a header do.

    A frame begins with eleven bits set, AAC with twelve. Two bits of version follow (1 is reserved), then two of
    layer: 1 is MP3, and 0 is AAC.
    """
    if len(data) < 2 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    layer = data[1] >> 1 & 3
    if layer == 0:
        return "audio/aac" if data[1] & 0xF0 == 0xF0 else None
    return "audio/mpeg" if layer == 1 and data[1] >> 3 & 3 != 1 else None
