"""Feeding, beside the loaders that people use: `python -m bench.feed [--quick] [--rounds 5] [--home DIR]`.

Three data sets (texts of 1 kB, images of 50 kB, tokens in rows of 2,049), each stored by every loader in its own format
and read shuffled, as its documentation recommends (bench/peers/feed_*.py): LitData, MosaicML Streaming, Hugging Face
datasets, WebDataset, Grain. Each has an environment of its own. In every round each loader runs once, in turn, in a
fresh process: samples for each processor second and each second in one process, the first batch, and the first batch
after a resume at half an epoch; then, in every second round and another process, samples for each second with two
workers (not with `--quick`). Medians over rounds are compared. A batch is what the kind of data is used as: `str`
objects, bytes-like objects, int64 rows.

A resume is, for each loader, what lies between a state and a batch in the trainer's hands: opening the data set, making
the loader, loading the state, reading the batch; in a process that has imported everything and has read this data
before, so that neither imports nor a cold disk are in it.

The last line is JSON. `text_ratio`, `tokens_ratio` and `images_ratio` are our samples for each processor second over
those of the best peer; `resume_ratio` is the processor time to the first batch after a resume of the quickest peer
over ours, on texts, and `resume_ratios` the same for each kind of data, in processor time and in wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.peers.environment import ROOT, peer_command
from bench.peers.feed_reading import KINDS
from groundswell.cli.output import table

LOADERS = {
    "groundswell": "Groundswell",
    "litdata": "LitData",
    "mosaicml": "MosaicML Streaming",
    "datasets": "Hugging Face datasets",
    "webdataset": "WebDataset",
    "grain": "Grain",
}
COUNTS = {"text": 200_000, "images": 10_000, "tokens": 24_000}
QUICK_COUNTS = {"text": 50_000, "images": 2_000, "tokens": 6_000}
LONGEST_SECONDS = 300
SHOWN = {
    "per_cpu_s": "samples/CPU-s",
    "per_s": "samples/s",
    "two_workers_per_s": "samples/s, 2 workers",
    "first_cpu_ms": "first batch, CPU ms",
    "resume_cpu_ms": "resume at 50 %, CPU ms",
    "resume_wall_ms": "resume, wall ms",
    "state_bytes": "state, bytes",
}

Round = dict[str, Any]
"""What one loader was measured to do in one round."""


def run(loader: str, command: str, home: Path, counts: dict[str, int], *rest: str) -> Round:
    """Run one command of a loader in a process group of its own, so that whatever it leaves can be ended."""
    folder = home / loader
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [str(counts[kind]) for kind in KINDS]
    given = peer_command(loader, f"feed_{loader}", command, str(folder), *numbers, *rest)
    process = subprocess.Popen(
        given,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, complaints = process.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        return {"failed": f"{command} did not end in {LONGEST_SECONDS} s"}
    finally:
        end(process)
    if process.returncode:
        return {"failed": (complaints.strip().splitlines() or [f"status {process.returncode}"])[-1]}
    found: Round = json.loads(printed.strip().splitlines()[-1])
    return found


def end(process: subprocess.Popen[str]) -> None:
    """End a process and those that it started."""
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        return
    process.wait()


def environment() -> dict[str, str]:
    """Return the variables of a loader's process: one thread for array libraries, and nothing is asked of a network."""
    alone = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT / "src")}
    return (
        os.environ | alone | {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "LITDATA_DISABLE_VERSION_CHECK": "1"}
    )


def rounds_of(
    home: Path, counts: dict[str, int], rounds: int, seconds: float, *, workers: bool
) -> dict[str, list[Round]]:
    """Measure every loader once in each round, each time beginning with another one."""
    found: dict[str, list[Round]] = {loader: [] for loader in LOADERS}
    names = list(LOADERS)
    for number in range(rounds):
        for loader in names[number % len(names) :] + names[: number % len(names)]:
            started = time.perf_counter()
            one = run(loader, "measure", home, counts, str(seconds))
            if workers and "failed" not in one and number % 2 == 0:  # starting workers takes most of the time
                two = run(loader, "workers", home, counts, str(seconds))
                for kind in KINDS if "failed" not in two else ():
                    one[kind] |= two[kind]
            found[loader].append(one)
            said = one.get("failed") or f"text {one['text']['per_cpu_s']:,.0f} samples/CPU-s"
            print(
                f"round {number + 1}: {loader:12} {said}, {time.perf_counter() - started:.0f} s", flush=True
            )
    return found


def medians(rounds: list[Round]) -> dict[str, Any]:
    """Return the median of every figure, by kind; a loader that failed in every round has none."""
    good = [each for each in rounds if "failed" not in each]
    found: dict[str, Any] = {"failed": rounds[-1]["failed"]} if not good else {}
    for kind in KINDS if good else ():
        names = {name for each in good for name in each[kind]}
        found[kind] = {name: _median([each[kind].get(name) for each in good]) for name in sorted(names)}
    for name in ("plan_1e7", "plan_1e10") if good else ():
        found[name] = _median([each[name] for each in good])
    return found


def _median(values: list[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return round(statistics.median(given), 4) if given else None


def summary(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the last line: our figures over those of the best peer."""
    ours, peers = found["groundswell"], {name: found[name] for name in LOADERS if name != "groundswell"}
    ratios = {
        f"{kind}_ratio": round(ours[kind]["per_cpu_s"] / max(_each(peers, kind, "per_cpu_s")), 2)
        for kind in KINDS
    }
    resume = ours["text"]["resume_cpu_ms"]
    return ratios | {
        "resume_ratio": round(min(_each(peers, "text", "resume_cpu_ms")) / resume, 2),
        "resume_ratios": {kind: _resumed(ours, peers, kind) for kind in KINDS},
        "resume_ms": round(resume, 3),
        "state_bytes": ours["text"]["state_bytes"],
        "peers": peers,
        "groundswell": ours,
    }


def _resumed(ours: dict[str, Any], peers: dict[str, dict[str, Any]], kind: str) -> dict[str, float]:
    """Return the quickest peer's time to the first batch after a resume over ours, in processor and in wall time."""
    return {
        clock: round(min(_each(peers, kind, f"resume_{clock}_ms")) / ours[kind][f"resume_{clock}_ms"], 2)
        for clock in ("cpu", "wall")
    }


def _each(peers: dict[str, dict[str, Any]], kind: str, name: str) -> list[float]:
    return [peer[kind][name] for peer in peers.values() if kind in peer and peer[kind].get(name) is not None]


def show(found: dict[str, dict[str, Any]]) -> None:
    """Print a table for each kind of data, and what planning costs."""
    for kind in KINDS:
        rows = []
        for loader, name in LOADERS.items():
            figures = found[loader].get(kind, {})
            rows.append([name, *(_shown(figures.get(key)) for key in SHOWN)])
        print(f"\n{kind}\n{table([kind, *SHOWN.values()], rows)}")
    rows = [
        [name, _shown(found[loader].get("plan_1e7")), _shown(found[loader].get("plan_1e10"))]
        for loader, name in LOADERS.items()
    ]
    print(f"\nplanning\n{table(['an epoch over', '10^7, CPU s', '10^10, CPU s'], rows)}")


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.4g}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer and smaller, one process: under 3 minutes"
    )
    parser.add_argument("--rounds", type=int, help="[default: 5, quick 3]")
    parser.add_argument("--home", type=Path, help="keep the data sets here, and find them again")
    given = parser.parse_args()
    counts, seconds = (QUICK_COUNTS, 0.4) if given.quick else (COUNTS, 1.5)
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as temporary:
        home = given.home or Path(temporary)
        for loader in LOADERS:
            wrote = run(loader, "write", home, counts)
            print(f"written by {loader}: {json.dumps(wrote)}", flush=True)
        measured = rounds_of(
            home, counts, given.rounds or (3 if given.quick else 5), seconds, workers=not given.quick
        )
    found = {loader: medians(rounds) for loader, rounds in measured.items()}
    show(found)
    print(json.dumps(summary(found)))


if __name__ == "__main__":
    main()
