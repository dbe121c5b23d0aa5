"""Boxes and masks of crowds, voting and crowd-kit beside ours: `python -m bench.answers.shapes --data DIR`.

Real: `crowd/boxes_pedestrians` of DIR, 1,448 frames, boxes of 47 workers, seven or eight a frame (Branson, Van Horn
and Perona 2017, "Lean Crowdsourcing", CVPR). It has no gold. Of each frame that at least k + 3 workers answered, k
random workers make one consensus and all others another, the reference; an object of the one is found if an object of
the other overlaps it enough. The reference is made once by ours and once by voting, and both methods are scored
against both. This is agreement with a larger crowd, and no accuracy: what a whole crowd gets wrong does not show.

Simulated: 20 crowds with known truth. 80 images of two to six boxes; 15 workers, six an image; each has a rate of
misses (Beta(1.5, 6)), false alarms (a Gamma of mean 0.3 an image) and jitter of each side (log-normal around 6 % of
the size), and one worker draws four random boxes on everything. A tenth of what is drawn without care is off by four
times as much. In "even", all workers are alike and errors are normal: there, nothing is to be gained over voting.

Voting: boxes are grouped greedily, most alike first, by IoU of at least a half with the group's mean; a group that at
least half of the workers drew is an object, its box the mean.

Masks: 20 simulated crowds, 40 blobs of 96 x 96 pixels, five of twelve workers each, whose outlines wobble by 3 to
20 % of the radius, and one who draws any blob. crowd-kit's three segmentation methods run with their defaults in an
environment of their own, `--no-peers` leaves them out.

Intervals are 95 %: percentile bootstrap over frames for real crowds, over seeds for simulated ones. The last line is
JSON, in per cent; gaps are ours less the other's.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.environment import peer_command, run_alone
from groundswell.quality.shapes import Box, Mask, best_pairs, box_iou, consensus_of_shapes

Answers = list[tuple[str, str, list[Box]]]
Labels = dict[str, list[Box]]
Method = Callable[[Answers], Labels]

CROWD_SIZES = (1, 2, 3, 5)
LEVELS = (0.5, 0.75)
SPLITS, SEEDS, RESAMPLES = 5, 20, 2000


def ours(answers: Answers) -> Labels:
    return consensus_of_shapes(answers).labels()


def voting(answers: Answers) -> Labels:
    """Return what at least half of the workers drew, as mean boxes."""
    by_task: dict[str, list[list[Box]]] = {}
    for task, _, boxes in answers:
        by_task.setdefault(task, []).append(boxes)
    return {task: voted(drawn) for task, drawn in by_task.items()}


def voted(drawn: list[list[Box]]) -> list[Box]:
    groups: list[list[tuple[int, Box]]] = []
    for who, boxes in enumerate(drawn):
        means = [mean_box([box for _, box in group]) for group in groups]
        overlap = box_iou(numbers(boxes), numbers(means))
        taken: set[int] = set()
        placed: set[int] = set()
        for flat in np.argsort(-overlap, axis=None):
            row, column = divmod(int(flat), len(means))
            if overlap[row, column] >= 0.5 and row not in placed and column not in taken:
                groups[column].append((who, boxes[row]))
                taken.add(column)
                placed.add(row)
        groups += [[(who, box)] for row, box in enumerate(boxes) if row not in placed]
    kept = [group for group in groups if len(group) * 2 >= len(drawn)]
    return [mean_box([box for _, box in group]) for group in kept]


def mean_box(boxes: Sequence[Box]) -> Box:
    return Box(*map(float, np.mean(numbers(boxes), axis=0)))


def numbers(boxes: Sequence[Box]) -> np.ndarray:
    return np.array([(box.left, box.top, box.width, box.height) for box in boxes]).reshape(-1, 4)


METHODS: dict[str, Method] = {"ours": ours, "voting": voting}


def counts(found: Labels, truth: Labels) -> np.ndarray:
    """Return for each image: found at each level, summed IoU at 0.5, boxes found, boxes true."""
    rows = []
    for task, boxes in truth.items():
        overlap = box_iou(numbers(found.get(task, [])), numbers(boxes))
        pairs = {level: best_pairs(np.where(overlap >= level, overlap, 0.0)) for level in LEVELS}
        shared = sum(overlap[pair] for pair in pairs[0.5])
        rows.append([*(len(pairs[level]) for level in LEVELS), shared, len(found.get(task, [])), len(boxes)])
    return np.array(rows, float)


def figures(rows: np.ndarray) -> np.ndarray:
    """Return F1 at each level and the mean IoU of matched boxes, in per cent, from summed counts."""
    half, three, shared, found, true = rows.sum(axis=-2).T
    boxes = np.maximum(found + true, 1)
    return 100 * np.stack([2 * half / boxes, 2 * three / boxes, shared / np.maximum(half, 1)], axis=-1)


def interval(values: np.ndarray) -> list[float]:
    return [round(float(end), 2) for end in np.quantile(values, [0.025, 0.975])]


def read_boxes(folder: Path) -> Answers:
    """Return one answer for each frame and worker; a row without a box is a frame marked empty."""
    found: dict[tuple[str, str], list[Box]] = {}
    with (folder / "answers.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            boxes = found.setdefault((row["task"], row["worker"]), [])
            if row["x"]:
                boxes.append(Box(*(float(row[name]) for name in "xywh")))
    return [(task, worker, boxes) for (task, worker), boxes in found.items()]


def split(answers: Answers, size: int, rng: np.random.Generator) -> tuple[Answers, Answers]:
    """Divide the answers to each frame: `size` random ones, and all others, at least three."""
    by_task: dict[str, list[tuple[str, str, list[Box]]]] = {}
    for answer in answers:
        by_task.setdefault(answer[0], []).append(answer)
    few: Answers = []
    rest: Answers = []
    for mine in by_task.values():
        if len(mine) >= size + 3:
            order = rng.permutation(len(mine))
            few += [mine[one] for one in order[:size]]
            rest += [mine[one] for one in order[size:]]
    return few, rest


def real_crowd(answers: Answers) -> dict[str, Any]:
    """Compare small crowds with the rest."""
    out: dict[str, Any] = {}
    for size in CROWD_SIZES:
        rows: dict[tuple[str, str], list[np.ndarray]] = {}
        for seed in range(SPLITS):
            few, rest = split(answers, size, np.random.default_rng([size, seed]))
            found = {name: method(few) for name, method in METHODS.items()}
            for judge, method in METHODS.items():
                reference = method(rest)
                for name, labels in found.items():
                    rows.setdefault((name, judge), []).append(counts(labels, reference))
        for judge in METHODS:
            both = {name: sum(rows[name, judge]) for name in METHODS}
            out[f"{size} workers, judged by {judge}"] = compared_frames(both)
    return out


def compared_frames(both: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the figures of both methods and the interval of the gaps over frames."""
    rng = np.random.default_rng(0)
    n = len(both["ours"])
    drawn = [rng.integers(0, n, n) for _ in range(RESAMPLES // 4)]
    gaps = np.array([figures(both["ours"][one]) - figures(both["voting"][one]) for one in drawn])
    out: dict[str, Any] = {name: figures(rows).round(2).tolist() for name, rows in both.items()}
    return out | {"gap_95": [interval(gaps[:, column]) for column in range(gaps.shape[1])]}


def simulated(seed: int, *, even: bool, images: int = 80, workers: int = 15) -> tuple[Answers, Labels]:
    """Return a crowd of the kind that the module describes, and its truth."""
    rng = np.random.default_rng([seed, even])
    miss = np.full(workers, 0.15) if even else rng.beta(1.5, 6, workers)
    alarms = np.full(workers, 0.2) if even else rng.gamma(1, 0.3, workers)
    jitter = np.full(workers, 0.06) if even else 0.06 * np.exp(rng.normal(0, 0.5, workers))
    truth: Labels = {}
    answers: Answers = []
    for image in range(images):
        size = rng.uniform(30, 150, (rng.integers(2, 7), 2))
        boxes = np.concatenate([rng.uniform(0, 850, size.shape), size], axis=1)
        truth[str(image)] = [Box(*map(float, box)) for box in boxes]
        for who in rng.choice(workers, 6, replace=False).tolist():
            spams = not even and who == 0
            kept = boxes[:0] if spams else boxes[rng.random(len(boxes)) >= miss[who]]
            invented = 4 if spams else rng.poisson(alarms[who])
            careless = np.where(not even and rng.random((len(kept), 1)) < 0.1, 4.0, 1.0)
            drawn = moved(kept, jitter[who] * careless, rng)
            imagined = np.concatenate(
                [rng.uniform(0, 850, (invented, 2)), rng.uniform(30, 150, (invented, 2))], axis=1
            )
            rows = np.concatenate([drawn, imagined])
            answers.append((str(image), str(who), [Box(*map(float, row)) for row in rows]))
    return answers, truth


def moved(boxes: np.ndarray, jitter: Any, rng: np.random.Generator) -> np.ndarray:
    """Move each side by a normal error of `jitter` times the size."""
    start = boxes[:, :2] + rng.normal(size=(len(boxes), 2)) * jitter * boxes[:, 2:]
    end = boxes[:, :2] + boxes[:, 2:] + rng.normal(size=(len(boxes), 2)) * jitter * boxes[:, 2:]
    return np.concatenate([start, np.maximum(end - start, 2)], axis=1)


def simulated_crowds(*, even: bool) -> dict[str, Any]:
    """Score both methods, and what ours says of itself, over the seeds."""
    scores: dict[str, list[np.ndarray]] = {name: [] for name in METHODS}
    said = []
    for seed in range(SEEDS):
        answers, truth = simulated(seed, even=even)
        for name, method in METHODS.items():
            scores[name].append(figures(counts(method(answers), truth)))
        said.append(own_word(answers, truth))
    out: dict[str, Any] = {name: np.mean(rows, axis=0).round(2).tolist() for name, rows in scores.items()}
    gaps = np.array(scores["ours"]) - np.array(scores["voting"])
    picks = np.random.default_rng(0).integers(0, SEEDS, (RESAMPLES, SEEDS))
    means = gaps[picks].mean(axis=1)
    out["gap_95"] = [interval(means[:, column]) for column in range(3)]
    names = ("claimed_real", "real", "brier", "claimed_iou", "iou")
    return out | dict(zip(names, np.mean(said, axis=0).round(4).tolist(), strict=True))


def own_word(answers: Answers, truth: Labels) -> list[float]:
    """Return what ours claims, and what is so: probability of objects, Brier score, IoU."""
    claims, reached = [], []
    for one in consensus_of_shapes(answers):
        claims.append((one.probability, one.similarity))
        reached.append(box_iou(numbers([one.shape]), numbers(truth[one.task])).max())
    claim, overlap = np.array(claims), np.array(reached)
    real = overlap >= 0.5
    brier = ((claim[:, 0] - real) ** 2).mean()
    return [claim[:, 0].mean(), real.mean(), brier, claim[real, 1].mean(), overlap[real].mean()]


def blob(rng: np.random.Generator, radius: np.ndarray) -> np.ndarray:
    """Return the pixels within a radius that depends on direction, `[96, 96]`."""
    y, x = np.mgrid[:96, :96] - 47.5
    turn = np.arctan2(y, x) % (2 * np.pi) / (2 * np.pi) * len(radius)
    here = np.interp(turn, np.arange(len(radius) + 1), np.append(radius, radius[0]))
    return np.hypot(x, y) < here


def wobble(rng: np.random.Generator) -> np.ndarray:
    """Return a smooth random function of direction, of standard deviation 1, at 64 directions."""
    angle = np.arange(64) / 64 * 2 * np.pi
    waves = [rng.normal() * np.cos(k * angle) + rng.normal() * np.sin(k * angle) for k in range(1, 9)]
    return np.sum(waves, axis=0) / np.sqrt(8) + 0.3 * rng.normal()


def masks(seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the masks of one crowd, and the true ones."""
    rng = np.random.default_rng([seed, 2])
    share = np.append(rng.uniform(0.03, 0.2, 11), np.nan)
    task, worker, pixels, truth = [], [], [], []
    for number in range(40):
        radius = 28 * (1 + 0.25 * wobble(rng))
        truth.append(blob(rng, radius))
        for who in rng.choice(12, 5, replace=False).tolist():
            spams = np.isnan(share[who])
            drawn = 28 * (1 + 0.4 * wobble(rng)) if spams else radius * (1 + share[who] * wobble(rng))
            task.append(number)
            worker.append(who)
            pixels.append(blob(rng, drawn))
    return {"task": np.array(task), "worker": np.array(worker), "pixels": np.array(pixels)}, np.array(truth)


def merged_masks(crowd: dict[str, np.ndarray]) -> np.ndarray:
    """Return our mask of each task: the most probable object, as crowd-kit knows only one."""
    drawn = [[Mask.from_array(one)] for one in crowd["pixels"]]
    result = consensus_of_shapes(
        list(zip(crowd["task"].tolist(), crowd["worker"].tolist(), drawn, strict=True))
    )
    first = {one.task: one.shape.to_array() for one in reversed(result.objects)}
    return np.array([first[task] for task in sorted(first)])


def mask_crowds(peers: bool) -> dict[str, Any]:
    """Return the mean IoU of each method with the true masks, and processor seconds in all."""
    overlap: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    for seed in range(SEEDS):
        crowd, truth = masks(seed)
        started = time.process_time()
        found = {"ours": merged_masks(crowd)}
        spent = {"ours": time.process_time() - started}
        if peers:
            theirs, cost = peer_masks(crowd)
            found, spent = found | theirs, spent | cost
        for name, pixels in found.items():
            shared, either = (pixels & truth).sum(axis=(1, 2)), (pixels | truth).sum(axis=(1, 2))
            overlap.setdefault(name, []).append(100 * float((shared / either).mean()))
            seconds[name] = seconds.get(name, 0.0) + spent[name]
    out: dict[str, Any] = {name: round(float(np.mean(values)), 2) for name, values in overlap.items()}
    picks = np.random.default_rng(0).integers(0, SEEDS, (RESAMPLES, SEEDS))
    gaps = {name: np.array(overlap["ours"]) - np.array(values) for name, values in overlap.items()}
    out["gap_95"] = {name: interval(gap[picks].mean(axis=1)) for name, gap in gaps.items() if name != "ours"}
    return out | {"seconds": {name: round(value, 2) for name, value in seconds.items()}}


def peer_masks(crowd: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Return crowd-kit's masks by method, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(given, **crowd)
        printed = run_alone(peer_command("crowdkit", "crowdkit_masks", str(given), str(found)))
        with np.load(found) as arrays:
            masks = {f"crowd-kit {name}": arrays[name].astype(bool) for name in arrays}
    rows = [json.loads(line) for line in printed.splitlines()]
    return masks, {f"crowd-kit {row['method']}": row["seconds"] for row in rows}


def run(data: Path | None, *, peers: bool = True) -> dict[str, Any]:
    """Return every figure; without `data`, the simulated ones."""
    out: dict[str, Any] = {}
    if data is not None:
        answers = read_boxes(data / "crowd" / "boxes_pedestrians")
        started = time.process_time()
        result = consensus_of_shapes(answers)
        out["seconds"] = round(time.process_time() - started, 2)
        out["boxes"] = sum(len(boxes) for _, _, boxes in answers)
        print(f"{out['boxes']:,} boxes in {len(answers):,} answers, {out['seconds']} s: {result}")
        out["pedestrians"] = real_crowd(answers)
        show("boxes_pedestrians against the rest of the crowd", out["pedestrians"])
    out["simulated"] = {
        name: simulated_crowds(even=even) for name, even in (("mixed", False), ("even", True))
    }
    show("simulated crowds of boxes", out["simulated"])
    out["masks"] = mask_crowds(peers)
    print(f"simulated masks, mean IoU: {out['masks']}")
    return out


def show(title: str, table: dict[str, Any]) -> None:
    """Print F1 at 0.5, F1 at 0.75 and mean IoU of matched boxes for both methods."""
    print(f"{title}: F1 at 0.5, F1 at 0.75, mean IoU of matched boxes, in per cent")
    for name, row in table.items():
        rest = {key: value for key, value in row.items() if key not in METHODS}
        print(f"  {name:32} ours {row['ours']}  voting {row['voting']}  {rest}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="holds crowd/boxes_pedestrians")
    parser.add_argument("--no-peers", action="store_true", help="without crowd-kit")
    given = parser.parse_args()
    print(json.dumps(run(given.data, peers=not given.no_peers)))


if __name__ == "__main__":
    main()
