import threading
import time
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import Conflict, InputError
from groundswell.feed import Feed, TableSamples, in_threads


def make(**options: Any) -> Feed:
    table = pa.table({"x": range(100), "text": [str(number) for number in range(100)]})
    return Feed(TableSamples(table, digest="x"), 7, **{"epochs": 2, "seed": 1, **options})


def xs(batches: Any) -> list[list[int]]:
    return [batch["x"].tolist() for batch in batches]


@pytest.mark.parametrize(("threads", "ahead"), [(1, 1), (2, 4), (8, 3)])
def test_threads_change_neither_the_batches_nor_their_order(threads: int, ahead: int) -> None:
    assert xs(in_threads(make(), threads, ahead=ahead)) == xs(make())


@pytest.mark.parametrize("stop", [0, 1, 14, 15, 30])
def test_what_was_prepared_ahead_does_not_count_as_delivered(stop: int) -> None:
    feed = make()
    taken = xs(islice(in_threads(feed), stop))
    resumed = make()
    resumed.load_state_dict(feed.state_dict())
    assert taken + xs(in_threads(resumed)) == xs(make())


def test_no_more_is_prepared_than_was_asked_for() -> None:
    decoded = []

    def decode(value: int) -> Any:
        decoded.append(value)
        return np.asarray(value)

    stream = in_threads(make(decode={"x": decode}), 2, ahead=3)
    next(stream)
    time.sleep(0.05)
    assert len(decoded) <= 7 * 4
    stream.close()  # type: ignore[attr-defined]
    assert not [each for each in threading.enumerate() if each.name.startswith("groundswell-feed")]


def test_an_error_in_a_thread_reaches_the_loop() -> None:
    def decode(value: int) -> Any:
        raise InputError("not decodable")

    with pytest.raises(InputError, match="not decodable"):
        next(in_threads(make(decode={"x": decode})))


def test_what_cannot_be_is_an_error() -> None:
    with pytest.raises(InputError, match="at least 1"):
        in_threads(make(), 0)
    feed = make()
    xs(feed)
    with pytest.raises(Conflict, match="rewind"):
        in_threads(feed)
