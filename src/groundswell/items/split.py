"""Splits by content: which part of a dataset an item belongs to, for ever."""

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from groundswell.errors import InputError

FRACTIONS: Mapping[str, float] = MappingProxyType({"train": 0.9, "test": 0.1})
"""Parts that a dataset is split into unless told otherwise."""


def split_of(
    ids: Iterable[str], fractions: Mapping[str, float] = FRACTIONS, seed: int = 0
) -> npt.NDArray[np.str_]:
    """Return for each item the name of its split, decided by a keyed hash of its id alone.

    An item stays where it is when the dataset grows, shrinks or is put in another order, so what was once
    tested on is never trained on. Sizes therefore meet the fractions only about (binomially).

    Args:
        ids: ids of items; equal ids get equal splits.
        fractions: share of each split, above 0, together 1.
        seed: another seed is another, unrelated split.

    Returns:
        Names, `[items]`.

    Raises:
        InputError: the fractions are not positive or do not add up to 1.
    """
    check_fractions(fractions)
    names, ends = np.array(list(fractions)), np.cumsum(list(fractions.values()))
    places = np.searchsorted(ends[:-1], unit_hash(ids, seed), side="right")
    return np.asarray(names[places], dtype=np.str_)


def check_fractions(fractions: Mapping[str, float]) -> None:
    """Refuse shares that are no shares.

    Raises:
        InputError: they are not positive or do not add up to 1.
    """
    if not fractions or min(fractions.values()) <= 0 or abs(sum(fractions.values()) - 1) > 1e-9:
        raise InputError(f"fractions must be above 0 and add up to 1, got {dict(fractions)}")


def unit_hash(ids: Iterable[str], seed: int) -> npt.NDArray[np.float64]:
    """Return a number for each id, uniform in [0, 1), the same on every machine; float64 `[items]`."""
    key = hashlib.blake2b(f"groundswell split 1: seed {seed}".encode(), digest_size=32).digest()
    digests = b"".join(hashlib.blake2b(name.encode(), key=key, digest_size=8).digest() for name in ids)
    return (np.frombuffer(digests, dtype="<u8") >> np.uint64(11)).astype(np.float64) * 2.0**-53
