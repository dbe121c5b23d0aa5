"""Signals in real crowds. Skipped unless `TEST_DATA_DIR` names a folder that holds them."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from groundswell.quality import Votes
from groundswell.quality.signals.find import find_signals

CROWDS = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "crowd"

pytestmark = pytest.mark.skipif(
    not CROWDS.is_dir(), reason="set TEST_DATA_DIR to a folder with crowd/<set>/answers.csv"
)

SETS = [
    *("bluebird", "rte", "wsd", "web", "weather_amt", "music_genre"),
    *("zencrowd_us", "product", "face", "s_adult", "hitspam_cf"),
]


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def crowd(name):
    return Votes.from_table(read(CROWDS / name / "answers.csv"))


def gold_accuracy(name, votes):
    """Answers of known truth, and right ones, by worker."""
    truth = {row["task"]: row["truth"] for row in read(CROWDS / name / "truth.csv")}
    known = np.array([truth.get(task) is not None for task in votes.item_names])[votes.item]
    said = np.array(votes.class_names)[votes.label]
    right = known & (said == np.array([truth.get(task, "") for task in votes.item_names])[votes.item])
    return tuple(np.bincount(votes.worker[which], minlength=votes.n_workers) for which in (known, right))


def test_few_are_flagged_and_those_with_gold_are_far_below_their_crowd():
    """The signals never see the gold that judges them here."""
    below, people, flagged = [], 0, 0
    for name in SETS:
        votes = crowd(name)
        known, right = gold_accuracy(name, votes)
        findings = find_signals(votes).findings
        people, flagged = people + votes.n_workers, flagged + len({f.worker for f in findings})
        for finding in findings:
            worker = votes.worker_names.index(finding.worker)
            if known[worker] >= 10:
                below.append(right.sum() / known.sum() - right[worker] / known[worker])
    assert 8 <= flagged <= people / 100
    assert len(below) >= 6
    assert min(below) > 0.2
    assert np.mean(below) > 0.4


@pytest.mark.parametrize("name", SETS)
def test_real_mistakes_that_are_alike_are_not_taken_for_copying(name):
    assert not [f for f in find_signals(crowd(name)).findings if f.signal == "copying"]


@pytest.mark.parametrize("name", ["rte", "weather_amt", "face"])
def test_a_copyist_in_a_real_crowd_is_found_with_their_source(name):
    votes = crowd(name)
    source, copyist = np.argsort(-votes.votes_per_worker, kind="stable")[:2]
    answer = dict(
        zip(votes.item[votes.worker == source].tolist(), votes.label[votes.worker == source], strict=True)
    )
    label = votes.label.copy()
    for row in np.flatnonzero(votes.worker == copyist):
        label[row] = answer.get(int(votes.item[row]), label[row])
    found = [f for f in find_signals(replace(votes, label=label)).findings if f.signal == "copying"]
    assert {f.worker for f in found} == {votes.worker_names[source], votes.worker_names[copyist]}
