"""Masks are what was drawn: a pixel is inside where its centre is, and small segments lie on large ones."""

import io

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from groundswell.errors import InputError, NotFound
from groundswell.label.commissions import masks
from groundswell.label.commissions.types import task_type

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]


def read(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_a_square_of_ten_pixels_covers_a_hundred() -> None:
    found = masks.inside(SQUARE, 20, 30)
    assert found.shape == (20, 30)
    assert found.sum() == found[:10, :10].sum() == 100


def test_what_is_outside_of_the_image_is_left_away() -> None:
    around = [[-5, -5], [50, -5], [50, 50], [-5, 50]]
    assert masks.inside(around, 4, 6).all()
    assert not masks.inside([[10, 10], [20, 10], [20, 20]], 4, 6).any()


PLACE = st.integers(-300, 1500).map(lambda hundredths: hundredths / 100)
"""As coordinates are kept."""

CORNERS = st.lists(st.tuples(PLACE, PLACE), min_size=3, max_size=8, unique=True)


@given(CORNERS)
def test_a_pixel_is_inside_where_its_centre_is(corners: list[tuple[float, float]]) -> None:
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon":
        return
    y, x = np.mgrid[0:12, 0:12] + 0.5
    told = masks.inside(list(hull.exterior.coords)[:-1], 12, 12)
    inner = shapely.contains_xy(shapely.buffer(hull, -1e-6), x, y)
    outer = shapely.contains_xy(shapely.buffer(hull, 1e-6), x, y)
    assert (told | ~inner).all()
    assert (~told | outer).all()


@given(CORNERS)
def test_turning_the_order_of_corners_changes_nothing(corners: list[tuple[float, float]]) -> None:
    found = masks.inside(corners, 12, 12)
    assert (masks.inside([*corners[1:], corners[0]], 12, 12) == found).all()
    assert (masks.inside(corners[::-1], 12, 12) == found).all()


def test_a_small_segment_lies_on_a_large_one_in_whatever_order_they_were_drawn() -> None:
    small = [[2, 2], [4, 2], [4, 4], [2, 4]]
    for drawn in ([(1, SQUARE), (2, small)], [(2, small), (1, SQUARE)]):
        found = masks.numbered(drawn, 12, 12)
        assert [(found == n).sum() for n in (0, 1, 2)] == [44, 96, 4]


def test_colours_are_told_apart_and_none_is_black() -> None:
    found = {masks.as_hex(n) for n in range(51)}
    assert len(found) == 51
    assert masks.as_hex(0) == "#000000"


def test_images_say_the_same() -> None:
    found = masks.numbered([(1, SQUARE), (300, [[1, 1], [3, 1], [3, 3], [1, 3]])], 12, 14)
    assert (read(masks.indexed(found)) == found).all()
    assert (read(masks.indexed(np.minimum(found, 2))) == np.minimum(found, 2)).all()
    wide = read(masks.extended(found)).astype(int)
    assert (wide[..., 0] + 256 * wide[..., 1] + 65_536 * wide[..., 2] == found).all()
    assert ((read(masks.mask(found, [300]))[..., 3] == 255) == (found == 300)).all()
    assert tuple(read(masks.mask(found, [300]))[1, 1]) == (*masks.colour(300), 255)
    assert tuple(read(masks.coloured(found))[1, 1]) == (*masks.colour(300), 255)
    assert tuple(read(masks.coloured(found))[11, 13]) == (0, 0, 0, 0)
    assert tuple(read(masks.mask(found, [0]))[11, 13]) == (255, 255, 255, 255)


SHOWN = {"kind": "image", "text": None, "media_type": "image/png", "meta": {"width": 14, "height": 12}}
PARAMS = {"attachment": "a", "labels": ["road", "car", "sky"], "instance_labels": ["car"]}
ANSWER = {
    "shapes": [
        {"type": "polygon", "label": "road", "points": SQUARE},
        {"type": "polygon", "label": "car", "points": [[1, 1], [3, 1], [3, 3], [1, 3]]},
        {"type": "polygon", "label": "car", "points": [[5, 5], [8, 5], [8, 8], [5, 8]]},
    ]
}


def test_each_label_has_a_mask_and_each_instance_a_number() -> None:
    kind = task_type("segmentannotation")
    response = kind.response(PARAMS, ANSWER, SHOWN)
    told = response["annotations"]
    assert told["labeled"]["sky"] is None
    mapping = response["labelMapping"]
    assert (mapping["road"]["index"], [one["index"] for one in mapping["car"]]) == (1, [4, 5])
    numbers = read(kind.file(told["combined"]["indexedImage"], PARAMS, ANSWER, SHOWN))
    assert {n: int((numbers == n).sum()) for n in np.unique(numbers)} == {0: 68, 1: 87, 4: 4, 5: 9}
    cars = read(kind.file(told["labeled"]["car"], PARAMS, ANSWER, SHOWN))
    assert ((cars[..., 3] == 255) == np.isin(numbers, [4, 5])).all()
    rest = read(kind.file(told["unlabeled"], PARAMS, ANSWER, SHOWN))
    assert ((rest[..., 3] == 255) == (numbers == 0)).all()
    picture = read(kind.file(told["combined"]["image"], PARAMS, ANSWER, SHOWN))
    assert "#{:02x}{:02x}{:02x}".format(*picture[2, 2, :3]) == mapping["car"][0]["color"]
    for missing in ("label-4.png", "other.png"):
        with pytest.raises(NotFound):
            kind.file(missing, PARAMS, ANSWER, SHOWN)


def test_a_label_may_say_itself_that_each_instance_is_a_segment() -> None:
    kind = task_type("segmentannotation")
    flagged = {"attachment": "a", "labels": ["road", {"choice": "car", "instance_label": True}, "sky"]}
    assert kind.response(flagged, ANSWER, SHOWN) == kind.response(PARAMS, ANSWER, SHOWN)


def test_a_label_that_was_renamed_since_has_its_mask_too() -> None:
    kind = task_type("segmentannotation")
    asked = {"attachment": "a", "labels": ["street", "car"]}
    told = kind.response(asked, ANSWER, SHOWN)
    assert (told["labelMapping"]["road"]["index"], told["annotations"]["labeled"]["street"]) == (3, None)
    assert read(kind.file(told["annotations"]["labeled"]["road"], asked, ANSWER, SHOWN)).any()


@pytest.mark.parametrize("more", [{"labels": [f"l{n}" for n in range(51)]}, {"instance_labels": ["tree"]}])
def test_labels_that_are_too_many_or_unknown_are_refused(more) -> None:
    with pytest.raises(InputError):
        task_type("segmentannotation").wanted({**PARAMS, **more}, SHOWN)


@pytest.mark.parametrize("response", [{"annotations": {}}, {"polygons": [{"label": "car"}]}])
def test_segments_are_known_as_polygons_only(response) -> None:
    with pytest.raises(InputError):
        task_type("segmentannotation").answer(PARAMS, response, SHOWN)
