"""Arrays of an index as files that are mapped into memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array."""
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)


def load_array(path: Path) -> NDArray[Any]:
    """Map an array; an empty one is read."""
    array: NDArray[Any] = np.load(
        path, allow_pickle=False, mmap_mode="r" if path.stat().st_size > 256 else None
    )
    return array


def save_terms(path: Path, terms: list[str]) -> None:
    """Write texts, of which none is null."""
    batch = pa.record_batch({"term": pa.array(terms, pa.large_string())})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)


def load_terms(path: Path) -> pa.Array:
    """Map texts."""
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)["term"]
