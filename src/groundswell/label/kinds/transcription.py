"""Write down what an image, a recording or a text says."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InvalidAnswer
from groundswell.label.kinds.agreed.transcripts import (
    MOST_CHARACTERS,
    canonical_text,
    distance_by,
    learn_words,
    most_characters,
    normal_of,
    vote_on_words,
)
from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    flag,
    whole,
    words,
)
from groundswell.label.kinds.inference import Inferred, Said
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, no_classes

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


def _read_language(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 35 or not _LANGUAGE.fullmatch(value):
        raise _language.refusal(name, value)
    return value


_language = Check(
    "a language tag, as it or pt-BR",
    _read_language,
    {"type": "string", "maxLength": 35, "pattern": f"^{_LANGUAGE.pattern}$"},
)


class Transcription(LabelKind):
    """The words of an item, as they are written or spoken.

    `{"text": "..."}`, empty where there are none. Texts are kept in Unicode NFC. With the option `lines` only space at
    the ends of lines is dropped; without it a text is one line, and any space in it is a single one.
    """

    name: ClassVar[str] = "transcription"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"text", "image", "audio"})
    tolerance: ClassVar[float] = 0.05
    options: ClassVar[Mapping[str, Option]] = {
        "most_characters": Option(
            whole(1, MOST_CHARACTERS), "characters that a text may have", MOST_CHARACTERS
        ),
        "language": Option(
            _language,
            "what the text is written in: for spelling, direction and words",
        ),
        "lines": Option(flag, "whether line breaks are part of the text"),
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={
            "kind": "image",
            "text": None,
            "media_type": "image/png",
            "meta": {"width": 300, "height": 80},
        },
        answer={"text": "Nel mezzo del cammin\ndi nostra vita"},
        options={"language": "it", "lines": True},
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return the options; there are no classes."""
        no_classes(self.name, classes, "an answer is free text")
        given = checked_options(self.name, options, self.options)
        return Ontology((), {name: value for name, value in given.items() if value is not False})

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return the text in its canonical form.

        Raises:
            InvalidAnswer: another shape, a text that is too long or that cannot be kept.
        """
        read = checked_answer(answer, fields({"text": words(0, 2 * MOST_CHARACTERS)}, needs=("text",)))
        text, most = canonical_text(read["text"], ontology), most_characters(ontology)
        if len(text) > most:
            raise InvalidAnswer(f"the text has {len(text):,} characters; at most {most:,} are kept here")
        return {"text": text}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return the words that differ over the words of the longer text; case and punctuation do not count."""
        return distance_by(normal_of(ontology))(one, other)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the words that have the most trust, from three different texts on; before, the text nearest to all."""
        texts = [answer["text"] for answer in answers]
        mixed = vote_on_words(texts, weights, ontology) if len(set(texts)) > 2 else None
        if mixed is None:
            return self.nearest(answers, weights, ontology)
        return self.or_nearest({"text": mixed}, answers, weights, ontology)

    def infer(self, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Combine the texts of each task word by word, which can be right where every one is wrong."""
        learnt = learn_words(said, ontology)
        if learnt is None:
            return super().infer(said, ontology)
        return self.concluded(learnt, said, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return some words."""
        words_of = ("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog")
        drawn = " ".join(words_of[int(at)] for at in rng.integers(len(words_of), size=9))
        return {"text": canonical_text(drawn[: most_characters(ontology)], ontology)}
