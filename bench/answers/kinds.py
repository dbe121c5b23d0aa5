"""Labels of a project from real crowds, by label kind and method: `python -m bench.answers.kinds --data DIR`.

DIR holds `crowd/` with the sets below (`answers.csv`: task, worker, label; `truth.csv`: task, truth). What people said
there is put into the answers of a label kind, and the labels of the project are inferred in three ways: by the kind's
own `infer`, by nearness alone (`infer_by_merging`, what a kind has that says nothing else), and by merging with equal
trust; ratings also by `consensus_of_ratings`, which gives each step a probability of its own. Each is judged by the
kind's own distance to the truth, which is used for nothing else. Every set is also measured with three random answers
a task, for projects that cannot pay ten.

The truth of `pair_music_similarity` was itself derived from the crowd: it says whether methods agree with all, not
whether they are right.

The last line is JSON: for each set the mean distance to the truth by method (less is better), and how well the
claimed probabilities and skills go with what was reached (correlations).
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.label.kinds import Said, Schema, label_kind
from groundswell.label.kinds.inference import Inferred, infer_by_merging
from groundswell.quality.ordinal import consensus_of_ratings
from groundswell.quality.spans import spans_from_tags

MOST_TASKS = 600
THINNED = 3
LEAST_ANSWERS = 10
"""A worker with fewer answers says little about how well skills are estimated."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class Crowd:
    """What people said of the tasks of one project, and the truth by task."""

    name: str
    schema: Schema
    said: list[Said]
    truth: dict[int, Answer]

    def thinned(self, answers: int) -> Crowd:
        """Return the crowd with so many random answers a task."""
        by_task: dict[int, list[Said]] = defaultdict(list)
        rng = np.random.default_rng(1)
        for place in rng.permutation(len(self.said)).tolist():
            one = self.said[place]
            if len(by_task[one.task]) < answers:
                by_task[one.task].append(one)
        kept = [one for said in by_task.values() for one in said]
        return Crowd(f"{self.name}, {answers} each", self.schema, kept, self.truth)


def load(data: Path, name: str, schema: Schema, said: Callable[[str, Any], Answer]) -> Crowd:
    """Read a set; `said` makes an answer of a task's name and a label or the row of its truth."""
    folder = data / "crowd" / name
    truth = list(_rows(folder / "truth.csv"))[:MOST_TASKS]
    tasks = {row["task"]: number for number, row in enumerate(truth)}
    rows = [row for row in _rows(folder / "answers.csv") if row["task"] in tasks]
    workers = {worker: number for number, worker in enumerate(sorted({row["worker"] for row in rows}))}
    return Crowd(
        name,
        schema,
        [
            Said(tasks[row["task"]], workers[row["worker"]], schema.validate(said(row["task"], row["label"])))
            for row in rows
        ],
        {tasks[row["task"]]: dict(schema.validate(said(row["task"], row["truth"]))) for row in truth},
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def crowds(data: Path) -> Iterator[Crowd]:
    """Yield the sets as projects of label kinds."""
    tokens = {
        row["task"]: _offsets(json.loads(row["tokens"]))
        for row in _rows(data / "crowd/ner_conll_mturk/truth.csv")
    }
    yield load(
        data,
        "ner_conll_mturk",
        _schema("text_spans", ("PER", "LOC", "ORG", "MISC")),
        lambda task, tags: {
            "spans": [
                {"start": start, "end": end, "label": label}
                for start, end, label in spans_from_tags(tags.split(), tokens[task])
            ]
        },
    )
    yield load(
        data, "text_crowdspeech_dev_clean", _schema("transcription"), lambda task, text: {"text": text}
    )
    for steps in (4, 10, 100):
        yield _emotions(data, steps)
    order = {"a": [["a"], ["b"]], "b": [["b"], ["a"]], "s": [["a", "b"]]}
    yield load(
        data,
        "pair_music_similarity",
        _schema("preference", ties=True),
        lambda task, said: {"ranking": order[said]},
    )


def _emotions(data: Path, steps: int) -> Crowd:
    """Return ratings of how much of an emotion a headline has, of 0 to 100, on a scale of fewer steps."""
    rated = load(
        data,
        "num_emotion_full",
        _schema("rating", criteria=[{"name": "emotion", "low": 0, "high": steps}]),
        lambda task, value: {"ratings": {"emotion": round(min(max(float(value), 0), 100) / 100 * steps)}},
    )
    return replace(rated, name=f"num_emotion_full in {steps} steps")


def _schema(name: str, classes: tuple[str, ...] = (), **options: Any) -> Schema:
    kind = label_kind(name)
    return Schema(kind, kind.ontology(classes, options))


def _offsets(tokens: list[str]) -> list[tuple[int, int]]:
    """Return where each token is in the text of all, with spaces between."""
    ends = np.cumsum([len(token) + 1 for token in tokens]) - 1
    return [(int(end) - len(token), int(end)) for token, end in zip(tokens, ends, strict=True)]


def measure(crowd: Crowd) -> dict[str, float]:
    """Print and return what each method reaches on one set."""
    schema = crowd.schema
    started = time.process_time()
    own = schema.infer(crowd.said)
    own_seconds = time.process_time() - started
    near = infer_by_merging(crowd.said, distance=schema.distance, merge=schema.merge)
    near_seconds = time.process_time() - started - own_seconds
    by_task: dict[int, list[Answer]] = defaultdict(list)
    for one in crowd.said:
        by_task[one.task].append(dict(one.answer))
    equal = {task: schema.merge(answers, [1.0] * len(answers)) for task, answers in by_task.items()}
    found = {
        "own": _apart(crowd, own.answers),
        "nearness": _apart(crowd, near.answers),
        "equal": _apart(crowd, equal),
        "probability_r": _of_probability(crowd, own),
        "skill_r": _of_skill(crowd, own),
        "seconds": round(own_seconds, 1),
        "nearness_seconds": round(near_seconds, 1),
    }
    if schema.kind.name == "rating":
        found["levels"] = _apart(crowd, _by_levels(crowd))
    print(f"{crowd.name:38} {len(crowd.truth):5,} tasks {len(crowd.said):7,} answers  {found}", flush=True)
    return found


def _by_levels(crowd: Crowd) -> dict[int, Answer]:
    """Return ratings by the model in which each step has a probability of its own: the most probable step."""
    (criterion,) = crowd.schema.ontology.options["criteria"]
    name, steps = criterion["name"], range(criterion["low"], criterion["high"] + 1)
    rows = [(one.task, one.worker, one.answer["ratings"][name]) for one in crowd.said]
    found: Any = consensus_of_ratings(rows, levels=list(steps)).labels
    return {task: {"ratings": {name: step}} for task, step in found.items()}


def _apart(crowd: Crowd, labels: Mapping[int, Any]) -> float:
    """Return the mean distance of labels to the truth."""
    apart = [crowd.schema.distance(labels[task], crowd.truth[task]) for task in labels]
    return round(float(np.mean(apart)), 4)


def _of_probability(crowd: Crowd, found: Inferred) -> float:
    """Return how the claimed nearness to the truth goes with what it is."""
    near = [1 - crowd.schema.distance(found.answers[task], crowd.truth[task]) for task in found.answers]
    return _correlation([found.probability[task] for task in found.answers], near)


def _of_skill(crowd: Crowd, found: Inferred) -> float:
    """Return how claimed skills go with how near workers' answers are to the truth."""
    near: dict[int, list[float]] = defaultdict(list)
    for one in crowd.said:
        near[one.worker].append(1 - crowd.schema.distance(one.answer, crowd.truth[one.task]))
    known = [worker for worker, values in near.items() if len(values) >= LEAST_ANSWERS]
    return _correlation([found.skill[one] for one in known], [float(np.mean(near[one])) for one in known])


def _correlation(one: list[float], other: list[float]) -> float:
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return round(float(np.corrcoef(one, other)[0, 1]), 2)


def main() -> None:
    """Print a line for each set, and the summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    found = {}
    for crowd in crowds(given.data):
        for variant in (crowd, crowd.thinned(THINNED)):
            found[variant.name] = measure(variant)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
