"""Operator: images that nobody could label."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import pyarrow as pa
from PIL import Image

from groundswell.clean.operator import Result
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import ItemKind
from groundswell.items.images import open_image


@dataclass(frozen=True)
class DropBadImages:
    """Drop images that are broken, tiny or blank.

    Attributes:
        min_side: the shortest side allowed, in pixels. 8 keeps the smallest sets in use, such as
            scikit-learn's digits, and drops tracking pixels and spacers.
        max_blank_range: an image whose every channel spans at most this many of 256 levels is blank;
            2 forgives the noise of a JPEG.
    """

    min_side: int = 8
    max_blank_range: int = 2
    name: ClassVar[str] = "images"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return {"min_side": self.min_side, "max_blank_range": self.max_blank_range}

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each image that cannot be used."""
        rows = zip(batch["kind"].to_pylist(), batch["data"], strict=True)
        verdicts = [
            self._judge(data.as_py() or b"") if kind == ItemKind.IMAGE else _FINE for kind, data in rows
        ]
        reasons = pa.array([reason for reason, _ in verdicts], pa.string())
        return Result(batch, reasons, pa.array([detail for _, detail in verdicts], pa.string()))

    def _judge(self, data: bytes) -> tuple[str | None, str | None]:
        try:
            image = open_image(data)
        except TooLarge as error:
            return "image:too_large", str(error)
        except UnreadableSource as error:
            return "image:broken", str(error)
        if min(image.size) < self.min_side:
            return (
                "image:tiny",
                f"{image.width} x {image.height} pixels; the shortest side is {self.min_side}",
            )
        levels = [high - low for low, high in _extrema(image)]
        if max(levels) <= self.max_blank_range:
            return "image:blank", f"all pixels within {max(levels)} levels of 256"
        return _FINE


def _extrema(image: Image.Image) -> list[tuple[int, int]]:
    """Return the lowest and the highest level, 0 to 255, of each of red, green, blue and opacity."""
    return cast(list[tuple[int, int]], image.convert("RGBA").getextrema())


_FINE: tuple[None, None] = (None, None)
