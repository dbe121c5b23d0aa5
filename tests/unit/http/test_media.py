"""Media types told from bytes."""

import io
import wave

import pytest
from PIL import Image

from groundswell.http.media import media_type_of


def _image(name: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, name)
    return file.getvalue()


def _wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16))
    return file.getvalue()


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_an_image_is_known_by_its_bytes(name: str):
    assert media_type_of(_image(name)) == f"image/{name.lower()}"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (_wav(), "audio/wav"),
        (b"fLaC\x00\x00\x00\x22", "audio/flac"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf3\x40\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
    ],
)
def test_a_recording_is_known_by_its_bytes(data: bytes, media_type: str):
    assert media_type_of(data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xff\xfe<\x00h\x00",
        b"<svg onload='alert(1)'>",
        b"<html>",
        b"RIFF\x10\x00\x00\x00AVI ",
        b"\x00\x00\x00\x20ftypisom",
        b"%PDF-1.7",
    ],
)
def test_what_could_run_in_a_page_or_is_no_image_or_recording_has_no_type(data: bytes):
    assert media_type_of(data) is None
