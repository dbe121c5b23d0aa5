"""Runs in cleanlab's environment: `python -m bench.peers.cleanlab_label_errors GIVEN.npz REPEATS`."""

import sys

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

from bench.label_errors import probe


def find(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the flagged items, ranked, by cleanlab's default method in one process."""
    return find_label_issues(labels, probabilities, n_jobs=1, return_indices_ranked_by="self_confidence")


if __name__ == "__main__":
    probe(sys.argv[1], int(sys.argv[2]), find, get_label_quality_scores)
