"""What every exporter and importer of annotations promises: what was written reads back, up to the stated rounding."""

import io
import json
import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from groundswell.errors import Conflict, GroundswellError, InputError, SourceNotFound, UnreadableSource
from groundswell.feed.exporters import ANNOTATIONS
from groundswell.feed.importers import IMPORTERS, import_annotations, read_annotations
from groundswell.items import digest_bytes, digest_text
from groundswell.organize import DatasetStore
from groundswell.store.blobs import BlobStore

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("text", pa.large_string()),
        pa.field("data", pa.large_binary()),
        pa.field("media_type", pa.string()),
        pa.field("locator", pa.string()),
        pa.field("label", pa.string()),
    ]
)
WIDTH, HEIGHT = 37, 23
IMAGES = ("coco", "yolo", "yolo_pose", "yolo_obb", "voc", "cvat", "label_studio")
SPANS = ("label_studio", "conll", "spacy", "spacy_docbin")
SHAPES = {
    "coco": ("box", "polygon", "keypoints"),
    "yolo": ("box", "polygon"),
    "yolo_pose": ("keypoints", "box"),
    "yolo_obb": ("rotated_box",),
    "voc": ("box",),
    "cvat": ("box", "polygon", "line", "point", "keypoints", "ellipse", "cuboid"),
    "label_studio": ("box", "polygon", "ellipse", "point"),
}
"""What each carries exactly but for rounding; rotated boxes of others have a test of their own."""

names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6) | st.sampled_from(
    ["a b", "<&>", "O'Neil", "B-PER", "猫", "1"]
)
xs = st.floats(0, WIDTH, allow_subnormal=False)
ys = st.floats(0, HEIGHT, allow_subnormal=False)
points = st.tuples(xs, ys).map(list)
values = st.none() | st.booleans() | st.integers(-9, 9) | names | st.sampled_from(["true", "3", '"', ""])
attributes = st.dictionaries(names, values, max_size=2)


def boxes() -> st.SearchStrategy[Any]:
    corners = st.tuples(points, points).map(
        lambda pair: [[min(a) for a in zip(*pair, strict=True)], [max(a) for a in zip(*pair, strict=True)]]
    )
    return corners


def rectangle(corner: list[float], along: list[float], height: float) -> list[list[float]]:
    """A rectangle on the line from one point to another, as high as a share of its width."""
    (x, y), (u, v) = corner, along
    across = [-(v - y) * height, (u - x) * height]
    return [[x, y], [u, v], [u + across[0], v + across[1]], [x + across[0], y + across[1]]]


POINTS: dict[str, st.SearchStrategy[Any]] = {
    "box": boxes(),
    "polygon": st.lists(points, min_size=3, max_size=6),
    "line": st.lists(points, min_size=2, max_size=4),
    "point": st.lists(points, min_size=1, max_size=1),
    "keypoints": st.lists(st.none() | points, min_size=2, max_size=4).filter(any),
    "ellipse": st.tuples(points, points).map(list),
    "cuboid": st.lists(points, min_size=8, max_size=8),
    "rotated_box": st.tuples(points, points, st.floats(-1, 1)).map(lambda found: rectangle(*found)),
}


@st.composite
def shapes(draw: st.DrawFn, format_name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(SHAPES[format_name]))
    shape: dict[str, Any] = {"type": kind, "label": draw(names), "points": draw(POINTS[kind])}
    if format_name == "yolo_pose" and kind == "keypoints":  # a class has one skeleton
        joints = st.lists(st.none() | points, min_size=(size := len(shape["label"])), max_size=size)
        shape["points"] = draw(joints.filter(any))
    if not format_name.startswith("yolo") and (found := draw(attributes)):
        shape["attributes"] = found
    if kind == "ellipse" and (turn := draw(st.integers(0, 359))):
        shape["rotation"] = turn
    return shape


def image(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (number % 256, number // 256, 7)).save(buffer, "PNG")
    return buffer.getvalue()


def image_row(number: int, answer: Any, **more: Any) -> dict[str, Any]:
    data = image(number)
    row = {
        "id": digest_bytes(data),
        "text": None,
        "data": data,
        "media_type": "image/png",
        "locator": "a/1.png",
    }
    return {**row, "label": None if answer is None else json.dumps(answer), **more}


def text_row(text: str, answer: Any) -> dict[str, Any]:
    row = {
        "id": digest_text(text),
        "text": text,
        "data": None,
        "media_type": "text/plain",
        "locator": "row 1",
    }
    return {**row, "label": None if answer is None else json.dumps(answer)}


def specimen(format_name: str, number: int) -> dict[str, Any]:
    """One row that the format carries."""
    if format_name == "yolo_obb":
        turned = {"type": "rotated_box", "label": "car", "points": rectangle([1.0, 2.0], [9.0, 5.0], 0.5)}
        return image_row(number, {"shapes": [turned]})
    if format_name in IMAGES:
        box = {"type": "box", "label": "cat", "points": [[1.0, 2.0], [3.0, 5.0]]}
        return image_row(number, {"shapes": [box]})
    if format_name == "trl_preference":
        record = {"prompt": f"Q{number}", "responses": ["A", "B"]}
        return text_row(json.dumps(record), {"ranking": [["a"], ["b"]]})
    if format_name == "trl_chat":
        return text_row(f"Q{number}", {"messages": [{"role": "assistant", "content": "A"}]})
    return text_row(f"Ann {number}", {"spans": [{"id": "s1", "start": 0, "end": 3, "label": "PER"}]})


def batches(rows: list[dict[str, Any]], size: int = 3) -> Iterator[pa.RecordBatch]:
    for start in range(0, max(1, len(rows)), size):
        yield pa.RecordBatch.from_pylist(rows[start : start + size], schema=SCHEMA)


def back(format_name: str, rows: list[dict[str, Any]]) -> list[Any]:
    """Write rows and read them again, in the order that they had."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out"
        report = ANNOTATIONS[format_name].write(batches(rows), target)
        files = [path for path in [target, *target.rglob("*")] if path.is_file()]
        assert (report.rows, report.files) == (len(rows), len(files))
        assert report.bytes == sum(path.stat().st_size for path in files)
        found = {item.id: item for item in read_annotations(target, format_name)}
        return [found[row["id"]] for row in rows if row["id"] in found]


def close(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key], tolerance) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(close(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) or isinstance(other, float):
        return abs(one - other) <= tolerance
    return bool(one == other)


@pytest.fixture(params=sorted(ANNOTATIONS))
def name(request: pytest.FixtureRequest) -> str:
    return _with_its_packages(str(request.param))


def _with_its_packages(name: str) -> str:
    """Return the name of a format, and skip its test where what it needs is not installed."""
    if name == "spacy_docbin":
        pytest.importorskip("spacy", reason="spaCy is not installed")
    return name


@pytest.mark.slow
@pytest.mark.parametrize("name", IMAGES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_shapes_read_back_up_to_the_stated_rounding(name: str, data: st.DataObject) -> None:
    answers = data.draw(st.lists(st.lists(shapes(name), max_size=3), min_size=1, max_size=3))
    if name == "yolo":  # boxes or polygons, not both in one image
        answers = [[each for each in found if each["type"] == found[0]["type"]] for found in answers]
    rows = [image_row(number, {"shapes": found}) for number, found in enumerate(answers)]
    for row, item in zip(rows, back(name, rows), strict=True):
        assert item.data == row["data"]
        assert close(item.answer, json.loads(row["label"]), 1e-6), (item.answer, row["label"])


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text of words, and spans over whole words that do not overlap."""
    words = draw(st.lists(names, min_size=1, max_size=8))
    text, starts = "", []
    for word in words:
        text += draw(st.sampled_from(["", " ", "\n", "  "]))
        starts.append(len(text))
        text += word
    spans: list[dict[str, Any]] = []
    for word, start in zip(words, starts, strict=True):
        if any(character.isalnum() for character in word) and draw(st.booleans()):
            span = {
                "id": f"s{len(spans) + 1}",
                "start": start,
                "end": start + len(word),
                "label": draw(names),
            }
            spans.append(span)
    return text, spans


@pytest.mark.slow
@pytest.mark.parametrize("name", SPANS)
@settings(max_examples=60, deadline=None)
@given(found=texts_with_spans())
def test_spans_read_back_as_they_were(name: str, found: tuple[str, list[dict[str, Any]]]) -> None:
    text, spans = found
    _with_its_packages(name)
    (item,) = back(name, [text_row(text, {"spans": spans})])
    assert (item.text, item.answer) == (text, {"spans": spans})


@pytest.mark.parametrize(("name", "answers"), [("label_studio", 2), ("spacy", 2), ("spacy_docbin", 2)])
def test_choices_read_back_as_they_were(name: str, answers: int) -> None:
    _with_its_packages(name)
    given: list[dict[str, Any]] = [{"choice": "cat"}, {"choices": ["cat", "dog"]}, {"choices": ["cat"]}]
    rows = [text_row(f"t{number}", answer) for number, answer in enumerate(given)]
    assert [item.answer for item in back(name, rows)] == given


def test_spans_that_overlap_and_relations_read_back_where_they_have_a_place() -> None:
    spans = [
        {"id": "s1", "start": 0, "end": 8, "label": "ORG"},
        {"id": "s2", "start": 4, "end": 8, "label": "LOC"},
    ]
    answer = {"spans": spans, "relations": [{"from": "s2", "to": "s1", "label": "part"}]}
    (item,) = back("label_studio", [text_row("New York", answer)])
    assert item.answer == answer
    (item,) = back("spacy", [text_row("New York", {"spans": spans})])
    assert item.answer == {"spans": spans}
    for name, refused in (("spacy", answer), ("conll", answer), ("conll", {"spans": spans})):
        with pytest.raises(InputError, match=f"{name} cannot carry"):
            back(name, [text_row("New York", refused)])


@pytest.mark.parametrize("name", sorted({*IMAGES} - {"cvat"}))
def test_a_format_that_has_no_cuboids_says_so_and_names_one_that_has(name: str) -> None:
    front = [[1.0, 5.0], [9.0, 5.0], [9.0, 11.0], [1.0, 11.0]]
    points = [*front, *([x + 5, y - 4] for x, y in front)]
    shape = {"type": "cuboid", "label": "car", "points": points}
    with pytest.raises(InputError, match=r"cannot carry a shape of type 'cuboid'.* export as cvat"):
        back(name, [image_row(1, {"shapes": [shape]})])


@pytest.mark.parametrize("name", ["coco", "cvat", "yolo_obb"])
def test_a_rotated_box_reads_back(name: str) -> None:
    corners = [[10.0, 5.0], [18.0, 11.0], [15.0, 15.0], [7.0, 9.0]]
    shape = {"type": "rotated_box", "label": "car", "points": corners}
    (item,) = back(name, [image_row(1, {"shapes": [shape]})])
    assert close(item.answer, {"shapes": [shape]}, 1e-6)


def test_a_conversation_and_a_preference_read_back() -> None:
    talk = [{"role": "user", "content": "é\n"}, {"role": "assistant", "content": "B"}]
    row = text_row(json.dumps({"messages": talk[:1]}, ensure_ascii=False), {"messages": talk})
    (item,) = back("trl_chat", [row])
    assert (item.text, item.answer) == (row["text"], {"messages": talk})
    record: dict[str, Any] = {"prompt": [{"role": "user", "content": "Q"}], "responses": ["A", "B"]}
    (item,) = back("trl_preference", [text_row(json.dumps(record), {"ranking": [["a"], ["b"]]})])
    assert (json.loads(item.text), item.answer) == (record, {"ranking": [["a"], ["b"]]})


def test_files_of_one_name_never_collide(name: str, tmp_path: Path) -> None:
    ANNOTATIONS[name].write(batches([specimen(name, number) for number in range(5)]), tmp_path / "out")
    found = list(read_annotations(tmp_path / "out", name))
    assert len({item.data or item.text for item in found}) == 5


def test_an_image_without_a_name_is_named_by_what_it_is(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("L", (4, 4)).save(buffer, "JPEG")
    row = {**image_row(1, {"shapes": []}), "data": buffer.getvalue(), "media_type": None, "locator": "row 7"}
    ANNOTATIONS["coco"].write(batches([row]), tmp_path / "out")
    (path,) = (tmp_path / "out" / "images").iterdir()
    assert path.name == f"row 7-{row['id'][:32]}.jpg"


def test_the_same_item_twice_is_written_twice(name: str, tmp_path: Path) -> None:
    report = ANNOTATIONS[name].write(batches([specimen(name, 1)] * 2), tmp_path / "out")
    assert report.rows == 2
    assert len(list(read_annotations(tmp_path / "out", name))) == 2


def test_what_fails_midway_leaves_nothing_and_nothing_is_overwritten_unless_told(
    name: str, tmp_path: Path
) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from batches([specimen(name, 1)])
        raise OSError("the disk was pulled out")

    exporter, target = ANNOTATIONS[name], tmp_path / "out"
    with pytest.raises(OSError, match="pulled out"):
        exporter.write(failing(), target)
    assert list(tmp_path.iterdir()) == []
    exporter.write(batches([specimen(name, 1)]), target)
    with pytest.raises(Conflict, match="out exists"):
        exporter.write(batches([specimen(name, 2)]), target)
    exporter.write(batches([specimen(name, 1), specimen(name, 2)]), target, overwrite=True)
    assert len(list(read_annotations(target, name))) == 2


def test_an_answer_of_another_kind_is_refused_with_the_item_named(name: str, tmp_path: Path) -> None:
    row = {**specimen(name, 1), "label": json.dumps({"ratings": {"x": 1}})}
    with pytest.raises(InputError, match=row["id"]):
        ANNOTATIONS[name].write(batches([row]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_of_the_format_is_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="nothing does not exist"):
        read_annotations(tmp_path / "nothing", name)
    (tmp_path / "broken").write_text("<?" if name in ("cvat", "voc") else "B-PER\n{")
    with pytest.raises(GroundswellError):
        list(read_annotations(tmp_path / "broken", name))


@pytest.mark.parametrize("name", ["coco", "cvat", "label_studio", "voc"])
def test_a_file_that_leads_out_of_its_folder_is_not_read(name: str, tmp_path: Path) -> None:
    ANNOTATIONS[name].write(batches([specimen(name, 1)]), tmp_path / "out")
    (tmp_path / "secret.png").write_bytes(image(1))
    for path in (tmp_path / "out").rglob("*.*"):
        if path.suffix in (".json", ".xml"):
            text = path.read_text().replace("images/1-", "1-")
            path.write_text(text.replace(f"1-{specimen(name, 1)['id'][:32]}.png", "../secret.png"))
    with pytest.raises(UnreadableSource, match="leads out of"):
        list(read_annotations(tmp_path / "out", name))


@pytest.mark.slow
@pytest.mark.parametrize("name", IMAGES)
def test_memory_does_not_grow_with_the_number_of_images(name: str, tmp_path: Path) -> None:
    noise = io.BytesIO()
    Image.effect_noise((700, 700), 90).save(noise, "PNG")

    def stream() -> Iterator[pa.RecordBatch]:
        for number in range(100):
            data = noise.getvalue() + number.to_bytes(4, "little")
            yield from batches([{**specimen(name, 1), "id": digest_bytes(data), "data": data}])

    tracemalloc.start()
    try:
        ANNOTATIONS[name].write(stream(), tmp_path / "out")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(noise.getvalue()) > 300_000
    assert peak < 8 * 2**20


def test_imported_annotations_are_a_version_that_exports_again(name: str, tmp_path: Path) -> None:
    rows = [specimen(name, number) for number in range(4)]
    ANNOTATIONS[name].write(batches(rows), tmp_path / "out")
    store = DatasetStore(tmp_path / "datasets", BlobStore(tmp_path / "blobs"))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    version = import_annotations(tmp_path / "out", name, "imported", store=store, now=now)
    assert version.rows == 4
    ANNOTATIONS[name].write(version.batches(with_data=True), tmp_path / "again")
    found = [(item.id, item.answer) for item in read_annotations(tmp_path / "again", name)]
    assert sorted(found, key=str) == sorted(
        ((item.id, item.answer) for item in read_annotations(tmp_path / "out", name)), key=str
    )


def test_every_exporter_of_annotations_has_an_importer() -> None:
    assert set(ANNOTATIONS) == set(IMPORTERS)
    with pytest.raises(InputError, match="no importer for 'xml'; there are coco"):
        read_annotations(".", "xml")
