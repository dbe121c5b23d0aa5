"""Texts that several people wrote down of one thing: their canonical form, and one text from several. Pure."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from groundswell.label.kinds.agreed.weighing import plurality
from groundswell.label.kinds.inference import Learnt, Said, by_task
from groundswell.label.kinds.kind import Answer, Ontology
from groundswell.quality.texts import Normal, TranscriptConsensus, combine_transcripts
from groundswell.quality.texts import distance as text_distance
from groundswell.quality.texts.network import NO_WORD, align
from groundswell.quality.texts.normal import Token

MOST_CHARACTERS = 200_000
"""Characters of a text: a book is cut in parts first."""

MOST_VOTED, MOST_ALIGNED = 200, 1_000
"""Words up to which texts are set side by side when an answer comes in, and when a project is inferred as a whole: it
takes about a tenth of a second, and a second."""

WITHOUT_SPACES = frozenset({"zh", "yue", "ja", "th", "lo", "km", "my", "bo"})
"""Languages that do not part words by spaces: their characters are compared."""

LINE_BREAK = "\N{SYMBOL FOR NEWLINE}"
"""Stands for a line break where texts are compared, for a break is no punctuation."""

Parts = list[str]
"""A text in the parts that are combined apart: its lines, where line breaks are part of it."""


def canonical_text(text: str, ontology: Ontology) -> str:
    """Return a text as it is kept."""
    composed = unicodedata.normalize("NFC", text)
    if not ontology.options.get("lines"):
        return " ".join(composed.split())
    return "\n".join(line.rstrip() for line in composed.splitlines()).strip("\n")


def most_characters(ontology: Ontology) -> int:
    """Return how many characters a text may have."""
    most: int = ontology.options.get("most_characters", MOST_CHARACTERS)
    return most


def normal_of(ontology: Ontology) -> Normal:
    """Return what a word is in the language of a project."""
    language = ontology.options.get("language", "").split("-")[0].lower()
    return Normal(unit="character" if language in WITHOUT_SPACES else "word")


def distance_by(normal: Normal) -> Callable[[Answer, Answer], float]:
    """Return how far two texts differ, 0 to 1: words that differ over words of the longer. A line break is a word."""
    return lambda one, other: text_distance(_broken(one["text"]), _broken(other["text"]), normal=normal)


def _broken(text: str) -> str:
    return text.replace("\n", f" {LINE_BREAK} ")


def parts_of(text: str, ontology: Ontology) -> Parts:
    """Return the lines of a text, or all of it as one part."""
    return text.split("\n") if ontology.options.get("lines") else [text]


def vote_on_words(texts: Sequence[str], weights: Sequence[float], ontology: Ontology) -> str | None:
    """Return the text whose every word has the most trust, or None where the texts cannot be set side by side.

    They cannot where their lines are not equally many, or where one is too long to be aligned.

    Source:
        ROVER: Fiscus (1997), IEEE ASRU, pp. 347-354, doi:10.1109/ASRU.1997.659110, with the given weights.
    """
    rows = [parts_of(text, ontology) for text in texts]
    normal = normal_of(ontology)
    if len({len(row) for row in rows}) > 1 or _are_long(rows, normal, MOST_VOTED):
        return None
    return "\n".join(_voted(part, weights, normal) for part in zip(*rows, strict=True))


def _are_long(rows: Sequence[Parts], normal: Normal, most: int) -> bool:
    """Say whether any part of any text has more words than are aligned."""
    return any(len(part) > most and len(normal.keys(part)) > most for row in rows for part in row)


def _voted(texts: Sequence[str], weights: Sequence[float], normal: Normal) -> str:
    tokens = [normal.tokens(text) for text in texts]
    rows = align([tuple(token.key for token in found) for found in tokens])
    written = [
        _word([None if at == NO_WORD else found[at] for at, found in zip(slot, tokens, strict=True)], weights)
        for slot in zip(*rows, strict=True)
    ]
    return "".join(written).strip()


def _word(slot: Sequence[Token | None], weights: Sequence[float]) -> str:
    """Return the word of a slot as those who are trusted most wrote it; "" where most have none there."""
    key = plurality([token.key if token else "" for token in slot], weights)
    said = [
        (token.written, weight)
        for token, weight in zip(slot, weights, strict=True)
        if token is not None and token.key == key
    ]
    return plurality([written for written, _ in said], [weight for _, weight in said]) if said else ""


def learn_words(said: Sequence[Said], ontology: Ontology) -> Learnt | None:
    """Learn texts word by word, and what share of their words each worker has right; see `combine_transcripts`.

    Tasks whose texts cannot be set side by side have no label in what is returned; None where all are such.
    """
    normal = normal_of(ontology)
    rows = [
        ((task, place), one.worker, part)
        for task, answers in by_task(said).items()
        if _can_be_combined(answers, ontology, normal)
        for one in answers
        for place, part in enumerate(parts_of(one.answer["text"], ontology))
    ]
    if not rows:
        return None
    found = combine_transcripts(rows, normal=normal)
    known = {one.worker: (one.skill, one.error) for one in found.workers}
    usual = (sum(one.skill for one in found.workers) / len(known), max(one.error for one in found.workers))
    return Learnt(
        {
            task: {"text": "\n".join(found.texts[name] for name in parts)}
            for task, parts in _names(found).items()
        },
        {one.worker: known.get(one.worker, usual)[0] for one in said},
        {one.worker: known.get(one.worker, usual)[1] for one in said},
    )


def _can_be_combined(answers: Sequence[Said], ontology: Ontology, normal: Normal) -> bool:
    rows = [parts_of(one.answer["text"], ontology) for one in answers]
    return len({len(row) for row in rows}) == 1 and not _are_long(rows, normal, MOST_ALIGNED)


def _names(found: TranscriptConsensus) -> dict[int, list[tuple[int, int]]]:
    """Return what the parts of each task are called, in their order."""
    names: dict[int, list[tuple[int, int]]] = {}
    given: Any = found.texts
    for task, place in sorted(given):
        names.setdefault(task, []).append((task, place))
    return names
