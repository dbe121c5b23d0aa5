"""Runs in crowd-kit's environment: `python -m bench.peers.crowdkit_rankings FOLDER`.

Every `*.npz` in FOLDER holds comparisons without ties (worker, left, right, winner as codes). Prints one JSON line
for each file and method: the score of each item that it saw, and the processor seconds that it took.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from crowdkit.aggregation import BradleyTerry, NoisyBradleyTerry

METHODS: dict[str, Callable[[], Any]] = {
    "BradleyTerry": lambda: BradleyTerry(n_iter=100),
    "NoisyBradleyTerry": NoisyBradleyTerry,
}
"""BradleyTerry has no default number of rounds; its examples use 10 to 100."""


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("*.npz")):
        with np.load(path) as columns:
            frame = pd.DataFrame({name: columns[name] for name in ("worker", "left", "right")})
            frame["label"] = columns["winner"]
        for name, method in METHODS.items():
            started = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                scores = method().fit_predict(frame)
            row = {"file": path.stem, "method": name, "seconds": time.process_time() - started}
            print(json.dumps(row | {"items": scores.index.tolist(), "scores": scores.tolist()}), flush=True)


if __name__ == "__main__":
    main()
