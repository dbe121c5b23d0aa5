"""Combine the transcripts of a task to one that is better than each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np

from groundswell.quality.result import TIE, Floats, WorkerSkill
from groundswell.quality.texts.answers import Answer, Answers
from groundswell.quality.texts.choose import TextConsensus, central_answers
from groundswell.quality.texts.distance import NORMAL
from groundswell.quality.texts.network import NO_WORD, align
from groundswell.quality.texts.normal import Normal, Token, without_punctuation
from groundswell.quality.texts.slots import Belief, Slots, infer_slots
from groundswell.quality.votes import Name


class Word(NamedTuple):
    """One word of a combined transcript.

    Attributes:
        text: the word as most of those who said it wrote it, with its punctuation.
        probability: probability that this word is right here; a little too high (see `infer_slots`).
    """

    text: str
    probability: float


@dataclass(frozen=True, eq=False, repr=False)
class TranscriptConsensus(TextConsensus):
    """The combined transcript of every task, word by word.

    Attributes:
        words: the words of each task, each with its probability; empty where most transcripts are.
        texts: the transcript of each task.
        probability: probability that a whole transcript is right, words that were left out included, as if its
            words were independent: low for a long one. Use it to rank tasks for review.
        answers: how many transcripts stood behind each task.
        workers: `skill` is the expected share of a worker's words that are right, `error` its standard error,
            `votes` the transcripts.
        rounds: rounds that were run.
        converged: whether the probabilities stopped moving.
        skipped: rows without a text.
    """

    words: dict[Name, tuple[Word, ...]]

    def __repr__(self) -> str:
        stopped = "" if self.converged else ", not converged"
        words = [word for words in self.words.values() for word in words]
        doubt = sum(word.probability < 0.9 for word in words)
        return (
            f"TranscriptConsensus({len(self.texts):,} tasks from {sum(self.answers.values()):,} transcripts of "
            f"{len(self.workers):,} workers; {self.rounds} rounds{stopped}; "
            f"{doubt:,} of {len(words):,} words below 0.9)"
        )


def combine_transcripts(
    answers: Any,
    *,
    normal: Normal = NORMAL,
    task: str = "task",
    worker: str = "worker",
    text: str = "text",
) -> TranscriptConsensus:
    """Combine several transcripts of the same recording to one, and learn how good each worker is.

    The transcripts of a task are aligned, so that words which stand for the same spoken word share a slot; then
    each slot is decided by a vote, in which no word is a choice too. Votes weigh by how good the answer and its
    worker are, which is learnt over all tasks at the same time. Prefer it to `choose_text` wherever there is
    one right wording: it can be right where every single transcript is wrong.

    Args:
        answers: any table of task, worker and text (see `Votes.from_table`). The last text of a worker for a
            task counts; a missing text is no answer, an empty one says that nothing was spoken.
        normal: which differences between words do not count. What the result is written like is decided
            apart, by the most reliable of those who wrote each word.
        task: name of the task column.
        worker: name of the worker column.
        text: name of the text column.

    Returns:
        A transcript for each task that has an answer. A task with one answer has that answer, as probable as
        its worker is good. A tie goes to the word that is first in the alphabet, and to a word before none.

    Raises:
        NoVotes: there is not one text.
        MissingColumn: a column is not there.
        InputError: the table cannot be used; the message says why.
        TooLarge: a transcript has more than 5,000 words, or there are too many to compare (see `choose_text`).

    Source:
        ROVER: Fiscus (1997), IEEE ASRU, pp. 347-354, doi:10.1109/ASRU.1997.659110. See `align` for the
        network and `infer_slots` for the weights; both differ from the paper, which has no workers to learn.
    """
    read = Answers.from_table(answers, task, worker, text)
    central = central_answers(read, normal)
    tasks = [_Aligned.of(found, normal) for _, found in read.by_task()]
    belief = infer_slots(_slots(tasks, read, central))
    names = [read.task_names[code] for code, _ in read.by_task()]
    decided = dict(zip(names, _decide(tasks, belief), strict=True))
    return TranscriptConsensus(
        words={name: one.words for name, one in decided.items()},
        texts={name: one.text for name, one in decided.items()},
        probability={name: one.probability for name, one in decided.items()},
        answers={name: len(task.answers) for name, task in zip(names, tasks, strict=True)},
        workers=_workers(read, belief),
        rounds=belief.rounds,
        converged=belief.converged,
        skipped=read.skipped,
    )


ABSENT = Token("", "")
"""In a slot, what an answer has that has no word there."""


@dataclass(frozen=True, eq=False)
class _Aligned:
    """The transcripts of one task, slot by slot.

    Attributes:
        answers: the transcripts.
        slots: what each transcript has in each slot, `[slot][answer]`.
        options: the different words of each slot, sorted, and "" for none at the end; `[slot][option]`.
    """

    answers: list[Answer]
    slots: list[tuple[Token, ...]]
    options: list[list[str]]

    @classmethod
    def of(cls, answers: list[Answer], normal: Normal) -> _Aligned:
        """Align the transcripts of a task."""
        tokens = [normal.tokens(answer.text) for answer in answers]
        rows = align([tuple(token.key for token in found) for found in tokens])
        columns = (
            [ABSENT if place == NO_WORD else found[place] for place in row]
            for found, row in zip(tokens, rows, strict=True)
        )
        slots = list(zip(*columns, strict=True))
        options = [sorted({token.key for token in slot}, key=lambda key: (not key, key)) for slot in slots]
        return cls(answers, slots, options)


class _Decided(NamedTuple):
    """The words of one task, the text that they make, and the probability of all of it."""

    words: tuple[Word, ...]
    text: str
    probability: float


def _slots(tasks: list[_Aligned], read: Answers, central: Floats) -> Slots:
    """Return every answer's choice in every slot of its task, as codes."""
    answer: list[int] = []
    option: list[int] = []
    slot: list[int] = []
    is_word: list[bool] = []
    first, slots = 0, 0
    for task in tasks:
        for tokens, keys in zip(task.slots, task.options, strict=True):
            code = {key: len(slot) + place for place, key in enumerate(keys)}
            option += [code[token.key] for token in tokens]
            answer += range(first, first + len(tokens))
            slot += [slots] * len(keys)
            is_word += map(bool, keys)
            slots += 1
        first += len(task.answers)
    worker = np.array([row.worker for row in read.rows], np.intp)
    return Slots(
        answer=np.array(answer, np.intp),
        option=np.array(option, np.intp),
        slot=np.array(slot, np.intp),
        is_word=np.array(is_word, bool),
        worker=worker,
        central=central,
        n_workers=len(read.worker_names),
    )


def _decide(tasks: list[_Aligned], belief: Belief) -> Iterator[_Decided]:
    """Return the most probable transcript of each task."""
    posterior, quality = belief.posterior.tolist(), belief.quality.tolist()
    option, answer = 0, 0
    for task in tasks:
        here = quality[answer : answer + len(task.answers)]
        written, probabilities = [], []
        for tokens, keys in zip(task.slots, task.options, strict=True):
            chances = posterior[option : option + len(keys)]
            best = next(place for place, chance in enumerate(chances) if chance >= max(chances) - TIE)
            written.append(_written(tokens, keys[best], here))
            probabilities.append(chances[best])
            option += len(keys)
        answer += len(task.answers)
        pairs = zip(written, probabilities, strict=True)
        words = tuple(Word(said.strip(), chance) for said, chance in pairs if said)
        yield _Decided(words, "".join(written).strip(), prod(probabilities))


def _written(tokens: tuple[Token, ...], key: str, quality: list[float]) -> str:
    """Return a word as the most reliable of those who said it wrote it: first its letters, then punctuation."""
    said = [
        (token.written, weight) for token, weight in zip(tokens, quality, strict=True) if token.key == key
    ]
    if len({written for written, _ in said}) == 1:
        return said[0][0]
    letters = _favourite([(without_punctuation(written), weight) for written, weight in said])
    return _favourite([one for one in said if without_punctuation(one[0]) == letters])


def _favourite(votes: list[tuple[str, float]]) -> str:
    """Return the text with the most weight; ties go to the first in the alphabet."""
    support: dict[str, float] = defaultdict(float)
    for text, weight in votes:
        support[text] += weight
    most = max(support.values())
    return min(text for text, weight in support.items() if weight >= most - TIE)


def _workers(read: Answers, belief: Belief) -> tuple[WorkerSkill, ...]:
    """Return every worker's skill."""
    votes = np.bincount([row.worker for row in read.rows], minlength=len(read.worker_names))
    columns = (belief.skill.tolist(), belief.error.tolist(), votes.tolist())
    return tuple(WorkerSkill(*row) for row in zip(read.worker_names, *columns, strict=True))
