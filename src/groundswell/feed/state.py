"""The state of a feed: which stream it is, and how many of its batches were delivered."""

from collections.abc import Mapping
from typing import Any

from groundswell.errors import InputError

FORMAT = 1
"""Version of the layout of a state."""


def delivered_of(state: Mapping[str, Any], stream: Mapping[str, Any]) -> int:
    """Return how many batches a state says were delivered, after a check that it is of this very stream.

    Args:
        state: what `Feed.state_dict` gave, perhaps through JSON.
        stream: what names the present stream, see `Feed.state_dict`.

    Raises:
        InputError: the state is of another stream, for example another dataset or seed, or is no state;
            the message names each difference.
    """
    try:
        given = dict(state)
        delivered = given.pop("delivered")
    except (TypeError, ValueError, KeyError):
        delivered = None
    if not isinstance(delivered, int) or delivered < 0:
        raise InputError(f"this is not the state of a feed: {state!r:.200}")
    if given != stream:
        raise InputError(
            f"the state is of another feed: {_differences(given, stream)}; make the feed as it was"
        )
    return int(delivered)


def _differences(given: Mapping[str, Any], stream: Mapping[str, Any]) -> str:
    keys = [key for key in {**stream, **given} if given.get(key) != stream.get(key)]
    return ", ".join(f"{key} is {stream.get(key)!r} here and {given.get(key)!r} in the state" for key in keys)
