"""Features of items that need no download: small pixels and gradient histograms, or hashed words."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from groundswell.errors import InputError, MissingExtra
from groundswell.items import Item, ItemKind

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Features = NDArray[np.float32]

_SIDE = 32
_BINS = 8
_CELLS = 4


def features_of(items: Iterable[Item]) -> Features:
    """Return one row of features for each item, in the same order, float32 `[n, d]`.

    Raises:
        InputError: items of several kinds: they have no features in common.
        MissingExtra: text, and scikit-learn is not installed.
    """
    given = list(items)
    kinds = {item.kind for item in given}
    if len(kinds) > 1:
        raise InputError(f"features need items of one kind; found {', '.join(sorted(kinds))}")
    if kinds == {ItemKind.TEXT}:
        return text_features([item.text or "" for item in given])
    return image_features([item.data or b"" for item in given])


def image_features(images: Sequence[bytes], *, side: int | None = None) -> Features:
    """Return features of encoded images: grey pixels, gradient histograms and colour means, three parts of equal say.

    Images are fitted to one square side: 32 pixels, or less where all are smaller (8 x 8 images stay 8 x 8).
    Grey pixels have their mean taken away and unit length; the histograms are of gradient directions in a grid of
    4 x 4 cells (Dalal and Triggs 2005, doi:10.1109/CVPR.2005.177, without overlapping blocks); colours
    count a tenth. An image that cannot be decoded gets zeros. Deterministic.

    Args:
        images: encoded bytes (PNG, JPEG, whatever Pillow reads).
        side: pixels of the square's side, for features that do not depend on what else is in the list.

    Returns:
        float32 `[n, side * side + 128 + 6]`; `[0, 0]` for no images.
    """
    if not images:
        return np.zeros((0, 0), np.float32)
    side = side or min(_SIDE, max(_longer_side(data) for data in images) or _SIDE)
    colour = np.stack([_fitted(_decoded(data), side) for data in images])
    grey = colour @ np.array([0.299, 0.587, 0.114], np.float32)
    parts = (_pixels(grey), _gradient_histograms(grey), 0.1 * _colours(colour))
    return np.hstack(parts).astype(np.float32)


def text_features(texts: Sequence[str], *, dimensions: int = 128, vocabulary: int = 20_000) -> Features:
    """Return features of texts: words, word pairs and character 3- to 5-grams, weighted by rarity, then reduced.

    The `vocabulary` most frequent terms of each of the two families are kept where they occur twice or more,
    weighted by TF-IDF, and reduced by a truncated singular value decomposition (latent semantic analysis), which
    lets few labels go further. Rows have unit length. Deterministic for one list of texts; another list
    gives other axes, so compute the features of a dataset together.

    Args:
        texts: any language; scripts without spaces are served by the character part.
        dimensions: columns at most; fewer for very few texts.
        vocabulary: terms kept of each family.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    try:
        from sklearn.utils.extmath import randomized_svd
    except ImportError as error:
        raise MissingExtra("features of text need scikit-learn: pip install 'groundswell[models]'") from error
    terms = _weighted_terms([text if text.strip() else "empty" for text in texts], vocabulary)
    rank = min(dimensions, *terms.shape)
    if rank < 1:
        return np.zeros((len(texts), 1), np.float32)
    left, strengths, _ = randomized_svd(
        terms, rank, n_iter=2, random_state=0, power_iteration_normalizer="QR"
    )
    return _unit_rows(np.asarray(left * strengths)).astype(np.float32)


def _weighted_terms(texts: list[str], vocabulary: int) -> csr_matrix:
    """Return the sparse TF-IDF of words and of characters, side by side, each family with unit rows."""
    from scipy.sparse import hstack

    words = _frequent_terms(texts, vocabulary, ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b")
    characters = _frequent_terms(texts, vocabulary, analyzer="char_wb", ngram_range=(3, 5))
    return hstack([words, characters], format="csr")


def _frequent_terms(texts: list[str], vocabulary: int, **analysis: Any) -> csr_matrix:
    """Return the TF-IDF of the terms that most texts share, of those in at least two texts (or all, for few)."""
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashing = HashingVectorizer(
        n_features=2**20, alternate_sign=False, norm=None, dtype=np.float32, **analysis
    )
    counts = hashing.transform(texts)
    spread = np.bincount(counts.indices, minlength=counts.shape[1])
    frequent = np.argsort(-spread, kind="stable")[:vocabulary]
    kept = np.sort(frequent[spread[frequent] >= min(2, len(texts))])
    if not len(kept):  # few texts that share no term
        return counts[:, kept]
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, kept])


_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def _longer_side(data: bytes) -> int:
    """Return the longer side in pixels, from the header alone; 0 where it cannot be read."""
    try:
        return max(Image.open(io.BytesIO(data)).size)
    except _UNREADABLE:
        return 0


def _decoded(data: bytes) -> Image.Image | None:
    """Decode an image to RGB on white, or None; large JPEGs are decoded at a fraction of their size."""
    try:
        image: Image.Image = Image.open(io.BytesIO(data))
        image.draft("RGB", (2 * _SIDE, 2 * _SIDE))
        if image.mode.startswith(("I", "F")):
            image = _eight_bits(image)
        seen = image.convert("RGBA")
    except _UNREADABLE:
        return None
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Stretch an image of 16 or 32 bits to 8."""
    values = np.asarray(image, np.float64)
    low, high = values.min(), values.max()
    return Image.fromarray((255 * (values - low) / max(high - low, 1e-9)).astype(np.uint8))


def _fitted(image: Image.Image | None, side: int) -> Features:
    """Return RGB values from 0 to 1, `[side, side, 3]`; zeros for no image."""
    if image is None:
        return np.zeros((side, side, 3), np.float32)
    small = image if image.size == (side, side) else image.resize((side, side), Image.Resampling.BOX)
    return np.asarray(np.asarray(small) / 255, np.float32)


def _pixels(grey: Features) -> Features:
    flat = grey.reshape(len(grey), -1)
    return _unit_rows(flat - flat.mean(axis=1, keepdims=True))


def _colours(colour: Features) -> Features:
    """Mean and spread of each channel, `[n, 6]`."""
    return np.hstack([colour.mean(axis=(1, 2)), colour.std(axis=(1, 2))])


def _gradient_histograms(grey: Features) -> Features:
    """Strength of the gradients in 8 directions in each of 4 x 4 cells, unit rows, `[n, 128]`."""
    n, side = grey.shape[:2]
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    turn = (np.arctan2(down, across) % (2 * np.pi)) / (2 * np.pi) * _BINS
    below = np.floor(turn)
    cell = np.arange(side) * _CELLS // side
    place = np.arange(n)[:, None, None] * _CELLS**2 + (cell[:, None] * _CELLS + cell)
    strength = np.hypot(down, across)
    histogram = np.zeros(n * _CELLS**2 * _BINS)
    for direction, share in ((below, below + 1 - turn), (below + 1, turn - below)):
        at = place * _BINS + direction.astype(np.intp) % _BINS
        histogram += np.bincount(at.ravel(), (strength * share).ravel(), len(histogram))
    return _unit_rows(histogram.reshape(n, -1))


def _unit_rows(rows: NDArray[np.floating]) -> Features:
    """Scale each row to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
