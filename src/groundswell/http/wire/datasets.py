"""Wire types of datasets: the catalogue, versions, items, what changed, where it comes from."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from groundswell.items import ITEM_SCHEMA
from groundswell.organize import Card, Diff, ItemTrace, Ref, Retention, Use, Version
from groundswell.organize.search import Slice
from groundswell.organize.service import Dataset

PREVIEW = 400
"""Characters of a text that lists show."""

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


# ── items ──


class ItemOut(Struct):
    """An item in a list. `text` is its beginning; `media` is where its bytes are; `fields` are the columns of later
    steps (labels, scores, splits), `meta` the other fields of the record that it comes from.
    """

    row: int
    id: str
    kind: str
    media_type: str
    text: str | None
    is_cut: bool
    media: str | None
    source: str
    locator: str
    licence: str | None
    fields: dict[str, Any]
    meta: dict[str, Any]
    score: float | None = None

    @classmethod
    def of(
        cls, row: int, values: Mapping[str, Any], score: float | None, preview: int = PREVIEW
    ) -> "ItemOut":
        """Shape a row of a version."""
        text = values["text"]
        return cls(
            row=row,
            id=values["id"],
            kind=values["kind"],
            media_type=values["media_type"],
            text=None if text is None else text[:preview],
            is_cut=text is not None and len(text) > preview,
            media=None if text is not None else f"/api/v1/blobs/{values['id']}",
            source=values["source"],
            locator=values["locator"],
            licence=values["licence"],
            fields={name: value for name, value in values.items() if name not in ITEM_SCHEMA.names},
            meta=json.loads(values["meta"]),
            score=score,
        )


class ItemPage(Struct):
    """One page of what a query finds. `total` counts all of it, exactly."""

    version: int
    total: int
    items: list[ItemOut]
    next_cursor: str | None


class OriginOut(Struct):
    """Where an item was found."""

    source: str
    locator: str
    collected_at: datetime
    media_type: str
    licence: str | None
    derived_from: str | None


class PlaceOut(Struct):
    """A version that holds an item, with the steps that it has passed and what later ones say of it."""

    dataset: str
    version: int
    branch: str
    created_at: datetime
    row: int
    fields: dict[str, Any]
    recipe: list[str]
    lineage: dict[str, Any]


class DropOut(Struct):
    """A record that was set aside, and why; `failed` by an error, else by a decision."""

    item_id: str | None
    source: str
    locator: str
    step: str
    reason: str
    detail: str
    failed: bool


class SetAsideOut(Struct):
    """An item that was set aside on the way to a version."""

    dataset: str
    version: int
    drop: DropOut


class UseOut(Struct):
    """A file or a training run that a version went into."""

    dataset: str
    version: int
    kind: str
    name: str
    at: datetime
    detail: dict[str, Any]

    @classmethod
    def of(cls, dataset: str, use: Use) -> "UseOut":
        """Shape a use."""
        return cls(dataset, use.number, use.kind, use.name, use.at, dict(use.detail))


class TraceOut(Struct):
    """What datasets know of an item: where it is from, what was made of it, which versions and uses have it."""

    origins: list[OriginOut]
    ancestors: list[str]
    descendants: list[str]
    places: list[PlaceOut]
    set_aside: list[SetAsideOut]
    uses: list[UseOut]

    @classmethod
    def of(cls, trace: ItemTrace) -> "TraceOut":
        """Shape a trace."""
        return cls(
            origins=[OriginOut(**vars(origin)) for origin in trace.origins],
            ancestors=list(trace.ancestors),
            descendants=list(trace.descendants),
            places=[
                PlaceOut(
                    place.dataset,
                    place.number,
                    place.branch,
                    place.created_at,
                    place.row,
                    place.columns,
                    list(place.recipe),
                    place.lineage,
                )
                for place in trace.places
            ],
            set_aside=[
                SetAsideOut(each.dataset, each.number, DropOut(**vars(each.drop))) for each in trace.set_aside
            ],
            uses=[UseOut.of(name, use) for name, use in trace.uses],
        )


class DropPage(Struct):
    """One page of what was set aside on the way to a version."""

    version: int
    total: int
    items: list[DropOut]
    next_cursor: str | None


class ValueOut(Struct):
    """A value and how many items have it; null is no value, `...` is all the rest."""

    value: str | float | bool | None
    items: int


class DistributionOut(Struct):
    """How often each value of a field occurs, the most frequent first."""

    version: int
    field: str
    values: list[ValueOut]


class CardOut(Struct):
    """The data card of a version: as a page, and as data."""

    markdown: str
    card: dict[str, Any]

    @classmethod
    def of(cls, card: Card) -> "CardOut":
        """Shape a card."""
        return cls(card.to_markdown(), card.to_dict())


# ── what changed ──


class MoveOut(Struct):
    """How many items went from one value to another; null is no value."""

    before: str | None
    after: str | None
    items: int


class ChangedOut(Struct):
    """An item of a diff, with its value in the column before and after."""

    id: str
    kind: str
    source: str
    locator: str
    before: str | None
    after: str | None


class DiffOut(Struct):
    """How two versions differ: counts, and one page of the items of one kind of change."""

    before: int
    after: int
    column: str
    added: int
    dropped: int
    changed: int
    relabelled: int
    moves: list[MoveOut]
    new_columns: list[str]
    lost_columns: list[str]
    change: str
    items: list[ChangedOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Diff, change: str, items: list[ChangedOut], next_cursor: str | None) -> "DiffOut":
        """Shape a diff."""
        return cls(
            before=found.before.number,
            after=found.after.number,
            column=found.column,
            added=len(found.added),
            dropped=len(found.dropped),
            changed=len(found.changed),
            relabelled=len(found.relabelled),
            moves=[MoveOut(old, new, count) for (old, new), count in found.moves.items()],
            new_columns=list(found.new_columns),
            lost_columns=list(found.lost_columns),
            change=change,
            items=items,
            next_cursor=next_cursor,
        )


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
