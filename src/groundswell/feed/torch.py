"""A feed for PyTorch: tensors, prepared ahead by worker processes, and still an exact state."""

from collections.abc import Iterator
from importlib import import_module
from itertools import count
from typing import Any

import numpy as np

from groundswell.errors import MissingExtra
from groundswell.feed.columns import Batch
from groundswell.feed.loader import Feed


class TorchFeed:
    """Iterates a feed through `torch.utils.data.DataLoader`.

    The main process tells the workers which batches to prepare, by number, so the batches and their order
    do not depend on how many workers there are. What was prepared but not yet handed out does not count as
    delivered: `feed.state_dict()` is exact at any moment, with any number of workers and any prefetching.

    Args:
        feed: what is fed. With workers that are spawned rather than forked give it a snapshot, which
            travels as a path; a table would be copied to each.
        num_workers: processes that prepare batches; 0 prepares them in this one.
        options: further arguments of `DataLoader`, for example `pin_memory`, `prefetch_factor`,
            `multiprocessing_context`; those that choose samples have no place here.

    Raises:
        MissingExtra: PyTorch is not installed.
    """

    def __init__(self, feed: Feed, *, num_workers: int = 0, **options: Any) -> None:
        _torch()
        self.feed = feed
        self._options = {**options, "num_workers": num_workers}

    def __len__(self) -> int:
        """Batches of all epochs, as of the feed."""
        return len(self.feed)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Deliver the batches that are left; numbers are tensors, texts and bytes stay object arrays."""
        total = self.feed.plan.batches
        numbers = count(self.feed.delivered) if total is None else range(self.feed.delivered, total)
        loader = _torch().utils.data.DataLoader(
            _Numbered(self.feed), batch_size=None, sampler=numbers, collate_fn=as_tensors, **self._options
        )
        return self.feed.counted(loader)


class _Numbered:
    """The batches of a feed as what PyTorch calls a map-style dataset: asked for by number."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def __getitem__(self, number: int) -> Batch:
        return self._feed.batch(number)


def as_tensors(batch: Batch) -> dict[str, Any]:
    """Return a batch with numbers and truth values as tensors that share its memory, all else as it is."""
    torch = _torch()
    return {
        name: torch.from_numpy(values) if _is_number(values) else values for name, values in batch.items()
    }


def _is_number(values: np.ndarray[Any, np.dtype[Any]]) -> bool:
    return values.dtype.kind in "iufb"


def _torch() -> Any:
    try:
        return import_module("torch")
    except ImportError as error:
        raise MissingExtra("PyTorch is not installed; install it: pip install torch") from error
