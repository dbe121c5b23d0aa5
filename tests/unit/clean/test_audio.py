"""Recordings that nobody could use go, each with its reason."""

import io
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import soundfile

from groundswell.clean import DropBadAudio
from groundswell.items import Item, ItemKind

Flow = Callable[..., Any]
RATE = 8000


def encoded(samples: np.ndarray, kind: str = "WAV", rate: int = RATE) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind)
    return file.getvalue()


def recording(data: bytes) -> Item:
    return Item(ItemKind.AUDIO, None, data, "audio/wav", "s", "a.wav", datetime(2026, 1, 1, tzinfo=UTC))


def tone(seconds: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
def test_a_tone_stays_in_every_format(flow: Flow, kind: str) -> None:
    assert len(flow([recording(encoded(tone(1.0), kind))], DropBadAudio()).kept) == 1


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (tone(0.2), "audio:short"),
        (tone(3.0), "audio:long"),
        (np.zeros(RATE), "audio:silent"),
        (np.concatenate([np.zeros(RATE * 39 // 20), tone(0.05)]), "audio:silent"),
        (np.clip(tone(1.0, 3.0), -1, 1), "audio:clipped"),
    ],
)
def test_each_fault_has_its_reason(flow: Flow, samples: np.ndarray, reason: str) -> None:
    assert flow([recording(encoded(samples))], DropBadAudio(max_seconds=2.5)).reasons == [reason]


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", encoded(tone(1.0))[:500], encoded(tone(1.0), "FLAC")[:500], b"ID3" + b"x" * 99]
)
def test_damaged_ones_are_broken(flow: Flow, data: bytes) -> None:
    assert flow([recording(data)], DropBadAudio()).reasons == ["audio:broken"]


def test_a_recording_that_claims_days_is_not_decoded(flow: Flow) -> None:
    silence = encoded(np.zeros((6 * 3600 * 50, 1)), "FLAC", rate=50)
    assert len(silence) < 1_000_000
    assert flow([recording(silence)], DropBadAudio()).reasons == ["audio:too_large"]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_plain_wave_is_read_at_every_width(flow: Flow, width: int) -> None:
    whole = np.round(tone(1.0) * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    raw = (
        (whole + 128).astype(np.uint8).tobytes()
        if width == 1
        else b"".join(int(v).to_bytes(width, "little", signed=True) for v in whole)
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, width, RATE, 0, "NONE", ""))
        out.writeframes(raw)
    from groundswell.items.audio import open_audio

    samples = np.concatenate(list(open_audio(file.getvalue()).blocks()))
    assert np.abs(samples[:, 0] - tone(1.0)).max() < max(2.0 ** (2 - 8 * width), 2.0**-22)
