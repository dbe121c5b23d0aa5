"""Manifests: what was written is read; what is newer or damaged is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundswell.errors import DataFolderNewer, InvalidName, StoreError
from groundswell.organize.manifest import (
    ColumnGroup,
    Manifest,
    Parent,
    StoredFile,
    manifest_file,
    numbers_in,
    read_manifest,
    require_name,
)

MANIFEST = Manifest(
    name="pets",
    number=3,
    rows=2,
    groups=(ColumnGroup(("id", "text"), (StoredFile("ab" * 32, 2, 100),)),),
    created_at=datetime(2026, 1, 2, tzinfo=UTC),
    previous=2,
    parents=(Parent("pets", 2, "cd" * 32),),
    recipe={"fingerprint": "x", "steps": []},
    lineage={"source": "s", "caf\u00e9": [1]},
    drop_counts={"text:empty": 4},
    drop_files=(StoredFile("ef" * 32, 4, 50),),
)


def written(folder: Path, text: str) -> Path:
    path = folder / manifest_file(3)
    path.write_text(text, "utf-8")
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert read_manifest(written(tmp_path, MANIFEST.to_json())) == MANIFEST


def test_the_digest_is_of_the_content_not_of_when_or_why() -> None:
    from dataclasses import replace

    assert replace(MANIFEST, number=9, created_at=datetime.now(UTC), lineage={}).digest == MANIFEST.digest
    assert replace(MANIFEST, groups=(ColumnGroup(("id",), ()),)).digest != MANIFEST.digest


def test_a_newer_format_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({**json.loads(MANIFEST.to_json()), "format": 3}))
    with pytest.raises(DataFolderNewer, match=r"format 3; this release reads up to 2. Install a newer"):
        read_manifest(path)


def test_a_newer_format_is_refused_whatever_else_it_holds(tmp_path: Path) -> None:
    with pytest.raises(DataFolderNewer):
        read_manifest(written(tmp_path, '{"format": 7}'))


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": 1}', '{"format": "x"}', "null"])
def test_a_damaged_manifest_is_named(tmp_path: Path, damage: str) -> None:
    path = written(tmp_path, damage)
    with pytest.raises(StoreError, match=str(path)):
        read_manifest(path)


def test_a_manifest_whose_files_were_exchanged_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="digest"):
        read_manifest(written(tmp_path, MANIFEST.to_json().replace("ab" * 32, "00" * 32)))


@pytest.mark.parametrize("name", ["a", "0", "pets.v2", "a-b_c", "a" * 64])
def test_good_names(name: str) -> None:
    assert require_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "A", "-a", "a b", "a" * 65, "a\n", "caf\u00e9", "a\x00"]
)
def test_bad_names_are_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(InvalidName, match="use 1 to 64 of a-z"):
        require_name(name)


def test_only_manifests_count_as_versions(tmp_path: Path) -> None:
    for name in ("v000002.json", "v000010.json", "v1000000.json", ".new-abc", "v1.json", "v000003.json.tmp"):
        (tmp_path / name).write_text("")
    assert numbers_in(tmp_path) == [2, 10, 1_000_000]
    assert numbers_in(tmp_path / "gone") == numbers_in(tmp_path / "v000002.json") == []
