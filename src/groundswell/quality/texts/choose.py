"""Choose one of the given answers for every task: the one that reliable workers' answers are nearest to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.result import TIE, Floats, WorkerSkill
from groundswell.quality.texts.answers import Answer, Answers
from groundswell.quality.texts.apart import Distance, Embed, make_batches
from groundswell.quality.texts.distance import NORMAL
from groundswell.quality.texts.medoid import Batch, Spread, learn_spread
from groundswell.quality.texts.normal import Normal
from groundswell.quality.votes import Name


@dataclass(frozen=True, eq=False)
class TextConsensus:
    """The chosen answer of every task, with its probability.

    Attributes:
        texts: the answer of each task, as a worker wrote it.
        probability: probability that this answer, of those given, is the nearest to the truth. It is as good
            as the model (see `choose_text`): use it to rank tasks for review, not as a certificate.
        answers: how many answers stood behind each task.
        workers: `skill` is 1 minus the expected distance of the worker's answers to the truth, `error` its
            standard error, `votes` the answers.
        rounds: rounds that were run.
        converged: whether workers stopped moving.
        skipped: rows without a text.
    """

    texts: dict[Name, str]
    probability: dict[Name, float]
    answers: dict[Name, int]
    workers: tuple[WorkerSkill, ...]
    rounds: int
    converged: bool
    skipped: int

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each task: `task`, `text`, `probability`, `answers`."""
        return [
            {"task": task, "text": text, "probability": self.probability[task], "answers": self.answers[task]}
            for task, text in self.texts.items()
        ]

    def __repr__(self) -> str:
        stopped = "" if self.converged else ", not converged"
        doubt = sum(probability < 0.9 for probability in self.probability.values())
        return (
            f"TextConsensus({len(self.texts):,} tasks from {sum(self.answers.values()):,} answers of "
            f"{len(self.workers):,} workers; {self.rounds} rounds{stopped}; {doubt:,} tasks below 0.9)"
        )


def choose_text(
    answers: Any,
    *,
    normal: Normal = NORMAL,
    embed: Embed | None = None,
    embedding_share: float = 0.5,
    task: str = "task",
    worker: str = "worker",
    text: str = "text",
) -> TextConsensus:
    """Choose the best of the given texts for every task, and learn how reliable each worker is.

    Prefer it for translations, summaries and other texts that can be right in many ways; where there is one
    right wording (transcripts), `combine_transcripts` is better because it can mend every answer.

    Each answer is taken to lie at an exponentially distributed distance from the true one, with a mean that is
    the worker's own; the true one is taken to be among those given. Workers and truths are estimated in turn.
    A worker's distance is judged by what the others wrote alone, so that nobody testifies for themselves, and
    leans on the crowd's by as much as workers turn out to be alike. With one mean for all it is the medoid.

    Args:
        answers: any table of task, worker and text (see `Votes.from_table`). The last text of a worker for a
            task counts; a missing text is no answer, an empty one is.
        normal: which differences between texts do not count.
        embed: a function from texts to vectors, for a distance by meaning; called once, with the distinct
            texts in sorted order.
        embedding_share: share of the cosine distance in the distance, 0 to 1; the rest is `distance`.
        task: name of the task column.
        worker: name of the worker column.
        text: name of the text column.

    Returns:
        The chosen texts. A task with one answer has that answer, with probability 1 (there is no other to
        choose) and no say about its worker. Where several wrote the same but for what does not count, the
        writing with the most reliable authors is shown; ties go to the first in the alphabet.

    Raises:
        NoVotes: there is not one text.
        MissingColumn: a column is not there.
        InputError: the table or the vectors cannot be used; the message says why.
        TooLarge: more pairs of answers to the same task than `MOST_CELLS`.

    Source:
        The joint estimation of sequences and reliabilities is the idea of RASA: Li and Fukumoto (2019),
        AnnoNLP, doi:10.18653/v1/D19-5904, and of HRRASA: Li (2020), SIGIR, doi:10.1145/3397271.3401239. The
        model, the leaving out and the shrinkage are ours.
    """
    read = Answers.from_table(answers, task, worker, text)
    groups = dict(read.by_task())
    batches = make_batches(groups, Distance.of(read, normal, embed, embedding_share))
    spread = learn_spread(batches, len(read.worker_names))
    chosen = {code: choice for batch in batches for code, choice in _choices(batch, groups, spread)}
    names = {code: read.task_names[code] for code in sorted(chosen)}
    return TextConsensus(
        texts={name: chosen[code][0] for code, name in names.items()},
        probability={name: chosen[code][1] for code, name in names.items()},
        answers={name: len(groups[code]) for code, name in names.items()},
        workers=_workers(read, spread),
        rounds=spread.rounds,
        converged=spread.converged,
        skipped=read.skipped,
    )


def _choices(
    batch: Batch, groups: dict[int, list[Answer]], spread: Spread
) -> list[tuple[int, tuple[str, float]]]:
    """Return the choice for every task of a batch."""
    columns = (batch.posterior(spread.mean), batch.same, 1 / spread.mean[batch.worker])
    codes = batch.task.tolist()
    return [(code, _choice(groups[code], *row)) for code, *row in zip(codes, *columns, strict=True)]


def _choice(
    answers: list[Answer], posterior: Floats, same: NDArray[np.bool_], weight: Floats
) -> tuple[str, float]:
    """Return the chosen answer of a task, as its most reliable authors wrote it, and its probability."""
    first = int((posterior >= posterior.max() - TIE).argmax())
    support: dict[str, float] = {}
    for place in np.flatnonzero(same[first]).tolist():
        written = answers[place].text
        support[written] = support.get(written, 0.0) + float(weight[place])
    most = max(support.values())
    return next(text for text in support if support[text] >= most - TIE), float(posterior[first])


def _workers(read: Answers, spread: Spread) -> tuple[WorkerSkill, ...]:
    """Return every worker's skill."""
    votes = np.bincount([answer.worker for answer in read.rows], minlength=len(read.worker_names))
    columns = ((1 - spread.mean).tolist(), spread.error.tolist(), votes.tolist())
    return tuple(WorkerSkill(*row) for row in zip(read.worker_names, *columns, strict=True))


def central_answers(read: Answers, normal: Normal) -> Floats:
    """Return the probability that each answer is the nearest to the truth of its task, `[n_answers]`.

    Those of a task sum to 1, and equal texts share theirs; 0 for the only answer of a task, which nothing tells
    for or against.
    """
    groups = dict(read.by_task())
    batches = make_batches(groups, Distance.of(read, normal, None, 0.0))
    spread = learn_spread(batches, len(read.worker_names))
    found = {
        code: row if len(row) > 1 else np.zeros(1)
        for batch in batches
        for code, row in zip(batch.task.tolist(), batch.shares(spread.mean), strict=True)
    }
    return np.concatenate([found[code] for code in groups])
