"""Runs in crowd-kit's environment: `python -m bench.peers.crowdkit_consensus VOTES.npz LIMIT [METHOD ...]`.

Prints one JSON line for each method: its label for every task, or why there is none.
"""

import contextlib
import io
import json
import signal
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from crowdkit import aggregation

METHODS: dict[str, Callable[[], Any]] = {
    "MajorityVote": aggregation.MajorityVote,
    "Wawa": aggregation.Wawa,
    "DawidSkene": aggregation.DawidSkene,
    "OneCoinDawidSkene": aggregation.OneCoinDawidSkene,
    "MACE": lambda: aggregation.MACE(n_restarts=10),
    "GLAD": aggregation.GLAD,
    "MMSR": aggregation.MMSR,
    "ZeroBasedSkill": aggregation.ZeroBasedSkill,
}
"""Each with its own defaults."""


class OverTime(Exception):
    """A method took longer than it may."""


def labels(method: Callable[[], Any], frame: pd.DataFrame, limit: int) -> dict[str, Any]:
    """Return the labels in the order of tasks and the seconds, or the reason for a failure."""
    np.random.seed(0)  # MajorityVote breaks ties with the global generator
    started = time.perf_counter()
    signal.alarm(limit)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = method().fit_predict(frame)
    except OverTime:
        return {"failed": f"over {limit} s"}
    except Exception as error:  # a peer that fails is a row of the table, whatever it raises
        return {"failed": f"{type(error).__name__}: {error}"[:200]}
    finally:
        signal.alarm(0)
    ordered = found.reindex(np.arange(frame["task"].max() + 1))
    return {"labels": ordered.astype(int).tolist(), "seconds": time.perf_counter() - started}


def stop(*_: Any) -> None:
    """Interrupt the method that is running."""
    raise OverTime


def main() -> None:
    """Label every task with each method."""
    path, limit, chosen = sys.argv[1], int(sys.argv[2]), sys.argv[3:] or list(METHODS)
    with np.load(path) as columns:
        frame = pd.DataFrame({name: columns[name] for name in ("task", "worker", "label")})
    signal.signal(signal.SIGALRM, stop)
    for name in chosen:
        print(json.dumps({"method": name} | labels(METHODS[name], frame, limit)), flush=True)


if __name__ == "__main__":
    main()
