"""What names an image or a recording within a record."""

import io

import pytest
from PIL import Image

from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import digest_bytes
from groundswell.items.media import reference_to


def test_an_image_is_named_by_its_bytes_with_its_size(picture: bytes) -> None:
    digest = digest_bytes(picture)
    assert reference_to(picture) == {"media": digest, "media_type": "image/png", "width": 3, "height": 2}


def test_a_recording_is_named_by_its_bytes_with_its_length(recording: bytes) -> None:
    expected = {"media": digest_bytes(recording), "media_type": "audio/wav", "duration_seconds": 0.5}
    assert reference_to(recording) == expected


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_neither_is_refused_with_both_reasons(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match=r"not a readable image.*; not a readable recording"):
        reference_to(data)


def test_an_image_bomb_is_refused_before_it_is_decoded() -> None:
    bomb = io.BytesIO()
    Image.new("1", (15_000, 10_000)).save(bomb, "PNG")
    with pytest.raises(TooLarge, match="15000 x 10000 pixels"):
        reference_to(bomb.getvalue())
