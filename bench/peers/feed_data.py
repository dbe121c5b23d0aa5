"""What every loader of `bench.feed` is given: the same texts, images and tokens, from a seed. Needs NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

BATCH = {"text": 64, "images": 16, "tokens": 8}
"""Samples of a batch."""

BLOCK = 2049
"""Tokens of a sample: a context of 2048 and the token to predict after it."""

TEXT_BYTES = 1_000
IMAGE_BYTES = 50_000
VOCABULARY = 50_000

WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "not",
    "he",
    "his",
    "but",
    "at",
    "are",
    "this",
    "have",
    "from",
    "or",
    "had",
    "an",
    "they",
    "which",
    "one",
    "you",
    "were",
    "all",
    "her",
    "she",
    "there",
    "would",
    "their",
    "we",
    "him",
    "been",
    "has",
    "when",
    "who",
    "will",
    "no",
    "more",
    "if",
    "out",
    "so",
    "up",
    "said",
    "what",
    "its",
    "about",
    "than",
    "into",
    "them",
    "can",
    "only",
    "other",
    "time",
    "new",
    "some",
    "could",
    "these",
    "two",
    "may",
    "first",
    "then",
    "do",
    "any",
    "like",
    "my",
    "now",
    "over",
    "such",
    "our",
    "man",
    "me",
]


def texts(count: int) -> Iterator[str]:
    """Yield texts of about 1 kB, from 500 to 1,500 bytes."""
    rng = np.random.default_rng(1)
    line = " ".join(WORDS[number] for number in rng.integers(0, len(WORDS), 50_000))
    for length, start in zip(
        rng.integers(TEXT_BYTES // 2, 3 * TEXT_BYTES // 2, count),
        rng.integers(0, 100_000, count),
        strict=True,
    ):
        yield line[start : start + length]


def images(count: int) -> Iterator[bytes]:
    """Yield what compressed images are to a loader: incompressible bytes, 25 to 75 kB."""
    rng = np.random.default_rng(2)
    noise = rng.bytes(1_000_000)
    for length, start in zip(
        rng.integers(IMAGE_BYTES // 2, 3 * IMAGE_BYTES // 2, count),
        rng.integers(0, 900_000, count),
        strict=True,
    ):
        yield noise[start : start + length]


def documents(tokens: int) -> Iterator[np.ndarray]:
    """Yield documents of about 600 tokens, uint16, until there are so many tokens together."""
    rng = np.random.default_rng(3)
    left = tokens
    while left > 0:
        size = min(left, int(np.clip(rng.lognormal(6, 0.9), 16, 20_000)))
        yield rng.integers(0, VOCABULARY, size).astype(np.uint16)
        left -= size


def blocks(count: int) -> Iterator[np.ndarray]:
    """Yield the same tokens in blocks of 2049, for loaders that have no notion of documents."""
    held = np.empty(0, dtype=np.uint16)
    for document in documents(count * BLOCK):
        held = np.concatenate([held, document])
        while len(held) >= BLOCK:
            yield held[:BLOCK]
            held = held[BLOCK:]


def consume(kind: str, batch) -> int:
    """Read a batch as a trainer does, each cache line of media and tokens once; returns its samples.

    Args:
        kind: "text", "images" or "tokens".
        batch: a sequence of `str`; a sequence of bytes-like objects; integers `[samples, 2049]`.
    """
    if kind == "text":
        for text in batch:
            assert type(text) is str
    elif kind == "images":
        for data in batch:
            np.frombuffer(data, dtype=np.uint8)[::64].sum()
    else:
        assert batch.shape[1] == BLOCK
        assert str(batch.dtype).endswith("int64")
        batch[:, ::8].sum()
    return len(batch)
