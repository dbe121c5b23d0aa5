"""Token blocks: documents one after another, cut into rows of one length. The plainest way to pretrain."""

from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from groundswell.errors import EmptySource, InputError
from groundswell.feed.packing.documents import Documents, copy_stretches
from groundswell.feed.pieces import FirstRows, Pieces
from groundswell.feed.rows import Batch, Take
from groundswell.feed.samples import Samples

Numbers = npt.NDArray[np.int64]


class TokenBlocks:
    """The documents of a dataset joined and cut into blocks, as `Rows` for a feed.

    A batch has one column, `tokens`, `[batch, size]`. Blocks lie within a shard: what is left at a shard's end,
    fewer than `size` tokens, is not fed. Documents are cut where blocks end; `Packed` never cuts one that fits.

    Args:
        samples: a dataset with a column of token lists.
        size: tokens of a block; for next-token prediction one more than the model's context.
        column: where the tokens are.
        dtype: integer type of the batches; int64 is what PyTorch's embeddings and losses take.

    Raises:
        InputError: `size` is under 1.
        EmptySource: no shard has as many tokens as one block.
        MissingColumn: there is no such column.
        UnreadableSource: it is no list of integers.
    """

    names = ("tokens",)

    def __init__(
        self, samples: Samples, size: int, *, column: str = "tokens", dtype: npt.DTypeLike = np.int64
    ) -> None:
        if size < 1:
            raise InputError(f"a block has at least 1 token, got {size}")
        self._documents = Documents(samples, column)
        self.size = size
        self._dtype = np.dtype(dtype)
        self._first_rows = FirstRows()

    @property
    def digest(self) -> str:
        """Names the dataset, the column and the size."""
        return f"{self._documents.samples.digest} {self._documents.column} in blocks of {self.size}"

    @cached_property
    def blocks(self) -> Numbers:
        """Token blocks of each shard that has any."""
        return self._counts[self._counts > 0]

    def __len__(self) -> int:
        count = int(self._counts.sum())
        if not count:
            raise EmptySource(f"no shard has {self.size} tokens for a block; take a smaller size or `Packed`")
        return count

    def prepare(self, numbers: Numbers) -> Take:
        """Return what takes batches of blocks; see `Rows.prepare`."""
        shards = np.searchsorted(self._ends, numbers, side="right")
        firsts = self._ends[shards] - self._counts[shards]
        starts = ((numbers - firsts) * self.size).tolist()
        if self._first_rows.still(len(numbers)):
            samples, column = self._documents.samples, self._documents.column
            if pieces := samples.pieces(np.unique(shards).tolist(), column):
                return partial(self._take_pieces, pieces, shards.tolist(), starts)
        flat = {shard: self._documents.flat(shard) for shard in np.unique(shards).tolist()}
        arrays = [flat[shard] for shard in shards.tolist()]

        def take(first: int, last: int) -> Batch:
            count = last - first
            tokens = np.empty((count, self.size), dtype=self._dtype)
            sizes, zeros = [self.size] * count, [0] * count
            copy_stretches(arrays[first:last], starts[first:last], sizes, range(count), zeros, tokens)
            return {"tokens": tokens}

        return take

    def _take_pieces(
        self, pieces: Pieces, shards: list[int], starts: list[int], first: int, last: int
    ) -> Batch:
        blocks = pieces.stretches(shards[first:last], starts[first:last], self.size)
        return {"tokens": np.array(blocks, dtype=self._dtype).reshape(-1, self.size)}

    def origins(self, numbers: Numbers) -> list[list[str]]:
        """Return for each block the ids of the documents that it holds any token of."""
        found = []
        for number in numbers.tolist():
            shard = int(np.searchsorted(self._ends, number, side="right"))
            offsets = self._documents.offsets(shard)
            low = (number - int(self._ends[shard] - self._counts[shard])) * self.size
            first = int(np.searchsorted(offsets, low, side="right")) - 1
            last = int(np.searchsorted(offsets, low + self.size, side="left"))
            base = sum(self._documents.samples.shard_rows[:shard])
            found.append(self._documents.ids(np.arange(base + first, base + last)))
        return found

    @cached_property
    def _counts(self) -> Numbers:
        samples, column = self._documents.samples, self._documents.column
        totals = [samples.elements(shard, column) for shard in range(len(samples.shard_rows))]
        return np.array(totals, dtype=np.int64) // self.size

    @cached_property
    def _ends(self) -> Numbers:
        return np.cumsum(self._counts)
