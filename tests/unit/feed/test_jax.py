import importlib.util
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import MissingExtra
from groundswell.feed import Feed, TableSamples, in_threads
from groundswell.feed.jax import on_devices

has_jax = importlib.util.find_spec("jax") is not None
needs_jax = pytest.mark.skipif(not has_jax, reason="JAX is not installed")


def make() -> Feed:
    table = pa.table({"x": pa.array(range(10), pa.int32()), "text": [str(number) for number in range(10)]})
    return Feed(TableSamples(table, digest="x"), 4, seed=1)


@pytest.mark.skipif(has_jax, reason="JAX is installed")
def test_without_jax_the_error_holds_the_line_that_installs_it() -> None:
    with pytest.raises(MissingExtra, match="pip install jax"):
        on_devices(make())


@needs_jax
def test_numbers_are_on_the_device_texts_stay_and_the_feed_counts() -> None:
    import jax

    feed, expected = make(), list(make())
    for step, batch in enumerate(on_devices(in_threads(feed))):
        assert isinstance(batch["x"], jax.Array)
        assert np.array_equal(batch["x"], expected[step]["x"])
        assert batch["text"].tolist() == expected[step]["text"].tolist()
        assert feed.state_dict()["delivered"] == step + 1


@needs_jax
def test_a_sharding_places_each_process_its_part_of_the_global_batch() -> None:
    import jax

    mesh = jax.sharding.Mesh(np.array(jax.devices()[:1]), ("data",))
    sharding: Any = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("data"))
    batch = next(iter(on_devices(make(), sharding)))
    assert batch["x"].sharding == sharding
    assert np.array_equal(batch["x"], next(iter(make()))["x"])
