"""A feed for JAX: batches as arrays on devices, one process of many included."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from groundswell.errors import MissingExtra
from groundswell.feed.rows import Batch


def on_devices(batches: Iterable[Batch], sharding: Any = None) -> Iterator[dict[str, Any]]:
    """Pass batches on with numbers and truth values as JAX arrays; texts and bytes stay object arrays.

    The feed's own state says what was delivered: iterate this, and save `feed.state_dict()`.

    Example: `for batch in on_devices(in_threads(feed)): step(batch["tokens"])`

    Args:
        batches: a feed, or what `in_threads` makes of one.
        sharding: where the arrays go. With several processes, feed each its own rank and give a sharding
            over all devices: the arrays are then the global batch, of which each process holds its part.
            None puts them on the default device.

    Raises:
        MissingExtra: JAX is not installed.
    """
    try:
        jax = import_module("jax")
    except ImportError as error:
        raise MissingExtra("JAX is not installed; install it: pip install jax") from error
    return (_placed(jax, batch, sharding) for batch in batches)


def _placed(jax: Any, batch: Batch, sharding: Any) -> dict[str, Any]:
    def place(values: Any) -> Any:
        if sharding is None:
            return jax.device_put(values)
        return jax.make_array_from_process_local_data(sharding, values)

    return {name: place(values) if values.dtype.kind in "iufb" else values for name, values in batch.items()}
