"""Mark and label segments of a recording, with their transcripts and attributes."""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds.agreed import segments as agreed
from groundswell.label.kinds.agreed.weighing import key_of
from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    flag,
    listed,
    number,
    one_of,
    words,
)
from groundswell.label.kinds.fields import attributes, filling
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, class_names

MOST_SEGMENTS = 1_000
"""Segments of one recording."""

MOST_SECONDS = 86_400.0

MOST_CHARACTERS = 20_000
"""Characters of the transcript of one segment."""

DIGITS = 3
"""Times are kept to the millisecond."""

SLACK_SECONDS = 0.5
"""How far a segment may reach beyond the recording: decoders differ in how much silence they add."""

_second = number(0.0, MOST_SECONDS, digits=DIGITS)


class AudioSegments(LabelKind):
    """Segments of a recording, each with a label, and where they are asked for a transcript and attributes.

    `{"segments": [{"start": 0.0, "end": 1.5, "label": "speech", "transcript": "...", "attributes": {...}}]}`, in
    seconds to the millisecond, in the order of start, end and label.
    """

    name: ClassVar[str] = "audio_segments"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"audio"})
    least_classes: ClassVar[int] = 1
    reads_item: ClassVar[bool] = True
    tolerance: ClassVar[float] = 0.15
    options: ClassVar[Mapping[str, Option]] = {
        "transcript": Option(flag, "whether each segment has a transcript, which may be empty"),
        "overlap": Option(flag, "whether segments of one answer may overlap", True),
        "attributes": attributes.OPTION,
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={"kind": "audio", "text": None, "media_type": "audio/wav", "meta": {"duration_seconds": 9.5}},
        answer={
            "segments": [
                {"start": 0.0, "end": 3.25, "label": "speech", "transcript": "Good morning."},
                {"start": 4.0, "end": 9.5, "label": "music", "transcript": ""},
            ]
        },
        classes=("speech", "music"),
        options={"transcript": True},
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return one label or more."""
        names = class_names(classes, least=self.least_classes)
        given = checked_options(self.name, options, self.options)
        kept = {name: value for name, value in given.items() if value is not (name == "overlap")}
        attributes.check_labels(kept.get("attributes", ()), names)
        return Ontology(names, kept)

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return distinct segments in order, with times to the millisecond.

        Raises:
            InvalidAnswer: another shape, an unknown label or attribute, a segment that ends before it begins or after
                the recording does, or one that overlaps another where that is not allowed.
        """
        read = checked_answer(answer, _answer_check(ontology))
        try:
            given = [_canonical(f"segments[{at}]", one, ontology) for at, one in enumerate(read["segments"])]
        except InputError as error:
            raise InvalidAnswer(str(error)) from None
        segments = in_order({key_of(one): one for one in given}.values(), ontology)
        _check_inside(segments, _duration_of(shown))
        if ontology.options.get("overlap") is False:
            _check_apart(segments)
        return {"segments": segments}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return 1 minus the share of segments in common (F1): a part in part, less for other words or attributes."""
        return agreed.distance(one, other, ontology)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return what at least half of the trust marks: from and to the median, with the words nearest to all."""
        if len({key_of(answer) for answer in answers}) == 1:
            return answers[0]
        segments = agreed.merge(answers, weights, ontology)
        return self.or_nearest({"segments": segments}, answers, weights, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return a few segments with any label."""
        seconds = min(_duration_of(shown) - SLACK_SECONDS, 60.0)
        return self.validate({"segments": agreed.example_of(ontology, seconds, rng)}, ontology)


def in_order(segments: Any, ontology: Ontology) -> list[Any]:
    """Return segments in the order of start, end and label."""
    return sorted(
        segments, key=lambda one: (one["start"], one["end"], ontology.index(one["label"]), key_of(one))
    )


def _answer_check(ontology: Ontology) -> Check:
    known = {"start": _second, "end": _second, "label": one_of(*ontology.classes)}
    more = {"attributes": Check("an object of attributes", lambda name, value: value)}
    if "transcript" in ontology.options:
        more["transcript"] = words(0, MOST_CHARACTERS)
    return fields(
        {"segments": listed(fields({**known, **more}, needs=tuple(known)), most=MOST_SEGMENTS)},
        needs=("segments",),
    )


def _canonical(name: str, given: Mapping[str, Any], ontology: Ontology) -> dict[str, Any]:
    if given["start"] >= given["end"]:
        raise InputError(
            f"{name} ends at {given['end']:g} s, which is not after its start {given['start']:g} s"
        )
    segment = {key: given[key] for key in ("start", "end", "label")}
    if "transcript" in ontology.options:
        segment["transcript"] = " ".join(unicodedata.normalize("NFC", given.get("transcript", "")).split())
    specs = attributes.specs_of(ontology.options, given["label"])
    said = filling.filled(f"{name}.attributes", given.get("attributes", {}), specs)
    return {**segment, "attributes": said} if said else segment


def _duration_of(shown: Shown | None) -> float:
    """Return how long a recording may be taken for, in seconds."""
    known = shown["meta"].get("duration_seconds") if shown is not None else None
    return float(known) + SLACK_SECONDS if isinstance(known, int | float) else MOST_SECONDS


def _check_inside(segments: Sequence[Mapping[str, Any]], seconds: float) -> None:
    for one in segments:
        if one["end"] > seconds:
            raise InvalidAnswer(f"a segment ends at {one['end']:g} s, after the recording does")


def _check_apart(segments: Sequence[Mapping[str, Any]]) -> None:
    for one, other in pairwise(segments):
        if other["start"] < one["end"]:
            raise InvalidAnswer(
                f"segments {one['start']:g}-{one['end']:g} and {other['start']:g}-{other['end']:g} s overlap; "
                "here they may only touch"
            )
