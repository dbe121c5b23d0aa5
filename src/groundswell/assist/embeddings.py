"""Vectors of items that say what is alike, one item at a time: whatever else is in a dataset, an item has the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.features import image_features
from groundswell.items import Item, ItemKind


@dataclass(frozen=True)
class Pixels:
    """Vectors of images that need no model: small pixels, directions of edges and colours, 390 numbers.

    They find the same scene, object or page in another size, crop of the edge or compression. They know nothing of
    what a picture shows: for that, add vectors of a model of your own.
    """

    name: ClassVar[str] = "pixels"
    version: ClassVar[str] = "1"
    kind: ClassVar[ItemKind] = ItemKind.IMAGE
    side: ClassVar[int] = 16

    def embed(self, items: Sequence[Item]) -> NDArray[np.float32]:
        """Return a row for each image; one that cannot be decoded is like no other."""
        return image_features([item.data or b"" for item in items], side=self.side)
