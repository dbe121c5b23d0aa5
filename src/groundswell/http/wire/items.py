"""Wire types of the items of a version: found, counted, traced, compared."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from groundswell.items import ITEM_SCHEMA
from groundswell.organize import Card, Diff, ItemTrace, Use

PREVIEW = 400
"""Characters of a text that lists show."""


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
    """One page of what a query finds. `total` counts all of it, exactly.

    Where the query has `like:`, `by` is what likeness went by: a column of vectors, or `words`.
    """

    version: int
    total: int
    by: str | None
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
    """A record that was set aside, and why; `failed` by an error, else by a decision.

    Of a copy, `kept` is the item that stays in its place, and `likeness` how alike the two are, up to 1.
    """

    item_id: str | None
    source: str
    locator: str
    step: str
    reason: str
    detail: str
    failed: bool
    kept: str | None
    likeness: float | None


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
