"""Datasets in the service: what members of an organization see of them, and may say of them.

A store is one organization's, so nothing here can reach another's. Members and above see datasets: a labeler sees the
items of leased tasks and nothing else. Reading files is done in threads; what is changed goes into the audit log.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from groundswell.errors import IndexNotReady, NotFound
from groundswell.organize import search as finding
from groundswell.organize.card import Card, card_of
from groundswell.organize.catalogue import Entry, describe, read_entry
from groundswell.organize.difference import Diff, diff
from groundswell.organize.heads import head_of
from groundswell.organize.lineage import ItemTrace, trace_item
from groundswell.organize.manifest import MAIN, numbers_in
from groundswell.organize.refs import Ref, RefKind
from groundswell.organize.search import Found, Slice
from groundswell.organize.store import DatasetStore
from groundswell.organize.version import Version
from groundswell.store import Database
from groundswell.tenancy.model import Role, Scope
from groundswell.tenancy.service import audit

log = logging.getLogger(__name__)

ROWS_TO_INDEX_AT_ONCE = 50_000
"""Rows of a version whose index a request makes while it waits: under a second."""


@dataclass(frozen=True)
class Dataset:
    """A dataset as the catalogue shows it.

    Attributes:
        entry: what its owners say.
        newest: of the main line, or of all where that has none.
        versions: how many are there.
        refs: tags and branches.
    """

    name: str
    entry: Entry
    newest: Version
    versions: int
    refs: Sequence[Ref]


@dataclass
class Indexer:
    """Makes large versions ready for searching, in the background, one after the other."""

    _waiting: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def ask(self, version: Version) -> None:
        """Make the index of a version soon, unless that is under way."""
        if version.digest not in self._waiting:
            self._waiting[version.digest] = asyncio.create_task(self._make(version))

    async def _make(self, version: Version) -> None:
        try:
            async with self._alone:
                await asyncio.to_thread(finding.build_index, version)
        except Exception as error:
            log.warning("%s could not be indexed: %s", version, error)
        finally:
            del self._waiting[version.digest]


# ── looking ──


async def list_datasets(
    scope: Scope, store: DatasetStore, *, after: str = "", limit: int = 50
) -> list[Dataset]:
    """Return one page of the catalogue by name, those after `after`. For members and above."""
    scope.require(Role.MEMBER)

    def read() -> list[Dataset]:
        names = [name for name in store.names() if name > after][:limit]
        return [_dataset(store, name) for name in names]

    return await asyncio.to_thread(read)


async def get_dataset(scope: Scope, store: DatasetStore, name: str) -> Dataset:
    """Return one dataset. For members and above.

    Raises:
        NotFound: there is no such dataset in this organization.
    """
    scope.require(Role.MEMBER)
    return await asyncio.to_thread(_dataset, store, name)


def _dataset(store: DatasetStore, name: str) -> Dataset:
    folder = store.existing(name)
    numbers = numbers_in(folder)
    newest = store.open(name, head_of(folder, MAIN) or numbers[-1])
    return Dataset(name, read_entry(folder), newest, len(numbers), store.refs(name))


async def list_versions(
    scope: Scope, store: DatasetStore, name: str, *, before: int | None = None, limit: int = 50
) -> list[tuple[Version, list[str]]]:
    """Return one page of versions with the names that each has, the newest first. For members and above.

    Raises:
        NotFound: there is no such dataset in this organization.
    """
    scope.require(Role.MEMBER)

    def read() -> list[tuple[Version, list[str]]]:
        numbers = [n for n in reversed(numbers_in(store.existing(name))) if before is None or n < before]
        named = _names(store, name)
        return [(store.open(name, number), named.get(number, [])) for number in numbers[:limit]]

    return await asyncio.to_thread(read)


def _names(store: DatasetStore, name: str) -> dict[int, list[str]]:
    """Return which tags and branches are at which version now."""
    heads, found = store.heads(name), dict[int, list[str]]()
    for ref in store.refs(name):
        number = heads[ref.name] if ref.kind is RefKind.BRANCH else ref.number
        found.setdefault(number, []).append(ref.name)
    return found


async def get_version(scope: Scope, store: DatasetStore, name: str, at: str) -> tuple[Version, list[str]]:
    """Return a version by number, tag, branch or date, with the names that it has. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
    """
    scope.require(Role.MEMBER)

    def read() -> tuple[Version, list[str]]:
        version = store.open(name, at)
        return version, _names(store, name).get(version.number, [])

    return await asyncio.to_thread(read)


async def find_items(
    scope: Scope,
    store: DatasetStore,
    indexer: Indexer,
    name: str,
    at: str,
    query: str,
    *,
    sort: str | None = None,
    by: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[Found, pa.Table]:
    """Return one page of what a query finds in a version, with all columns but vectors. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
        InvalidQuery: the query cannot be read, or asks for what is not there.
        MissingColumn: there is no column of vectors `by`.
        MissingExtra: a text is to be compared with vectors of a model that is not installed.
        IndexNotReady: the version is large and searched for the first time; its index is being made.
    """
    scope.require(Role.MEMBER)

    def read() -> tuple[Found, pa.Table]:
        version = store.open(name, at)
        try:
            found = finding.search(
                version,
                query,
                limit=limit,
                offset=offset,
                sort=sort,
                by=by,
                most_rows_to_index=ROWS_TO_INDEX_AT_ONCE,
            )
        except IndexNotReady:
            unready.append(version)
            raise
        return found, found.to_table(shown_columns(version))

    unready: list[Version] = []
    try:
        return await asyncio.to_thread(read)
    except IndexNotReady:
        indexer.ask(unready[0])
        raise


def shown_columns(version: Version) -> list[str]:
    """Return the columns that a person looks at: all but vectors."""
    return [
        name
        for name in version.columns
        if not pa.types.is_fixed_size_list(version.to_table([name]).schema.field(name).type)
    ]


async def count_values(
    scope: Scope, store: DatasetStore, indexer: Indexer, name: str, at: str, column: str, query: str
) -> tuple[Version, Mapping[Any, int]]:
    """Return how often each value of a field occurs among what a query finds. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
        InvalidQuery: the query cannot be read, or there is no such field.
        IndexNotReady: as in `find_items`.
    """
    scope.require(Role.MEMBER)
    version = await asyncio.to_thread(store.open, name, at)
    try:
        counts = await asyncio.to_thread(
            finding.distribution, version, column, query, most_rows_to_index=ROWS_TO_INDEX_AT_ONCE
        )
    except IndexNotReady:
        indexer.ask(version)
        raise
    return version, counts


async def get_item(
    scope: Scope, store: DatasetStore, name: str, at: str, item_id: str
) -> tuple[int, dict[str, Any], ItemTrace]:
    """Return the row of an item in a version, all its columns, and where it comes from. For members and above.

    Raises:
        NotFound: the version has no such item, or there is no such version in this organization.
    """
    scope.require(Role.MEMBER)

    def read() -> tuple[int, dict[str, Any], ItemTrace]:
        version = store.open(name, at)
        trace = trace_item(store, item_id, dataset=name)
        row = next((place.row for place in trace.places if place.number == version.number), None)
        if row is None:
            raise NotFound(f"version {version.number} of {name} has no item {item_id[:64]!r}")
        return row, version.take([row], shown_columns(version)).to_pylist()[0], trace

    return await asyncio.to_thread(read)


async def list_items(
    scope: Scope, store: DatasetStore, name: str, at: str, *, offset: int = 0, limit: int = 50
) -> tuple[Version, list[dict[str, Any]]]:
    """Return one page of the items of a version in their order, all their columns. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
    """
    scope.require(Role.MEMBER)

    def read() -> tuple[Version, list[dict[str, Any]]]:
        version = store.open(name, at)
        rows = range(min(offset, version.rows), min(offset + limit, version.rows))
        return version, version.take(rows, shown_columns(version)).to_pylist()

    return await asyncio.to_thread(read)


async def list_drops(
    scope: Scope, store: DatasetStore, name: str, at: str, *, offset: int = 0, limit: int = 50
) -> tuple[Version, list[dict[str, Any]]]:
    """Return one page of what was set aside on the way to a version, and why. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
    """
    scope.require(Role.MEMBER)

    def read() -> tuple[Version, list[dict[str, Any]]]:
        version = store.open(name, at)
        return version, version.drops_table().slice(offset, limit).to_pylist()

    return await asyncio.to_thread(read)


async def compare(
    scope: Scope, store: DatasetStore, name: str, before: str, after: str, *, column: str = "label"
) -> Diff:
    """Return how two versions of a dataset differ. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
        InputError: values of the column cannot be compared.
    """
    scope.require(Role.MEMBER)
    return await asyncio.to_thread(
        lambda: diff(store.open(name, before), store.open(name, after), column=column)
    )


async def get_card(scope: Scope, store: DatasetStore, name: str, at: str) -> Card:
    """Return the data card of a version. For members and above.

    Raises:
        NotFound: there is no such version in this organization.
    """
    scope.require(Role.MEMBER)
    return await asyncio.to_thread(lambda: card_of(store, store.open(name, at)))


async def get_slices(scope: Scope, store: DatasetStore, name: str) -> list[Slice]:
    """Return the slices of a dataset. For members and above.

    Raises:
        NotFound: there is no such dataset in this organization.
    """
    scope.require(Role.MEMBER)
    return await asyncio.to_thread(lambda: finding.list_slices(store.existing(name)))


# ── saying ──


async def save_slice(
    db: Database, scope: Scope, store: DatasetStore, name: str, slice_name: str, query: str, description: str
) -> Slice:
    """Save a query under a name, in the place of one that has it. For members and above.

    Raises:
        NotFound: there is no such dataset in this organization.
        InvalidQuery: the query cannot be read, or asks for what the newest version lacks.
    """
    scope.require(Role.MEMBER)
    by = None if scope.user_id is None else str(scope.user_id)
    made = await asyncio.to_thread(
        lambda: finding.save_slice(
            store.open(name), slice_name, query, description=description, created_by=by
        )
    )
    await _note(db, scope, "slice.save", f"{name}/{slice_name}", query=query)
    return made


async def delete_slice(db: Database, scope: Scope, store: DatasetStore, name: str, slice_name: str) -> None:
    """Forget a slice. For members and above.

    Raises:
        NotFound: there is no such slice in this organization.
    """
    scope.require(Role.MEMBER)
    await asyncio.to_thread(lambda: finding.delete_slice(store.existing(name), slice_name))
    await _note(db, scope, "slice.delete", f"{name}/{slice_name}")


async def set_entry(
    db: Database, scope: Scope, store: DatasetStore, name: str, changes: Mapping[str, Any]
) -> Dataset:
    """Change what the catalogue says of a dataset. Managers only.

    Raises:
        NotFound: there is no such dataset in this organization.
        InputError: a value cannot be used.
    """
    scope.require(Role.MANAGER)
    await asyncio.to_thread(lambda: describe(store.existing(name), **changes))
    await _note(db, scope, "dataset.describe", name, changed=sorted(changes))
    return await get_dataset(scope, store, name)


async def set_tag(
    db: Database, scope: Scope, store: DatasetStore, name: str, tag: str, at: str, *, note: str, move: bool
) -> Ref:
    """Give a version a name. Managers only.

    Raises:
        NotFound: there is no such version in this organization.
        Conflict: a branch has the name, or another version and `move` is not given.
    """
    scope.require(Role.MANAGER)
    made = await asyncio.to_thread(lambda: store.tag(store.open(name, at), tag, note=note, move=move))
    await _note(db, scope, "dataset.tag", f"{name}@{tag}", version=made.number)
    return made


async def delete_tag(db: Database, scope: Scope, store: DatasetStore, name: str, tag: str) -> None:
    """Take a tag away. Managers only.

    Raises:
        NotFound: there is no such tag in this organization.
    """
    scope.require(Role.MANAGER)
    await asyncio.to_thread(store.untag, name, tag)
    await _note(db, scope, "dataset.untag", f"{name}@{tag}")


async def _note(db: Database, scope: Scope, action: str, subject: str, **detail: object) -> None:
    async with db.transaction(scope.org_id) as tx:
        await audit(tx, scope, action, subject, **detail)
