"""The way in: from whatever holds the data to a feed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from groundswell.feed.loader import Feed
from groundswell.feed.rows import Rows, is_rows
from groundswell.feed.samples import MEMORY_LIMIT_BYTES, Samples, TableSamples, read_into_memory
from groundswell.feed.snapshot import Snapshot, Version, open_snapshot, read_version, snapshot
from groundswell.feed.split import SPLIT_COLUMN
from groundswell.feed.storage import is_url

Source: TypeAlias = Snapshot | Rows | Version | pa.Table | str | Path
"""What can be fed: a snapshot, or its folder; rows; a dataset version, or the name of a dataset; an Arrow table."""


def feed(
    source: Source,
    batch_size: int = 64,
    *,
    folder: str | Path | None = None,
    home: str | Path | None = None,
    **options: Any,
) -> Feed:
    """Open an ordered, resumable stream of batches from a dataset.

    Example:
        >>> import pyarrow as pa
        >>> from groundswell.feed import feed
        >>> reviews = pa.table({"text": ["good", "bad", "fine", "poor", "great"], "label": [1, 0, 1, 0, 1]})
        >>> batches = feed(reviews, batch_size=2, seed=7)
        >>> first = next(iter(batches))
        >>> first["text"].tolist(), first["label"].tolist()
        (['great', 'bad'], [1, 0])
        >>> state = batches.state_dict()  # small and JSON-compatible: keep it with the model's checkpoint
        >>> resumed = feed(reviews, batch_size=2, seed=7)
        >>> resumed.load_state_dict(state)
        >>> [batch["text"].tolist() for batch in resumed]
        [['poor', 'good'], ['fine']]

    Args:
        source: a snapshot, the path of its folder or its URL, a dataset version, the name of a stored dataset
            (its newest version), an Arrow table, or rows made of these (`Mixture`, `TokenBlocks`, ...).
        batch_size: samples of one step over all ranks together.
        folder: where a snapshot of a version is made, and found again by the next run. Without it a version
            is read into memory, up to 2 GiB.
        home: the data folder, where `source` is a name; `groundswell-data` if None.
        options: the keyword arguments of `Feed`: seed, epochs, shuffle, window, rank, world_size, tail, columns,
            views, split, fractions, split_seed, decode.

    Raises:
        TooLarge: a version without `folder` does not fit the memory limit.
        NotFound: there is no dataset of the name.
        SourceNotFound: there is no snapshot at the path.
        GroundswellError: whatever `Feed` and `snapshot` raise.
    """
    if isinstance(source, str) and not is_url(source) and not Path(source).exists():
        # Datasets know of media stores; a GPU node that reads snapshots need not.
        from groundswell.organize import dataset

        source = dataset(source, home=home)
    return Feed(samples_of(source, folder=folder, columns=options.get("columns")), batch_size, **options)


def samples_of(
    source: Source, *, folder: str | Path | None = None, columns: Sequence[str] | None = None
) -> Samples | Rows:
    """Return what a feed reads from a source; `columns` may narrow what is read, never what it means."""
    if isinstance(source, Snapshot) or is_rows(source):
        return source
    if isinstance(source, str | Path):
        return open_snapshot(source)
    if isinstance(source, pa.Table):
        return TableSamples(source)
    if folder is not None:
        return snapshot(source, folder)
    told = [name for name in (SPLIT_COLUMN,) if name in getattr(source, "columns", ())]
    selection = None if columns is None else tuple(dict.fromkeys(["id", *told, *columns]))
    return read_into_memory(read_version(source, selection), source.digest, MEMORY_LIMIT_BYTES)
