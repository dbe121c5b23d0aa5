"""Places in texts that may be personal or secret: many are neither, which `kinds` decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

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
    for row, kind, start, end in kernels.find_spots(view).tolist():
        place = view.column[row].as_buffer()
        yield Spot(row, SPOTS[kind], start, bytes(memoryview(place)[start:end]).decode("utf-8", "replace"))
