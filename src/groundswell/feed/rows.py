"""What a feed reads batches from: rows with numbers, whatever they are made of."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Batch = dict[str, npt.NDArray[Any]]
"""One batch: for each column an array whose first axis is the sample."""

Take = Callable[[int, int], Batch]
"""Returns, as a batch, the rows from a first to before a last of those that it was prepared for."""


class Rows(Protocol):
    """Rows that can be read at random; they never change.

    Two with the same digest feed the same stream, wherever they lie.
    """

    @property
    def digest(self) -> str:
        """Names the rows and their order."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """Columns of a batch."""
        ...

    @property
    def blocks(self) -> npt.NDArray[np.int64]:
        """How many rows lie together in each place of storage, in their order; they add up to all."""
        ...

    def __len__(self) -> int:
        """Number of rows."""
        ...

    def prepare(self, numbers: npt.NDArray[np.int64]) -> Take:
        """Return what takes batches of the rows with these numbers; a number may occur more than once."""
        ...

    def origins(self, numbers: npt.NDArray[np.int64]) -> list[list[str]]:
        """Return for each row the ids of the items that it was made of."""
        ...


def is_rows(source: object) -> "TypeIs[Rows]":
    """Say whether what is to be fed is rows already: they are prepared; to look for every member would take long."""
    return hasattr(source, "prepare")


class Subset:
    """Some rows of others, under numbers of their own.

    Args:
        rows: those to choose from.
        numbers: numbers of the chosen, ascending.

    Attributes:
        chosen_from: those that were chosen from.
    """

    def __init__(self, rows: Rows, numbers: npt.NDArray[np.int64]) -> None:
        self.chosen_from = rows
        self._numbers = numbers
        self.names = rows.names

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def digest(self) -> str:
        """Names the rows that were chosen from and the choice."""
        return hashlib.sha256(self.chosen_from.digest.encode() + self._numbers.tobytes()).hexdigest()

    @property
    def blocks(self) -> npt.NDArray[np.int64]:
        """How many of the chosen rows lie together; a block without any is left out."""
        ends = np.cumsum(self.chosen_from.blocks)
        sizes = np.diff(np.searchsorted(self._numbers, ends), prepend=0)
        return np.asarray(sizes[sizes > 0], dtype=np.int64)

    def prepare(self, numbers: npt.NDArray[np.int64]) -> Take:
        """Return what takes batches of the chosen rows; see `Rows.prepare`."""
        return self.chosen_from.prepare(self._numbers[numbers])

    def origins(self, numbers: npt.NDArray[np.int64]) -> list[list[str]]:
        """Return for each row the ids of the items that it was made of."""
        return self.chosen_from.origins(self._numbers[numbers])

    def numbers(self, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the numbers that chosen rows have among those they were chosen from."""
        return self._numbers[chosen]
