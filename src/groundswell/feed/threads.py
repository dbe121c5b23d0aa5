"""Batches prepared ahead by threads of this process: for decoding and slow disks, without the cost of processes."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from groundswell.errors import InputError
from groundswell.feed.loader import Feed
from groundswell.feed.rows import Batch


def in_threads(feed: Feed, threads: int = 2, *, ahead: int = 4) -> Iterator[Batch]:
    """Deliver the batches that are left, in order, while threads prepare the next ones.

    It pays where preparing waits or leaves Python's lock, as reading from a disk and decoding images do.
    The state of the feed counts what was delivered, not what was prepared.

    Args:
        feed: what is fed.
        threads: how many prepare.
        ahead: batches that are prepared and not yet delivered, at most: the memory that this takes.

    Raises:
        InputError: `threads` or `ahead` is under 1.
        Conflict: all batches were delivered before.
    """
    if threads < 1 or ahead < 1:
        raise InputError(f"threads and ahead must be at least 1, got {threads} and {ahead}")
    return feed.counted(_prepared(feed, threads, ahead))


def _prepared(feed: Feed, threads: int, ahead: int) -> Iterator[Batch]:
    numbers = iter(feed.numbers_left())
    pool = ThreadPoolExecutor(threads, thread_name_prefix="groundswell-feed")
    try:
        waiting: deque[Future[Batch]] = deque()
        while True:
            waiting.extend(
                pool.submit(feed.prepared(number)) for number in islice(numbers, ahead - len(waiting))
            )
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
