"""The manifest of a snapshot: what it holds, hashed, so that one changed byte is noticed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from groundswell.errors import DataFolderNewer, UnreadableSource

FORMAT = 2
"""Version of the layout of a snapshot; a newer one is refused, an older one is to be made again."""

_NAME = re.compile(r"v(\d{6,})\.json")


@dataclass(frozen=True)
class File:
    """Some columns of one shard: an Arrow IPC file, named by its content so that versions share it.

    Attributes:
        columns: the columns that it holds.
        size_bytes: its length.
        sha256: digest of its bytes, 64 hexadecimal digits.
        buffers: of the only column of a file, whose values are stretches of one buffer and none is missing: at which
            bytes of the file the buffer of their places begins and that of their content, so that single values are
            read without Arrow. Empty for other columns, and in what was written before this was noted.
    """

    columns: tuple[str, ...]
    size_bytes: int
    sha256: str
    buffers: tuple[int, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        """Where it lies within the snapshot's folder."""
        return f"shards/{self.sha256}.arrow"


@dataclass(frozen=True)
class Shard:
    """Samples that lie together.

    Attributes:
        rows: how many samples it holds.
        files: what they are in; each column is in one of them.
        elements: for each column of lists of integers how many these have together, so that token blocks are
            counted without opening a file; empty in what was written before this was noted.
    """

    rows: int
    files: tuple[File, ...]
    elements: Mapping[str, int] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """Length of its files."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True)
class Origin:
    """The dataset version that a snapshot was made from: the first step back along its lineage.

    Attributes:
        name: of the dataset.
        number: of the version, from 1.
        digest: of the version's content; it names the order that a feed's state refers to.
    """

    name: str
    number: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds.

    Attributes:
        origin: the version that it was made from.
        selection: columns that were asked for; None means all that the version has.
        columns: name and Arrow type of each column, in order, for people to read.
        schema: the same as Arrow writes it, in base64.
        rows: number of samples over all shards.
        nulls: for each column the number of missing values.
        shards: in the order of their rows.
        previous: number of the version whose snapshot was the newest one in the folder before; None at first.
        retracted: ids of the items of that version which are no longer there, ascending.
    """

    origin: Origin
    selection: tuple[str, ...] | None
    columns: tuple[tuple[str, str], ...]
    schema: str
    rows: int
    nulls: Mapping[str, int]
    shards: tuple[Shard, ...]
    previous: int | None = None
    retracted: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over all of the above, 64 hexadecimal digits: names the snapshot byte for byte."""
        return _digest(_content(self))


def manifest_name(number: int) -> str:
    """Return the name of the manifest of a version's snapshot."""
    return f"v{number:06d}.json"


def number_of(name: str) -> int | None:
    """Return the version whose manifest has this name; None if it is no manifest's."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def to_json(manifest: Manifest) -> bytes:
    """Return a manifest as it is stored; equal manifests are equal bytes."""
    content = {**_content(manifest), "digest": manifest.digest}
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def from_json(stored: bytes, where: str) -> Manifest:
    """Read and verify the manifest of a snapshot; `where` names it in errors.

    Raises:
        DataFolderNewer: it was written by a newer release.
        UnreadableSource: it is of an older format, or its content does not have the digest that it states.
    """
    try:
        content = msgspec.json.decode(stored)
        stated, found = content.pop("digest"), content["format"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableSource(
            f"{where} is damaged: it is not a manifest; make the snapshot again"
        ) from error
    if isinstance(found, int) and found > FORMAT:
        raise DataFolderNewer(
            f"{where} has format {found}, this release reads up to {FORMAT}; update groundswell"
        )
    if _digest(content) != stated:
        raise UnreadableSource(
            f"{where} is damaged: its digest is not the stated {stated}; make the snapshot again"
        )
    if found != FORMAT:
        raise UnreadableSource(f"{where} has the old format {found}; make the snapshot again")
    try:
        return msgspec.convert(content, Manifest)
    except msgspec.ValidationError as error:
        raise UnreadableSource(f"{where} is no manifest of this release: {error}") from error


def _content(manifest: Manifest) -> dict[str, Any]:
    """Return what is stored and hashed; without what was not noted from the beginning, where there is none of it."""
    content = {"format": FORMAT, **asdict(manifest)}
    for shard in content["shards"]:
        if not shard["elements"]:
            del shard["elements"]
        for file in shard["files"]:
            if not file["buffers"]:
                del file["buffers"]
    return content


def _digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of compact JSON with sorted keys."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
