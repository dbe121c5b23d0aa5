"""What became of an item: where its bytes are from, what each version made of it, who used these versions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from groundswell.errors import InputError, NotFound
from groundswell.ids import ItemId
from groundswell.items import ITEM_SCHEMA, Drop, drops_of
from groundswell.organize.heads import manifests_in
from groundswell.organize.manifest import REMOVED, Manifest, manifest_file, numbers_in, read_manifest
from groundswell.organize.store import DatasetStore
from groundswell.organize.uses import Use, uses_in
from groundswell.organize.version import Version

_PREFIX = re.compile(r"[0-9a-f]{8,64}")
_MOST_MATCHES = 20


@dataclass(frozen=True)
class Provenance:
    """Where an item was found."""

    source: str
    locator: str
    collected_at: datetime
    media_type: str
    licence: str | None
    derived_from: ItemId | None


@dataclass(frozen=True)
class Place:
    """An item in a version.

    Attributes:
        row: from 0.
        columns: what later steps have said of it: labels, scores, splits.
        recipe: the cleaning steps that the version's items have passed, by name.
        lineage: what the version's maker said of how it was made.
    """

    dataset: str
    number: int
    branch: str
    created_at: datetime
    row: int
    columns: dict[str, Any]
    recipe: tuple[str, ...]
    lineage: dict[str, Any]


@dataclass(frozen=True)
class SetAside:
    """An item, or what it was made from, that was set aside on the way to a version."""

    dataset: str
    number: int
    drop: Drop


@dataclass(frozen=True)
class ItemTrace:
    """Everything that datasets know of an item, the way back and the way forward.

    Attributes:
        origins: where it was found, each place once; several where copies of it were kept.
        ancestors: ids of what it was made from, the nearest first, as far as that is known.
        descendants: ids of items that were made from it.
        places: versions that hold it, the oldest first.
        set_aside: versions on the way to which it was set aside, and why.
        uses: files and training runs that were made of versions that hold it, by dataset.
    """

    id: ItemId
    origins: tuple[Provenance, ...]
    ancestors: tuple[ItemId, ...]
    descendants: tuple[ItemId, ...]
    places: tuple[Place, ...]
    set_aside: tuple[SetAside, ...]
    uses: tuple[tuple[str, Use], ...]


def may_be_item(reference: str) -> bool:
    """Tell whether it looks like the id of an item, or like the beginning of one."""
    return _PREFIX.fullmatch(reference) is not None


def find_item(store: DatasetStore, reference: str, *, dataset: str | None = None) -> ItemId:
    """Return the id that a person means: all of it, or its first 8 characters or more.

    Args:
        store: where to look.
        reference: the beginning of an id.
        dataset: look only here.

    Raises:
        InputError: it is not the beginning of an id, or of several items.
        NotFound: no version has such an item, and none was set aside.
    """
    if not may_be_item(reference):
        raise InputError(
            f"{reference[:80]!r} is no item: give its id, or the first 8 or more of its 64 digits"
        )
    found: set[str] = set()
    for version in _each_table(store, dataset):
        ids = version.to_table(["id"])["id"]
        found.update(ids.filter(pc.starts_with(ids, reference)).unique().to_pylist())
    for _, drops in _drop_tables(store, dataset):
        ids = drops["item_id"]
        found.update(ids.filter(pc.fill_null(pc.starts_with(ids, reference), False)).unique().to_pylist())
    if not found:
        raise NotFound(f"no version has an item {reference!r}, and none was set aside")
    if len(found) > 1:
        some = ", ".join(sorted(found)[:_MOST_MATCHES])
        raise InputError(f"{len(found):,} items begin with {reference!r}: {some}; give more of the id")
    return ItemId(found.pop())


def trace_item(store: DatasetStore, item_id: str, *, dataset: str | None = None) -> ItemTrace:
    """Return everything that the datasets of a store know of an item.

    Reads the ids of every version once, so it takes about 20 ms for a million items.

    Args:
        store: where to look.
        item_id: all 64 digits; `find_item` completes them.
        dataset: look only here.

    Raises:
        NotFound: no version has it, and it was never set aside.
    """
    places, origins, descendants = [], dict[Provenance, None](), dict[ItemId, None]()
    seen: dict[object, list[int]] = {}  # versions share their items: each table is read once
    for version in _each(store, dataset):
        files = version.files_of("id")
        if files not in seen:
            seen[files] = _rows_with(version, "id", item_id)
            origins |= dict.fromkeys(_provenance(version, seen[files]))
            made = _rows_with(version, "derived_from", item_id)
            descendants |= dict.fromkeys(ItemId(each) for each in _values(version, "id", made))
        places += [_place(version, row) for row in seen[files][:1]]
    set_aside = tuple(_set_aside(store, dataset, item_id))
    if not places and not set_aside:
        raise NotFound(f"no version has the item {item_id[:64]!r}, and it was never set aside")
    return ItemTrace(
        id=ItemId(item_id),
        origins=tuple(origins),
        ancestors=_ancestors(store, dataset, origins),
        descendants=tuple(descendants),
        places=tuple(sorted(places, key=lambda place: (place.dataset, place.number))),
        set_aside=set_aside,
        uses=_uses(store, places),
    )


def item_at(version: Version, row: int) -> ItemId:
    """Return the id of the item in a row of a version.

    Raises:
        InputError: there is no such row.
    """
    if not 0 <= row < version.rows:
        raise InputError(f"{version} has rows 0 to {version.rows - 1}, not {row}")
    return ItemId(version.take([row], ["id"])["id"][0].as_py())


def rows_with_prefix(version: Version, prefix: str) -> NDArray[np.bool_]:
    """Return which rows hold an item whose id begins so, boolean `[rows]`; none for what begins no id."""
    if not _PREFIX.fullmatch(prefix):
        return np.zeros(version.rows, bool)
    hits: NDArray[np.bool_] = pc.starts_with(version.to_table(["id"])["id"], prefix).to_numpy()
    return hits


def _each(store: DatasetStore, dataset: str | None) -> Iterator[Version]:
    """Yield every version that can be read, the oldest of a dataset first."""
    for name in [dataset] if dataset is not None else store.names():
        for number in numbers_in(store.existing(name)):
            try:
                yield store.open(name, number)
            except NotFound:
                continue  # removed while we looked


def _each_table(store: DatasetStore, dataset: str | None) -> Iterator[Version]:
    """Yield versions until each table of ids was met once."""
    seen = set()
    for version in _each(store, dataset):
        files = version.files_of("id")
        if files not in seen:
            seen.add(files)
            yield version


def _rows_with(version: Version, column: str, value: str) -> list[int]:
    rows: list[int] = []
    start = 0
    for chunk in version.to_table([column])[column].chunks:
        hits = pc.fill_null(pc.equal(chunk, value), False).to_numpy(zero_copy_only=False)
        rows += (start + np.flatnonzero(hits)).tolist()
        start += len(chunk)
    return rows


def _values(version: Version, column: str, rows: Sequence[int]) -> list[Any]:
    values: list[Any] = version.take(rows, [column])[column].to_pylist() if rows else []
    return values


def _provenance(version: Version, rows: Sequence[int]) -> list[Provenance]:
    columns = [*Provenance.__dataclass_fields__]
    return [Provenance(**row) for row in version.take(rows, columns).to_pylist()] if rows else []


def _place(version: Version, row: int) -> Place:
    added = [name for name in version.columns if name not in ITEM_SCHEMA.names]
    values = version.take([row], added).to_pylist()[0] if added else {}
    steps = version.manifest.recipe.get("steps", [])
    return Place(
        version.name,
        version.number,
        version.manifest.branch,
        version.created_at,
        row,
        {name: value for name, value in values.items() if not isinstance(value, list | bytes)},
        tuple(step["name"] for step in steps),
        dict(version.lineage),
    )


def _ancestors(store: DatasetStore, dataset: str | None, origins: Iterable[Provenance]) -> tuple[ItemId, ...]:
    """Follow `derived_from` back, each id once."""
    found: dict[ItemId, None] = {}
    waiting = [each.derived_from for each in origins if each.derived_from is not None]
    while waiting:
        item_id = waiting.pop(0)
        if item_id in found:
            continue
        found[item_id] = None
        for version in _each_table(store, dataset):
            rows = _rows_with(version, "id", item_id)
            waiting += [each for each in _values(version, "derived_from", rows) if each is not None]
    return tuple(found)


def _set_aside(store: DatasetStore, dataset: str | None, item_id: str) -> Iterator[SetAside]:
    for (name, number), drops in _drop_tables(store, dataset):
        hits = drops.filter(pc.fill_null(pc.equal(drops["item_id"], item_id), False))
        for batch in hits.to_batches():
            yield from (SetAside(name, number, drop) for drop in drops_of(batch))


def _drop_tables(store: DatasetStore, dataset: str | None) -> Iterator[tuple[tuple[str, int], pa.Table]]:
    """Yield what was set aside on the way to every version, those removed among them."""
    for name in [dataset] if dataset is not None else store.names():
        for manifest in _all_manifests(store.existing(name)):
            if manifest.drop_files:
                version = Version(store.root / name, manifest, store.blobs)
                yield (name, manifest.number), version.drops_table()


def _all_manifests(folder: Path) -> list[Manifest]:
    removed = [
        read_manifest(folder / REMOVED / manifest_file(number)) for number in numbers_in(folder / REMOVED)
    ]
    there = {manifest.number: manifest for manifest in [*removed, *manifests_in(folder)]}
    return [there[number] for number in sorted(there)]


def _uses(store: DatasetStore, places: Sequence[Place]) -> tuple[tuple[str, Use], ...]:
    held = {(place.dataset, place.number) for place in places}
    names = sorted({place.dataset for place in places})
    return tuple(
        (name, use) for name in names for use in uses_in(store.root / name) if (name, use.number) in held
    )
