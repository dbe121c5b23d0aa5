"""Runs in crowd-kit's environment: `python -m bench.peers.crowdkit_masks GIVEN.npz FOUND.npz`.

Merges the masks of each task with each method of crowd-kit; prints a JSON line of seconds for each.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from crowdkit.aggregation import SegmentationEM, SegmentationMajorityVote, SegmentationRASA

METHODS = {"MajorityVote": SegmentationMajorityVote, "RASA": SegmentationRASA, "EM": SegmentationEM}


def main() -> None:
    """Save `[n_tasks, height, width]` masks under each method's name."""
    given, found = sys.argv[1:]
    with np.load(given) as arrays:
        task, worker, pixels = arrays["task"], arrays["worker"], arrays["pixels"]
    frame = pd.DataFrame({"task": task, "worker": worker, "segmentation": list(pixels)})
    merged = {}
    for name, method in METHODS.items():
        started = time.process_time()
        by_task = method().fit_predict(frame)
        seconds = time.process_time() - started
        merged[name] = np.array([by_task[one] for one in np.unique(task)])
        print(json.dumps({"method": name, "seconds": round(seconds, 2)}))
    np.savez(found, **merged)


if __name__ == "__main__":
    main()
