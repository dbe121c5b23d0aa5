"""Links between shapes of one image: kept where shapes are sorted, compared, and agreed on. Pure.

A link is an attribute whose value is the place of another shape in the answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from groundswell.errors import InputError
from groundswell.label.kinds.agreed.weighing import plurality
from groundswell.label.kinds.drawn import Drawn
from groundswell.label.kinds.fields import attributes
from groundswell.label.kinds.fields.values import Spec
from groundswell.label.kinds.kind import Ontology
from groundswell.quality.shapes.shape import Floats


class Member(NamedTuple):
    """Whose shape of a thing: the answer, the shape's place in it, and the trust in that person."""

    who: int
    place: int
    weight: float


def specs_of(ontology: Ontology, label: str) -> list[Spec]:
    """Return the attributes that link a shape of a label to others."""
    return attributes.links(attributes.specs_of(ontology.options, label))


def has_links(ontology: Ontology) -> bool:
    """Say whether shapes of a project are linked."""
    return bool(attributes.links(ontology.options.get("attributes", ())))


def unlinked(shape: Drawn, ontology: Ontology) -> dict[str, Any]:
    """Return a shape without its links."""
    names = {spec["name"] for spec in specs_of(ontology, shape["label"])}
    said = {name: value for name, value in shape.get("attributes", {}).items() if name not in names}
    rest = {key: value for key, value in shape.items() if key != "attributes"}
    return {**rest, "attributes": said} if said else rest


def linked(shape: Drawn, places: Mapping[str, int], ontology: Ontology) -> dict[str, Any]:
    """Return a shape with its links, its attributes in the order of the project."""
    if not places:
        return dict(shape)
    said = {**shape.get("attributes", {}), **places}
    names = [spec["name"] for spec in attributes.specs_of(ontology.options, shape["label"])]
    return {**shape, "attributes": {name: said[name] for name in names if name in said}}


def places_of(shape: Drawn, ontology: Ontology) -> dict[str, int]:
    """Return the links of a shape: the places that they lead to."""
    said = shape.get("attributes", {})
    return {
        spec["name"]: said[spec["name"]]
        for spec in specs_of(ontology, shape["label"])
        if spec["name"] in said
    }


def check_links(shapes: Sequence[Drawn], ontology: Ontology) -> None:
    """Check that every link leads to another shape of a label that it may.

    Raises:
        InputError: one does not.
    """
    for at, shape in enumerate(shapes if has_links(ontology) else ()):
        specs = {spec["name"]: spec for spec in specs_of(ontology, shape["label"])}
        for name, place in places_of(shape, ontology).items():
            allowed = specs[name].get("to", ontology.classes)
            if place == at or place >= len(shapes) or shapes[place]["label"] not in allowed:
                raise InputError(
                    f"shapes[{at}].attributes.{name} is the place of another shape ({', '.join(allowed[:20])}), "
                    f"0 to {len(shapes) - 1}; got {place}"
                )


def apart(one: Drawn, other: Drawn, near: Floats, ontology: Ontology) -> list[float]:
    """Return how far each link of two shapes of one label differs, 0 to 1; of those that either has.

    Args:
        near: how alike each shape of the one answer is to each of the other, links aside, `[n, m]`.
    """
    mine, yours = places_of(one, ontology), places_of(other, ontology)
    return [
        1.0 - float(near[mine[name], yours[name]]) if name in mine and name in yours else 1.0
        for name in {**mine, **yours}
    ]


def agreed_links(
    members: Sequence[Sequence[Member]],
    answers: Sequence[Sequence[Drawn]],
    labels: Sequence[str],
    ontology: Ontology,
) -> list[dict[str, int]]:
    """Return which thing each thing is linked to, as most of the trust in it says; by the numbers of things.

    Args:
        members: of each thing, who drew it.
        answers: the shapes of each person, as they came.
        labels: what each thing came to be.
    """
    of = {(one.who, one.place): number for number, seen in enumerate(members) for one in seen}
    found: list[dict[str, int]] = []
    for number, (seen, label) in enumerate(zip(members, labels, strict=True)):
        links: dict[str, int] = {}
        for spec in specs_of(ontology, label):
            said = [places_of(answers[one.who][one.place], ontology).get(spec["name"]) for one in seen]
            leads = [
                None if place is None else of.get((one.who, place))
                for one, place in zip(seen, said, strict=True)
            ]
            to = plurality(leads, [one.weight for one in seen])
            if to is not None and to != number and labels[to] in spec.get("to", ontology.classes):
                links[spec["name"]] = to
        found.append(links)
    return found


def example_links(
    shapes: Sequence[Drawn], ontology: Ontology, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return shapes with links between them, drawn at random; without those that need one and can have none."""
    kept = list(shapes)
    while True:
        found = []
        for at, shape in enumerate(kept):
            links = {}
            for spec in specs_of(ontology, shape["label"]):
                allowed = spec.get("to", ontology.classes)
                able = [place for place, one in enumerate(kept) if place != at and one["label"] in allowed]
                if able and (spec.get("required") or rng.random() < 0.8):
                    links[spec["name"]] = able[int(rng.integers(len(able)))]
                elif spec.get("required"):
                    break
            else:
                found.append(linked(shape, links, ontology))
                continue
            kept = [*kept[:at], *kept[at + 1 :]]
            break
        else:
            return found
