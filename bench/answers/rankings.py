"""Rankings, crowd-kit's beside ours: `python -m bench.answers.rankings [--data DIR]`.

Simulated: 20 crowds. Each has 60 items with scores drawn from a normal distribution of standard deviation 1.5, and
50 workers: 60 % follow the scores (Bradley-Terry), 20 % answer at random, 10 % say the left nine times in ten, 10 %
have it the wrong way round. 1,500 comparisons of random pairs. Measured: Kendall's tau to the true scores, and
accuracy on the pairs that nobody compared. The crowds are of the kind that our model supposes; 20 more have nobody
who has it the wrong way round (they follow the scores too), which is the kind that NoisyBradleyTerry supposes.

Real, with `--data DIR`: `crowd/pair_music_similarity` of DIR, ten random halves of the workers. What one half
infers is compared with the majority of the other half on the same pairs (ties left out). The published truth is
made from the crowd's own answers, so this is agreement among people, and no accuracy.

Preferences: 20 simulated crowds that prefer A or B or neither, half of the workers with a leaning to what stands
first; the share of right labels, against majority and `consensus`, which do not know the places.

Orders: 20 simulated crowds that order five items a task (`simulated_orders`), against the mean place.

Scale: a million comparisons of 10,000 items by 2,000 workers, a fifth of them at random, ours alone.

Peers run with their defaults in an environment of their own; `--no-peers` leaves them out. Seconds are processor
seconds. Gaps are ours less the other's; intervals are 95 %, from the spread over seeds. The last line is JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.peers.environment import peer_command, run_alone
from groundswell.quality import consensus
from groundswell.quality.rankings import (
    Comparisons,
    consensus_of_preferences,
    rank_by_comparisons,
    rank_by_orders,
)
from groundswell.quality.rankings.comparisons import LEFT, RIGHT, TIE


class Answer(NamedTuple):
    """One comparison of two songs by their likeness to a third, the query."""

    query: str
    worker: str
    left: str
    right: str
    winner: str


Pair = tuple[Any, Any, Any]

SEEDS = 20
SPLITS = 10
OURS = "weighed workers"
PLAIN = "workers alike"
WINS = "share of wins"
PEERS = {"crowd-kit BradleyTerry": PLAIN, "crowd-kit NoisyBradleyTerry": OURS}
"""Each with the method of ours that does the same, for speed."""


@dataclass(frozen=True)
class Crowd:
    """Comparisons and the true scores of their items."""

    comparisons: Comparisons
    truth: np.ndarray


def simulated(seed: int, turned: bool = True, n_items: int = 60, n_workers: int = 50, n: int = 1500) -> Crowd:
    """Return one crowd of the kind that the module describes, with or without turned workers."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.5, n_items)
    kind = np.repeat([0, 1, 2, 3], [n_workers * 6 // 10, n_workers // 5, n_workers // 10, n_workers // 10])
    worker = rng.integers(0, len(kind), n)
    left = rng.integers(0, n_items, n)
    right = (left + rng.integers(1, n_items, n)) % n_items
    follows = rng.random(n) < 1 / (1 + np.exp(truth[right] - truth[left]))
    says_left = np.choose(kind[worker], [follows, rng.random(n) < 0.5, rng.random(n) < 0.9, follows ^ turned])
    outcome = np.where(says_left, LEFT, RIGHT)
    return Crowd(Comparisons(worker, left, right, outcome, len(kind), n_items), truth)


def share_of_wins(comparisons: Comparisons) -> np.ndarray:
    """Return each item's wins, half of a tie counted, over its comparisons; a half where it has none."""
    won = np.array([1.0, 0.0, 0.5])[comparisons.outcome]
    n = comparisons.n_items
    wins = np.bincount(comparisons.left, won, n) + np.bincount(comparisons.right, 1 - won, n)
    seen = np.bincount(comparisons.left, minlength=n) + np.bincount(comparisons.right, minlength=n)
    return (wins + 0.5) / (seen + 1)


def ours(comparisons: Comparisons) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Return the scores and the seconds of our methods and the baseline."""
    methods = {
        OURS: lambda: rank_by_comparisons(comparisons).score,
        PLAIN: lambda: rank_by_comparisons(comparisons, reliability=False).score,
        WINS: lambda: share_of_wins(comparisons),
    }
    scores, seconds = {}, {}
    for name, method in methods.items():
        started = time.process_time()
        scores[name] = method()
        seconds[name] = time.process_time() - started
    return scores, seconds


def peers(crowds: list[Comparisons]) -> tuple[list[dict[str, np.ndarray]], dict[str, float]]:
    """Return the peers' scores of every crowd (an item that they did not see is in the middle), and mean seconds."""
    found: list[dict[str, np.ndarray]] = [{} for _ in crowds]
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(crowds):
            kept = one.outcome != TIE
            winner = np.where(one.outcome == LEFT, one.left, one.right)
            columns = {"worker": one.worker, "left": one.left, "right": one.right, "winner": winner}
            path = Path(folder) / f"{number:03}.npz"
            np.savez(path, **{name: column[kept] for name, column in columns.items()})
        printed = run_alone(peer_command("crowdkit", "crowdkit_rankings", folder))
    for row in map(json.loads, printed.splitlines()):
        name = f"crowd-kit {row['method']}"
        scores = np.full(crowds[int(row["file"])].n_items, np.median(row["scores"]))
        scores[row["items"]] = row["scores"]
        found[int(row["file"])][name] = scores
        seconds.setdefault(name, []).append(row["seconds"])
    return found, {name: float(np.mean(values)) for name, values in seconds.items()}


def tau(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return Kendall's tau: concordant pairs less discordant ones, over all pairs."""
    one, other = np.triu_indices(len(truth), 1)
    return float(np.mean(np.sign(scores[one] - scores[other]) * np.sign(truth[one] - truth[other])))


def held_out_accuracy(scores: np.ndarray, crowd: Crowd) -> float:
    """Return the share of never compared pairs that are in the true order."""
    n = len(crowd.truth)
    compared = np.zeros((n, n), bool)
    compared[crowd.comparisons.left, crowd.comparisons.right] = True
    one, other = np.nonzero(np.triu(~(compared | compared.T), 1))
    return float(np.mean((scores[one] > scores[other]) == (crowd.truth[one] > crowd.truth[other])))


def interval(values: np.ndarray) -> list[float]:
    """Return the mean and the ends of its 95 % interval (normal, from the spread over seeds)."""
    mean, half = float(values.mean()), 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5
    return [round(mean, 4), round(mean - half, 4), round(mean + half, 4)]


def simulation(with_peers: bool, turned: bool) -> dict[str, Any]:
    """Print the simulated crowds' table and return its part of the last line."""
    crowds = [simulated(seed, turned) for seed in range(SEEDS)]
    runs = [ours(crowd.comparisons) for crowd in crowds]
    scores = [run[0] for run in runs]
    seconds = {name: float(np.mean([run[1][name] for run in runs])) for name in runs[0][1]}
    if with_peers:
        found, peer_seconds = peers([crowd.comparisons for crowd in crowds])
        scores = [one | more for one, more in zip(scores, found, strict=True)]
        seconds |= peer_seconds
    taus = {
        name: np.array([tau(s[name], c.truth) for s, c in zip(scores, crowds, strict=True)])
        for name in scores[0]
    }
    hits = {
        name: np.array([held_out_accuracy(s[name], c) for s, c in zip(scores, crowds, strict=True)])
        for name in scores[0]
    }
    print(
        f"{'simulated' if turned else 'simulated, none turned':32}{'tau':>8}{'held-out':>10}{'seconds':>10}"
    )
    for name in taus:
        print(f"{name:32}{taus[name].mean():8.3f}{hits[name].mean():10.3f}{seconds[name]:10.4f}")
    others = [name for name in taus if name != OURS]
    return {
        "tau": round(float(taus[OURS].mean()), 4),
        "held_out_accuracy": round(float(hits[OURS].mean()), 4),
        "tau_gap": {name: interval(taus[OURS] - taus[name]) for name in others},
        "held_out_gap": {name: interval(hits[OURS] - hits[name]) for name in others},
        "speed_ratio": {
            name: round(seconds[name] / seconds[same], 1) for name, same in PEERS.items() if name in seconds
        },
    }


def read_music(data: Path) -> list[Answer]:
    """Return every answer as (query, worker, left, right, winner)."""
    side = {"a": "left", "b": "right"}
    with (data / "crowd" / "pair_music_similarity" / "answers.csv").open(newline="") as file:
        return [
            Answer(
                row["task"].split("|")[0],
                row["worker"],
                row["left"],
                row["right"],
                row[side[row["label"]]] if row["label"] in side else "tie",
            )
            for row in csv.DictReader(file)
        ]


def music(data: Path, with_peers: bool) -> dict[str, Any]:
    """Print how well one half of the people foretells the other, and return its part of the last line."""
    splits = [half_of(read_music(data), seed) for seed in range(SPLITS)]
    read = [Comparisons.from_table([one._asdict() for one in kept], group="query") for kept, _ in splits]
    scores = [ours(one)[0] for one in read]
    if with_peers:
        scores = [one | more for one, more in zip(scores, peers(read)[0], strict=True)]
    agreed: dict[str, list[float]] = {}
    for (kept, rest), one, found in zip(splits, read, scores, strict=True):
        leads = {name: leads_of(one, values) for name, values in found.items()}
        leads |= {"consensus_of_preferences": preferred_in(kept), "majority of the pair": majority_of(kept)}
        said = majority_of(rest)
        for name, lead in leads.items():
            agreed.setdefault(name, []).append(agreement(said, lead))
    print(f"{'music: half against half':32}{'agreement':>10}")
    for name, values in agreed.items():
        print(f"{name:32}{np.mean(values):10.3f}")
    mine = np.array(agreed[OURS])
    gaps = {name: interval(mine - np.array(values)) for name, values in agreed.items() if name != OURS}
    return {"music_agreement": round(float(mine.mean()), 4), "music_gap": gaps}


def half_of(answers: list[Answer], seed: int) -> tuple[list[Answer], list[Answer]]:
    """Return the answers of a random half of the workers, and the others'."""
    workers = sorted({one.worker for one in answers})
    chosen = set(np.random.default_rng(seed).permutation(workers)[: len(workers) // 2].tolist())
    return [one for one in answers if one.worker in chosen], [
        one for one in answers if one.worker not in chosen
    ]


def leads_of(comparisons: Comparisons, scores: np.ndarray) -> dict[Pair, float]:
    """Return how far the left item's score is above the right's, for each pair that was compared."""
    groups, names, group = comparisons.group_names, comparisons.item_names, comparisons.group
    assert groups is not None
    assert names is not None
    assert group is not None
    return {
        (groups[group[left]], names[left], names[right]): float(scores[left] - scores[right])
        for left, right in zip(comparisons.left.tolist(), comparisons.right.tolist(), strict=True)
    }


def majority_of(answers: list[Answer]) -> dict[Pair, float]:
    """Return how many more people preferred the left of each pair; even pairs are left out."""
    lead: dict[Pair, float] = {}
    for one in answers:
        pair = (one.query, one.left, one.right)
        lead[pair] = lead.get(pair, 0) + (one.winner == one.left) - (one.winner == one.right)
    return {pair: value for pair, value in lead.items() if value}


def preferred_in(answers: list[Answer]) -> dict[Pair, float]:
    """Return how much likelier the left of each pair is the better one."""
    table = [
        ((one.query, one.left, one.right), one.worker, {one.left: "A", one.right: "B"}.get(one.winner, "tie"))
        for one in answers
    ]
    found = consensus_of_preferences(table)
    lead = found.posterior[:, 0] - found.posterior[:, 2]
    return dict(zip(found.task_names, lead.tolist(), strict=True))


def agreement(said: dict[Pair, float], lead: dict[Pair, float]) -> float:
    """Return the share of pairs that lead as they were said to; a pair without a lead is half right."""
    return float(np.mean([0.5 + 0.5 * np.sign(lead.get(pair, 0.0) * value) for pair, value in said.items()]))


def preferences() -> dict[str, Any]:
    """Print how often simulated preferences get the right label, and return this part of the last line."""
    gaps: dict[str, list[float]] = {}
    for seed in range(SEEDS):
        table, truth = simulated_preferences(seed)
        found = {OURS: consensus_of_preferences(table, first="first").labels}
        found["consensus"] = consensus([row[:3] for row in table]).labels
        found["majority"] = consensus([row[:3] for row in table], method="majority").labels
        for name, labels in found.items():
            gaps.setdefault(name, []).append(
                float(np.mean([labels[task] == side for task, side in truth.items()]))
            )
    print(f"{'simulated preferences':32}{'accuracy':>10}")
    for name, values in gaps.items():
        print(f"{name:32}{np.mean(values):10.3f}")
    mine = np.array(gaps[OURS])
    return {
        "preference_accuracy": round(float(mine.mean()), 4),
        "preference_gap": {
            name: interval(mine - np.array(values)) for name, values in gaps.items() if name != OURS
        },
    }


def simulated_preferences(seed: int) -> tuple[list[tuple[Any, ...]], dict[int, str]]:
    """Return 400 tasks of 5 answers by 40 workers, the two answers shown in random order.

    Half of the workers weigh a difference of standard deviation 2 by a logistic error; half of them weigh it the
    same and have a leaning to the first place of 1.5 on that scale. Near 0 they say that it is a tie.
    """
    rng = np.random.default_rng(seed)
    better = rng.normal(0, 2, 400)
    table = []
    for task in range(400):
        for worker in rng.permutation(40)[:5].tolist():
            swapped = bool(rng.random() < 0.5)
            felt = better[task] + rng.logistic() + 1.5 * (worker >= 20) * (-1 if swapped else 1)
            said = "tie" if abs(felt) < 0.5 else "A" if felt > 0 else "B"
            table.append((task, worker, said, "B" if swapped else "A"))
    return table, {
        task: "tie" if abs(value) < 0.5 else "A" if value > 0 else "B" for task, value in enumerate(better)
    }


def orders() -> dict[str, Any]:
    """Print how well simulated orders are put together, and return this part of the last line."""
    found: dict[str, list[float]] = {}
    for seed in range(SEEDS):
        table, truth = simulated_orders(seed)
        for name, reliability in ((OURS, True), (PLAIN, False)):
            scores = rank_by_orders(table, reliability=reliability).score.reshape(truth.shape)
            found.setdefault(name, []).append(
                float(np.mean([tau(*pair) for pair in zip(scores, truth, strict=True)]))
            )
        places = np.zeros(truth.shape)
        for task, _, order in table:
            places[task, order] -= np.arange(len(order))
        found.setdefault("mean place (Borda)", []).append(
            float(np.mean([tau(*pair) for pair in zip(places, truth, strict=True)]))
        )
    print(f"{'simulated orders':32}{'tau':>10}")
    for name, values in found.items():
        print(f"{name:32}{np.mean(values):10.3f}")
    mine = np.array(found[OURS])
    gaps = {name: interval(mine - np.array(values)) for name, values in found.items() if name != OURS}
    return {"orders_tau": round(float(mine.mean()), 4), "orders_gap": gaps}


def simulated_orders(seed: int) -> tuple[list[tuple[int, int, list[int]]], np.ndarray]:
    """Return 150 tasks of 5 items, each ordered by 5 of 30 workers, and the items' scores.

    Workers draw from Plackett-Luce; 6 of them order at random and 3 the wrong way round.
    """
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.5, (150, 5))
    follows = np.repeat([1.0, 0.0, -1.0], [21, 6, 3])
    return [
        (task, worker, np.argsort(-(follows[worker] * truth[task] + rng.gumbel(size=5))).tolist())
        for task in range(150)
        for worker in rng.permutation(30)[:5].tolist()
    ], truth


def scale() -> dict[str, Any]:
    """Time a million comparisons and return this part of the last line."""
    rng = np.random.default_rng(0)
    n, items = 1_000_000, 10_000
    truth = rng.normal(0, 1.5, items)
    left = rng.integers(0, items, n)
    right = (left + rng.integers(1, items, n)) % items
    says_left = rng.random(n) < 1 / (1 + np.exp(truth[right] - truth[left]))
    worker = rng.integers(0, 2000, n)
    says_left = np.where(worker < 400, rng.random(n) < 0.5, says_left)
    comparisons = Comparisons(worker, left, right, np.where(says_left, LEFT, RIGHT), 2000, items)
    found = {}
    for name, reliability in ((PLAIN, False), (OURS, True)):
        started = time.process_time()
        ranking = rank_by_comparisons(comparisons, reliability=reliability)
        found[name] = round(time.process_time() - started, 2)
        near = float(np.corrcoef(ranking.score, truth)[0, 1])
        print(
            f"a million comparisons, {name}: {found[name]} s, {ranking.iterations} rounds, correlation {near:.4f}"
        )
    return {"million_seconds": found}


def run(data: Path | None, *, with_peers: bool = True) -> dict[str, Any]:
    """Return the last line, and print what is in it."""
    found = {
        "simulated": simulation(with_peers, turned=True),
        "none_turned": simulation(with_peers, turned=False),
    }
    if data is not None and (data / "crowd" / "pair_music_similarity").is_dir():
        found |= music(data, with_peers)
    return found | preferences() | orders() | scale()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    given = parser.parse_args()
    print(json.dumps(run(given.data, with_peers=not given.no_peers)))


if __name__ == "__main__":
    main()
