"""Wire types of datasets: the catalogue, versions, their names, slices."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from groundswell.organize import Ref, Retention, Version
from groundswell.organize.search import Slice
from groundswell.organize.service import Dataset

Text = Annotated[str, Meta(max_length=10_000)]
Short = Annotated[str, Meta(max_length=200)]


class RetentionOut(Struct, forbid_unknown_fields=True):
    """How long versions are kept; both null keeps all."""

    keep_last: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    keep_days: Annotated[float, Meta(ge=0, le=100_000)] | None = None

    def to_policy(self) -> Retention:
        """Return what the store understands."""
        return Retention(self.keep_last, self.keep_days)


class ParentOut(Struct):
    """A version that another was made from."""

    dataset: str
    version: int


class VersionOut(Struct):
    """A version: what is in it, and how it came about. `names` are its tags, and branches whose newest it is."""

    dataset: str
    number: int
    branch: str
    names: list[str]
    rows: int
    columns: list[str]
    created_at: datetime
    digest: str
    parents: list[ParentOut]
    lineage: dict[str, Any]
    recipe: list[dict[str, Any]]
    dropped: dict[str, int]

    @classmethod
    def of(cls, version: Version, names: list[str]) -> "VersionOut":
        """Shape a version."""
        return cls(
            dataset=version.name,
            number=version.number,
            branch=version.manifest.branch,
            names=names,
            rows=version.rows,
            columns=list(version.columns),
            created_at=version.created_at,
            digest=version.digest,
            parents=[ParentOut(parent.name, parent.number) for parent in version.parents],
            lineage=dict(version.lineage),
            recipe=list(version.manifest.recipe.get("steps", [])),
            dropped=dict(version.drop_counts),
        )


class VersionPage(Struct):
    """One page of versions, the newest first; `next_cursor` fetches the next."""

    items: list[VersionOut]
    next_cursor: str | None


class RefOut(Struct):
    """A name for a version: a tag, or a branch with where it begins."""

    name: str
    kind: str
    version: int
    created_at: datetime
    note: str

    @classmethod
    def of(cls, ref: Ref) -> "RefOut":
        """Shape a name."""
        return cls(ref.name, ref.kind.value, ref.number, ref.created_at, ref.note)


class DatasetOut(Struct):
    """A dataset in the catalogue."""

    name: str
    description: str
    owners: list[str]
    licence: str | None
    retention: RetentionOut
    versions: int
    newest: VersionOut
    refs: list[RefOut]

    @classmethod
    def of(cls, dataset: Dataset) -> "DatasetOut":
        """Shape a dataset."""
        entry, newest = dataset.entry, dataset.newest
        names = [ref.name for ref in dataset.refs if ref.number == newest.number and ref.kind == "tag"]
        return cls(
            name=dataset.name,
            description=entry.description,
            owners=list(entry.owners),
            licence=entry.licence,
            retention=RetentionOut(entry.retention.keep_last, entry.retention.keep_days),
            versions=dataset.versions,
            newest=VersionOut.of(newest, names),
            refs=[RefOut.of(ref) for ref in dataset.refs],
        )


class DatasetPage(Struct):
    """One page of the catalogue, by name; `next_cursor` fetches the next."""

    items: list[DatasetOut]
    next_cursor: str | None


class DatasetBody(Struct, forbid_unknown_fields=True):
    """What is to be said of a dataset; what is left out stays as it is."""

    description: Text | UnsetType = UNSET
    owners: Annotated[list[Short], Meta(max_length=50)] | UnsetType = UNSET
    licence: Short | UnsetType | None = UNSET
    retention: RetentionOut | UnsetType = UNSET

    def changes(self) -> dict[str, Any]:
        """Return what was given."""
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        given = {name: value for name, value in given.items() if value is not UNSET}
        if "owners" in given:
            given["owners"] = tuple(given["owners"])
        if "retention" in given:
            given["retention"] = given["retention"].to_policy()
        return given


class TagBody(Struct, forbid_unknown_fields=True):
    """The version that a tag is to name: a number, a tag, a branch or a date."""

    version: Short
    note: Short = ""
    move: bool = False


# ── slices ──


class SliceBody(Struct, forbid_unknown_fields=True):
    """A query to be saved, in the query language."""

    query: Annotated[str, Meta(max_length=4_000)]
    description: Text = ""


class SliceOut(Struct):
    """A saved query."""

    name: str
    query: str
    description: str
    created_at: datetime
    created_by: str | None

    @classmethod
    def of(cls, made: Slice) -> "SliceOut":
        """Shape a slice."""
        return cls(made.name, made.query, made.description, made.created_at, made.created_by)


class SliceList(Struct):
    """All slices of a dataset, by name."""

    items: list[SliceOut]
