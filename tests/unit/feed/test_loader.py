import io
import json
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from groundswell.errors import Conflict, EmptySource, InputError, MissingColumn
from groundswell.feed.decode import decode_image
from groundswell.feed.loader import Feed
from groundswell.feed.samples import Samples, TableSamples
from groundswell.feed.snapshot import snapshot

tails = st.sampled_from(["exact", "drop", "pad"])


def numbers(n: int) -> Samples:
    return TableSamples(
        pa.table({"id": [f"{number:064x}" for number in range(n)], "x": range(n)}), digest=f"n{n}"
    )


def xs(feed: Feed) -> list[list[int]]:
    return [batch["x"].tolist() for batch in feed]


def all_xs(feed: Feed) -> list[int]:
    return [x for batch in xs(feed) for x in batch]


def global_batches(
    n: int, world_size: int, state: dict[str, Any] | None = None, **options: Any
) -> list[list[int]]:
    """What all ranks deliver together, step by step."""
    feeds = [Feed(numbers(n), rank=rank, world_size=world_size, **options) for rank in range(world_size)]
    for feed in feeds if state else []:
        feed.load_state_dict(state)
    parts = [xs(feed) for feed in feeds]
    assert len({len(part) for part in parts}) == 1, "ranks made different numbers of steps"
    return [[x for part in step for x in part] for step in zip(*parts, strict=True)]


@pytest.mark.slow
@given(
    n=st.integers(1, 90),
    batch_size=st.integers(1, 20),
    epochs=st.integers(1, 3),
    tail=tails,
    worlds=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    data=st.data(),
)
def test_resuming_anywhere_at_any_world_size_equals_no_pause(
    n: int, batch_size: int, epochs: int, tail: str, worlds: tuple[int, int], data: st.DataObject
) -> None:
    options = {"batch_size": min(batch_size, n), "epochs": epochs, "tail": tail, "seed": 5}
    whole = global_batches(n, 1, **options)
    stop = data.draw(st.integers(0, len(whole)), label="stop")
    rank = data.draw(st.integers(0, worlds[0] - 1), label="rank that saves the state")
    stopped = Feed(numbers(n), rank=rank, world_size=worlds[0], **options)
    for _, _batch in zip(range(stop), stopped, strict=False):
        pass
    state = json.loads(json.dumps(stopped.state_dict()))
    assert global_batches(n, worlds[1], state, **options) == whole[stop:]


@pytest.mark.slow
@given(
    n=st.integers(1, 90),
    batch_size=st.integers(1, 30),
    world_size=st.integers(1, 40),
    epochs=st.integers(1, 3),
)
def test_every_epoch_visits_every_sample_exactly_once_over_all_ranks(
    n: int, batch_size: int, world_size: int, epochs: int
) -> None:
    batches = global_batches(n, world_size, batch_size=batch_size, epochs=epochs)
    steps = -(-n // batch_size)
    for epoch in range(epochs):
        seen = [x for batch in batches[epoch * steps : (epoch + 1) * steps] for x in batch]
        assert sorted(seen) == list(range(n))


def test_a_batch_counts_as_delivered_when_it_is_handed_out() -> None:
    feed = Feed(numbers(10), 2)
    stream = iter(feed)
    assert feed.state_dict()["delivered"] == 0
    next(stream)
    assert feed.state_dict()["delivered"] == 1
    next(stream)
    assert feed.state_dict()["delivered"] == 2


def test_a_loop_that_was_left_goes_on_in_the_next_loop() -> None:
    feed = Feed(numbers(10), 2, shuffle=False)
    for _batch in feed:
        break
    assert xs(feed) == [[2, 3], [4, 5], [6, 7], [8, 9]]


def test_loading_a_state_in_the_middle_of_a_stream_moves_it() -> None:
    feed = Feed(numbers(10), 2, seed=3)
    start = feed.state_dict()
    first = [next(iter(feed))["x"].tolist() for _ in range(3)]
    feed.load_state_dict(start)
    assert xs(feed)[:3] == first


def test_a_second_loop_over_a_finished_feed_is_an_error_until_it_is_rewound() -> None:
    feed = Feed(numbers(4), 2, seed=1)
    first = xs(feed)
    with pytest.raises(Conflict, match="has delivered all its 2 batches"):
        iter(feed)
    feed.rewind()
    assert xs(feed) == first


def test_a_run_that_was_stopped_after_its_last_batch_resumes_to_nothing() -> None:
    done = Feed(numbers(4), 2)
    xs(done)
    resumed = Feed(numbers(4), 2)
    resumed.load_state_dict(done.state_dict())
    assert resumed.finished
    assert xs(resumed) == []


def test_the_length_is_that_of_all_epochs_and_an_endless_feed_has_none() -> None:
    assert len(Feed(numbers(10), 4, epochs=3)) == 9
    endless = Feed(numbers(10), 4, epochs=None)
    with pytest.raises(TypeError, match="never ends"):
        len(endless)
    assert [next(iter(endless))["x"].size for _ in range(7)] == [4, 4, 2, 4, 4, 2, 4]
    assert endless.epoch == 2


def test_epochs_differ_in_order_and_seeds_do_too() -> None:
    batches = all_xs(Feed(numbers(50), 50, epochs=2, seed=1))
    other = all_xs(Feed(numbers(50), 50, seed=2))
    assert batches[:50] != batches[50:]
    assert batches[:50] != other


def test_a_state_is_small_and_the_same_on_every_rank() -> None:
    options: dict[str, Any] = {"split": "train", "epochs": None, "seed": 2**64}
    states = [Feed(numbers(500), 64, rank=rank, world_size=8, **options).state_dict() for rank in range(8)]
    assert all(state == states[0] for state in states)
    assert len(json.dumps(states[0])) < 1000


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"seed": 1}, "seed"),
        ({"batch_size": 3}, "batch_size"),
        ({"shuffle": False}, "shuffle"),
        ({"tail": "pad"}, "tail"),
        ({"split": "train"}, "split"),
        ({"samples": numbers(11)}, "dataset"),
    ],
)
def test_a_state_of_another_stream_is_refused_and_nothing_changes(
    options: dict[str, Any], named: str
) -> None:
    state = {**Feed(numbers(10), 2).state_dict(), "delivered": 4}
    other = Feed(**{"samples": numbers(10), "batch_size": 2, **options})
    with pytest.raises(InputError, match=f"{named} is "):
        other.load_state_dict(state)
    assert other.delivered == 0


def test_splits_share_no_item_and_miss_none() -> None:
    parts = {split: all_xs(Feed(numbers(300), 7, split=split)) for split in ("train", "test")}
    assert sorted(parts["train"] + parts["test"]) == list(range(300))
    assert 0 < len(parts["test"]) < 80


def test_another_order_moves_no_item_to_another_split_but_another_split_seed_does() -> None:
    def test_items(**seeds: int) -> set[int]:
        return set(all_xs(Feed(numbers(300), 7, split="test", **seeds)))

    assert test_items(seed=1) == test_items(seed=2)
    assert test_items() != test_items(split_seed=1)


def test_splits_need_a_known_name_and_ids() -> None:
    with pytest.raises(InputError, match="no split 'dev'; there are train, test"):
        Feed(numbers(10), 2, split="dev")
    with pytest.raises(MissingColumn, match="no column 'id'"):
        Feed(TableSamples(pa.table({"x": [1]})), 2, split="train")


def test_nothing_to_feed_is_an_error() -> None:
    with pytest.raises(EmptySource, match="no samples to feed"):
        Feed(numbers(0), 2)
    with pytest.raises(EmptySource, match="in split 'tiny'"):
        Feed(numbers(3), 2, split="tiny", fractions={"rest": 1 - 1e-9, "tiny": 1e-9})


def png(value: int, size: int = 4) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((size, size), value, dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_images_are_decoded_to_one_array_of_pixels() -> None:
    samples = TableSamples(pa.table({"data": pa.array([png(1), png(2), png(3)], pa.large_binary())}))
    (batch,) = Feed(samples, 3, shuffle=False, decode={"data": decode_image})
    assert (batch["data"].shape, batch["data"].dtype) == ((3, 4, 4), np.uint8)
    assert batch["data"][:, 0, 0].tolist() == [1, 2, 3]


def test_images_of_several_sizes_need_a_size_to_be_stacked() -> None:
    samples = TableSamples(pa.table({"data": pa.array([png(1, 4), png(2, 6)], pa.large_binary())}))
    with pytest.raises(InputError, match=r"'data' have shapes \(4, 4\), \(6, 6\)"):
        list(Feed(samples, 2, decode={"data": decode_image}))
    (batch,) = Feed(samples, 2, decode={"data": partial(decode_image, size=(5, 5))})
    assert batch["data"].shape == (2, 5, 5)


def test_a_column_to_decode_must_be_there() -> None:
    with pytest.raises(MissingColumn, match="no column 'data'"):
        Feed(numbers(3), 2, decode={"data": decode_image})


def test_a_batch_can_be_asked_for_by_number_without_moving_the_stream() -> None:
    feed = Feed(numbers(10), 3, seed=4, epochs=2)
    whole = xs(Feed(numbers(10), 3, seed=4, epochs=2))
    assert [feed.batch(number)["x"].tolist() for number in (7, 0, 5)] == [whole[7], whole[0], whole[5]]
    assert feed.sample_numbers(7).tolist() == whole[7]
    assert feed.delivered == 0
    for number in (-1, 8):
        with pytest.raises(InputError, match="from 0 to 7"):
            feed.batch(number)


def test_a_snapshot_in_many_shards_feeds_what_a_table_does(tmp_path: Any, version: Any) -> None:
    stored = snapshot(version, tmp_path / "s", shard_bytes=300)
    assert len(stored.manifest.shards) > 20
    in_memory = TableSamples(version.table, digest=version.digest)
    half = Feed(in_memory, 8, seed=9)
    before = [next(iter(half)) for _ in range(6)]
    resumed = Feed(stored, 8, seed=9)
    resumed.load_state_dict(half.state_dict())
    fed = [*before, *resumed]
    order = np.concatenate([batch["label"] for batch in fed])
    expected = version.table.take(pa.array(order))
    for name in ("id", "text", "data"):
        assert [value for batch in fed for value in batch[name]] == expected[name].to_pylist()
    assert sorted(order.tolist()) == list(range(100))
