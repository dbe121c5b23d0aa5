"""Runs in crowd-kit's environment: `python -m bench.peers.crowdkit_scale VOTES.npz LABELS.npy ROUNDS`."""

import json
import sys
from dataclasses import asdict

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene

from bench.measure import cost_of


def main() -> None:
    """Label every task with exactly ROUNDS rounds; print seconds and peak memory above the data frame."""
    votes, labels, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with np.load(votes) as columns:
        frame = pd.DataFrame({name: columns[name] for name in ("task", "worker", "label")})
    method = DawidSkene(n_iter=rounds, tol=-np.inf)
    result, cost = cost_of(lambda: method.fit_predict(frame))
    np.save(labels, result.sort_index().to_numpy())
    print(json.dumps(asdict(cost) | {"rounds": len(method.loss_history_)}))


if __name__ == "__main__":
    main()
