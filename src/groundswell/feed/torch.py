"""A feed for PyTorch: tensors, prepared ahead by worker processes, and still an exact state.

Importing this module needs PyTorch.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from groundswell.errors import Conflict, MissingExtra
from groundswell.feed.loader import Feed
from groundswell.feed.rows import Batch

try:
    import torch
    from torch.utils.data import DataLoader, IterableDataset, get_worker_info
except ImportError as error:
    raise MissingExtra("PyTorch is not installed; install it: pip install torch") from error

T = TypeVar("T")


class TorchFeed(IterableDataset):  # type: ignore[misc]
    """A feed as a PyTorch dataset that brings its own workers: iterate it and take its state as you would the feed's.

    The main process tells the workers which batches to prepare, by number, so the batches and their order
    do not depend on how many workers there are. What was prepared but not yet handed out does not count as
    delivered: `state_dict` is exact at any moment, with any number of workers and any prefetching, and it
    loads with any other number of workers and ranks.

    Frameworks that insist on a `DataLoader` of their own may be given this dataset with `batch_size=None`
    and any number of workers; count what that delivers with `counted`.

    Args:
        feed: what is fed. With workers that are spawned rather than forked give it a snapshot, which
            travels as a path; a table would be copied to each.
        num_workers: processes that prepare batches; 0 prepares them in this one.
        options: further arguments of `DataLoader`, for example `persistent_workers`, `pin_memory`,
            `prefetch_factor`, `multiprocessing_context`; those that choose samples have no place here.
    """

    def __init__(self, feed: Feed, *, num_workers: int = 0, **options: Any) -> None:
        super().__init__()
        self.feed = feed
        self._options = {**options, "num_workers": num_workers}
        self._kept: DataLoader | None = None
        self._start = torch.zeros(1, dtype=torch.int64).share_memory_()  # what workers of others begin after
        self._outside = torch.zeros(1, dtype=torch.int64).share_memory_()  # set by workers of others
        self._is_counted = False  # by `counted`, at any time
        self._is_counting = False  # now

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": None}

    def __len__(self) -> int:
        """Batches of all epochs, as of the feed."""
        return len(self.feed)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Deliver the batches that are left; numbers are tensors, texts and bytes stay object arrays.

        Raises:
            Conflict: all were delivered before.
        """
        worker = get_worker_info()
        if worker is not None:
            self._outside.fill_(1)
            return self._share(worker.id, worker.num_workers)
        if self._is_counting:
            return (as_tensors(self.feed.batch(number)) for number in self.feed.numbers_left())
        self.feed.require_some_left()
        self._start.fill_(self.feed.delivered)
        loader = self._kept or DataLoader(
            _Numbered(self.feed),
            batch_size=None,
            sampler=_Left(self.feed),
            collate_fn=as_tensors,
            **self._options,
        )
        if self._options.get("persistent_workers"):
            self._kept = loader
        return self.feed.counted(loader)

    def counted(self, batches: Iterable[T]) -> Iterator[T]:
        """Pass on what a `DataLoader` of yours over this dataset delivers, and count it.

        Example: `for batch in data.counted(DataLoader(data, batch_size=None, num_workers=4)): ...`

        Raises:
            Conflict: all were delivered before.
        """
        self._start.fill_(self.feed.delivered)
        self._is_counted = True
        return self._counting(self.feed.counted(batches))

    def _counting(self, batches: Iterator[T]) -> Iterator[T]:
        self._is_counting = True
        try:
            yield from batches
        finally:
            self._is_counting = False

    def state_dict(self) -> dict[str, Any]:
        """Return the feed's state, see `Feed.state_dict`.

        Raises:
            Conflict: batches went through a `DataLoader` of yours that nobody counts.
        """
        if self._outside.item() and not self._is_counted:
            raise Conflict(
                "this dataset was read by the workers of another DataLoader, so nobody knows what was delivered; "
                "iterate the TorchFeed itself, or iterate its counted(loader)"
            )
        return self.feed.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on after what a state says was delivered, see `Feed.load_state_dict`."""
        self.feed.load_state_dict(state)
        self._start.fill_(self.feed.delivered)

    def _share(self, worker: int, workers: int) -> Iterator[dict[str, Any]]:
        """Yield what one of several workers prepares, who take turns."""
        self.feed.stride = workers
        self.feed.delivered = int(self._start.item())
        for number in self.feed.numbers_left(worker, workers):
            yield as_tensors(self.feed.batch(number))


class _Left:
    """The numbers of the batches that are left when iteration begins: what PyTorch calls a sampler."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def __len__(self) -> int:
        return len(self._feed) - self._feed.delivered

    def __iter__(self) -> Iterator[int]:
        return iter(self._feed.numbers_left())


class _Numbered:
    """The batches of a feed as what PyTorch calls a map-style dataset: asked for by number."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def __getitem__(self, number: int) -> Batch:
        worker = get_worker_info()
        self._feed.stride = 1 if worker is None else worker.num_workers
        return self._feed.batch(number)


def as_tensors(batch: Batch) -> dict[str, Any]:
    """Return a batch with numbers and truth values as tensors that share its memory.

    All else stays as it is, but that views become bytes where they have to travel to another process.
    """
    convert = _as_they_are if get_worker_info() is None else _without_views
    return {
        name: torch.from_numpy(values) if values.dtype.kind in "iufb" else convert(values)
        for name, values in batch.items()
    }


def _as_they_are(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return values


def _without_views(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if not (values.dtype == object and any(isinstance(value, memoryview) for value in values)):
        return values
    return np.fromiter(
        (bytes(value) if isinstance(value, memoryview) else value for value in values), object, len(values)
    )
