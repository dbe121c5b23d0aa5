"""The best copy is the first, the longest, or the one with the greatest number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.clean import DropNearDuplicates, run
from groundswell.clean.copies.best import ranks_of
from groundswell.errors import MissingColumn
from groundswell.items import Drop, Item, to_batch

Flow = Callable[..., Any]


def ranks(values: list[float | None]) -> list[int]:
    batch = pa.RecordBatch.from_pydict({"score": pa.array(values, pa.float64())})
    return np.frombuffer(b"".join(ranks_of(batch, "score").to_pylist()), np.int64).tolist()


def test_greater_numbers_rank_before_smaller_ones_and_missing_ones_last() -> None:
    values = [3.5, -1.0, None, 0.0, -0.0, 1e300, float("inf"), float("-inf"), float("nan"), 2]
    found = ranks(values)
    order = [values[place] for place in np.argsort(found, kind="stable").tolist()]
    assert order[:7] == [float("inf"), 1e300, 3.5, 2, 0.0, -0.0, -1.0]
    assert found[3] == found[4]


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(MissingColumn, match="no column 'score' to choose the best copy by"):
        ranks_of(pa.RecordBatch.from_pydict({"a": [1]}), "score")


def test_the_longest_stays(flow: Flow) -> None:
    texts = ["Hello there, world", "hello   there,    world!!!!!", "hello there world"]
    assert flow(texts, DropNearDuplicates(keep="longest"), rows=1).texts == [texts[1]]


def test_the_greatest_stays_whatever_the_order(make_text: Callable[..., Item]) -> None:
    texts = ["hello there world", "Hello there, world", "HELLO THERE WORLD"]
    batch = to_batch([make_text(text, place) for place, text in enumerate(texts)])
    batch = batch.append_column("score", pa.array([1.0, 9.0, 3.0]))
    drops: list[Drop] = []
    kept = list(
        run([batch.slice(n, 1) for n in range(3)], [DropNearDuplicates(keep="score")], on_drop=drops.append)
    )
    assert [row for each in kept for row in each["text"].to_pylist()] == [texts[1]]
    assert all("to line 1 (" in drop.detail for drop in drops)
