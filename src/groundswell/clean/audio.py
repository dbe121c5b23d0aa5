"""Operator: recordings that nobody could use."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from groundswell.clean.operator import Result
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import ItemKind
from groundswell.items.audio import Block, Sound, open_audio

_FRAME_SECONDS = 0.02
_CLIPPED_LEVEL = 0.999
_CLIPPED_RUN = 3
"""One sample at full level may be a peak; this many in a row are a peak cut off."""


@dataclass(frozen=True)
class DropBadAudio:
    """Drop recordings that are broken, too short or long, silent or clipped.

    Attributes:
        min_seconds: the shortest.
        max_seconds: the longest.
        silence_db: frames of 20 ms that are quieter than this, against full level, are silent.
        max_silence: the most of the frames that may be silent, 0 to 1.
        max_clipped: the most of the samples that may be cut off at full level, three or more in a row.
    """

    min_seconds: float = 0.5
    max_seconds: float = 3600.0
    silence_db: float = -60.0
    max_silence: float = 0.95
    max_clipped: float = 0.01
    name: ClassVar[str] = "audio"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return asdict(self)

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each recording that cannot be used."""
        rows = zip(batch["kind"].to_pylist(), batch["data"], strict=True)
        told = [self._judge(data.as_py() or b"") if kind == ItemKind.AUDIO else _FINE for kind, data in rows]
        reasons = pa.array([reason for reason, _ in told], pa.string())
        return Result(batch, reasons, pa.array([detail for _, detail in told], pa.string()))

    def _judge(self, data: bytes) -> tuple[str | None, str | None]:
        try:
            sound = open_audio(data)
            if sound.seconds < self.min_seconds:
                return "audio:short", f"{sound.seconds:.2f} s; the least is {self.min_seconds:g} s"
            if sound.seconds > self.max_seconds:
                return "audio:long", f"{sound.seconds:.0f} s; the most is {self.max_seconds:g} s"
            silent, clipped = levels(sound, self.silence_db)
        except TooLarge as error:
            return "audio:too_large", str(error)
        except UnreadableSource as error:
            return "audio:broken", str(error)
        if silent > self.max_silence:
            return "audio:silent", f"{silent:.0%} of it is silence; the most is {self.max_silence:.0%}"
        if clipped > self.max_clipped:
            return (
                "audio:clipped",
                f"{clipped:.1%} is cut off at full level; the most is {self.max_clipped:.1%}",
            )
        return _FINE


def levels(sound: Sound, silence_db: float) -> tuple[float, float]:
    """Return the share of 20 ms frames that are silent, and the share of samples that are clipped.

    Raises:
        UnreadableSource: the recording is damaged.
    """
    size = max(int(sound.rate * _FRAME_SECONDS), 1)
    quiet = 10 ** (silence_db / 20)
    silent = frames = clipped = samples = 0
    for block in sound.blocks():
        whole = len(block) // size * size or len(block)
        power = np.square(block[:whole]).reshape(max(whole // size, 1), -1).mean(axis=1)
        silent += int(np.count_nonzero(np.sqrt(power) < quiet))
        frames += len(power)
        clipped += _clipped(block)
        samples += block.size
    return silent / frames if frames else 1.0, clipped / samples if samples else 0.0


def _clipped(block: Block) -> int:
    """Return how many samples are at full level, with others in a row, channel by channel."""
    is_full = np.abs(block) >= _CLIPPED_LEVEL
    if len(block) < _CLIPPED_RUN or not is_full.any():
        return 0
    starts = np.logical_and.reduce(
        [is_full[shift : len(block) - _CLIPPED_RUN + 1 + shift] for shift in range(_CLIPPED_RUN)]
    )
    is_clipped = np.zeros_like(is_full)
    for shift in range(_CLIPPED_RUN):
        is_clipped[shift : len(block) - _CLIPPED_RUN + 1 + shift] |= starts
    return int(np.count_nonzero(is_clipped))


_FINE: tuple[None, None] = (None, None)
