"""Recordings are items with what their heads say; others are set aside."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from groundswell.items import Drop, Item

Read = Callable[..., list[Item | Drop]]


def encoded(kind: str, seconds: float = 0.5) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, 0.1 * np.sin(np.arange(int(8000 * seconds)) / 5), 8000, format=kind)
    return file.getvalue()


def test_a_folder_of_recordings_is_read(read: Read, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.wav").write_bytes(encoded("WAV"))
    (folder / "b.flac").write_bytes(encoded("FLAC", 1.25))
    (folder / "deep" / "c.ogg").write_bytes(encoded("OGG"))
    (folder / "d.wav").write_bytes(b"RIFF no sound")
    found = read("set")
    assert [(each.locator, each.reason) for each in found if isinstance(each, Drop)] == [
        ("d.wav", "audio:broken")
    ]
    items = [each for each in found if isinstance(each, Item)]
    assert [(item.media_type, item.meta["duration_seconds"], item.meta["rate"]) for item in items] == [
        ("audio/wav", 0.5, 8000),
        ("audio/flac", 1.25, 8000),
        ("audio/ogg", 0.5, 8000),
    ]
    assert items[2].meta["folder"] == "deep"
    assert items[0].kind == "audio"
