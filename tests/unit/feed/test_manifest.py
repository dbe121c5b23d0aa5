import json
from pathlib import Path

import pytest

from groundswell.errors import DataFolderNewer, SourceNotFound, UnreadableSource
from groundswell.feed.manifest import (
    FILE_NAME,
    FORMAT,
    Manifest,
    Origin,
    Shard,
    read_manifest,
    write_manifest,
)

MANIFEST = Manifest(
    origin=Origin("reviews é", 3, "d" * 64),
    selection=("id", "text"),
    columns=(("id", "string"), ("text", "large_string")),
    rows=2,
    nulls={"id": 0, "text": 1},
    shards=(Shard("shard-000000.arrow", 2, 100, "a" * 64),),
)


def test_a_manifest_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(MANIFEST, tmp_path)
    assert read_manifest(tmp_path) == MANIFEST
    assert read_manifest(tmp_path).digest == MANIFEST.digest


@pytest.mark.parametrize(
    ("old", "new"), [('"rows": 2', '"rows": 3'), ("reviews", "reviewz"), ("a" * 64, "b" * 64)]
)
def test_one_changed_value_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    write_manifest(MANIFEST, tmp_path)
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"manifest\.json is damaged"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"digest": "a"}', "\udcff"])
def test_what_is_no_manifest_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableSource, match="not a manifest"):
        read_manifest(tmp_path)


def test_a_newer_format_is_refused_before_anything_else_is_believed(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({"format": FORMAT + 1, "digest": "?", "new": 1}))
    with pytest.raises(DataFolderNewer, match="update groundswell"):
        read_manifest(tmp_path)


def test_a_folder_without_a_manifest_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is no snapshot"):
        read_manifest(tmp_path / "missing")
