"""Places in texts that may be personal or secret: many are neither, which `kinds` decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from groundswell.clean import kernels

SpotKind = Literal["email", "number", "quad", "hex_groups", "account", "secret"]

SPOTS: tuple[SpotKind, ...] = ("email", "number", "quad", "hex_groups", "account", "secret")
"""An `@` with letters around it; seven or more digits; four groups of digits with dots; groups of hexadecimal digits
with colons; two letters, two digits and more; and what begins as keys of known services do."""


@dataclass(frozen=True)
class Spot:
    """A place that may be personal.

    Attributes:
        row: of the text.
        kind: what it looks like.
        start: where it begins, in bytes of UTF-8.
        text: what stands there; of a block of lines all that follows.
    """

    row: int
    kind: SpotKind
    start: int
    text: str


def find_spots(texts: pa.Array) -> Iterator[Spot]:
    """Yield the places of texts, in order of the rows."""
    view = kernels.Texts.of(texts)
    places = kernels.find_spots(view)
    if not len(places):
        return
    _, offset_buffer, data = view.column.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[view.column.offset :]
    starts = offsets[places[:, 0]]
    memory = memoryview(data)
    for (row, kind, start, end), begin in zip(places.tolist(), starts.tolist(), strict=True):
        yield Spot(
            row, SPOTS[kind], start, bytes(memory[begin + start : begin + end]).decode("utf-8", "replace")
        )
