"""A text embedding that needs no download: hashed character n-grams. The same one for every method that wants one."""

from __future__ import annotations

from zlib import crc32

import numpy as np

DIMENSIONS = 512
LENGTHS = (1, 2, 3, 4)


def embed(text: str) -> np.ndarray:
    """Return a unit vector of hashed counts of the n-grams of a text, its case and spacing ignored."""
    spaced = f" {' '.join(text.lower().split())} "
    grams = (spaced[at : at + n] for n in LENGTHS for at in range(len(spaced) - n + 1))
    places = [crc32(gram.encode()) % DIMENSIONS for gram in grams]
    counts = np.sqrt(np.bincount(places, minlength=DIMENSIONS))
    vector: np.ndarray = counts / np.linalg.norm(counts)
    return vector
