"""The manifest of a snapshot: what it holds, hashed, so that one changed byte is noticed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from groundswell.errors import DataFolderNewer, SourceNotFound, UnreadableSource

FORMAT = 1
"""Version of the layout of a snapshot's folder; a newer one is refused."""

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Shard:
    """One file of a snapshot.

    Attributes:
        file: its name within the snapshot's folder.
        rows: how many samples it holds.
        size_bytes: its length.
        sha256: digest of its bytes, 64 hexadecimal digits.
    """

    file: str
    rows: int
    size_bytes: int
    sha256: str


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
        columns: name and Arrow type of each column, in order.
        rows: number of samples over all shards.
        nulls: for each column the number of missing values.
        shards: the files, in the order of their rows.
    """

    origin: Origin
    selection: tuple[str, ...] | None
    columns: tuple[tuple[str, str], ...]
    rows: int
    nulls: Mapping[str, int]
    shards: tuple[Shard, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over all of the above, 64 hexadecimal digits: names the snapshot byte for byte."""
        return _digest({"format": FORMAT, **asdict(self)})


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest into a snapshot's folder; equal manifests are equal files."""
    content = {"format": FORMAT, **asdict(manifest), "digest": manifest.digest}
    (folder / FILE_NAME).write_text(
        json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def read_manifest(folder: Path) -> Manifest:
    """Read and verify the manifest of a snapshot.

    Raises:
        SourceNotFound: there is no folder, or no manifest in it.
        DataFolderNewer: it was written by a newer release.
        UnreadableSource: its content does not have the digest that it states.
    """
    path = folder / FILE_NAME
    try:
        content = json.loads(path.read_bytes())
        stated, found = content.pop("digest"), content["format"]
    except OSError as error:
        raise SourceNotFound(f"{folder} is no snapshot: {path} cannot be read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableSource(f"{path} is damaged: it is not a manifest; make the snapshot again") from error
    if isinstance(found, int) and found > FORMAT:
        raise DataFolderNewer(
            f"{path} has format {found}, this release reads up to {FORMAT}; update groundswell"
        )
    if _digest(content) != stated:
        raise UnreadableSource(
            f"{path} is damaged: its digest is not the stated {stated}; make the snapshot again"
        )
    return _parse(content)


def _parse(content: Mapping[str, Any]) -> Manifest:
    selection = content["selection"]
    return Manifest(
        origin=Origin(**content["origin"]),
        selection=None if selection is None else tuple(selection),
        columns=tuple((name, kind) for name, kind in content["columns"]),
        rows=content["rows"],
        nulls=content["nulls"],
        shards=tuple(Shard(**shard) for shard in content["shards"]),
    )


def _digest(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
