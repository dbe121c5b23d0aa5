"""Shared by the tests of items: small media."""

import io
import wave

import pytest
from PIL import Image


@pytest.fixture
def picture() -> bytes:
    """Return a PNG of 3 x 2 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def recording() -> bytes:
    """Return half a second of silence as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    return file.getvalue()
