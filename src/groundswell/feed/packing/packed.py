"""Packed rows as batches: tokens, positions, segments and where the loss counts."""

import hashlib
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from groundswell.feed.packing.documents import Documents, copy_stretches
from groundswell.feed.packing.fit import Packing, best_fit
from groundswell.feed.rows import Batch, Take
from groundswell.feed.samples import Samples

Numbers = npt.NDArray[np.int64]


class Packed:
    """The documents of a dataset packed into rows of one length, as `Rows` for a feed.

    A batch has, `[batch, size]` each: `tokens`; `segments`, which number the documents of a row from 1 and are 0 where
    the row is padded; `positions`, which begin at 0 in every document; and `loss`, 1 where the loss counts. The
    first token of a document is never predicted from what precedes it, so `loss` is 0 there.
    `cumulative_lengths(batch)` gives what variable-length attention takes.

    The packing is planned once, from the lengths alone (`best_fit`), the same on every machine.

    Args:
        samples: a dataset with a column of token lists.
        size: tokens of a row.
        column: where the tokens are.
        mask: column of loss masks as `tokenize` writes them; None counts the loss everywhere.
        padding: token where a row is padded.
        seed: names the packing.

    Attributes:
        packing: which document stands where; `packing.waste` says how much of the rows is padding.

    Raises:
        InputError: `size` is under 1.
        MissingColumn: there is no such column.
        UnreadableSource: it is no list of integers.
    """

    names = ("tokens", "segments", "positions", "loss")

    def __init__(
        self,
        samples: Samples,
        size: int,
        *,
        column: str = "tokens",
        mask: str | None = None,
        padding: int = 0,
        seed: int = 0,
    ) -> None:
        self._documents = Documents(samples, column, mask)
        self._padding = padding
        self._seed = seed
        self.packing: Packing = best_fit(self._documents.lengths, size, seed=seed)

    def __len__(self) -> int:
        return self.packing.rows

    @property
    def digest(self) -> str:
        """Names the dataset and how it is packed."""
        how = [self._documents.column, self._documents.mask, self.packing.size, self._padding, self._seed]
        return hashlib.sha256(repr([self._documents.samples.digest, how]).encode()).hexdigest()

    @cached_property
    def blocks(self) -> Numbers:
        """One block: documents of all shards meet in a row."""
        return np.array([len(self)], dtype=np.int64)

    def prepare(self, numbers: Numbers) -> Take:
        """Return what takes batches of rows; see `Rows.prepare`."""
        return lambda first, last: self._take(numbers[first:last])

    def origins(self, numbers: Numbers) -> list[list[str]]:
        """Return for each row the ids of the documents in it."""
        return [
            self._documents.ids(self.packing.documents[self._pieces(number)]) for number in numbers.tolist()
        ]

    def _pieces(self, row: int) -> slice:
        return slice(*self.packing.row_starts[row : row + 2].tolist())

    def _take(self, numbers: Numbers) -> Batch:
        slices = [self._pieces(number) for number in numbers.tolist()]
        places = np.fromiter(chain.from_iterable(range(each.start, each.stop) for each in slices), np.int64)
        counts = [each.stop - each.start for each in slices]
        rows = np.repeat(np.arange(len(numbers)), counts)
        lengths = self.packing.lengths[places]
        within = np.cumsum(lengths) - lengths
        at = within - np.repeat([0, *_sums(lengths, counts)][:-1], counts)
        documents, starts = self.packing.documents[places], self.packing.starts[places]
        shape = len(numbers), self.packing.size
        batch = _layout(rows, at, lengths, shape)
        shards, bases = self._documents.places(documents)
        stretches = ((bases + starts).tolist(), lengths.tolist(), rows.tolist(), at.tolist())
        batch["tokens"] = np.full(shape, self._padding, dtype=np.int64)
        copy_stretches([self._documents.flat(shard) for shard in shards], *stretches, batch["tokens"])
        if self._documents.mask is not None:
            loss = np.zeros(shape, dtype=np.int64)
            copy_stretches(
                [self._documents.flat(each, self._documents.mask) for each in shards], *stretches, loss
            )
            batch["loss"] &= loss
        return {name: batch[name] for name in self.names}


def cumulative_lengths(batch: Batch) -> npt.NDArray[np.int32]:
    """Return where the documents of a packed batch begin when its rows are joined, and where the last one ends.

    That is `cu_seqlens` of variable-length attention; the padding of a row counts as a document of its own.

    Args:
        batch: with `segments`, `[batch, size]`.

    Returns:
        int32 `[documents + 1]`, from 0 to batch * size.
    """
    segments = batch["segments"]
    begins = np.ones(segments.shape, dtype=bool)
    begins[:, 1:] = segments[:, 1:] != segments[:, :-1]
    return np.append(np.flatnonzero(begins), segments.size).astype(np.int32)


def labels(batch: Batch, ignore: int = -100) -> npt.NDArray[Any]:
    """Return the tokens where the loss counts and `ignore` elsewhere, `[batch, size]`: labels for a causal model."""
    return np.where(batch["loss"] == 1, batch["tokens"], ignore)


def _layout(rows: Numbers, at: Numbers, lengths: Numbers, shape: tuple[int, int]) -> Batch:
    """Return segments, positions and where the loss may count of rows that hold these pieces."""
    flat = rows * shape[1] + at
    places = np.repeat(flat - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    first_of_row = np.searchsorted(rows, rows)
    batch = {name: np.zeros(shape, dtype=np.int64) for name in ("segments", "positions", "loss")}
    batch["segments"].reshape(-1)[places] = np.repeat(np.arange(len(rows)) - first_of_row + 1, lengths)
    batch["positions"].reshape(-1)[places] = places - np.repeat(flat, lengths)
    batch["loss"].reshape(-1)[places] = 1
    batch["loss"].reshape(-1)[flat] = 0
    return batch


def _sums(lengths: Numbers, counts: list[int]) -> list[int]:
    """Return the tokens of all rows up to and with each row."""
    ends = np.cumsum(counts)
    return list(np.concatenate([[0], np.cumsum(lengths)])[ends].tolist())
