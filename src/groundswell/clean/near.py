"""Operator: items that say nearly the same as another."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from groundswell.clean.copies.best import Keep
from groundswell.clean.copies.first_fit import Likeness
from groundswell.clean.copies.image_looks import IMAGE, compare_images, look_at_images
from groundswell.clean.copies.search import DropCopies
from groundswell.clean.copies.text_looks import compare_texts, look_at_texts
from groundswell.clean.job.gathered import Rows
from groundswell.clean.job.shelf import Taken
from groundswell.clean.operator import Seen
from groundswell.items import ItemKind


@dataclass(frozen=True)
class DropNearDuplicates(DropCopies):
    """Drop each item that is nearly the same as one that stays.

    Candidates share a band key; each is then compared, and dropped only if it is as similar as asked.
    The defaults would rather keep two copies than lose an item of its own.

    Attributes:
        text_similarity: least Jaccard similarity of the runs of 5 words of two texts, 0 to 1.
        short_text_similarity: the same over runs of 5 characters, for texts of under 16 words; such
            texts must also name the same numbers.
        image_similarity: least correlation of two thumbnails, up to 1. Of scikit-learn's digits no two
            different ones are above 0.94.
        image_difference: how far two thumbnails may be apart in any one place, as a share of the full
            range of a channel; guards a small difference on a large common background.
        keep: which copy stays: the `first` that was read, the `longest`, or the one with the greatest
            number in a column.
    """

    text_similarity: float = 0.8
    short_text_similarity: float = 0.9
    image_similarity: float = 0.98
    image_difference: float = 0.25
    keep: Keep = "first"
    name: ClassVar[str] = "near"
    version: ClassVar[str] = "2"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return asdict(self)

    def gather(self, batch: pa.RecordBatch) -> Seen:
        """Note the band keys and the look of each text and each image."""
        texts = look_at_texts(batch["text"])
        places = np.flatnonzero(np.array(batch["kind"].to_pylist()) == ItemKind.IMAGE)
        if not len(places):
            return self.note(
                batch, texts.keys.ravel(), np.repeat(texts.rows, texts.keys.shape[1]), texts.looks
            )
        images = look_at_images([batch["data"][row].as_py() or b"" for row in places.tolist()])
        rows = places[images.places]
        looks = texts.looks.to_pylist()
        for row, look in zip(rows.tolist(), images.looks, strict=True):
            looks[row] = look
        keys = np.concatenate([texts.keys.ravel(), images.keys.ravel()])
        of_rows = [np.repeat(texts.rows, texts.keys.shape[1]), np.repeat(rows, images.keys.shape[1])]
        return self.note(batch, keys, np.concatenate(of_rows), pa.array(looks, pa.large_binary()))

    def compare(self, looks: Taken, one: Rows, other: Rows) -> Likeness:
        """Return the similarity of pairs of texts, and of pairs of images."""
        is_image = looks.data[looks.starts] == IMAGE
        likeness = np.full(len(one), np.nan)
        texts, images = (~is_image[one] & ~is_image[other]), (is_image[one] & is_image[other])
        if texts.any():
            likeness[texts] = compare_texts(
                looks,
                one[texts],
                other[texts],
                least=self.text_similarity,
                least_of_short=self.short_text_similarity,
            )
        if images.any():
            likeness[images] = compare_images(
                looks,
                one[images],
                other[images],
                least=self.image_similarity,
                most_difference=self.image_difference,
            )
        return likeness

    def verdict(self, likeness: float, kept: str) -> tuple[str, str]:
        """Name the copy that stays, and how alike they are."""
        return "duplicate:near", f"similarity {likeness:.3f} to {kept}"
