"""Opening a recording that nobody vouches for: only known formats, within a limit, block by block."""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import TooLarge, UnreadableSource

MAX_SECONDS = 4 * 3600.0
"""Length over which a recording is not opened: a few kilobytes of FLAC can hold days of silence."""

MEDIA_TYPES = {
    "WAV": "audio/wav",
    "WAVEX": "audio/wav",
    "FLAC": "audio/flac",
    "OGG": "audio/ogg",
    "MP3": "audio/mpeg",
    "AIFF": "audio/aiff",
}
"""Formats that are opened, and their MIME types."""

Block = NDArray[np.float32]

_BLOCK_SECONDS = 1.0


@dataclass(frozen=True)
class Sound:
    """A recording.

    Attributes:
        data: the encoded bytes.
        rate: samples a second.
        channels: how many.
        frames: samples of each channel.
        media_type: MIME type.
    """

    data: bytes
    rate: int
    channels: int
    frames: int
    media_type: str

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate

    def blocks(self) -> Iterator[Block]:
        """Yield the samples, -1 to 1, in blocks of a second, float32 `[n, channels]`.

        Raises:
            UnreadableSource: it is damaged from here on.
        """
        reader = _wave_blocks if _is_plain_wave(self.data) else _other_blocks
        try:
            yield from reader(self)
        except (wave.Error, EOFError, RuntimeError, ValueError) as error:
            raise UnreadableSource(f"not a readable recording: {_one_line(error)}") from error


def open_audio(data: bytes, *, max_seconds: float = MAX_SECONDS) -> Sound:
    """Return a recording, of which only the head was read.

    Args:
        data: the encoded bytes; the format is told from them, not from a file name.
        max_seconds: limit on the length that the file claims.

    Raises:
        TooLarge: over `max_seconds`.
        UnreadableSource: no recording of a known format, or damaged.
    """
    sound = _wave_head(data) if _is_plain_wave(data) else _other_head(data)
    if sound.rate <= 0 or sound.channels <= 0:
        raise UnreadableSource(f"a recording of {sound.channels} channels at {sound.rate} samples a second")
    if sound.seconds > max_seconds:
        raise TooLarge(f"{sound.seconds:,.0f} seconds; the limit is {max_seconds:,.0f}")
    return sound


def _is_plain_wave(data: bytes) -> bool:
    """Tell whether the standard library can read it: WAV of whole numbers."""
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE" and data[20:22] == b"\x01\x00"


def _wave_head(data: bytes) -> Sound:
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, rate, frames = file.getnchannels(), file.getframerate(), file.getnframes()
            width = file.getsampwidth()
    except (wave.Error, EOFError) as error:
        raise UnreadableSource(f"not a readable recording: {_one_line(error)}") from error
    if frames * channels * width > len(data):
        raise UnreadableSource(f"the file ends before its {frames:,} samples do")
    return Sound(data, rate, channels, frames, "audio/wav")


def _wave_blocks(sound: Sound) -> Iterator[Block]:
    with wave.open(io.BytesIO(sound.data)) as file:
        width = file.getsampwidth()
        while raw := file.readframes(max(int(sound.rate * _BLOCK_SECONDS), 1)):
            yield _samples(raw, width).reshape(-1, sound.channels)


def _samples(raw: bytes, width: int) -> Block:
    """Return samples of 1 to 4 bytes as numbers from -1 to 1; those of one byte have no sign."""
    if width == 1:
        return np.asarray((np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128, np.float32)
    whole = np.zeros((len(raw) // width, 4), np.uint8)
    whole[:, 4 - width :] = np.frombuffer(raw, np.uint8).reshape(-1, width)
    return np.asarray(whole.reshape(-1).view("<i4") / 2**31, np.float32)


def _other_head(data: bytes) -> Sound:
    library = _soundfile()
    try:
        with library.SoundFile(io.BytesIO(data)) as file:
            media_type = MEDIA_TYPES.get(file.format)
            head = (file.samplerate, file.channels, file.frames)
    except (RuntimeError, ValueError) as error:
        raise UnreadableSource(f"not a readable recording: {_one_line(error)}") from error
    if media_type is None:
        raise UnreadableSource(f"not a recording of {', '.join(sorted(set(MEDIA_TYPES)))}")
    return Sound(data, *head, media_type)


def _other_blocks(sound: Sound) -> Iterator[Block]:
    with _soundfile().SoundFile(io.BytesIO(sound.data)) as file:
        frames = max(int(sound.rate * _BLOCK_SECONDS), 1)
        while len(block := file.read(frames, dtype="float32", always_2d=True)):
            yield block


def _soundfile() -> Any:
    import soundfile  # loads a library of its own: only where there are recordings

    return soundfile


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
