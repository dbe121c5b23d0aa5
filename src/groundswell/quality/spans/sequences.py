"""Consensus of sequences: one tag for each token, from several workers' tags."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.expectation import group_sums
from groundswell.quality.result import Floats, WorkerSkill
from groundswell.quality.spans.bio import Token, spans_from_tags
from groundswell.quality.spans.chains import Paths, best_paths, expected_paths, scaled
from groundswell.quality.spans.scheme import Scheme, SchemeName
from groundswell.quality.spans.shrinkage import shrunk_rate
from groundswell.quality.spans.span import Span
from groundswell.quality.spans.steps import learn_steps
from groundswell.quality.spans.tagged import Tagged, read_tagged

ROUNDS = 5
"""How often workers and truth are estimated in turn."""

EVEN_MOVES = 10.0
"""Imagined moves from each tag, spread as tags are common, beside those that are counted."""


@dataclass(frozen=True, eq=False)
class SequenceConsensus:
    """The inferred tags of every task, with their probabilities.

    Tokens of all tasks stand one after the other in the order of `tasks`; `starts` says where each begins.

    Attributes:
        tasks: names of the tasks, sorted.
        scheme: the tags and their grammar.
        starts: int64 `[n_tasks + 1]`.
        tag: intp `[n_tokens]`, code of the inferred tag; in BIO always a valid sequence.
        posterior: float64 `[n_tokens, tags]`, rows sum to 1.
        step: float64 `[n_tokens]`, the probability of each inferred tag, given that the one before it is right.
        transition: float64 `[tags, tags]`, assumed probability of the next true tag: as in the answers.
        answers: int64 `[n_tasks]`, how many answers stood behind each task.
        workers: each worker's skill: the share of right tags among tokens that are in a span by the truth or by
            the worker (of all tokens, where tags have no `O`), shrunk to the crowd's; `votes` counts answers.
        rounds: how many rounds were run.
        skipped: rows of the table without tags.
    """

    tasks: tuple[Hashable, ...]
    scheme: Scheme
    starts: NDArray[np.int64]
    tag: NDArray[np.intp]
    posterior: Floats
    step: Floats
    transition: Floats
    answers: NDArray[np.int64]
    workers: tuple[WorkerSkill, ...]
    rounds: int
    skipped: int = 0

    @cached_property
    def tags(self) -> dict[Hashable, list[str]]:
        """The tags of each task, by name."""
        names = [self.scheme.tags[code] for code in self.tag.tolist()]
        ends = zip(self.tasks, self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        return {task: names[start:end] for task, start, end in ends}

    @cached_property
    def probability(self) -> dict[Hashable, float]:
        """The probability that all tags of a task are right, by name."""
        log_step = np.append(0.0, np.cumsum(np.log(np.maximum(self.step, 1e-300))))
        whole = np.exp(log_step[self.starts[1:]] - log_step[self.starts[:-1]])
        return dict(zip(self.tasks, whole.tolist(), strict=True))

    def token_probability(self, task: Hashable) -> list[float]:
        """Return the probability of each tag of a task.

        Raises:
            KeyError: there is no such task.
        """
        rows = self._rows(task)
        return [float(row[code]) for row, code in zip(self.posterior[rows], self.tag[rows], strict=True)]

    def spans(self, task: Hashable, tokens: list[Token] | None = None) -> tuple[Span, ...]:
        """Return the spans of a task whose tags are BIO.

        Args:
            task: its name.
            tokens: start and end of each token in code points; without them, offsets count tokens.

        Raises:
            KeyError: there is no such task.
            InputError: tags are not BIO, or tokens are not as many as tags.
        """
        return spans_from_tags(self.tags[task], tokens)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each task: `task`, `tags`, `probability` (that all are right), `answers`."""
        return [
            {"task": task, "tags": tags, "probability": self.probability[task], "answers": answers}
            for (task, tags), answers in zip(self.tags.items(), self.answers.tolist(), strict=True)
        ]

    def __repr__(self) -> str:
        size = f"{len(self.tasks):,} tasks, {len(self.tag):,} tokens, {len(self.scheme.tags)} tags"
        sure = np.mean(list(self.probability.values())) if self.tasks else np.nan
        return (
            f"SequenceConsensus({size}; {self.answers.sum():,} answers of {len(self.workers):,} workers; "
            f"a task is right as a whole with mean probability {sure:.3f})"
        )

    def _rows(self, task: Hashable) -> slice:
        place = self._places[task]
        return slice(int(self.starts[place]), int(self.starts[place + 1]))

    @cached_property
    def _places(self) -> dict[Hashable, int]:
        return {task: place for place, task in enumerate(self.tasks)}


def consensus_of_sequences(
    answers: Any,
    *,
    scheme: SchemeName | None = None,
    rounds: int = ROUNDS,
    task: str = "task",
    worker: str = "worker",
    tags: str = "tags",
) -> SequenceConsensus:
    """Infer the tags of every sequence that several workers tagged: named entities, parts of speech, phases.

    True tags form a Markov chain that moves as the answers do. What a worker says is a step from what the same
    worker said before: it depends on the truth and on whether the worker stands outside a span, in one of the
    true label, or in one of another. So a worker who begins a span late, or misses it, is not taken to be wrong
    again at each of its tokens, and missing a name is cheaper to explain than inventing one, if that is what
    the crowd does. Steps have a Dirichlet prior centred on the crowd's, whose strength is learnt. Errors are
    taken to be somewhat alike (`shrinkage.worth`), so that many equal answers do not make it too sure. Tasks
    with one answer teach nothing about workers.

    Args:
        answers: any table with a row for each answer (tuples, dicts, columns, Arrow, a data frame). Tags are a
            list of text, or one text with spaces between; every answer to a task has equally many. The last
            answer of a worker to a task counts; rows without tags (None, NaN) are left out.
        scheme: `"bio"` (an `I-x` that follows neither `B-x` nor `I-x` is read as `B-x`, and the consensus is
            always valid) or `"plain"` for any other tags. None chooses by looking at them.
        rounds: how often workers and truth are estimated in turn.
        task: name of the task column.
        worker: name of the worker column.
        tags: name of the column of tags.

    Returns:
        A `SequenceConsensus`: `.tags`, `.probability`, `.spans(task)`, `.workers`, `.to_rows()`. A task that
        nobody answered has no tags. With one answer a task, that answer is returned.

    Raises:
        NoVotes: no row has tags.
        InputError: the table cannot be used; the message says why.

    Source:
        The model is Bayesian sequence combination with its sequential annotators, in a simpler form: Simpson
        and Gurevych (2019), EMNLP-IJCNLP, pages 1093-1104, doi:10.18653/v1/D19-1101. They condition on the
        worker's last tag, and infer by variational Bayes. The places and steps, the fixed chain, the learnt
        strengths, the worth of answers and the fixed number of rounds are ours.

    Example:
        >>> from groundswell.quality.spans import consensus_of_sequences
        >>> rows = [("t", "ann", "B-PER I-PER O"), ("t", "bob", "B-PER I-PER O"), ("t", "eve", "O B-PER O")]
        >>> consensus_of_sequences(rows).tags
        {'t': ['B-PER', 'I-PER', 'O']}
    """
    tagged = read_tagged(answers, task=task, worker=worker, tags=tags, scheme=scheme)
    posterior = _shares(tagged)
    chain = _chain(tagged)
    teaches = (tagged.answers_per_row > 1)[:, None]
    for _ in range(max(rounds, 1)):
        steps = learn_steps(tagged, posterior * teaches)
        seen = steps.log_likelihood(tagged)
        paths = expected_paths(tagged.layout, seen, chain.start, chain.move)
        posterior = paths.posterior
    return _dressed(tagged, chain, seen, paths, rounds)


@dataclass(frozen=True, eq=False)
class _Chain:
    """The probabilities of the first and of the next true tag: `start` `[tags]`, `move` `[tags, tags]`."""

    start: Floats
    move: Floats


def _chain(tagged: Tagged) -> _Chain:
    """Return the chain that the answers themselves follow.

    It is not learnt along with the truth: crowds that split names, say, would teach it that names are split.
    """
    scheme = tagged.scheme
    size = len(scheme.tags)
    common = np.bincount(tagged.tag, minlength=size) + 1 / size
    counts = np.vstack([scheme.may_follow, scheme.may_begin]) * common
    counts *= EVEN_MOVES / counts.sum(axis=1, keepdims=True)
    cells = tagged.before.astype(np.int64) * size + tagged.tag
    counts += np.bincount(cells, minlength=(size + 1) * size).reshape(size + 1, size)
    counts /= counts.sum(axis=1, keepdims=True)
    return _Chain(counts[-1], counts[:-1])


def _shares(tagged: Tagged) -> Floats:
    """Return the share of answers for each tag of each token, `[n_tokens, tags]` by row."""
    size = len(tagged.scheme.tags)
    cells = tagged.row * size + tagged.tag
    counts = np.bincount(cells, minlength=tagged.n_tokens * size).reshape(-1, size)
    shares: Floats = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _dressed(tagged: Tagged, chain: _Chain, seen: Floats, paths: Paths, rounds: int) -> SequenceConsensus:
    """Decode with what was learnt, and return it as a result with tokens task by task."""
    path = best_paths(tagged.layout, seen, chain.start, chain.move)
    row = tagged.layout.row
    starts = np.append(0, np.cumsum(tagged.layout.lengths))
    weight = (scaled(seen) * paths.onward)[row]
    tag = path[row]
    before = np.roll(tag, 1)
    moves = chain.move[before] * weight
    first = starts[:-1][tagged.layout.lengths > 0]
    moves[first] = chain.start * weight[first]
    step = moves[np.arange(len(tag)), tag] / moves.sum(axis=1)
    workers = _skills(tagged, paths.posterior)
    return SequenceConsensus(
        *(tagged.tasks, tagged.scheme, starts, tag, paths.posterior[row], step, chain.move),
        *(tagged.answers, workers, max(rounds, 1), tagged.skipped),
    )


def _skills(tagged: Tagged, posterior: Floats) -> tuple[WorkerSkill, ...]:
    """Return the share of right tags of each worker, where the truth or the worker says more than `O`."""
    outside = tagged.scheme.outside
    agreed = posterior[tagged.row, tagged.tag]
    compared = tagged.answers_per_row[tagged.row] > 1
    counts: Floats = np.where(tagged.tag == outside, 1 - agreed, 1.0) * compared
    right: Floats = np.where(tagged.tag == outside, 0.0, agreed) * compared
    size = len(tagged.workers)
    rate, error = shrunk_rate(group_sums(tagged.worker, right, size), group_sums(tagged.worker, counts, size))
    columns = zip(tagged.workers, rate.tolist(), error.tolist(), tagged.answered.tolist(), strict=True)
    return tuple(WorkerSkill(*row) for row in columns)
