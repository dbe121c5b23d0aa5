"""Labelled stretches of a line, such as spans of a text or segments of a recording: what several people mean. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from groundswell.label.kinds.agreed.weighing import half, medoid, plurality
from groundswell.quality.spans import Span, span_overlap
from groundswell.quality.spans.consensus import ALIKE
from groundswell.quality.spans.sites import join_marks

Site = Mapping[int, Span]
"""What each answer, by its place, marked at one site; an answer has one mark at a site at most."""


class Agreed(NamedTuple):
    """What most marks at a site stand for, and the trust behind it."""

    span: Span
    support: float
    site: Site


def agreed_sites(answers: Sequence[Sequence[Span]], weights: Sequence[float]) -> list[Agreed]:
    """Return the sites at which at least half of the trust marks something, with the label that has the most.

    Half is enough: people miss more than they invent. The stretch is that of the marks which overlaps most with all
    of them.

    Args:
        answers: distinct marks of each answer.
        weights: of answers.
    """
    sites = join_marks({place: tuple(marks) for place, marks in enumerate(answers)}, ALIKE)
    found = [_agreed(site, weights) for site in sites]
    return [one for one in found if one.support >= half(weights)]


def _agreed(site: Site, weights: Sequence[float]) -> Agreed:
    places = sorted(site)
    marks, trust = [site[place] for place in places], [weights[place] for place in places]
    label = plurality([mark.label for mark in marks], trust)
    middle = medoid(marks, trust, lambda one, other: 1.0 - span_overlap(one, other), key=lambda one: one[:2])
    return Agreed(Span(middle.start, middle.end, label), sum(trust), site)


def likest(span: Span, others: Sequence[Span]) -> int | None:
    """Return the place of the mark that means the same as `span`, those of its label first; None if there is none."""
    near = [
        (other.label == span.label, span_overlap(span, other), -place)
        for place, other in enumerate(others)
        if span_overlap(span, other) >= ALIKE
    ]
    return -max(near)[2] if near else None
