"""Answers saved by asking where they count: `python -m bench.routing --data DIR [--quick] [--ceiling]`.

Real people and a real model: DIR/routing/cifar10h/cifar10h.npz holds a classifier's probabilities, the counts of
about 51 people's answers to each image, and the truth. Answers arrive in a random order, drawn without
replacement. The truth of `--gold` images is known from the start; these images are then left out of every score,
and of the number that answers are divided by: "answers an image" are answers for each image whose label was inferred.
All else (the calibration of the model, people's confusion, how far answers are independent, when to stop) is
learnt from gold and from the answers that were paid for.

Three ways to spend answers, on the same orders:
- votes: each image gets k answers, the majority counts, a tie is drawn.
- threshold: confusion from gold (one answer to each gold image, paid for), the model as it is; one more answer
  to the image with the least sure posterior.
- ours: `fit_scaling`, `shrunk`, `weigh` and `plan`.

`--ceiling` runs ours once more with what nobody has: a calibration fitted on the truth of the other half of the
images, and people's confusion counted from all their answers and the truth. What it saves beyond ours is about what
learning these two any better could bring.

The certificate is issued `--runs` times for the labels delivered at a random point of a random order, each
with a new random audit of `--audits` images. The last line is JSON: answers an image to reach the mean
accuracy of 3, 5 and 15 votes (null: not reached), and the share of certificates that hold the true accuracy.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundswell.assist.difficulty import weigh
from groundswell.assist.routing import State, plan
from groundswell.quality import Votes, certify, shrunk
from groundswell.quality.calibration import fit_scaling

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]

FIXED = (1, 3, 5, 9, 15)
MOST_ANSWERS = 40
BUDGETS = np.concatenate([np.arange(0.0, 0.6, 0.02), np.arange(0.6, 2.01, 0.1)])
SHOWN = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)
NOT_REACHED = float("nan")


@dataclass(frozen=True, eq=False)
class Images:
    """The data: `model` [n, K] probabilities, `answers` [n, MOST_ANSWERS] in one order, `truth`, and `gold` or -1."""

    model: Floats
    answers: Codes
    truth: Codes
    gold: Codes

    @property
    def judged(self) -> NDArray[np.bool_]:
        return self.gold < 0


@dataclass(frozen=True, eq=False)
class Delivered:
    """The labels that stand after some answers: what was spent on each image, its label, and our confidence."""

    spent: float
    label: Codes
    confidence: Floats


@dataclass(frozen=True, eq=False)
class Told:
    """What learning is for, known beforehand: calibrated probabilities `[n, K]`, and people's confusion `[K, K]`."""

    evidence: Floats
    confusion: Floats


def load(data: Path) -> tuple[Floats, Codes, Codes]:
    """Return model probabilities, counts of people's answers, and the truth."""
    with np.load(data / "routing" / "cifar10h" / "cifar10h.npz") as file:
        counts, truth = file["human_counts"].astype(np.int32), file["truth"].astype(np.int32)
        return file["model_probs"].astype(np.float64), counts, truth


def in_random_order(counts: Codes, rng: np.random.Generator) -> Codes:
    """Return each image's first answers `[n, MOST_ANSWERS]`, drawn without replacement."""
    labels = np.arange(counts.shape[1])
    return np.stack([rng.permutation(np.repeat(labels, row))[:MOST_ANSWERS] for row in counts]).astype(
        np.int32
    )


def images_of(
    model: Floats, counts: Codes, truth: Codes, gold_items: int, rng: np.random.Generator
) -> Images:
    """Draw an order of the answers, and the images whose truth is known."""
    gold = np.full(len(truth), -1, np.int32)
    known = rng.choice(len(truth), gold_items, replace=False)
    gold[known] = truth[known]
    return Images(model, in_random_order(counts, rng), truth, gold)


def votes_of(images: Images, asked: NDArray[np.int64]) -> Votes:
    """Return the first `asked` answers of each image. The data names no workers: all count as one."""
    n, k = images.model.shape
    item, turn = np.nonzero(np.arange(MOST_ANSWERS) < asked[:, None])
    label = images.answers[item, turn]
    return Votes(item.astype(np.int32), np.zeros(len(item), np.int32), label, n, 1, k)


def majority_accuracy(images: Images, votes: int, rng: np.random.Generator) -> float:
    """Return the accuracy of the majority of a fixed number of answers; ties are drawn."""
    counts = votes_of(images, np.full(len(images.truth), votes)).counts + rng.random(images.model.shape) / 2
    return float((counts.argmax(axis=1) == images.truth)[images.judged].mean())


def told_by(model: Floats, counts: Codes, truth: Codes, rng: np.random.Generator) -> Told:
    """Return what the truth tells: of the other half of the images for the model, of all for people."""
    known = np.eye(model.shape[1])[truth]
    first = rng.permutation(len(truth)) < len(truth) / 2
    evidence = np.empty_like(model)
    for half in (first, ~first):
        evidence[half] = fit_scaling(model[~half], known[~half])(model[half])
    said = known.T @ counts
    return Told(evidence, said / said.sum(axis=1, keepdims=True))


def ours(images: Images, rng: np.random.Generator, told: Told | None = None) -> list[Delivered]:
    """Ask where answers count, relearning everything after each batch; return what stands at each budget."""
    n, k = images.model.shape
    asked, out = np.zeros(n, np.int64), []
    likelihood = np.ones((n, k))
    known = images.gold >= 0
    judged = int(images.judged.sum())
    likelihood[known] = np.eye(k)[images.gold[known]]
    for budget in BUDGETS:
        evidence = told.evidence if told else fit_scaling(images.model, likelihood)(images.model)
        posterior, gain = evidence, 1 - evidence.max(axis=1)
        while True:
            if asked.any():
                found = shrunk(votes_of(images, asked), evidence=evidence, gold=images.gold)
                if told:
                    found = replace(found, confusion=told.confusion[None])
                weighed = weigh(found, evidence, images.gold)
                posterior, gain = weighed.posterior, weighed.gain
                likelihood = np.where(known[:, None], likelihood, weighed.likelihood)
            left = round(budget * judged) - int(asked.sum())
            if left <= 0:
                break
            state = State(posterior, asked, np.zeros(n, int), np.zeros(n, bool), known, True, gain)
            wanted = plan(
                state, target=0.9999, max_answers=MOST_ANSWERS, limit=min(left, n // 50), rng=rng
            ).ask
            if not len(wanted):
                break
            asked[wanted] += 1
        label = posterior.argmax(axis=1).astype(np.int32)
        out.append(Delivered(asked.sum() / judged, label, posterior.max(axis=1)))
    return out


def threshold(images: Images) -> list[Delivered]:
    """The sketch: the model as it is times one confusion from gold, and an answer to whoever is least sure."""
    n, k = images.model.shape
    known = np.flatnonzero(images.gold >= 0)
    confusion = 0.5 * np.ones((k, k)) + 5 * np.eye(k)
    np.add.at(confusion, (images.gold[known], images.answers[known, 0]), 1)
    log_confusion = np.log(confusion / confusion.sum(axis=1, keepdims=True))
    logs = np.log(np.maximum(images.model, 1e-6))
    asked, paid, out = np.zeros(n, np.int64), len(known), []
    open_ = images.judged.copy()
    judged = int(open_.sum())
    for budget in BUDGETS:
        while (left := round(budget * judged) - paid - int(asked.sum())) > 0:
            sure = _normalised(logs).max(axis=1)
            sure[~open_ | (asked >= MOST_ANSWERS)] = np.inf
            batch = np.argsort(sure)[: min(n // 50, left)]
            logs[batch] += log_confusion[:, images.answers[batch, asked[batch]]].T
            asked[batch] += 1
        posterior = _normalised(logs)
        label = posterior.argmax(axis=1).astype(np.int32)
        out.append(Delivered((paid + asked.sum()) / judged, label, posterior.max(axis=1)))
    return out


def _normalised(logs: Floats) -> Floats:
    weight = np.exp(logs - logs.max(axis=1, keepdims=True))
    out: Floats = weight / weight.sum(axis=1, keepdims=True)
    return out


def curve(runs: list[tuple[Images, list[Delivered]]]) -> Floats:
    """Return mean answers an image, accuracy and claimed accuracy at each budget, `[n_budgets, 3]`."""
    rows = [
        [(one.spent, _accuracy(images, one), one.confidence[images.judged].mean()) for one in delivered]
        for images, delivered in runs
    ]
    return np.array(rows).mean(axis=0)


def _accuracy(images: Images, delivered: Delivered) -> float:
    return float((delivered.label == images.truth)[images.judged].mean())


def answers_to_reach(accuracy: float, points: Floats) -> float:
    """Return the answers an image at which a curve first reaches an accuracy, between two budgets; NaN if never."""
    reached = np.flatnonzero(points[:, 1] >= accuracy)
    if not len(reached) or reached[0] == 0:
        return float(points[0, 0]) if len(reached) else NOT_REACHED
    (x0, y0, _), (x1, y1, _) = points[reached[0] - 1], points[reached[0]]
    return float(x0 + (x1 - x0) * (accuracy - y0) / (y1 - y0))


def coverage(
    runs: list[tuple[Images, list[Delivered]]], certificates: int, audits: int, rng: np.random.Generator
) -> float:
    """Return the share of certificates of delivered labels that hold their true accuracy."""
    held = 0
    for _ in range(certificates):
        images, delivered = runs[rng.integers(len(runs))]
        one = delivered[rng.integers(len(delivered))]
        right = (one.label == images.truth)[images.judged]
        audited = rng.choice(len(right), audits, replace=False)
        found = certify(right[audited], audited, one.confidence[images.judged])
        held += found.low <= right.mean() <= found.high
    return held / certificates


def show(votes: dict[int, float], mine: Floats, peer: Floats) -> None:
    """Print the curves, and the answers an image that each way needs."""
    print(f"{'answers':>8}{'ours':>9}{'claimed':>9}{'gap':>8}{'threshold':>12}{'claimed':>9}{'gap':>8}")
    for budget in SHOWN:
        at = int(np.abs(BUDGETS - budget).argmin())
        cells = "".join(
            f"{right:>{width}.4f}{claimed:9.4f}{claimed - right:+8.4f}"
            for width, (_, right, claimed) in ((9, mine[at]), (12, peer[at]))
        )
        print(f"{mine[at, 0]:8.2f}{cells}")
    print(f"\n{'votes':>8}{'accuracy':>9}{'ours':>9}{'fewer':>8}{'threshold':>12}{'fewer':>8}")
    for k, accuracy in votes.items():
        needed = [answers_to_reach(accuracy, points) for points in (mine, peer)]
        cells = "".join(
            f"{one:>{width}.3f}{k / one:7.1f}x" for width, one in zip((9, 12), needed, strict=True)
        )
        print(f"{k:8}{accuracy:9.4f}{cells}")


def main() -> None:
    """Print the curves and the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=int, default=200, help="images whose truth is known")
    parser.add_argument("--orders", type=int, default=20, help="random orders of the answers")
    parser.add_argument("--runs", type=int, default=200, help="certificates issued")
    parser.add_argument("--audits", type=int, default=200, help="images audited for each certificate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="3 orders")
    parser.add_argument("--ceiling", action="store_true", help="also with calibration and confusion told")
    given = parser.parse_args()
    data = load(given.data)
    mine, best, peer, fixed = [], [], [], []
    for order in range(3 if given.quick else given.orders):
        rng = np.random.default_rng([given.seed, order])
        images = images_of(*data, given.gold, rng)
        mine.append((images, ours(images, rng)))
        if given.ceiling:
            aside = np.random.default_rng([given.seed, order, 1])
            best.append((images, ours(images, aside, told_by(*data, aside))))
        peer.append((images, threshold(images)))
        fixed.append([majority_accuracy(images, k, rng) for k in FIXED])
    votes = dict(zip(FIXED, np.mean(fixed, axis=0).tolist(), strict=True))
    points = curve(mine)
    show(votes, points, curve(peer))
    if best:
        needed = [answers_to_reach(votes[k], curve(best)) for k in FIXED]
        print("told:   " + ", ".join(f"{one:.3f} for {k}" for k, one in zip(FIXED, needed, strict=True)))
    held = coverage(mine, given.runs, given.audits, np.random.default_rng([given.seed, 10**6]))
    reached = {f"answers_for_{k}_votes": answers_to_reach(votes[k], points) for k in (3, 5, 15)}
    line = {name: round(one, 3) if one == one else None for name, one in reached.items()}
    print(json.dumps({**line, "coverage": held, "gold_items": given.gold}))


if __name__ == "__main__":
    main()
