"""Known numbers on a real crowd. Skipped unless `TEST_DATA_DIR` names a folder that holds it."""

import csv
import os
from pathlib import Path

import pytest

from groundswell.quality import Votes, majority, shrunk
from groundswell.quality.spans import consensus_of_sequences, consensus_of_spans, spans_from_tags

FOLDER = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "crowd" / "ner_conll_mturk"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="set TEST_DATA_DIR to a folder with crowd/ner_conll_mturk"
)


def read(name):
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def answers():
    return [(row["task"], row["worker"], row["label"].split()) for row in read("answers.csv")]


@pytest.fixture(scope="module")
def truth():
    return {row["task"]: set(spans_from_tags(row["truth"].split())) for row in read("truth.csv")}


def f1(found, truth):
    """Entity F1 in per cent."""
    hits = sum(len(set(found[task]) & truth[task]) for task in truth)
    return 200 * hits / sum(len(found[task]) + len(truth[task]) for task in truth)


def by_tokens(answers, method):
    """Entities of labels that are inferred token by token."""
    votes = Votes.from_table(
        [((task, at), who, tag) for task, who, tags in answers for at, tag in enumerate(tags)]
    )
    labels, tags = method(votes).labels, {}
    for (task, _), label in sorted(labels.items()):
        tags.setdefault(task, []).append(label)
    return {task: spans_from_tags(found) for task, found in tags.items()}


def test_majority_of_tokens_is_about_as_good_as_published(answers, truth):
    """65.4 on another half of the sentences: Simpson and Gurevych (2019), doi:10.18653/v1/D19-1101."""
    assert f1(by_tokens(answers, majority), truth) == pytest.approx(65.4, abs=1)


def test_sequences_and_spans_beat_token_by_token_consensus(answers, truth):
    tokens = f1(by_tokens(answers, shrunk), truth)
    result = consensus_of_sequences(answers)
    sequences = f1({task: result.spans(task) for task in result.tasks}, truth)
    rows = [(task, who, spans_from_tags(tags)) for task, who, tags in answers]
    spans = f1(consensus_of_spans(rows, allow_overlaps=False).labels, truth)
    assert tokens == pytest.approx(76.8, abs=0.3)
    assert sequences > tokens + 1
    assert spans > tokens + 2
