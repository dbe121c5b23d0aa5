"""The socket of `collect`: what a source is, and what every plug needs to make items and drops."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from groundswell.collect.attached import Attaching, NotAttached, may_hold_media
from groundswell.collect.columns import AS_RECORD
from groundswell.collect.extract import Extracted
from groundswell.collect.meta import plain
from groundswell.items import Drop, Item, ItemKind, bundle, digest_bytes

MAX_ITEM_BYTES = 32 * 1024 * 1024


@runtime_checkable
class Source(Protocol):
    """Where items come from. Reading twice gives the same items, in the same order.

    `read` streams: memory does not grow with the source. A record that cannot be used is a `Drop` in
    the place where it stood, never an exception; a source without one good record raises `EmptySource`
    or `UnreadableSource`.
    """

    name: ClassVar[str]

    def read(self) -> Iterator[Item | Drop]:
        """Yield every record, in a stable order."""
        ...

    def describe(self) -> str:
        """Return one line for a person, for example `images in photos/`."""
        ...

    def size_bytes(self) -> int | None:
        """Return how many bytes will be read, as stored; None where that is not known."""
        ...


@runtime_checkable
class Divisible(Protocol):
    """A source that can be read in shares, by several processes at once."""

    def parts(self, part_bytes: int) -> "Sequence[Source]":
        """Return sources whose reads, one after the other, give what `read` gives.

        Args:
            part_bytes: about how much each shall read, as stored.
        """
        ...


@runtime_checkable
class Stated(Protocol):
    """A source that can tell whether what it would read has changed."""

    def state(self) -> Iterator[str]:
        """Yield a line for each thing that would be read, which differs once that has changed."""
        ...


Cursor = Mapping[str, Any]
"""How far a source was read, JSON-compatible; each kind of source has its own."""


@runtime_checkable
class Growing(Protocol):
    """A source that can be read again for what is new."""

    def cursor(self, before: Cursor | None = None) -> Cursor:
        """Return how far it reaches now, on top of where a run before had come."""
        ...

    def after(self, cursor: Cursor) -> "Source":
        """Return what came after a cursor; reading it may give nothing at all."""
        ...


@dataclass(frozen=True)
class Options:
    """How to read, the same for every source.

    Attributes:
        collected_at: the instant that is written on every item; aware.
        text_column: the column that holds the text; None to find it.
        licence: SPDX id or text, written on every item.
        max_item_bytes: records over this many bytes are set aside.
        within: the file that is read, of several; it is put before each locator.
        hosts: that may be asked for what a list of addresses names; none if empty.
    """

    collected_at: datetime
    text_column: str | None = None
    licence: str | None = None
    max_item_bytes: int = MAX_ITEM_BYTES
    within: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """What was found where the user pointed.

    Attributes:
        spec: what the user typed.
        path: the same as a path, which may not exist; of a pattern the folder above all that match.
        kind: `file`, `folder`, `pattern`, `other` (a device, a socket) or `nothing`.
        suffixes: how many files have each lower-case suffix, without that of a compression.
        size_bytes: of all files together.
    """

    spec: str
    path: Path
    kind: str
    suffixes: Mapping[str, int] = field(default_factory=dict)
    size_bytes: int = 0

    def file_ends_with(self, *suffixes: str) -> bool:
        """Tell whether this is one file with any of these suffixes."""
        return self.kind == "file" and not self.suffixes.keys().isdisjoint(suffixes)

    def folder_has(self, *suffixes: str) -> bool:
        """Tell whether this is a folder or pattern with at least one file of any of these suffixes."""
        return self.kind in ("folder", "pattern") and not self.suffixes.keys().isdisjoint(suffixes)


class Plug(Protocol):
    """A class of sources as the socket sees it: says which places it can read, and opens them."""

    def recognises(self, place: Place) -> bool:
        """Tell whether `place` is this plug's to read, from its name alone."""
        ...

    def open(self, place: Place, options: Options) -> Source:
        """Return the source; nothing is read yet."""
        ...


@dataclass(frozen=True)
class Origin:
    """Makes the items and drops of one source, so that provenance is written in one way.

    Attributes:
        source: as the user named it.
        step: the name of the source, in drops.
        options: how it is read.
        folder: where files lie that records name; None where there are none.
    """

    source: str
    step: str
    options: Options
    folder: Path | None = None

    def text(self, text: str, locator: str, meta: Mapping[str, Any] | None = None) -> Item | Drop:
        """Return a text item, or a drop where a database or a table could not hold the text."""
        if "\x00" in text:
            return self.failure(locator, "text:nul", "a NUL character in the text")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return self.failure(locator, "text:encoding", f"half a surrogate pair at {error.start}")
        return self._item(ItemKind.TEXT, text, None, "text/plain", locator, meta)

    def extracted(
        self, found: Extracted, data: bytes, media_type: str, locator: str, meta: Mapping[str, Any]
    ) -> Item | Drop:
        """Return a text item that was made from a document, and says so; a drop if the document says nothing."""
        if not found.text.strip():
            return self.failure(locator, "document:no_text", "there is no text in it")
        titled = {**meta, "title": found.title} if found.title else meta
        made = self.text(found.text, locator, {**titled, "media_type": media_type})
        return made if isinstance(made, Drop) else replace(made, derived_from=digest_bytes(data))

    def audio(self, data: bytes, media_type: str, locator: str, meta: Mapping[str, Any]) -> Item:
        """Return an item of an encoded recording that was already found to be readable."""
        return self._item(ItemKind.AUDIO, None, data, media_type, locator, meta)

    def record(self, record: Mapping[str, Any], locator: str) -> Item | Drop:
        """Return a record item: its payload is the record itself, as JSON with sorted keys, with its media.

        What names or holds an image or a recording becomes a reference to it, as `Attaching` says; where one cannot be
        had, the record is set aside.
        """
        limit = self.options.max_item_bytes
        attaching = Attaching(self.folder, limit)
        text = _as_json(record)
        if may_hold_media(text):
            try:
                text = _as_json(attaching.within(record))
            except NotAttached as error:
                return self.failure(locator, error.reason, error.detail)
        if len(text) > limit:
            return self.failure(locator, "item:too_large", f"over {limit:,} characters")
        made = self.text(text, locator)
        if isinstance(made, Drop):
            return made
        data = bundle(attaching.media)
        return replace(made, kind=ItemKind.RECORD, media_type="application/json", data=data)

    def row(self, fields: dict[str, Any], column: str, locator: str, *, without_text: str) -> Item | Drop:
        """Return the item of a row of a table, or of an object: its text, or with `AS_RECORD` all of it.

        Args:
            fields: by name; what is not the text goes to `meta`.
            column: that holds the text.
            locator: of the row.
            without_text: the reason where there is no text in the column.
        """
        if column == AS_RECORD:
            return self.record(fields, locator)
        text = fields.pop(column, None)
        if not isinstance(text, str):
            found = "null or absent" if text is None else type(text).__name__
            return self.failure(locator, without_text, f"{column!r} is {found}, not a text")
        if len(text) > (limit := self.options.max_item_bytes):
            return self.failure(locator, "item:too_large", f"over {limit:,} characters")
        return self.text(text, locator, fields)

    def image(self, data: bytes, media_type: str, locator: str, meta: Mapping[str, Any]) -> Item:
        """Return an image item of encoded bytes that were already found to be readable."""
        return self._item(ItemKind.IMAGE, None, data, media_type, locator, meta)

    def failure(self, locator: str, reason: str, detail: str) -> Drop:
        """Return the drop of a record that could not be read."""
        return Drop(None, self.source, self._at(locator), self.step, reason, one_line(detail), failed=True)

    def refusal(self, locator: str, reason: str, detail: str) -> Drop:
        """Return the drop of a record that is not read by rule, for example a symbolic link."""
        return Drop(None, self.source, self._at(locator), self.step, reason, detail, failed=False)

    def _at(self, locator: str) -> str:
        return f"{self.options.within} {locator}" if self.options.within else locator

    def _item(
        self,
        kind: ItemKind,
        text: str | None,
        data: bytes | None,
        media_type: str,
        locator: str,
        meta: Mapping[str, Any] | None,
    ) -> Item:
        return Item(
            kind=kind,
            text=text,
            data=data,
            media_type=media_type,
            source=self.source,
            locator=self._at(locator),
            collected_at=self.options.collected_at,
            meta=plain(meta) if meta else {},
            licence=self.options.licence,
        )


def _as_json(record: Mapping[str, Any]) -> str:
    return json.dumps(plain(record), ensure_ascii=False, sort_keys=True)


def one_line(text: str) -> str:
    """Return a message of some library as one line of bounded length."""
    return " ".join(text.split())[:500]


def printable(path: str | os.PathLike[str]) -> str:
    """Return a path as valid Unicode; bytes of a name that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")
