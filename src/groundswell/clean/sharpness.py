"""Operator: images that are blurred, or far from any usual shape."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from PIL import Image

from groundswell.clean.operator import Result
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import ItemKind
from groundswell.items.images import open_image

_SIDE = 512
"""Sharpness depends on the size, so larger images are brought to this longer side first."""


@dataclass(frozen=True)
class DropPoorImages:
    """Drop images that are blurred, and those that are many times longer than wide.

    Damaged images are left to `DropBadImages`.

    Attributes:
        least_sharpness: variance of the Laplacian of the grey levels, 0 to 255. A photograph in focus has
            hundreds, one that is blurred by two pixels some tens; flat drawings have less than photographs.
        most_aspect: the longer side divided by the shorter.

    Source:
        Pech-Pacheco et al. (2000), doi:10.1109/ICPR.2000.903548, for the measure; the bounds are ours.
    """

    least_sharpness: float = 20.0
    most_aspect: float = 5.0
    name: ClassVar[str] = "poor_images"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return asdict(self)

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Give a reason for each image that is poor."""
        rows = zip(batch["kind"].to_pylist(), batch["data"], strict=True)
        told = [self._judge(data.as_py() or b"") if kind == ItemKind.IMAGE else _FINE for kind, data in rows]
        reasons = pa.array([reason for reason, _ in told], pa.string())
        return Result(batch, reasons, pa.array([detail for _, detail in told], pa.string()))

    def _judge(self, data: bytes) -> tuple[str | None, str | None]:
        try:
            image = open_image(data)
        except (TooLarge, UnreadableSource):
            return _FINE
        aspect = max(image.size) / max(min(image.size), 1)
        if aspect > self.most_aspect:
            return (
                "image:aspect",
                f"{image.width} x {image.height} pixels; the most is {self.most_aspect:g} to 1",
            )
        if (found := sharpness(image)) < self.least_sharpness:
            return "image:blurred", f"sharpness {found:.1f}; the least is {self.least_sharpness:g}"
        return _FINE


def sharpness(image: Image.Image) -> float:
    """Return the variance of the Laplacian of an image's grey levels; 0 for one of under 3 pixels a side."""
    grey = image.convert("RGBA").convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    levels = np.asarray(grey, np.float32)
    if min(levels.shape) < 3:
        return 0.0
    inner = levels[1:-1, 1:-1]
    around = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    return float((around - 4 * inner).var())


_FINE: tuple[None, None] = (None, None)
