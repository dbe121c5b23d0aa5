"""Runs in crowd-kit's environment: `python -m bench.peers.crowdkit_texts ANSWERS.csv LIMIT [METHOD ...]`.

ANSWERS.csv has the columns task, worker and text. Prints one JSON line for each method: its text for every task,
and seconds; or why there is none.
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

import pandas as pd
from crowdkit import aggregation

from bench.peers.crowdkit_consensus import OverTime, stop
from bench.peers.hashed import embed

METHODS: dict[str, Callable[[], Any]] = {
    "ROVER": lambda: aggregation.ROVER(str.split, " ".join),
    "TextRASA": lambda: aggregation.TextRASA(embed),
    "TextHRRASA": lambda: aggregation.TextHRRASA(embed),
}
"""Each with its own defaults; the embedding is ours, hashed n-grams."""


def texts(name: str, frame: pd.DataFrame, limit: int) -> dict[str, Any]:
    """Return the text of every task and the seconds, or the reason for a failure."""
    started = time.process_time()
    signal.alarm(limit)
    given = (frame,) if name == "ROVER" else (frame, None)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = METHODS[name]().fit_predict(*given)
    except OverTime:
        return {"failed": f"over {limit} s"}
    except Exception as error:  # a peer that fails is a row of the table, whatever it raises
        return {"failed": f"{type(error).__name__}: {error}"[:200]}
    finally:
        signal.alarm(0)
    found = found[~found.index.duplicated()]
    return {"texts": found.to_dict(), "seconds": time.process_time() - started}


def main() -> None:
    """Aggregate with each method."""
    path, limit, chosen = sys.argv[1], int(sys.argv[2]), sys.argv[3:] or list(METHODS)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    signal.signal(signal.SIGALRM, stop)
    for name in chosen:
        print(json.dumps({"method": name} | texts(name, frame, limit)), flush=True)


if __name__ == "__main__":
    main()
