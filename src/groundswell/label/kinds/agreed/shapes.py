"""Shapes of one image from several people: which are one thing, and what it looks like. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from groundswell.errors import InputError
from groundswell.label.kinds.agreed import links
from groundswell.label.kinds.agreed.weighing import key_of, plurality
from groundswell.label.kinds.drawn import TYPES, Drawn
from groundswell.label.kinds.fields import attributes, filling
from groundswell.label.kinds.kind import Answer, Ontology
from groundswell.quality.shapes import Shape, best_pairs, match, merge, similarity
from groundswell.quality.shapes.shape import Floats

REACH = 10.0
"""Pixels within which two points are the same place, unless a project says otherwise."""

USUAL_LOSS = 0.1
"""What a shape of somebody of middling trust is taken to lack of the truth; only its size beside others matters."""

Check = Callable[[Drawn], dict[str, Any]]
"""Returns a shape in its canonical form, or raises `InputError`."""


class Seen(NamedTuple):
    """One person's shape of a thing, as it came and as `quality` knows it, and the trust in that person."""

    drawn: Drawn
    shape: Shape
    weight: float


class Thing(NamedTuple):
    """One thing on an image, and the trust in its being there.

    Attributes:
        drawn: its shape, without its links.
        number: by which others are linked to it.
        links: the numbers of those that it is linked to.
    """

    drawn: dict[str, Any]
    support: float
    number: int = 0
    links: Mapping[str, int] = {}


def shapes_of(answer: Answer, ontology: Ontology) -> list[Shape]:
    """Return the shapes of an answer as `quality` knows them; their label is type and label."""
    reach = ontology.options.get("reach", REACH)
    return [
        replace(TYPES[one["type"]].to_quality(one, reach), label=(one["type"], one["label"]))
        for one in answer["shapes"]
    ]


def alike(one: Answer, other: Answer, ontology: Ontology) -> Floats:
    """Return how alike each shape of one answer is to each of another, 0 to 1, `[n, m]`; 0 for another label."""
    first, second = shapes_of(one, ontology), shapes_of(other, ontology)
    found = similarity(first, second)
    mine, yours = (
        np.array([_code(drawn, ontology) for drawn in each["shapes"]], int) for each in (one, other)
    )
    found[mine[:, None] != yours[None, :]] = 0.0
    if "attributes" in ontology.options:
        near = found.copy()
        for row, column in zip(*np.nonzero(found), strict=True):
            found[row, column] *= _said_alike(one["shapes"][row], other["shapes"][column], near, ontology)
    return found


def _code(drawn: Drawn, ontology: Ontology) -> int:
    """Return a number for the type and the label of a shape."""
    return ontology.index(drawn["label"]) * len(TYPES) + list(TYPES).index(drawn["type"])


def _said_alike(one: Drawn, other: Drawn, near: Floats, ontology: Ontology) -> float:
    """Return how alike the attributes of two shapes of one label are, 0 to 1; links, by where they lead.

    Args:
        near: how alike all shapes of the two answers are, attributes aside.
    """
    specs = attributes.plain(attributes.specs_of(ontology.options, one["label"]))
    apart = filling.distances(one.get("attributes", {}), other.get("attributes", {}), specs)
    apart += links.apart(one, other, near, ontology)
    return 1.0 - attributes.SHARE * (sum(apart) / len(apart) if apart else 0.0)


def distance(one: Answer, other: Answer, ontology: Ontology) -> float:
    """Return how far two answers differ, 0 to 1: see `quality.shapes.distance`; attributes count, too."""
    shapes = len(one["shapes"]) + len(other["shapes"])
    if one == other or not shapes:
        return 0.0
    found = alike(one, other, ontology)
    return max(0.0, 1.0 - 2.0 * sum(float(found[pair]) for pair in best_pairs(found)) / shapes)


def things_of(
    answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology, check: Check
) -> list[Thing]:
    """Return everything that anybody drew, what has the most trust first.

    Raises:
        TooLarge: more shapes together than can be matched.
    """
    shapes = [shapes_of(answer, ontology) for answer in answers]
    drawn = [answer["shapes"] for answer in answers]
    members = [[links.Member(who, place, weights[who]) for who, place in found] for found in match(shapes)]
    things = [
        Thing(
            joined(
                [Seen(drawn[one.who][one.place], shapes[one.who][one.place], one.weight) for one in seen],
                None,
                ontology,
                check,
            ),
            sum(one.weight for one in seen),
        )
        for seen in members
    ]
    return ranked(with_links(things, members, drawn, ontology), sum(weights))


def with_links(
    things: Sequence[Thing],
    members: Sequence[Sequence[links.Member]],
    drawn: Sequence[Sequence[Drawn]],
    ontology: Ontology,
) -> list[Thing]:
    """Return things, numbered and linked as those who drew them say.

    Args:
        members: of each thing, who drew it.
        drawn: the shapes of each person, as they came.
    """
    if not links.has_links(ontology):
        return list(things)
    labels = [one.drawn["label"] for one in things]
    found = links.agreed_links(members, drawn, labels, ontology)
    return [
        one._replace(number=number, links=to)
        for number, (one, to) in enumerate(zip(things, found, strict=True))
    ]


def ranked(things: Sequence[Thing], most: float) -> list[Thing]:
    """Return things, what has the most trust first.

    Args:
        most: the trust that there is; what differs by next to nothing of it is equal.
    """
    return sorted(things, key=lambda one: (-round(one.support / most, 9), key_of(one.drawn)))


def kept(things: Sequence[Thing], least_support: float, ontology: Ontology) -> list[dict[str, Any]]:
    """Return the things with enough trust, but not fewer nor more than an image may have.

    Args:
        things: what has the most trust first.
        least_support: what is enough.
    """
    wanted = sum(one.support >= least_support for one in things)
    least, most = ontology.options.get("least", 0), ontology.options.get("most", len(things))
    left = things[: min(max(wanted, least), most)]
    place = {one.number: at for at, one in enumerate(left)}
    return [
        links.linked(one.drawn, {name: place[to] for name, to in one.links.items() if to in place}, ontology)
        for one in left
    ]


def joined(seen: Sequence[Seen], agreed: Shape | None, ontology: Ontology, check: Check) -> dict[str, Any]:
    """Return the one shape of a thing that several drew, with type, label and attributes that have the most trust.

    Args:
        seen: one or more; all of a kind, as far as `quality` tells kinds apart.
        agreed: what `quality` made of them; None to merge them here.
        check: makes a shape canonical.
    """
    kinds = [(one.drawn["type"], one.drawn["label"]) for one in seen]
    kind: Any = agreed.label if agreed is not None else None
    if kind not in kinds:
        kind = plurality(kinds, [one.weight for one in seen])
    same = [one for one, its in zip(seen, kinds, strict=True) if its == kind]
    heaviest = min(same, key=lambda one: (-one.weight, key_of(one.drawn)))
    said = filling.merge(
        [one.drawn.get("attributes", {}) for one in same],
        [one.weight for one in same],
        attributes.plain(attributes.specs_of(ontology.options, kind[1])),
    )
    whole = {"type": kind[0], "label": kind[1], **({"attributes": said} if said else {})}
    try:
        return check({**whole, **_placed(seen, agreed, heaviest.drawn)})
    except InputError:  # merged to nothing, or to less than a shape must have
        return links.unlinked(heaviest.drawn, ontology)


def _placed(seen: Sequence[Seen], agreed: Shape | None, like: Drawn) -> dict[str, Any]:
    """Return where a merged shape is."""
    places = [{key: one.drawn[key] for key in ("points", "rotation") if key in one.drawn} for one in seen]
    if all(place == places[0] for place in places):
        return places[0]
    if agreed is None:
        weights = np.array([one.weight for one in seen])
        agreed = merge([one.shape for one in seen], USUAL_LOSS * np.median(weights) / weights).shape
    return TYPES[like["type"]].from_quality(agreed, like)
