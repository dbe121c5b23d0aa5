import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import Conflict, InputError, MissingColumn
from groundswell.feed.exporters.image_folder import UNLABELLED, ImageFolder, class_folder


def item(number: int, **values: Any) -> dict[str, Any]:
    plain = {
        "id": f"{number:064x}",
        "data": bytes([number]),
        "media_type": "image/png",
        "locator": "cats/1.png",
    }
    return {**plain, "label": "cat", **values}


def export(rows: list[dict[str, Any]], target: Path) -> list[str]:
    ImageFolder().write([pa.RecordBatch.from_pylist(rows)], target)
    return [json.loads(line)["file_name"] for line in (target / "metadata.jsonl").read_text().splitlines()]


def test_an_image_lies_in_the_folder_of_its_class_under_its_own_name(tmp_path: Path) -> None:
    assert export([item(1), item(2, label="dog", locator="row 7")], tmp_path / "out") == [
        "cat/1-0000000000000000.png",
        "dog/row 7-0000000000000000.png",
    ]


def test_files_of_one_name_never_collide(tmp_path: Path) -> None:
    rows = [
        item(1, id="a" * 64),
        item(2, id="b" * 64, locator="dogs/1.png"),
        item(3, id="a" * 64),
        item(4, id="a" * 64),
    ]
    names = export(rows, tmp_path / "out")
    assert names == [
        f"cat/1-{'a' * 16}.png",
        f"cat/1-{'b' * 16}.png",
        f"cat/1-{'a' * 16}-2.png",
        f"cat/1-{'a' * 16}-3.png",
    ]
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == [b"\1", b"\2", b"\3", b"\4"]


@pytest.mark.parametrize(
    "label", ["../../etc", "/abs", ".", "..", "a/b", "\0", "x" * 500, "con:", "trail.", "_x", "a%2Fb"]
)
@pytest.mark.parametrize(
    "locator", ["../../../evil.sh", "/etc/passwd", "..\\..\\x.png", "n" * 400 + ".png", ""]
)
def test_hostile_names_stay_inside_the_folder(tmp_path: Path, label: str, locator: str) -> None:
    (name,) = export([item(1, label=label, locator=locator)], tmp_path / "out")
    path = tmp_path / "out" / name
    assert path.resolve().parent.parent == (tmp_path / "out").resolve()
    assert path.read_bytes() == b"\1"
    assert [child.name for child in tmp_path.iterdir()] == ["out"]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300), min_size=2, unique=True
    )
)
def test_two_classes_never_share_a_folder_and_a_short_one_reads_back(labels: list[str]) -> None:
    folders = [class_folder(label) for label in labels]
    assert len(set(folders)) == len(labels)
    assert UNLABELLED not in folders
    assert all(len(folder.encode()) <= 255 for folder in folders)
    assert all(
        unquote(folder) == label for folder, label in zip(folders, labels, strict=True) if len(label) < 50
    )


def test_items_without_a_label_have_a_folder_of_their_own(tmp_path: Path) -> None:
    names = export([item(1, label=None), item(2, label="")], tmp_path / "out")
    assert {name.split("/")[0] for name in names} == {UNLABELLED}


def test_the_ending_is_that_of_the_media_type_else_of_the_source(tmp_path: Path) -> None:
    rows = [
        item(1, media_type="image/jpeg", locator="a.JPEG"),
        item(2, media_type="image/x-odd", locator="b.XYZ"),
        item(3, media_type="image/x-odd", locator="row 3"),
    ]
    assert [Path(name).suffix for name in export(rows, tmp_path / "out")] == [".jpg", ".xyz", ".bin"]


def test_an_item_without_bytes_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 1.*export texts as jsonl"):
        export([item(1), item(2, data=None)], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_rows_without_a_data_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="no column 'data'"):
        export([{"id": "a"}], tmp_path / "out")


def test_a_folder_that_no_export_made_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")
    with pytest.raises(Conflict, match="home exists"):
        ImageFolder().write([pa.RecordBatch.from_pylist([item(1)])], tmp_path / "home", overwrite=True)
    assert (tmp_path / "home" / "thesis.txt").read_text() == "mine"
