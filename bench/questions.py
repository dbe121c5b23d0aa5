"""Cents an item to reach an accuracy: `python -m bench.questions --data DIR [--orders N]`.

Real people and a real model as in `bench.routing` (DIR/routing/cifar10h): answers of the crowd cost 1 cent, drawn in
a random order without replacement; a review costs 10 cents and is simulated: the truth with 99.5 %, else another
class at random. Gold images are known from the start and left out of every score. Confusion, calibration and how far
answers are independent are learnt from gold and from answers that were paid for; the skill of reviews is given.

Ways to spend, on the same orders:
- choose: after each batch, whom to ask what next, crowd or review, by gain for its price.
- plan: people only, the batches of `bench.routing`.
- reviews: people are not asked: reviews of what the model is least sure of (`choose` with reviews alone).
- majority of 3 and of 5 votes on every image, and a review where the most votes tie.

The last line is JSON: cents an image at which the mean true accuracy reaches each target (null: not reached).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.routing import (
    MOST_ANSWERS,
    Codes,
    Floats,
    Images,
    images_of,
    load,
    ours,
    votes_of,
)
from groundswell.assist.answerers import Answerer
from groundswell.assist.difficulty import crowd_confusion, weigh
from groundswell.assist.questions import choose
from groundswell.quality import shrunk
from groundswell.quality.calibration import fit_scaling

TARGETS = (0.979, 0.985, 0.992)
CROWD_CENTS, REVIEW_CENTS, REVIEW_SKILL = 1.0, 10.0, 0.995
BATCH = 50
"""Part of the images asked in a batch, as in `bench.routing`."""

MOST_CENTS = 4.0
"""Cents an image that are spent at most."""


def reviews_of(truth: Codes, n_classes: int, rng: np.random.Generator) -> Codes:
    """Return what a review says of each image: the truth, or now and then another class."""
    wrong = (truth + rng.integers(1, n_classes, len(truth))) % n_classes
    return np.where(rng.random(len(truth)) < REVIEW_SKILL, truth, wrong).astype(np.int32)


class Asked:
    """What was asked of each image so far, and what follows from it."""

    def __init__(self, images: Images, reviews: Codes) -> None:
        """Start with gold alone."""
        n, k = images.model.shape
        self.images, self.reviews = images, reviews
        self.votes, self.reviewed = np.zeros(n, np.int64), np.zeros(n, bool)
        self.known = images.gold >= 0
        self.likelihood = np.ones((n, k))
        self.review = Answerer("review", "review", REVIEW_CENTS, skill=REVIEW_SKILL)
        self.crowd = Answerer("crowd", "person", CROWD_CENTS, skill=0.8)
        self.independence, self.shared = 6.0, 0.0
        self.learn()

    @property
    def cents(self) -> float:
        """Cents that were spent."""
        return float(self.votes.sum() * CROWD_CENTS + self.reviewed.sum() * REVIEW_CENTS)

    def learn(self) -> None:
        """Infer labels from the model, people and reviews, and how good people are."""
        n, k = self.images.model.shape
        evidence = fit_scaling(self.images.model, self.likelihood)(self.images.model)
        people = np.ones((n, k))
        said = np.ones((n, k))
        seen = np.flatnonzero(self.reviewed)
        said[seen] = self.review.matrix(k)[:, self.reviews[seen]].T
        informed = _normalised(evidence * said)
        if self.votes.any():
            found = shrunk(votes_of(self.images, self.votes), evidence=informed, gold=self.images.gold)
            weighed = weigh(found, informed, self.images.gold)
            people, self.independence, self.shared = weighed.likelihood, weighed.independence, weighed.shared
            self.crowd = Answerer("crowd", "person", CROWD_CENTS, confusion=crowd_confusion(found))
        gold = np.eye(k)[np.maximum(self.images.gold, 0)]
        self.likelihood = np.where(self.known[:, None], gold, people * said)
        self.evidence = informed
        self.posterior = np.where(self.known[:, None], gold, _normalised(informed * people))

    def accuracy(self) -> float:
        """Return the share of right labels among the images that are judged."""
        return float((self.posterior.argmax(axis=1) == self.images.truth)[self.images.judged].mean())

    def ask(self, *, people: bool, rng: np.random.Generator) -> bool:
        """Ask one batch; return whether there was anything to ask."""
        n = len(self.votes)
        full, seen = np.flatnonzero(self.votes >= MOST_ANSWERS), np.flatnonzero(self.reviewed)
        answerers = [replace(self.review, barred=seen), replace(self.crowd, barred=full)][: 1 + people]
        found = choose(
            self.posterior,
            answerers,
            rng=rng,
            budget_cents=MOST_CENTS * n - self.cents,
            counts=votes_of(self.images, self.votes).counts,
            waiting=self.known,
            independence=self.independence,
            evidence=self.evidence,
            shared=self.shared,
            limit=n // BATCH,
        )
        self.reviewed[found.item[found.answerer == 0]] = True
        self.votes[found.item[found.answerer == 1]] += 1
        return len(found) > 0


def asked_by_gain(images: Images, reviews: Codes, rng: np.random.Generator, *, people: bool) -> Floats:
    """Ask batch by batch; return cents an image and accuracy after each, `[n_batches + 1, 2]`."""
    state, points = Asked(images, reviews), []
    while True:
        points.append((state.cents / int(images.judged.sum()), state.accuracy()))
        if not state.ask(people=people, rng=rng):
            return np.array(points)
        state.learn()


def planned(images: Images, rng: np.random.Generator) -> Floats:
    """Ask people alone by `plan`; return the same."""
    return np.array(
        [
            (one.spent * CROWD_CENTS, (one.label == images.truth)[images.judged].mean())
            for one in ours(images, rng)
        ]
    )


def majority(images: Images, reviews: Codes, votes: int) -> tuple[float, float]:
    """Return cents an image and accuracy of the majority of some votes, ties reviewed."""
    counts = votes_of(images, np.full(len(reviews), votes)).counts
    tied = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) > 1
    label = np.where(tied, reviews, counts.argmax(axis=1))
    cents = votes * CROWD_CENTS + tied.mean() * REVIEW_CENTS
    return float(cents), float((label == images.truth)[images.judged].mean())


def mean_curve(runs: list[Floats]) -> Floats:
    """Return the mean accuracy over orders at each amount of cents that all have reached, `[n, 2]`."""
    cents = np.linspace(0, min(one[-1, 0] for one in runs), 500)
    return np.stack([cents, np.mean([np.interp(cents, *one.T) for one in runs], axis=0)], axis=1)


def cents_to_reach(accuracy: float, points: Floats) -> float | None:
    """Return the cents an image at which a curve first reaches an accuracy; None if never."""
    reached = np.flatnonzero(points[:, 1] >= accuracy)
    return round(float(points[reached[0], 0]), 3) if len(reached) else None


def _normalised(rows: Floats) -> Floats:
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def main() -> None:
    """Print what each way costs, and the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=int, default=200, help="images whose truth is known")
    parser.add_argument("--orders", type=int, default=5, help="random orders of the answers")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    data = load(given.data)
    curves: dict[str, list[Floats]] = {"choose": [], "plan": [], "reviews": []}
    fixed: dict[str, list[tuple[float, float]]] = {"majority_of_3": [], "majority_of_5": []}
    for order in range(given.orders):
        rng = np.random.default_rng([given.seed, order])
        images = images_of(*data, given.gold, rng)
        reviews = reviews_of(images.truth, images.model.shape[1], rng)
        curves["choose"].append(asked_by_gain(images, reviews, rng, people=True))
        curves["reviews"].append(asked_by_gain(images, reviews, rng, people=False))
        curves["plan"].append(planned(images, rng))
        for votes in (3, 5):
            fixed[f"majority_of_{votes}"].append(majority(images, reviews, votes))
    line: dict[str, object] = {}
    print(f"{'cents an image for':20}" + "".join(f"{one:>9.1%}" for one in TARGETS))
    for name, runs in curves.items():
        needed = [cents_to_reach(one, mean_curve(runs)) for one in TARGETS]
        print(f"{name:20}" + "".join(f"{'never' if one is None else one:>9}" for one in needed))
        line[name] = needed
    for name, found in fixed.items():
        cents, accuracy = np.mean(found, axis=0)
        line[name] = {"cents": round(float(cents), 3), "accuracy": round(float(accuracy), 4)}
        print(f"{name:20}{cents:9.3f} cents reach {accuracy:.2%}")
    print(json.dumps({**line, "targets": TARGETS, "orders": given.orders, "gold_items": given.gold}))


if __name__ == "__main__":
    main()
