"""YOLO folders as other tools write them, and what the three formats of the family refuse."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from groundswell.errors import InputError, UnreadableSource
from groundswell.feed.exporters import ANNOTATIONS
from groundswell.feed.importers import read_annotations

POSE = """# a comment
path: ../datasets/tiger
train: images/train
kpt_shape: [3, 2] # number of keypoints, number of dims (2 for x,y or 3 for x,y,visible)
flip_idx: [0, 2, 1]
kpt_names:
  0:
    - nose
    - left
    - right
  1: [nose, tail]
names:
  0: tiger
  1: fish
"""


def folder(path: Path, index: str, *lines: str) -> Path:
    """A folder of one image of 100 by 200 pixels."""
    (path / "images").mkdir(parents=True)
    (path / "labels").mkdir()
    Image.new("L", (100, 200)).save(path / "images" / "1.png")
    (path / "labels" / "1.txt").write_text("\n".join(lines))
    (path / "data.yaml").write_text(index)
    return path


def shapes(path: Path, format_name: str) -> list[dict[str, Any]]:
    (item,) = read_annotations(path, format_name)
    assert item.answer is not None
    return list(item.answer["shapes"])


def batch(*found: dict[str, Any]) -> pa.RecordBatch:
    buffer = io.BytesIO()
    Image.new("L", (100, 200)).save(buffer, "PNG")
    rows = {"id": ["a" * 64], "data": [buffer.getvalue()], "label": [json.dumps({"shapes": found})]}
    return pa.RecordBatch.from_pydict(rows)


def keypoints(label: str, *points: Any) -> dict[str, Any]:
    return {"type": "keypoints", "label": label, "points": list(points)}


@pytest.mark.parametrize("format_name", ["yolo", "yolo_pose"])
def test_a_pose_dataset_of_others_is_read_with_each_class_its_own_joints(
    tmp_path: Path, format_name: str
) -> None:
    lines = ("0 0.5 0.5 0.2 0.2 0.4 0.4 0 0 0.6 0.6", "1 0.5 0.5 1 1 0.1 0.1 0.9 0.9 0 0")
    found = shapes(folder(tmp_path / "in", POSE, *lines), format_name)
    assert [(each["type"], each["label"]) for each in found] == [
        ("keypoints", "tiger"),
        ("keypoints", "fish"),
    ]
    assert found[0]["points"] == [[40.0, 80.0], None, [60.0, 120.0]]
    assert found[1]["points"] == [[10.0, 20.0], [90.0, 180.0]]


def test_joints_that_are_hidden_are_placed_and_a_box_without_joints_is_a_box(tmp_path: Path) -> None:
    index = "kpt_shape:\n  - 2\n  - 3\nnames: [cat]\n"
    lines = ("0 0.5 0.5 0.2 0.1 0.4 0.4 1 0.6 0.6 0", "0 0.5 0.5 0.25 0.25 0 0 0 0 0 0")
    found = shapes(folder(tmp_path / "in", index, *lines), "yolo_pose")
    assert found[0] == keypoints("cat", [40.0, 80.0], None)
    assert found[1] == {"type": "box", "label": "cat", "points": [[37.5, 75.0], [62.5, 125.0]]}


def test_lines_of_a_pose_have_as_many_joints_as_the_largest_skeleton(tmp_path: Path) -> None:
    person, hand = keypoints("person", [10, 20], None, [30, 40]), keypoints("hand", [50, 60])
    ANNOTATIONS["yolo_pose"].write([batch(person, hand)], tmp_path / "out")
    (labels,) = (tmp_path / "out" / "labels").iterdir()
    assert [len(line.split()) for line in labels.read_text().splitlines()] == [14, 14]
    assert "kpt_shape: [3, 3]\n" in (tmp_path / "out" / "data.yaml").read_text()


def test_an_image_with_boxes_and_polygons_is_refused_since_trainers_take_one_for_the_other(
    tmp_path: Path,
) -> None:
    box = {"type": "box", "label": "cat", "points": [[1, 2], [3, 4]]}
    polygon = {"type": "polygon", "label": "cat", "points": [[1, 2], [3, 4], [5, 9]]}
    with pytest.raises(InputError, match="cannot carry box and polygon in one image"):
        ANNOTATIONS["yolo"].write([batch(box, polygon)], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_class_has_one_skeleton_and_each_pose_a_joint(tmp_path: Path) -> None:
    two = batch(keypoints("cat", [1, 2]), keypoints("cat", [1, 2], None))
    with pytest.raises(InputError, match=r"'cat' has 2 joints here and 1 before"):
        ANNOTATIONS["yolo_pose"].write([two], tmp_path / "out")
    with pytest.raises(InputError, match="no joint that is seen"):
        ANNOTATIONS["yolo_pose"].write([batch(keypoints("cat", None))], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("format_name", "index", "line"),
    [
        ("yolo", "names: [cat]", "0 0.1 0.2 0.3 0.4 0.5"),
        ("yolo", "names: [cat]", "1 0.1 0.2 0.3 0.4"),
        ("yolo", "names: [cat]", "-1 0.1 0.2 0.3 0.4"),
        ("yolo_obb", "names: [cat]", "0 0.1 0.2 0.3 0.4"),
        ("yolo_pose", "names: [cat]", "0 0.1 0.1 0.2 0.1 0.2 0.2"),
        ("yolo_pose", "kpt_shape: [2, 3]\nnames: [cat]", "0 0.1 0.1 0.2 0.1 0.2 0.2 2"),
    ],
)
def test_a_line_of_another_format_is_named(tmp_path: Path, format_name: str, index: str, line: str) -> None:
    with pytest.raises(UnreadableSource, match=r"1\.txt has a line that is no"):
        shapes(folder(tmp_path / "in", index, line), format_name)


def test_a_shape_of_joints_that_is_no_pair_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="kpt_shape that is not"):
        shapes(folder(tmp_path / "in", "kpt_shape: [17]\nnames: [cat]"), "yolo_pose")
