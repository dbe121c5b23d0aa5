"""The three ways to get a training set that the demo compares, and the classifier trained on each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from groundswell.assist.model import Features, KernelModel
from groundswell.errors import MissingExtra
from groundswell.feed import Feed, decode_image, feed
from groundswell.organize import Version
from groundswell.quality import Votes, majority
from groundswell.workforce.simulated import SimulatedCrowd

VOTES = 3
EPOCHS = 20
BATCH_SIZE = 64
CLASSES = tuple(str(digit) for digit in range(10))

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Arm:
    """What one way of labelling gave.

    Attributes:
        label_accuracy: share of the labels that are right, by the hidden truth.
        model_accuracy: accuracy of the classifier trained on the labels, on images never labelled.
        answers: human answers spent, experts' included.
    """

    label_accuracy: float
    model_accuracy: float
    answers: int


def automatic_labels(features: Features, gold: Mapping[int, int]) -> Labels:
    """Label every item by a model that was trained on the gold items alone."""
    known = np.array(sorted(gold), np.int64)
    targets = np.eye(len(CLASSES))[[gold[place] for place in known]]
    labels: Labels = KernelModel().fit(features[known], targets).predict_proba(features).argmax(axis=1)
    labels[known] = [gold[place] for place in known]
    return labels


def three_vote_labels(
    crowd: SimulatedCrowd, item_numbers: Labels, truth: Labels, rng: np.random.Generator
) -> Labels:
    """Label every item by the majority of three votes; each item's three workers are drawn at random."""
    n = len(truth)
    workers = np.concatenate([crowd.pick_workers(VOTES, rng) for _ in range(n)])
    items = np.repeat(np.arange(n), VOTES)
    said, _ = crowd.answers(workers, item_numbers[items], truth[items])
    votes = Votes(
        item=items.astype(np.int32),
        worker=workers.astype(np.int32),
        label=said.astype(np.int32),
        n_items=n,
        n_workers=len(crowd.workers),
        n_classes=len(CLASSES),
    )
    return majority(votes).label.astype(np.int64)


# ── training ─────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4096)
def pixels(data: bytes) -> NDArray[np.float32]:
    """Return an encoded digit as 64 numbers from 0 to 1."""
    return (decode_image(data, mode="L").reshape(-1) / 255.0).astype(np.float32)


def feed_labels(version: Version, labels: Labels, *, seed: int) -> Feed:
    """Return the feed of a version's images with the given labels."""
    table = pa.Table.from_batches(version.batches(["id"], with_data=True))
    named = pa.array([CLASSES[label] for label in labels])
    return feed_training(table.append_column("label", named), seed=seed)


def feed_training(source: Version | pa.Table, *, seed: int) -> Feed:
    """Return the feed that the demo trains on: decoded pixels and class names, in shuffled batches."""
    columns = ["data", "label"]
    return feed(source, BATCH_SIZE, seed=seed, epochs=EPOCHS, columns=columns, decode={"data": pixels})


def train(batches: Feed, *, seed: int) -> Any:
    """Train a small neural network on a feed, batch by batch, and return it (scikit-learn's `MLPClassifier`).

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    try:
        from sklearn.neural_network import MLPClassifier
    except ImportError as error:
        raise MissingExtra("the demo trains with scikit-learn: pip install 'groundswell[models]'") from error
    network = MLPClassifier(hidden_layer_sizes=(64,), learning_rate_init=0.003, random_state=seed)
    for batch in batches:
        network.partial_fit(batch["data"], batch["label"].astype(str), classes=np.array(CLASSES))
    return network


def accuracy_on(network: Any, images: Sequence[bytes], truth: Labels) -> float:
    """Return the share of the images that a trained network names rightly."""
    said = network.predict(np.stack([pixels(image) for image in images]))
    return float((said.astype(np.int64) == truth).mean())
