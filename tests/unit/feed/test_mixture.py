from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import EmptySource, InputError, MissingColumn
from groundswell.feed import Columns, Feed, Mixture, Stage, TableSamples


def source(name: str, rows: int, kind: Any = None) -> Columns:
    ids = [f"{name}{number}" for number in range(rows)]
    return Columns(TableSamples(pa.table({"id": ids, "x": pa.array(range(rows), kind)}), digest=name))


def mixture(**sizes: int) -> Mixture:
    return Mixture({name: source(name, rows) for name, rows in sizes.items()}, {"a": 3, "b": 1})


def ids(feed: Feed) -> list[str]:
    return [name for batch in feed for name in batch["id"]]


@pytest.mark.parametrize("shuffle", [True, False])
def test_any_stretch_of_a_round_holds_the_weights_exactly(shuffle: bool) -> None:
    fed = [name[0] for name in ids(Feed(mixture(a=50, b=7), 5, epochs=2, shuffle=shuffle))]
    assert len(fed) == 2 * 60  # 57 samples, in whole rounds of 4
    assert {fed[first : first + 4].count("b") for first in range(len(fed) - 3)} == {1}


def test_a_source_that_is_used_up_begins_its_next_epoch_in_another_order() -> None:
    fed = [name for name in ids(Feed(mixture(a=50, b=7), 5)) if name[0] == "b"]
    assert len(fed) == 15
    assert sorted(fed[:7]) == sorted(fed[7:14]) == [f"b{number}" for number in range(7)]
    assert fed[:7] != fed[7:14]


def test_without_weights_sources_go_by_their_sizes() -> None:
    mixed = Mixture({"a": source("a", 30), "b": source("b", 10)})
    assert Counter(name[0] for name in ids(Feed(mixed, 8))) == {"a": 30, "b": 10}
    assert len(set(ids(Feed(mixed, 8)))) == 40


def test_a_curriculum_goes_from_stage_to_stage_and_each_source_goes_on() -> None:
    stages = [Stage(20, {"a": 1}), Stage(20, {"a": 1, "b": 1}), Stage(10, {"b": 1})]
    mixed = Mixture({"a": source("a", 40), "b": source("b", 30)}, stages=stages)
    fed = ids(Feed(mixed, 7))
    kinds = "".join(name[0] for name in fed)
    assert kinds[:20] == "a" * 20
    assert Counter(kinds[20:40]) == {"a": 10, "b": 10}
    assert kinds[40:] == "b" * 10
    assert len(set(fed)) == 50


@settings(max_examples=25, deadline=None)
@given(data=st.data(), window=st.none() | st.integers(1, 3), epochs=st.integers(1, 3))
def test_resuming_anywhere_equals_no_pause(data: st.DataObject, window: int | None, epochs: int) -> None:
    options: dict[str, Any] = {"batch_size": 6, "epochs": epochs, "seed": 4, "window": window}
    whole = [batch["id"].tolist() for batch in Feed(mixture(a=23, b=5), **options)]
    resumed = Feed(mixture(a=23, b=5), **options)
    stop = data.draw(st.integers(0, len(whole)))
    resumed.load_state_dict({**resumed.state_dict(), "delivered": stop})
    assert [batch["id"].tolist() for batch in resumed] == whole[stop:]


@settings(max_examples=30)
@given(epoch=st.integers(0, 4), window=st.none() | st.integers(1, 3))
def test_every_occurrence_of_a_sample_is_found(epoch: int, window: int | None) -> None:
    feed = Feed(mixture(a=23, b=5), 6, epochs=None, window=window)
    order = feed.plan.order
    samples = order.sample(epoch, np.arange(order.n))
    positions, places = order.find(epoch, np.arange(28))
    assert sorted(positions.tolist()) == list(range(order.n))
    assert samples[positions].tolist() == places.tolist()


def test_another_mix_is_another_stream() -> None:
    state = Feed(mixture(a=20, b=5), 5).state_dict()
    other = Mixture({"a": source("a", 20), "b": source("b", 5)}, {"a": 2, "b": 1}, samples=28)
    with pytest.raises(InputError, match="shuffle is"):
        Feed(other, 5).load_state_dict(state)
    assert len(str(state)) < 500


def test_rows_know_where_they_are_from() -> None:
    assert mixture(a=3, b=2).origins(np.array([4, 0])) == [["b1"], ["a0"]]


def test_sources_must_fit_and_names_must_be_known() -> None:
    with pytest.raises(EmptySource, match="at least one source"):
        Mixture({})
    with pytest.raises(EmptySource, match="'b' of the mixture has no samples"):
        Mixture({"a": source("a", 2), "b": source("b", 0)})
    with pytest.raises(MissingColumn, match="'b' of the mixture has columns y"):
        Mixture({"a": source("a", 2), "b": Columns(TableSamples(pa.table({"y": [1]})))})
    with pytest.raises(InputError, match="no source 'c'; there are a"):
        Mixture({"a": source("a", 2)}, {"c": 1})
    with pytest.raises(InputError, match="or stages"):
        Mixture({"a": source("a", 2)}, {"a": 1}, stages=[Stage(1, {"a": 1})])
    with pytest.raises(InputError, match="at least 1 sample"):
        Mixture({"a": source("a", 2)}, stages=[Stage(0, {"a": 1})])
    mixed = Mixture({"a": source("a", 5), "b": source("b", 5, pa.float32())})
    with pytest.raises(InputError, match="differ in column 'x': float32"):
        next(iter(Feed(mixed, 10)))
