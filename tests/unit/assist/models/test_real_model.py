"""A real model beside real people (CIFAR-10H). Skipped unless `TEST_DATA_DIR` names a folder that holds them."""

import os
from pathlib import Path

import numpy as np
import pytest

from groundswell.assist.models import Cost, Predictions, as_evidence, as_votes
from groundswell.items import digest_text
from groundswell.quality import consensus, expected_calibration_error

DATA = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "routing" / "cifar10h" / "cifar10h.npz"

pytestmark = pytest.mark.skipif(
    not DATA.is_file(), reason="set TEST_DATA_DIR to a folder with routing/cifar10h/cifar10h.npz"
)

CLASSES = tuple(f"c{i}" for i in range(10))


@pytest.fixture(scope="module")
def images():
    """Model predictions, counts of people's answers `[n, 10]`, and the truth, of 2,500 images."""
    given = np.load(DATA)
    shares = given["model_probs"][:2500].astype(np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    items = tuple(digest_text(str(i)) for i in range(len(shares)))
    counts = given["human_counts"][:2500].astype(int)
    return Predictions(items, CLASSES, shares, (), "m", Cost()), counts, given["truth"][:2500]


def calibrated(images, seed):
    """Calibrate on 200 labels; return their places too."""
    said, _, truth = images
    rng = np.random.default_rng(seed)
    gold = rng.permutation(len(truth))[:200]
    return as_evidence(said, {said.items[i]: CLASSES[truth[i]] for i in gold.tolist()}, rng=rng), gold


def test_two_hundred_labels_make_the_model_mean_what_it_says_on_all_others(images):
    said, _, truth = images
    before, after = [], []
    for seed in range(10):
        evidence, gold = calibrated(images, seed)
        rest = np.setdiff1d(np.arange(len(truth)), gold)
        before.append(expected_calibration_error(said.probabilities[rest], truth[rest]))
        after.append(expected_calibration_error(evidence.probabilities[rest], truth[rest]))
    assert np.mean(before) > 0.03
    assert np.mean(after) < 0.6 * np.mean(before)


@pytest.mark.parametrize(("answers", "vote_helps"), [(1, False), (2, True)])
def test_evidence_helps_beside_any_number_of_people_and_a_vote_beside_two(answers, vote_helps, images):
    said, counts, truth = images
    evidence, _ = calibrated(images, 0)
    rng = np.random.default_rng(0)
    people = [
        (item, f"person {rng.integers(100)} {turn}", CLASSES[code])
        for item, row in zip(said.items, counts, strict=True)
        for turn, code in enumerate(rng.choice(np.repeat(np.arange(10), row), answers, replace=False))
    ]

    def accuracy(rows, **more):
        labels = consensus(rows, classes=CLASSES, **more).labels
        return np.mean([labels[item] == CLASSES[code] for item, code in zip(said.items, truth, strict=True)])

    alone = accuracy(people)
    assert accuracy(people, evidence=evidence.by_task()) > alone + 0.01
    assert (accuracy(people + as_votes(said)) > alone + 0.01) == vote_helps
