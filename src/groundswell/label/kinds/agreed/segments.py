"""Segments of one recording from several people: how far apart answers are, and what they come to. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groundswell.label.kinds.agreed.marks import Agreed, agreed_sites
from groundswell.label.kinds.agreed.weighing import median, medoid
from groundswell.label.kinds.fields import attributes, filling
from groundswell.label.kinds.kind import Answer, Ontology
from groundswell.quality.spans import Span, span_overlap
from groundswell.quality.texts import distance as text_distance

Segment = Mapping[str, Any]

WORDS_SHARE = 0.5
"""How much two segments at the same place may differ by their transcripts alone."""

TICKS = 1_000
"""Places on the line in a second."""


def span_of(segment: Segment) -> Span:
    """Return the stretch of a segment in milliseconds."""
    return Span(round(segment["start"] * TICKS), round(segment["end"] * TICKS), segment["label"])


def distance(one: Answer, other: Answer, ontology: Ontology) -> float:
    """Return how far two answers differ, 0 to 1.

    As `quality.span_distance`: each segment has its largest share in common with one of its label on the other side.
    Here that share is less by how far their transcripts and attributes are apart.
    """
    first, second = one["segments"], other["segments"]
    if one == other or not (first or second):
        return 0.0
    common = _in_common(first, second, ontology)
    found = float(common.max(axis=1).sum() + common.max(axis=0).sum()) if common.size else 0.0
    return max(0.0, 1.0 - found / (len(first) + len(second)))


def _in_common(first: Sequence[Segment], second: Sequence[Segment], ontology: Ontology) -> Any:
    """Return the share that each segment has in common with each, `[n, m]`."""
    found = np.zeros((len(first), len(second)))
    for row, one in enumerate(first):
        for column, other in enumerate(second):
            if one["start"] < other["end"] and other["start"] < one["end"] and one["label"] == other["label"]:
                alike = _alike(one, other, ontology)
                found[row, column] = alike * span_overlap(span_of(one), span_of(other))
    return found


def _alike(one: Segment, other: Segment, ontology: Ontology) -> float:
    """Return how alike what is said of two segments is, 0 to 1."""
    specs = attributes.specs_of(ontology.options, one["label"])
    apart = filling.distance(one.get("attributes", {}), other.get("attributes", {}), specs)
    alike = 1.0 - attributes.SHARE * apart
    if "transcript" in one:
        alike *= 1.0 - WORDS_SHARE * text_distance(one["transcript"], other["transcript"])
    return alike


def merge(answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> list[dict[str, Any]]:
    """Return the segments that at least half of the trust marks."""
    marked = [{span_of(one): one for one in answer["segments"]} for answer in answers]
    sites = agreed_sites([list(one) for one in marked], weights)
    segments = [_joined(site, marked, weights, ontology) for site in sites]
    if ontology.options.get("overlap") is False:
        segments = _parted(segments, [site.support for site in sites])
    return segments


def _joined(
    agreed: Agreed, marked: Sequence[Mapping[Span, Segment]], weights: Sequence[float], ontology: Ontology
) -> dict[str, Any]:
    """Return the segment of one site: where it is from all, what is said of it from those of its label."""
    label = agreed.span.label
    trust = {who: weights[who] for who in agreed.site}
    same = {who: marked[who][mark] for who, mark in agreed.site.items() if mark.label == label}
    said, of = list(same.values()), [trust[who] for who in same]
    segment = {
        "start": median([mark.start for mark in agreed.site.values()], list(trust.values())) / TICKS,
        "end": median([mark.end for mark in agreed.site.values()], list(trust.values())) / TICKS,
        "label": label,
    }
    if "transcript" in ontology.options:
        segment["transcript"] = medoid([one["transcript"] for one in said], of, text_distance)
    specs = attributes.specs_of(ontology.options, str(label))
    more = filling.merge([one.get("attributes", {}) for one in said], of, specs)
    return {**segment, "attributes": more} if more else segment


def _parted(segments: Sequence[dict[str, Any]], support: Sequence[float]) -> list[dict[str, Any]]:
    """Return segments without overlaps: those that overlap a little meet midway, of others the surer one stays.

    Medians of boundaries that different people set may cross by milliseconds where each of them had none.
    """
    kept: list[dict[str, Any]] = []
    for _, segment in sorted(
        zip(support, segments, strict=True), key=lambda pair: (-pair[0], pair[1]["start"], pair[1]["end"])
    ):
        crossed = [one for one in kept if one["start"] < segment["end"] and segment["start"] < one["end"]]
        if all(_meet(one, segment) for one in crossed):
            kept.append(segment)
    return kept


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Let two segments that overlap by less than half of the shorter end and begin midway; says whether they did."""
    first, second = sorted((one, other), key=lambda each: (each["start"], each["end"]))
    shared = min(first["end"], second["end"]) - second["start"]
    if shared >= min(each["end"] - each["start"] for each in (one, other)) / 2:
        return False
    first["end"] = second["start"] = round((first["end"] + second["start"]) / 2, 3)
    return True


def example_of(ontology: Ontology, seconds: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return a few segments of a recording, drawn at random; none overlaps another."""
    cuts = sorted(round(float(cut), 3) for cut in rng.uniform(0, seconds, 2 * int(rng.integers(4))))
    return [
        _drawn(start, end, ontology, rng)
        for start, end in zip(cuts[::2], cuts[1::2], strict=True)
        if end - start > 0.01
    ]


def _drawn(start: float, end: float, ontology: Ontology, rng: np.random.Generator) -> dict[str, Any]:
    label = ontology.classes[int(rng.integers(len(ontology.classes)))]
    segment: dict[str, Any] = {"start": start, "end": end, "label": label}
    if "transcript" in ontology.options:
        words = ("good", "morning", "and", "welcome", "to", "the", "show")
        segment["transcript"] = " ".join(words[int(at)] for at in rng.integers(len(words), size=4))
    said = filling.example_of(attributes.specs_of(ontology.options, label), rng)
    return {**segment, "attributes": said} if said else segment
