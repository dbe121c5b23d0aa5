"""Operator: items that say nearly the same as one before."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.clean import minhash, thumbnail
from groundswell.clean.bands import BandIndex
from groundswell.clean.operator import Apply, Result
from groundswell.errors import TooLarge, UnreadableSource
from groundswell.items import ItemKind

Look = TypeVar("Look")
_MAX_COMPARED = 64


@dataclass(frozen=True)
class DropNearDuplicates:
    """Drop each item that is nearly the same as one that was kept before: the first copy stays.

    Candidates share a band key; each is then compared, and dropped only if it is as similar as asked.
    The defaults would rather keep two copies than lose an item of its own. The memory grows by 1 to 3 kB
    an item that is kept.

    Attributes:
        text_similarity: least Jaccard similarity of the runs of 5 words of two texts, 0 to 1.
        short_text_similarity: the same over runs of 5 characters, for texts of under 16 words; such
            texts must also name the same numbers.
        image_similarity: least correlation of two thumbnails, up to 1. Of scikit-learn's digits no two
            different ones are above 0.94.
        image_difference: how far two thumbnails may be apart in any one place, as a share of the full
            range of a channel; guards a small difference on a large common background.
    """

    text_similarity: float = 0.8
    short_text_similarity: float = 0.9
    image_similarity: float = 0.98
    image_difference: float = 0.25
    name: ClassVar[str] = "near"
    version: ClassVar[str] = "1"

    def params(self) -> dict[str, Any]:
        """Return the limits."""
        return asdict(self)

    def apply(self, batch: pa.RecordBatch) -> Result:
        """Judge one batch by itself."""
        return self.start().apply(batch)

    def start(self) -> Apply:
        """Return the search with an empty memory."""
        return _Search(self)


@dataclass(frozen=True)
class _Text:
    shingles: minhash.Hashes
    is_short: bool


@dataclass(frozen=True)
class _Image:
    pixels: thumbnail.Thumbnail
    shape: float


class _Search:
    """The memory of a run: what was kept, of texts and of images."""

    def __init__(self, limits: DropNearDuplicates) -> None:
        self.limits = limits
        self.texts: _Memory[_Text] = _Memory(self._text_likeness)
        self.images: _Memory[_Image] = _Memory(self._image_likeness)

    def apply(self, batch: pa.RecordBatch) -> Result:
        kinds = batch["kind"].to_pylist()
        text_rows, text_keys, texts = _texts(
            [row for row, kind in enumerate(kinds) if kind == ItemKind.TEXT], batch
        )
        image_rows, image_keys, images = _images(
            [row for row, kind in enumerate(kinds) if kind == ItemKind.IMAGE], batch
        )
        names = [
            f"{locator} ({item_id})"
            for locator, item_id in zip(batch["locator"].to_pylist(), batch["id"].to_pylist(), strict=True)
        ]
        details: list[str | None] = [None] * batch.num_rows
        self.texts.judge(text_rows, text_keys, texts, names, details)
        self.images.judge(image_rows, image_keys, images, names, details)
        reasons = ["duplicate:near" if detail else None for detail in details]
        return Result(batch, pa.array(reasons, pa.string()), pa.array(details, pa.string()))

    def _text_likeness(self, one: _Text, other: _Text) -> float | None:
        if one.is_short != other.is_short:
            return None
        least = self.limits.short_text_similarity if one.is_short else self.limits.text_similarity
        likeness = minhash.jaccard(one.shingles, other.shingles)
        return likeness if likeness >= least else None

    def _image_likeness(self, one: _Image, other: _Image) -> float | None:
        if not thumbnail.is_same_shape(one.shape, other.shape):
            return None
        if thumbnail.largest_difference(one.pixels, other.pixels) > self.limits.image_difference:
            return None
        likeness = thumbnail.correlation(one.pixels, other.pixels)
        return likeness if likeness >= self.limits.image_similarity else None


class _Memory(Generic[Look]):
    """What was kept of one kind, findable by band key.

    Args:
        likeness: returns the similarity of two looks, or None where they are not near duplicates.
    """

    def __init__(self, likeness: Callable[[Look, Look], float | None]) -> None:
        self.likeness = likeness
        self.index = BandIndex()
        self.looks: list[Look] = []
        self.names: list[str] = []

    def judge(
        self,
        rows: Sequence[int],
        keys: NDArray[np.uint64],
        looks: Sequence[Look],
        names: Sequence[str],
        details: list[str | None],
    ) -> None:
        """Remember the rows that are new, and write into `details` what each of the others is like."""
        earlier, among = self.index.matches(keys), _matches_among(keys)
        kept: dict[int, int] = {}
        for place, row in enumerate(rows):
            here = [kept[other] for other in among[place] if other in kept]
            details[row] = self._like(looks[place], [*here, *earlier[place]][:_MAX_COMPARED])
            if details[row] is None:
                kept[place] = len(self.looks)
                self.looks.append(looks[place])
                self.names.append(names[row])
        self.index.add(keys[list(kept)], np.array(list(kept.values()), np.int64))

    def _like(self, look: Look, candidates: Sequence[int]) -> str | None:
        for candidate in candidates:
            likeness = self.likeness(look, self.looks[candidate])
            if likeness is not None:
                return f"similarity {likeness:.3f} to {self.names[candidate]}"
        return None


def _matches_among(keys: NDArray[np.uint64]) -> list[NDArray[np.int64]]:
    index = BandIndex()
    index.add(keys, np.arange(len(keys)))
    return index.matches(keys)


def _texts(rows: list[int], batch: pa.RecordBatch) -> tuple[list[int], NDArray[np.uint64], list[_Text]]:
    """Return the rows whose texts can be compared, their keys and their looks."""
    sketches = minhash.sketch([batch["text"][row].as_py() or "" for row in rows])
    able = [place for place, shingles in enumerate(sketches.shingles) if len(shingles)]
    looks = [_Text(sketches.shingles[place], bool(sketches.is_short[place])) for place in able]
    return [rows[place] for place in able], sketches.keys[able], looks


def _images(rows: list[int], batch: pa.RecordBatch) -> tuple[list[int], NDArray[np.uint64], list[_Image]]:
    """Return the rows whose images can be compared, their keys and their looks."""
    able: list[int] = []
    looks: list[_Image] = []
    for row in rows:
        try:
            looks.append(_Image(*thumbnail.thumbnail(batch["data"][row].as_py() or b"")))
        except (UnreadableSource, TooLarge):
            continue  # `DropBadImages` says why; here a damaged image is like no other
        able.append(row)
    return able, thumbnail.band_keys([look.pixels for look in looks]), looks
