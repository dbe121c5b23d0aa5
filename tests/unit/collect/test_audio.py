"""Recordings: what is taken, how long it is, and what is set aside."""

import io
import struct
import wave
from collections.abc import Callable
from typing import Any

import pytest

from groundswell.collect.audio import duration
from groundswell.errors import UnreadableSource
from groundswell.items import Drop, Item, ItemKind

Read = Callable[..., list[Item | Drop]]


def wav(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((2, 2, rate, 0, "NONE", ""))
        writer.writeframes(bytes(int(seconds * rate) * 4))
    return file.getvalue()


def flac(samples: int, rate: int) -> bytes:
    packed = (rate << 44) | (1 << 41) | (15 << 36) | samples
    return b"fLaC\x80\x00\x00\x22" + bytes(10) + packed.to_bytes(8, "big") + bytes(16)


def test_a_recording_is_an_item_of_its_own_bytes_with_its_length(read: Read):
    data = wav(0.25)
    (item,) = read("talk.wav", data)
    assert isinstance(item, Item)
    assert (item.kind, item.data, item.media_type, item.text) == (ItemKind.AUDIO, data, "audio/wav", None)
    assert item.meta == {"duration_seconds": 0.25}


@pytest.mark.parametrize(
    ("suffix", "data", "seconds", "media_type"),
    [
        (".flac", flac(44_100, 22_050), 2.0, "audio/flac"),
        (".flac", flac(0, 48_000), None, "audio/flac"),
        (".flac", flac(2**36 - 1, 655_350), round((2**36 - 1) / 655_350, 3), "audio/flac"),
        (".mp3", b"ID3\x04rest", None, "audio/mpeg"),
        (".mp3", b"\xff\xfbrest", None, "audio/mpeg"),
        (".ogg", b"OggS rest", None, "audio/ogg"),
        (".m4a", b"\x00\x00\x00\x20ftypM4A ", None, "audio/mp4"),
    ],
)
def test_other_formats_are_told_by_how_they_begin(
    read: Read, suffix: str, data: bytes, seconds: Any, media_type: str
):
    (item,) = read(f"a{suffix}", data)
    assert isinstance(item, Item)
    assert (item.media_type, item.meta.get("duration_seconds")) == (media_type, seconds)


def test_samples_that_the_standard_library_cannot_read_have_no_known_length():
    head = (
        b"RIFF" + struct.pack("<I", 40) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 3, 1, 8000, 32000, 4, 32)
    )
    assert duration(head + b"data" + struct.pack("<I", 4) + bytes(4), ".wav") is None


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".wav", b"no recording"),
        (".wav", wav(1)[:-4000]),
        (".wav", wav(1)[:30]),
        (".wav", b"RIFF\x00\x00\x00\x00WAVE" + bytes(8) + b"\x01\x00"),
        (".flac", b"fLaC"),
        (".flac", flac(100, 0)),
        (".mp3", b"\xff"),
        (".mp3", b"<html>"),
        (".ogg", b"ID3"),
        (".m4a", b""),
    ],
)
def test_what_does_not_begin_as_its_name_says_is_refused(suffix: str, data: bytes):
    with pytest.raises(UnreadableSource):
        duration(data, suffix)


def test_in_a_folder_the_broken_the_large_and_the_foreign_are_set_aside(tmp_path, read: Read):
    (tmp_path / "set" / "deep").mkdir(parents=True)
    (tmp_path / "set" / "a.wav").write_bytes(wav(0.1))
    (tmp_path / "set" / "b.wav").write_bytes(b"broken")
    (tmp_path / "set" / "c.txt").write_bytes(b"notes")
    (tmp_path / "set" / "deep" / "d.ogg").write_bytes(b"OggS")
    (tmp_path / "set" / "e.wav").write_bytes(wav(2))
    (tmp_path / "set" / "c.txt").rename(tmp_path / "set" / "c.doc")
    found = read("set", max_item_bytes=10_000)
    assert [(each.locator, each.reason if isinstance(each, Drop) else dict(each.meta)) for each in found] == [
        ("a.wav", {"duration_seconds": 0.1}),
        ("b.wav", "audio:broken"),
        ("c.doc", "file:unsupported"),
        ("deep/d.ogg", {"folder": "deep"}),
        ("e.wav", "item:too_large"),
    ]
