"""Draw and label shapes on an image: boxes, polygons, lines, keypoints, ellipses, points, cuboids, with attributes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds.agreed import links
from groundswell.label.kinds.agreed import shapes as agreed
from groundswell.label.kinds.agreed.inferred_shapes import example_of, learn_shapes
from groundswell.label.kinds.agreed.weighing import half, key_of
from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    listed,
    named,
    number,
    one_of,
    whole,
)
from groundswell.label.kinds.drawn import MOST_POINTS as MOST_OF_SHAPE
from groundswell.label.kinds.drawn import TYPES, Drawn, rotation, sequence_of
from groundswell.label.kinds.fields import attributes, filling
from groundswell.label.kinds.fields.specs import plain_name
from groundswell.label.kinds.inference import Inferred, Said, by_task
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, class_names
from groundswell.quality.shapes.matching import MOST_SHAPES as MOST_MATCHED

MOST_SHAPES = 1_000
"""Shapes of one image."""

MOST_COSTLY = 300
"""Shapes of one image that are neither boxes nor points of any kind: each of two answers is compared with each."""

MOST_POINTS = 30_000
"""Points of one answer."""

_types = listed(one_of(*TYPES), least=1, most=len(TYPES))
_connection = fields({"pair": listed(plain_name, least=2, most=2), "by": plain_name}, needs=("pair",))
_skeleton = fields(
    {
        "joints": listed(plain_name, least=1, most=200),
        "edges": listed(listed(whole(0, 199), least=2, most=2), most=1_000),
    },
    needs=("joints",),
)


class ImageShapes(LabelKind):
    """Shapes on an image, each with a type, a label, its points in pixels of the original image, and attributes.

    `{"shapes": [{"type": "box", "label": "car", "points": [[10, 20], [110, 80]], "attributes": {"parked": true}}]}`.
    Points by type: `box` top-left and bottom-right corner; `rotated_box` its four corners, clockwise; `polygon` three
    or more; `line` two or more; `keypoints` one for each joint of the label's skeleton, null where it is not seen;
    `ellipse` its centre and its two radii, with `rotation` in degrees; `point` one; `cuboid` the four corners of its
    front face, clockwise from the top left, and those of its back face in the same order. Shapes come in the order of
    label, type and points; an attribute of kind link is the place of another shape in it.
    """

    name: ClassVar[str] = "image_shapes"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"image"})
    least_classes: ClassVar[int] = 1
    tolerance: ClassVar[float] = 0.15
    options: ClassVar[Mapping[str, Option]] = {
        "shapes": Option(_types, "the types of shape that may be drawn", ["box"]),
        "shapes_of": Option(
            named(_types, most=1_000),
            "the types that a label may be drawn as, where not all: {label: [types]}",
        ),
        "skeletons": Option(
            named(_skeleton, most=1_000),
            "for each label that may be drawn as keypoints, the names of its joints and which are joined by number",
        ),
        "attributes": attributes.LINKED_OPTION,
        "least": Option(whole(0, MOST_SHAPES), "shapes that an image must have at least"),
        "most": Option(whole(1, MOST_SHAPES), "shapes that it may have at most"),
        "least_width": Option(
            number(0, 10_000), "pixels that a box, polygon, ellipse or cuboid must be wide"
        ),
        "least_height": Option(number(0, 10_000), "pixels that it must be high"),
        "least_points": Option(whole(0, 1_000), "points that a polygon or line must have at least"),
        "most_points": Option(whole(2, MOST_OF_SHAPE), "points that it may have at most"),
        "connections": Option(
            listed(_connection, most=1_000),
            "points that are shown joined, by their labels; with `by`, those that this attribute links to one shape",
        ),
        "reach": Option(number(0.5, 1_000), "pixels within which two points are the same place", 10),
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={
            "kind": "image",
            "text": None,
            "media_type": "image/png",
            "meta": {"width": 640, "height": 480},
        },
        answer={
            "shapes": [
                {
                    "type": "box",
                    "label": "car",
                    "points": [[12.0, 40.0], [180.5, 120.0]],
                    "attributes": {"parked": True},
                },
                {
                    "type": "keypoints",
                    "label": "person",
                    "points": [[300.0, 80.0], [298.0, 140.0], None],
                    "attributes": {"drives": 0},
                },
            ]
        },
        classes=("car", "person"),
        options={
            "shapes": ["box", "keypoints"],
            "shapes_of": {"car": ["box"], "person": ["keypoints"]},
            "skeletons": {"person": {"joints": ["head", "hip", "foot"], "edges": [[0, 1], [1, 2]]}},
            "attributes": [
                {"name": "parked", "kind": "flag", "of": ["car"]},
                {"name": "drives", "kind": "link", "of": ["person"], "to": ["car"]},
            ],
        },
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return one label or more, with the types of shape that each may be drawn as."""
        names = class_names(classes, least=self.least_classes)
        kept = {
            name: value
            for name, value in checked_options(self.name, options, self.options).items()
            if value not in (0, [], {})
        }
        kept["shapes"] = _in_order(kept.get("shapes", ["box"]))
        if "shapes_of" in kept:
            kept["shapes_of"] = {label: _in_order(types) for label, types in kept["shapes_of"].items()}
        if kept.get("least", 0) > kept.get("most", MOST_SHAPES):
            raise InputError(f"least {kept['least']} is above most {kept['most']}")
        fewest = 3 if "polygon" in kept["shapes"] else 2
        if kept.get("most_points", MOST_OF_SHAPE) < max(fewest, kept.get("least_points", 0)):
            raise InputError(
                f"most_points {kept['most_points']} is below least_points or the {fewest} that a shape needs"
            )
        _check_types(kept, names)
        _check_skeletons(kept, names)
        attributes.check_labels(kept.get("attributes", ()), names)
        _check_connections(kept, names)
        return Ontology(names, kept)

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return distinct shapes in order, with coordinates to the hundredth of a pixel.

        Raises:
            InvalidAnswer: another shape, a type, label or attribute that is not allowed, too few or too many shapes or
                points, or a shape that has no extent or less than it must.
        """
        read = checked_answer(answer, _ANSWER)
        try:
            shapes = [
                canonical_shape(f"shapes[{at}]", one, ontology) for at, one in enumerate(read["shapes"])
            ]
            distinct = in_order(shapes, ontology)
        except InputError as error:
            raise InvalidAnswer(str(error)) from None
        least, most = ontology.options.get("least", 0), ontology.options.get("most", MOST_SHAPES)
        if not least <= len(distinct) <= most:
            raise InvalidAnswer(f"an image has {least} to {most} shapes here; {len(distinct)} drawn")
        if sum(len(shape["points"]) for shape in shapes) > MOST_POINTS:
            raise InvalidAnswer(f"the shapes have over {MOST_POINTS:,} points together")
        if sum(shape["type"] not in ("box", "point", "keypoints") for shape in shapes) > MOST_COSTLY:
            raise InvalidAnswer(
                f"an image has at most {MOST_COSTLY} shapes that are no boxes, points or keypoints"
            )
        return {"shapes": distinct}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return 1 minus the share of shapes in common, those paired that are most alike; see `agreed.shapes`."""
        return agreed.distance(one, other, ontology)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return what at least half of the trust drew, each shape merged from all that were drawn of it."""
        if len({key_of(answer) for answer in answers}) == 1:
            return answers[0]
        if sum(len(answer["shapes"]) for answer in answers) > MOST_MATCHED:
            return self.nearest(answers, weights, ontology)
        things = agreed.things_of(answers, weights, ontology, _check_in(ontology))
        shapes = agreed.kept(things, half(weights), ontology)
        return self.or_nearest({"shapes": shapes}, answers, weights, ontology)

    def infer(self, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Infer what is on every image from what each worker misses, invents and draws inexactly."""
        heard = by_task(said)
        most = max(
            (sum(len(one.answer["shapes"]) for one in answers) for answers in heard.values()), default=0
        )
        if not said or most > MOST_MATCHED:
            return super().infer(said, ontology)
        return self.concluded(learn_shapes(said, ontology, _check_in(ontology)), said, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return a few shapes of any label and type."""
        return self.validate({"shapes": example_of(ontology, _check_in(ontology), rng)}, ontology)


def _check_in(ontology: Ontology) -> agreed.Check:
    return lambda drawn: canonical_shape("a shape", drawn, ontology, alone=True)


_any_points = Check("a list of points [x, y]", lambda name, value: value)
_any_attributes = Check("an object of attributes", lambda name, value: value)

_ANSWER = fields(
    {
        "shapes": listed(
            fields(
                {
                    "type": one_of(*TYPES),
                    "label": plain_name,
                    "points": _any_points,
                    "rotation": rotation,
                    "attributes": _any_attributes,
                },
                needs=("type", "label", "points"),
            ),
            most=MOST_SHAPES,
        )
    },
    needs=("shapes",),
)


def types_of(options: Mapping[str, Any], label: str) -> list[str]:
    """Return the types that a label may be drawn as."""
    types: list[str] = options.get("shapes_of", {}).get(label, options["shapes"])
    return types


def canonical_shape(
    name: str, given: Mapping[str, Any], ontology: Ontology, *, alone: bool = False
) -> dict[str, Any]:
    """Return one shape in its canonical form.

    Args:
        alone: whether it is not among the others of its answer yet, so that it has no links.

    Raises:
        InputError: it is none that may be drawn in this project.
    """
    label, options = one_of(*ontology.classes)(f"{name}.label", given["label"]), ontology.options
    kind = one_of(*types_of(options, label))(f"{name}.type of {label!r}", given["type"])
    if "rotation" in given and kind != "ellipse":
        raise InputError(f"{name} has a rotation, which only an ellipse has")
    points = TYPES[kind].points(f"{name}.points", given["points"])
    shape = {"type": kind, "label": label, **TYPES[kind].canonical(name, {**given, "points": points})}
    if kind == "keypoints":
        _check_joints(name, shape, options)
    _check_size(name, shape, options)
    _check_points(name, shape, options)
    specs = attributes.specs_of(options, label)
    if alone:
        specs = attributes.plain(specs)
    said = filling.filled(f"{name}.attributes", given.get("attributes", {}), specs)
    return {**shape, "attributes": said} if said else shape


def in_order(shapes: Sequence[Drawn], ontology: Ontology) -> list[dict[str, Any]]:
    """Return distinct shapes in the order of label, type and points, their links to where the linked ones are then.

    Raises:
        InputError: a link leads to no shape, to its own, or to one of a label that it may not.
    """
    links.check_links(shapes, ontology)
    bare = [links.unlinked(one, ontology) for one in shapes]
    keys = [key_of(one) for one in bare]
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    label = {name: at for at, name in enumerate(ontology.classes)}

    def rank(key: str) -> tuple[Any, ...]:
        one = bare[first[key]]
        return label[one["label"]], one["type"], sequence_of(one["points"]), key

    place = {key: at for at, key in enumerate(sorted(first, key=rank))}
    found = []
    for key in place:
        leads = links.places_of(shapes[first[key]], ontology).items()
        found.append(links.linked(bare[first[key]], {name: place[keys[to]] for name, to in leads}, ontology))
    links.check_links(found, ontology)  # of two that were the same, one may have been linked to the other
    return found


def _in_order(types: Sequence[str]) -> list[str]:
    return [name for name in TYPES if name in types]


def _check_types(options: Mapping[str, Any], names: Sequence[str]) -> None:
    for label, types in options.get("shapes_of", {}).items():
        if label not in names:
            raise InputError(f"shapes_of names {label!r}, which is no class")
        strange = [one for one in types if one not in options["shapes"]]
        if strange:
            raise InputError(f"shapes_of lets {label!r} be a {strange[0]}, which `shapes` does not allow")


def _check_skeletons(options: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise `InputError` where a skeleton is missing, or is of a label that needs none, or joins nothing."""
    skeletons = options.get("skeletons", {})
    need = [label for label in names if "keypoints" in types_of(options, label)]
    for label in need:
        if label not in skeletons:
            raise InputError(
                f"{label!r} may be drawn as keypoints and needs a skeleton: its joints and edges"
            )
    for label, skeleton in skeletons.items():
        if label not in need:
            raise InputError(f"there is a skeleton for {label!r}, which cannot be drawn as keypoints")
        joints = skeleton["joints"]
        if len(set(joints)) < len(joints):
            raise InputError(f"the skeleton of {label!r} names a joint twice; each once")
        for edge in skeleton.get("edges", ()):
            if max(edge) >= len(joints) or edge[0] == edge[1]:
                raise InputError(
                    f"the skeleton of {label!r} joins {edge}, but has joints 0 to {len(joints) - 1}"
                )


def _check_connections(options: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise `InputError` where a connection names no label, or goes by what is no link."""
    linking = [spec["name"] for spec in options.get("attributes", ()) if spec["kind"] == "link"]
    for connection in options.get("connections", ()):
        strange = [label for label in connection["pair"] if label not in names]
        if strange:
            raise InputError(f"connections name {strange[0]!r}, which is no class")
        if "by" in connection and connection["by"] not in linking:
            raise InputError(
                f"a connection goes by {connection['by']!r}, which is no attribute that links shapes"
            )


def _check_joints(name: str, shape: Drawn, options: Mapping[str, Any]) -> None:
    joints = options["skeletons"][shape["label"]]["joints"]
    if len(shape["points"]) != len(joints):
        raise InputError(
            f"{name} has {len(shape['points'])} points; {shape['label']!r} has {len(joints)} joints, null if unseen"
        )


def _check_size(name: str, shape: Drawn, options: Mapping[str, Any]) -> None:
    size = TYPES[shape["type"]].size(shape)
    for found, side in zip(size or (), ("width", "height"), strict=False):
        least = options.get(f"least_{side}", 0)
        if found < least - 0.005:
            raise InputError(f"{name} has a {side} of {found:g} pixels; at least {least:g} here")


def _check_points(name: str, shape: Drawn, options: Mapping[str, Any]) -> None:
    if shape["type"] not in ("polygon", "line"):
        return
    found, least, most = (
        len(shape["points"]),
        options.get("least_points", 0),
        options.get("most_points", MOST_OF_SHAPE),
    )
    if not least <= found <= most:
        raise InputError(f"{name} has {found} points; {least} to {most} here")
