"""Shapes by hand: points, extents, skeletons, attributes; how answers differ, merge and are inferred."""

import numpy as np
import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Said, Schema, image_shapes, label_kind

KIND = label_kind("image_shapes")


def schema(*classes, **options):
    return Schema(KIND, KIND.ontology(classes or ("car", "man"), options))


def box(x1, y1, x2, y2, label="car", **more):
    return {"type": "box", "label": label, "points": [[x1, y1], [x2, y2]], **more}


def drawn(*shapes):
    return {"shapes": list(shapes)}


def only(here, shape):
    (found,) = here.validate(drawn(shape))["shapes"]
    return found


def test_corners_come_top_left_first_and_points_to_the_hundredth_of_a_pixel():
    assert only(schema(), box(30.126, 5, 10, 40.004)) == box(10.0, 5.0, 30.13, 40.0)
    assert only(schema(), box(-0.001, 0, 10, 10))["points"] == [[0.0, 0.0], [10.0, 10.0]]


def test_shapes_come_in_order_and_the_same_one_once():
    said = drawn(box(5, 5, 9, 9, "man"), box(50, 5, 90, 9), box(5, 5, 9, 9), box(50, 5, 90, 9))
    assert schema().validate(said)["shapes"] == [
        box(5.0, 5.0, 9.0, 9.0),
        box(50.0, 5.0, 90.0, 9.0),
        box(5.0, 5.0, 9.0, 9.0, "man"),
    ]


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (box(1, 1, 1, 5), "without width or height"),
        (box(1, 1, float("nan"), 5), "a number from"),
        (box(1, 1, 2, 200_000), "a number from"),
        (box(1, 1, 2, 5, "dog"), "one of car, man"),
        ({"type": "polygon", "label": "car", "points": [[0, 0], [1, 1], [2, 0]]}, "one of box"),
        ({"type": "box", "label": "car", "points": [[0, 0]]}, "a list of 2 to 2"),
        ({"type": "box", "label": "car", "points": [[0, 0, 0], [1, 1, 1]]}, "a list of 2 to 2"),
        (box(1, 1, 2, 5, rotation=3), "only an ellipse has"),
        (box(1, 1, 2, 5, attributes={"colour": "red"}), "'colour', which is not asked"),
        (box(1, 1, 2, 5, colour="red"), "'colour' that is not known"),
    ],
)
def test_what_is_no_shape_of_this_project_is_refused(shape, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema().validate(drawn(shape))


EVERY = ["box", "rotated_box", "polygon", "line", "ellipse", "point", "cuboid"]
FRONT = [[0.0, 9.0], [8.0, 9.0], [8.0, 15.0], [0.0, 15.0]]
BACK = [[5.0, 4.0], [13.0, 4.0], [13.0, 10.0], [5.0, 10.0]]
CUBOID = [*FRONT, *BACK]


@pytest.mark.parametrize(
    ("shape", "points"),
    [
        (("line", [[0, 0], [5.004, 5]]), [[0.0, 0.0], [5.0, 5.0]]),
        (("point", [[3, 4]]), [[3.0, 4.0]]),
        (("polygon", [[0, 0], [4, 4], [4, 0], [0, 4]]), [[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]]),
        (("rotated_box", [[0, 0], [0, 2], [4, 2], [4, 0]]), [[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0]]),
        (("rotated_box", [[2, 0], [4, 2], [2, 4], [0, 2]]), [[2.0, 0.0], [4.0, 2.0], [2.0, 4.0], [0.0, 2.0]]),
        (("cuboid", CUBOID), CUBOID),
        (("cuboid", [*FRONT[2:], *FRONT[:2], *BACK[2:], *BACK[:2]]), CUBOID),
        (("cuboid", [*FRONT[::-1], *BACK[::-1]]), CUBOID),
    ],
)
def test_each_type_keeps_its_points_in_its_own_order(shape, points):
    kind, given = shape
    assert only(schema(shapes=EVERY), {"type": kind, "label": "car", "points": given})["points"] == points


@pytest.mark.parametrize(
    ("kind", "points", "says"),
    [
        ("line", [[1, 1], [1, 1]], "without length"),
        ("polygon", [[0, 0], [1, 1], [2, 2]], "without area"),
        ("rotated_box", [[0, 0], [4, 0], [9, 2], [0, 2]], "not those of a rectangle"),
        ("rotated_box", [[0, 0], [4, 2], [4, 0], [0, 2]], "not those of a rectangle"),
        ("rotated_box", [[0, 0], [0, 0], [0, 0], [0, 0]], "without width or height"),
        ("ellipse", [[5, 5], [0, 3]], "radii"),
        ("ellipse", [[5, 5], [-2, 3]], "radii"),
        ("point", [[1, 1], [2, 2]], "a list of 1 to 1"),
        ("cuboid", FRONT, "a list of 8 to 8"),
        ("cuboid", [*FRONT, *FRONT], "without depth"),
        ("cuboid", [*FRONT, *BACK[::-1]], "the other way round"),
        ("cuboid", [*FRONT, BACK[0], BACK[2], BACK[1], BACK[3]], "the back face of .* is none"),
        ("cuboid", [[0, 9], [8, 9], [2, 11], [0, 15], *BACK], "the front face of .* one with a dent"),
        ("cuboid", [*[[3, 3]] * 4, *BACK], "no area"),
    ],
)
def test_a_shape_without_extent_or_of_another_form_is_refused(kind, points, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema(shapes=EVERY).validate(drawn({"type": kind, "label": "car", "points": points}))


def test_a_rotation_is_half_a_turn_at_most_and_none_of_a_circle():
    here = schema(shapes=["ellipse"])
    ellipse = {"type": "ellipse", "label": "car", "points": [[5, 5], [4, 2]]}
    assert only(here, {**ellipse, "rotation": -30})["rotation"] == 150.0
    assert only(here, {**ellipse, "rotation": 540})["rotation"] == 0.0
    assert only(here, ellipse)["rotation"] == 0.0
    assert only(here, {**ellipse, "points": [[5, 5], [3, 3]], "rotation": 40})["rotation"] == 0.0


SKELETONS = {"man": {"joints": ["head", "hip"], "edges": [[0, 1]]}}
POSED = {"shapes": ["box", "keypoints"], "shapes_of": {"car": ["box"]}, "skeletons": SKELETONS}


def test_keypoints_have_a_place_for_each_joint_of_their_label():
    here = schema(**POSED)
    man = {"type": "keypoints", "label": "man", "points": [[1, 2], None]}
    assert only(here, man)["points"] == [[1.0, 2.0], None]
    for points, says in (([[1, 2]], "has 2 joints"), ([None, None], "has no joint")):
        with pytest.raises(InvalidAnswer, match=says):
            here.validate(drawn({**man, "points": points}))
    with pytest.raises(InvalidAnswer, match="type of 'car' is one of box"):
        here.validate(drawn({**man, "label": "car"}))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"shapes": ["keypoints"]}, "'car' may be drawn as keypoints and needs a skeleton"),
        ({**POSED, "skeletons": {**SKELETONS, "car": SKELETONS["man"]}}, "'car', which cannot be drawn"),
        ({**POSED, "skeletons": {"man": {"joints": ["a", "a"]}}}, "a joint twice"),
        ({**POSED, "skeletons": {"man": {"joints": ["a"], "edges": [[0, 1]]}}}, r"joins \[0, 1\]"),
        ({"shapes_of": {"dog": ["box"]}}, "'dog', which is no class"),
        ({"shapes_of": {"car": ["line"]}}, "`shapes` does not allow"),
        ({"shapes": ["blob"]}, "one of box, rotated_box"),
        ({"least": 3, "most": 2}, "least 3 is above most 2"),
        ({"shapes": ["line"], "least_points": 3, "most_points": 2}, "most_points 2 is below least_points"),
        ({"shapes": ["polygon"], "most_points": 2}, "the 3 that a shape needs"),
        ({"connections": [{"pair": ["car", "dog"]}]}, "'dog', which is no class"),
        ({"connections": [{"pair": ["car", "man"], "by": "drives"}]}, "'drives', which is no attribute"),
        ({"attributes": [{"name": "a", "kind": "flag", "of": ["dog"]}]}, "of 'dog', which is no class"),
        ({"attributes": [{"name": "a", "kind": "choice"}]}, "needs 'values'"),
        ({"attributes": [{"name": "a", "kind": "flag", "low": 1}]}, "takes no 'low'"),
        ({"attributes": [{"name": "a", "kind": "date"}]}, "one of choice, choices, number, flag, text"),
        ({"attributes": [{"name": "a", "kind": "flag"}] * 2}, "'a' twice"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        schema(**options)


def test_too_few_too_many_and_too_small_are_refused():
    here = schema(least=1, most=2, least_width=10, least_height=5)
    assert here.validate(drawn(box(0, 0, 10, 5)))
    for said, says in (
        (drawn(), "1 to 2 shapes here; 0 drawn"),
        (drawn(*(box(n, 0, n + 50, 50) for n in range(3))), "3 drawn"),
        (drawn(box(0, 0, 9, 50)), "a width of 9 pixels; at least 10"),
        (drawn(box(0, 0, 50, 4)), "a height of 4 pixels; at least 5"),
    ):
        with pytest.raises(InvalidAnswer, match=says):
            here.validate(said)


def test_polygons_and_lines_of_too_few_or_too_many_points_are_refused():
    here = schema(shapes=["box", "polygon", "line"], least_points=4, most_points=5)
    corners = [[0, 0], [50, 0], [60, 30], [50, 50], [20, 60], [0, 50]]
    for kind in ("polygon", "line"):
        for count in (4, 5):
            assert here.validate(drawn({"type": kind, "label": "car", "points": corners[:count]}))
        for count in (3, 6):
            with pytest.raises(InvalidAnswer, match=f"{count} points; 4 to 5 here"):
                here.validate(drawn({"type": kind, "label": "car", "points": corners[:count]}))
    assert here.validate(drawn(box(0, 0, 10, 5)))  # has two, whatever is said of others
    rng = np.random.default_rng(1)
    assert here.validate(here.kind.example(here.ontology, {}, rng))
    assert only(
        schema(shapes=["line"], most_points=2), {"type": "line", "label": "car", "points": corners[:2]}
    )


ATTRIBUTES = [
    {"name": "colour", "kind": "choice", "values": ["red", "blue"], "required": True, "of": ["car"]},
    {"name": "speed", "kind": "number", "low": 0, "high": 100},
    {"name": "parts", "kind": "choices", "values": ["door", "wheel"]},
]


def test_attributes_come_in_the_order_of_the_ontology_and_what_says_nothing_is_left_out():
    here = schema(attributes=ATTRIBUTES)
    said = {"parts": ["wheel", "door"], "colour": "red", "speed": 40.0}
    assert only(here, box(0, 0, 9, 9, attributes=said))["attributes"] == {
        "colour": "red",
        "speed": 40,
        "parts": ["door", "wheel"],
    }
    assert "attributes" not in only(here, box(0, 0, 9, 9, "man", attributes={"parts": []}))
    for given, says in (({}, r"colour is required and empty"), ({"colour": "green"}, "one of red, blue")):
        with pytest.raises(InvalidAnswer, match=says):
            here.validate(drawn(box(0, 0, 9, 9, attributes=given)))


def canonical(here, *shapes):
    return here.validate(drawn(*shapes))


LINKED = {
    "attributes": [
        {"name": "drives", "kind": "link", "of": ["man"], "to": ["car"]},
        {"name": "old", "kind": "flag"},
    ]
}
FAR, NEAR = box(200.0, 0.0, 240.0, 40.0), box(0.0, 0.0, 40.0, 40.0)


def man(drives=None, **more):
    said = more if drives is None else {"drives": drives, **more}
    return box(100.0, 0.0, 140.0, 40.0, "man", **({"attributes": said} if said else {}))


def test_a_link_leads_to_the_same_shape_after_they_are_put_in_order():
    here = schema(**LINKED)
    said = drawn(man(1), FAR, NEAR)
    assert here.validate(said)["shapes"] == [NEAR, FAR, man(1)]
    assert here.validate(drawn(FAR, NEAR, man(0), FAR))["shapes"] == [NEAR, FAR, man(1)]
    assert here.validate(drawn(NEAR, man(0, old=True)))["shapes"] == [NEAR, man(0, old=True)]
    assert here.validate(here.validate(said)) == here.validate(said)


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ([man(0), NEAR], r"drives is the place of another shape \(car\), 0 to 1; got 0"),
        ([NEAR, man(2)], "got 2"),
        ([NEAR, man(1.5)], "a whole number"),
        ([NEAR, box(100, 0, 140, 40, attributes={"drives": 0})], "'drives', which is not asked"),
        ([man(1), box(5, 5, 9, 9, "man")], "got 1"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(shapes, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema(**LINKED).validate(drawn(*shapes))


def test_links_of_labels_that_there_are_not_are_refused():
    with pytest.raises(InputError, match="links to 'bus', which is no class"):
        schema(attributes=[{"name": "in", "kind": "link", "to": ["bus"]}])


def test_links_differ_by_where_they_lead_whatever_the_order_of_shapes():
    here = schema(**LINKED)
    one, more = here.validate(drawn(NEAR, man(0))), here.validate(drawn(NEAR, FAR, man(1)))
    same = here.validate(drawn(FAR, man(0)))
    assert here.distance(same, here.validate(drawn(man(1), FAR))) == 0
    two = here.validate(drawn(NEAR, FAR, man(0)))
    assert here.distance(more, two) == pytest.approx(0.5 / 3)
    assert here.distance(more, here.validate(drawn(NEAR, FAR, man()))) == pytest.approx(0.5 / 3)
    assert here.distance(one, two) == pytest.approx(1 - 2 * 2 / 5)


def test_links_are_voted_on_by_where_they_lead():
    here = schema(**LINKED)
    moved = box(202.0, 2.0, 242.0, 42.0)
    said = [
        here.validate(drawn(NEAR, FAR, man(1))),
        here.validate(drawn(man(1), moved)),
        here.validate(drawn(NEAR, FAR, man(0))),
    ]
    merged = here.merge(said, [1.0] * 3)
    assert [one["label"] for one in merged["shapes"]] == ["car", "car", "man"]
    assert merged["shapes"][2]["attributes"] == {"drives": 1}
    alone = here.merge([said[1], here.validate(drawn(NEAR, man(0))), said[1]], [1.0] * 3)
    assert [one.get("attributes") for one in alone["shapes"]] == [None, {"drives": 0}]
    found = here.infer([Said(1, worker, answer) for worker, answer in enumerate(said)])
    assert found.answers[1]["shapes"][2]["attributes"] == {"drives": 1}


def test_answers_differ_by_the_areas_that_they_do_not_share():
    here = schema()
    one = canonical(here, box(0, 0, 10, 10))
    assert here.distance(one, canonical(here, box(5, 0, 15, 10))) == pytest.approx(2 / 3)
    assert here.distance(one, canonical(here, box(0, 0, 10, 10), box(50, 50, 60, 60))) == pytest.approx(1 / 3)
    assert here.distance(one, canonical(here, box(0, 0, 10, 10, "man"))) == 1
    assert here.distance(one, canonical(here)) == 1
    assert here.distance(canonical(here), canonical(here)) == 0


def test_other_attributes_make_half_of_a_difference_at_most():
    here = schema(attributes=ATTRIBUTES[1:])
    one, other = (canonical(here, box(0, 0, 10, 10, attributes={"speed": speed})) for speed in (0, 100))
    assert here.distance(one, other) == pytest.approx(0.5)
    assert here.distance(one, canonical(here, box(0, 0, 10, 10, attributes={"speed": 50}))) == pytest.approx(
        0.25
    )


def test_points_are_the_same_place_within_their_reach():
    near, far = schema("cell", shapes=["point"]), schema("cell", shapes=["point"], reach=100)
    one, other = ({"type": "point", "label": "cell", "points": [[x, 0]]} for x in (0, 10))
    apart = [here.distance(canonical(here, one), canonical(here, other)) for here in (near, far)]
    assert apart[0] == pytest.approx(1 - np.exp(-0.5), abs=1e-6)
    assert apart[1] < 0.01


def test_a_merge_is_between_what_was_drawn_and_leans_to_the_trusted():
    here = schema()
    said = [canonical(here, box(x, 0, x + 100, 100)) for x in (0, 2, 10)]
    (even,) = here.merge(said[:2], [1, 1])["shapes"]
    assert even["points"] == [[1.0, 0.0], [101.0, 100.0]]
    (led,) = here.merge(said, [1, 1, 50])["shapes"]
    assert led["points"][0][0] > 9


def test_what_less_than_half_of_the_trust_draws_is_left_out_but_for_what_an_image_must_have():
    said = [drawn(box(0, 0, 10, 10)), drawn(box(50, 50, 60, 60)), drawn(box(80, 80, 90, 90))]
    free, bound = schema(), schema(least=1, most=1)
    assert free.merge([free.validate(one) for one in said], [1, 1, 1]) == {"shapes": []}
    assert len(bound.merge([bound.validate(one) for one in said], [1, 1, 1.1])["shapes"]) == 1


def test_the_label_and_the_attributes_of_a_thing_are_voted_on():
    here = schema(attributes=ATTRIBUTES)
    said = [
        canonical(here, box(0, 0, 10, 10, attributes={"colour": "red", "speed": 10})),
        canonical(here, box(0, 0, 10, 10, attributes={"colour": "red", "speed": 30})),
        canonical(here, box(0, 0, 10, 10, "man")),
    ]
    (thing,) = here.merge(said, [1, 1, 1])["shapes"]
    assert (thing["label"], thing["attributes"]) == ("car", {"colour": "red", "speed": 20})
    assert here.merge(said, [1, 1, 9])["shapes"][0]["label"] == "man"


def test_merged_turned_boxes_keep_their_first_corner_and_ellipses_their_rotation():
    here = schema(shapes=["rotated_box", "ellipse"])
    turned = [[[10, 0], [20, 10], [10, 20], [0, 10]], [[11, 0], [21, 10], [11, 20], [1, 10]]]
    said = [canonical(here, {"type": "rotated_box", "label": "car", "points": one}) for one in turned]
    (merged,) = here.merge(said, [1, 1])["shapes"]
    assert np.allclose(merged["points"], [[10.5, 0], [20.5, 10], [10.5, 20], [0.5, 10]], atol=0.02)
    said = [
        canonical(here, {"type": "ellipse", "label": "car", "points": [[50, 50], [40, 10]], "rotation": turn})
        for turn in (178, 2)
    ]
    (merged,) = here.merge(said, [1, 1])["shapes"]
    assert min(merged["rotation"], 180 - merged["rotation"]) < 0.05


def test_cuboids_of_several_people_are_merged_corner_by_corner():
    here = schema(shapes=["cuboid"])
    said = [
        canonical(here, {"type": "cuboid", "label": "car", "points": [[x + by, y] for x, y in CUBOID]})
        for by in (0, 0.5, 1)
    ]
    assert 0 < here.distance(said[0], said[1]) < here.distance(said[0], said[2])
    (merged,) = here.merge(said, [1, 1, 1])["shapes"]
    assert np.allclose(merged["points"], [[x + 0.5, y] for x, y in CUBOID], atol=0.01)


def test_a_polygon_merged_from_two_squares_is_an_answer_too():
    here = schema(shapes=["polygon"])
    squares = [
        [[0, 0], [10, 0], [10, 10], [0, 10]],
        [[1, 0], [11, 0], [11, 10], [1, 10]],
        [[0, 1], [10, 1], [10, 11]],
    ]
    said = [canonical(here, {"type": "polygon", "label": "car", "points": points}) for points in squares]
    merged = here.merge(said, [1, 1, 1])
    assert here.validate(merged) == merged
    assert here.distance(merged, said[0]) < 0.2


def test_more_shapes_than_can_be_matched_are_answered_by_the_nearest_of_those_given(monkeypatch):
    monkeypatch.setattr(image_shapes, "MOST_MATCHED", 8)
    here = schema("cell", shapes=["point"])
    crowded = [
        canonical(
            here, *({"type": "point", "label": "cell", "points": [[n * 30 + shift, 0]]} for n in range(3))
        )
        for shift in (0, 1, 2)
    ]
    assert here.merge(crowded, [1] * 3) == crowded[1]
    found = here.infer([Said(0, worker, answer) for worker, answer in enumerate(crowded)])
    assert found.answers == {0: crowded[1]}


def test_as_many_shapes_as_there_may_be_take_no_time():
    here = schema("cell", shapes=["point", "line"])
    points = [{"type": "point", "label": "cell", "points": [[n * 3, n % 7]]} for n in range(1000)]
    full = canonical(here, *points)
    assert here.distance(full, here.validate({"shapes": full["shapes"][:-1]})) < 0.01
    lines = [{"type": "line", "label": "cell", "points": [[0, n], [9, n]]} for n in range(301)]
    for shapes, says in (
        ([*points, *lines], "a list of 0 to 1,000"),
        (lines, "at most 300 shapes that are no"),
    ):
        with pytest.raises(InvalidAnswer, match=says):
            canonical(here, *shapes)


def test_inference_finds_things_and_their_attributes_and_who_misses_them():
    rng = np.random.default_rng(2)
    here = schema(attributes=ATTRIBUTES)
    said, truths = [], {}
    for task in range(25):
        truths[task] = canonical(
            here,
            *(box(x, 0, x + 60, 80, attributes={"colour": "blue" if x else "red"}) for x in (0, 100)),
        )
        for worker in (1, 2, 3, 4):
            shapes = [
                box(*(np.array([*a, *b]) + rng.normal(0, 2, 4)), attributes=one["attributes"])
                for one in truths[task]["shapes"]
                for a, b in [one["points"]]
                if worker < 4 or rng.random() < 0.4
            ]
            said.append(Said(task, worker, canonical(here, *shapes)))
    found = here.infer(said)
    apart = [here.distance(found.answers[task], truths[task]) for task in truths]
    singles = [here.distance(one.answer, truths[one.task]) for one in said if one.worker == 1]
    assert np.mean(apart) < np.mean(singles)
    assert found.skill[4] < found.skill[1] - 0.1
    assert all(len(answer["shapes"]) == 2 for answer in found.answers.values())


def test_an_image_that_everybody_left_empty_is_labelled_empty():
    here = schema()
    found = here.infer([Said(0, worker, {"shapes": []}) for worker in (1, 2)])
    assert found.answers == {0: {"shapes": []}}
    assert 0.5 < found.probability[0] <= 1
