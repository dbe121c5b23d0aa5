"""The datasets of an organization: named, versioned, immutable, in a folder and without a database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from numpy.typing import ArrayLike

from groundswell.clean import Operator
from groundswell.errors import Conflict
from groundswell.items import Drop
from groundswell.organize.disk import writing_to
from groundswell.organize.draft import Draft, as_parent, publish
from groundswell.organize.fragments import FILE_ROWS
from groundswell.organize.groups import is_compact, merged, rewritten, written
from groundswell.organize.heads import taken_numbers
from groundswell.organize.holds import writing_into
from groundswell.organize.manifest import MAIN, ColumnGroup, Manifest, require_name
from groundswell.organize.refs import Ref, RefKind, create_ref, delete_ref, move_ref
from groundswell.organize.rows import aligned, mask_of
from groundswell.organize.shelf import Shelf
from groundswell.organize.version import Version


class DatasetStore(Shelf):
    """Named datasets below a folder, each a series of immutable versions.

    A version is seen when its manifest has its name, which is the last step; a writer that is killed
    leaves nothing to see. Any number of processes may write at once: each gets a number of its own.

    Versions form lines. `main` is the one that everybody sees; a branch is a line of its own, for an experiment.
    What is made of a version goes on in the line that it was opened by, unless another is named.

    Args:
        root: the folder; one subfolder for each dataset.
        blobs: where the bytes of media go.
        now: tells the time, for `created_at`.
        quota_bytes: what all datasets and media together may take on disk; None for no limit. One that was set
            for this organization (`set_own_limit`) goes before it.
    """

    # ── writing ──

    def draft(self, name: str, *, branch: str = MAIN, onto: Version | None = None) -> Draft:
        """Return a place to write a new version into, batch by batch.

        Args:
            name: of the dataset, new or not.
            branch: the line that it goes on; that of `onto`, if given.
            onto: a version of the same dataset whose rows stay in front of the new ones; see `append`.

        Raises:
            InvalidName: no dataset can have this name.
        """
        line = branch if onto is None else onto.branch
        return Draft(self.root / require_name(name), self.blobs, self.now(), line, self.quota, onto)

    def write(
        self,
        name: str,
        batches: Iterable[pa.RecordBatch],
        *,
        parents: Sequence[Version] = (),
        recipe: Sequence[Operator] = (),
        drops: Iterable[Drop] = (),
        lineage: Mapping[str, Any] | None = None,
        branch: str = MAIN,
    ) -> Version:
        """Write batches of items as a new version and return it.

        Args:
            name: of the dataset, new or not.
            batches: of `ITEM_SCHEMA`, or wider; all with the same columns.
            parents: the versions that the items come from.
            recipe: the pipeline that made them.
            drops: what was set aside on the way; read after the batches, so it may fill as they flow.
            lineage: whatever else should be known, JSON-compatible.
            branch: the line that it goes on.

        Raises:
            InvalidName: no dataset can have this name.
            InputError: batches differ in their columns, or an item of media is not what its id says.
            NotFound: there is no such branch.
            OverQuota: the organization keeps all it may.
        """
        with self.draft(name, branch=branch) as draft:
            _fill(draft, batches, drops)
            return draft.commit(parents=parents, recipe=recipe, lineage=lineage)

    def append(
        self,
        version: Version,
        batches: Iterable[pa.RecordBatch],
        *,
        parents: Sequence[Version] = (),
        recipe: Sequence[Operator] = (),
        drops: Iterable[Drop] = (),
        lineage: Mapping[str, Any] | None = None,
    ) -> Version:
        """Return a new version with more rows behind those of `version`; those are shared, not rewritten.

        Items that the version has already are not added again, so appending twice is appending once, and with
        nothing new the version itself is returned. Columns that were added beside the old rows are null for the
        new ones.

        Args:
            version: what grows.
            batches: of the columns that its rows have from the start.
            parents: further versions that the new items come from.
            recipe: the pipeline that made them.
            drops: what was set aside on the way.
            lineage: whatever else should be known, JSON-compatible.

        Raises:
            InputError: the batches have other columns, or an item of media is not what its id says.
            OverQuota: the organization keeps all it may.
        """
        with self.draft(version.name, onto=version) as draft:
            _fill(draft, batches, drops)
            return draft.commit(parents=parents, recipe=recipe, lineage=lineage)

    def add_columns(
        self,
        version: Version,
        table: pa.Table,
        *,
        lineage: Mapping[str, Any] | None = None,
        branch: str | None = None,
    ) -> Version:
        """Return a new version with more columns; the columns that are there are shared, not rewritten.

        Args:
            version: what to add to.
            table: a column `id`, each at most once, and the new columns. Items that it does not name
                get nulls. A column that was added before is replaced.
            lineage: where the new columns come from, JSON-compatible.
            branch: the line that it goes on; that of `version` if None.

        Raises:
            MissingColumn: the table has no `id`, or nothing else.
            InputError: an id is there twice, or is not in the version; or a column is one that every
                item has from the start.
            NotFound: there is no such branch, or the version was removed.
            OverQuota: the organization keeps all it may.
            StoreError: the disk is full, or the folder may not be written.
        """
        columns = aligned(version, table)
        folder = self.root / version.name
        with writing_into(folder), writing_to(folder):
            group = written(columns, folder / "data")
            return self._publish(version, (*version.manifest.groups, group), lineage=lineage, branch=branch)

    def select(
        self,
        version: Version,
        *,
        ids: Iterable[str] | None = None,
        mask: ArrayLike | None = None,
        name: str | None = None,
        lineage: Mapping[str, Any] | None = None,
        branch: str | None = None,
    ) -> Version:
        """Write some rows of a version, in the same order, as a new version.

        Args:
            version: what to choose from.
            ids: which items; give these or `mask`.
            mask: boolean `[rows]`: True keeps the row.
            name: the dataset to write to; the same one if None.
            lineage: why these, JSON-compatible.
            branch: the line that it goes on; that of `version` if None, and `main` in another dataset.

        Raises:
            InputError: neither or both are given, or the mask has another length.
            NotFound: an id is not in the version, or there is no such branch.
            OverQuota: the organization keeps all it may.
        """
        keep = mask_of(version, ids, mask)
        elsewhere = name not in (None, version.name)
        with self.draft(
            name or version.name, branch=branch or (MAIN if elsewhere else version.branch)
        ) as draft:
            start = 0
            for batch in version.batches():
                draft.add(batch.filter(pa.array(keep[start : start + batch.num_rows])))
                start += batch.num_rows
            return draft.commit(parents=[version], lineage=lineage)

    # ── one version as another ──

    def merge(self, into: Version, other: Version, *, lineage: Mapping[str, Any] | None = None) -> Version:
        """Return a new version with the columns of two over the same rows; nothing is rewritten.

        This is how an experiment on a branch comes home, and how two writers who added columns to one version
        at once get both. Of a column that both have, the one that was made on top of the other is taken.

        Raises:
            Conflict: they are of different datasets or rows, or both have given a column other values.
            NotFound: one of them was removed.
        """
        if into.name != other.name:
            raise Conflict(f"{into} and {other} are of two datasets; only versions of one can be merged")
        with writing_into(self.root / into.name):
            return self._publish(into, merged(into, other), parents=(into, other), lineage=lineage)

    def promote(self, version: Version, branch: str = MAIN) -> Version:
        """Make a version the newest of a branch again, with the same content: back in time, or an experiment that won.

        Raises:
            NotFound: there is no such branch, or the version was removed.
        """
        again = {**version.lineage, "promoted": {"version": version.number}}
        with writing_into(self.root / version.name):
            return self._publish(version, version.manifest.groups, lineage=again, branch=branch)

    def compact(self, version: Version) -> Version:
        """Return a version of the same rows and columns in one group of large files, for quick reading.

        Worth while after many small appends or many added columns. It is a new version, so nobody who reads the
        old one notices; what the old ones took is free once retention has removed them. One that is compact
        already is returned as it is.

        Raises:
            OverQuota: there is no room for both.
            StoreError: the disk is full, or the folder may not be written.
        """
        if is_compact(version.manifest, FILE_ROWS):
            return version
        folder = self.root / version.name
        again = {**version.lineage, "compacted": {"version": version.number}}
        with writing_into(folder), writing_to(folder):
            group = rewritten(version, folder / "data")
            return self._publish(version, (group,), lineage=again)

    # ── names for versions ──

    def tag(self, version: Version, tag: str, *, note: str = "", move: bool = False) -> Ref:
        """Give a version a name that stays with it; retention never removes a version that has one.

        Args:
            version: what is named.
            tag: 1 to 64 of a-z 0-9 . _ -, beginning with a letter.
            note: one line for people.
            move: take the tag away from another version that has it.

        Raises:
            InvalidName: nothing can have this name.
            Conflict: a branch has it, or another version and `move` is not given.
            NotFound: the version was removed.
        """
        version.hold()
        ref = Ref(tag, RefKind.TAG, version.number, version.digest, self.now(), note)
        (move_ref if move else create_ref)(self.root / version.name, ref)
        return ref

    def untag(self, name: str, tag: str) -> None:
        """Take a tag away.

        Raises:
            NotFound: there is no such dataset or tag.
        """
        delete_ref(self.existing(name), tag, RefKind.TAG)

    def branch(self, version: Version, branch: str, *, note: str = "") -> Ref:
        """Begin a line of versions at this one; `open("reviews@<branch>")` gives its newest.

        Raises:
            InvalidName: nothing can have this name.
            Conflict: a tag or branch has it.
            NotFound: the version was removed.
        """
        version.hold()
        folder = self.root / version.name
        newest = max(taken_numbers(folder))
        ref = Ref(branch, RefKind.BRANCH, version.number, version.digest, self.now(), note, newest)
        create_ref(folder, ref)
        return ref

    def end_branch(self, name: str, branch: str) -> None:
        """End a branch; its versions stay, by their numbers, until retention removes them.

        Raises:
            NotFound: there is no such dataset or branch.
        """
        delete_ref(self.existing(name), branch, RefKind.BRANCH)

    def _publish(
        self,
        version: Version,
        groups: tuple[ColumnGroup, ...],
        *,
        parents: Sequence[Version] = (),
        lineage: Mapping[str, Any] | None = None,
        branch: str | None = None,
    ) -> Version:
        """Make a version over the rows of another."""
        self.quota.room().require(0)
        manifest = Manifest(
            name=version.name,
            number=0,
            rows=version.rows,
            groups=groups,
            created_at=self.now(),
            branch=branch or version.branch,
            parents=tuple(as_parent(parent) for parent in parents or (version,)),
            lineage=dict(lineage or {}),
        )
        return publish(self.root / version.name, manifest, self.blobs)


def _fill(draft: Draft, batches: Iterable[pa.RecordBatch], drops: Iterable[Drop]) -> None:
    for batch in batches:
        draft.add(batch)
    for drop in drops:
        draft.drop(drop)
