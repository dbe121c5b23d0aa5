"""Source: the 1,797 images of handwritten digits that ship inside scikit-learn."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from groundswell.collect.source import Options, Origin, Place
from groundswell.errors import MissingExtra
from groundswell.ids import ItemId
from groundswell.items import Drop, Item, digest_bytes

SOURCE = "scikit-learn: digits"
LICENCE = "BSD-3-Clause"
"""Of scikit-learn, which ships the images; its description of the data set states no other licence."""

_WHITEST = 16
"""Each pixel counts the ink in a block of 4 by 4, so it lies between 0 and 16."""


@dataclass(frozen=True)
class Digits:
    """Handwritten digits, 8 by 8 pixels in grey, as PNG; which digit each one is, is not in the item.

    Source:
        E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine
        Learning Repository, doi:10.24432/C50P49; the test part, as scikit-learn's `load_digits` has it.
    """

    options: Options
    name: ClassVar[str] = "digits"

    @classmethod
    def recognises(cls, place: Place) -> bool:
        """Take the word `digits`, unless there is a file or folder of that name."""
        return place.spec == cls.name and place.kind == "nothing"

    @classmethod
    def open(cls, place: Place, options: Options) -> "Digits":
        """Return the source."""
        return cls(options)

    def read(self) -> Iterator[Item | Drop]:
        """Yield an item for each image.

        Raises:
            MissingExtra: scikit-learn is not installed.
        """
        options = replace(self.options, licence=self.options.licence or LICENCE)
        origin = Origin(SOURCE, self.name, options)
        for place, pixels in enumerate(_load().images):
            yield origin.image(_as_png(pixels), "image/png", f"image {place}", {"width": 8, "height": 8})

    def describe(self) -> str:
        """Return what is read."""
        return "handwritten digits from scikit-learn"

    def size_bytes(self) -> int:
        """Return the bytes of all pixels; they lie compressed inside the package."""
        return 1797 * 8 * 8


def digit_truth() -> dict[ItemId, int]:
    """Return which digit, 0 to 9, each item of `Digits` is: for simulated workers and held-out tests.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    digits = _load()
    return {
        digest_bytes(_as_png(pixels)): int(digit)
        for pixels, digit in zip(digits.images, digits.target, strict=True)
    }


def _load() -> Any:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingExtra(
            "the digits are part of scikit-learn; install it: pip install 'groundswell[models]'"
        ) from error
    return load_digits()


def _as_png(pixels: "np.ndarray[Any, Any]") -> bytes:
    grey = np.rint(pixels * (255 / _WHITEST)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()
