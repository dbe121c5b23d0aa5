"""What was read before, in a few bytes a thing: the cursor from which a second run goes on."""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DIGEST_BYTES = 8


class Known:
    """A set of states of things that were read; see `Stated`.

    Args:
        digests: of the states, ascending.
    """

    def __init__(self, digests: NDArray[np.uint64]) -> None:
        self._digests = digests

    @classmethod
    def of(cls, states: Iterable[str]) -> "Known":
        """Return the set of some states."""
        found = b"".join(_digest(state) for state in states)
        return cls(np.unique(np.frombuffer(found, np.uint64)))

    @classmethod
    def from_json(cls, cursor: Mapping[str, Any]) -> "Known":
        """Return the set that `to_json` wrote."""
        packed = zlib.decompress(base64.b85decode(cursor["digests"]))
        return cls(np.frombuffer(packed, np.uint64))

    def to_json(self) -> dict[str, Any]:
        """Return the set as JSON, to be kept with what was made of it."""
        packed = zlib.compress(self._digests.tobytes(), 9)
        return {"digests": base64.b85encode(packed).decode(), "count": len(self._digests)}

    def __contains__(self, state: str) -> bool:
        wanted = np.frombuffer(_digest(state), np.uint64)
        place = int(np.searchsorted(self._digests, wanted)[0])
        return place < len(self._digests) and bool(self._digests[place] == wanted[0])

    def __len__(self) -> int:
        return len(self._digests)

    def __or__(self, other: "Known") -> "Known":
        return Known(np.union1d(self._digests, other._digests))


def cursor_of(states: Iterable[str], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the cursor of what was read: what there is now, on top of what a run before had read."""
    now = Known.of(states)
    return (Known.from_json(before) | now if before else now).to_json()


def _digest(state: str) -> bytes:
    return hashlib.blake2b(state.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
