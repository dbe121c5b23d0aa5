"""Runs in snorkel's environment: `python -m bench.peers.snorkel_functions CASES.npz POSTERIORS.npz`.

CASES holds for each case `i` what functions say (`said_i`, `[items, functions]`, -1 abstains), the number of classes
(`classes_i`) and the known labels (`gold_i`, those alone). Settings are those of snorkel's tutorials: 500 epochs, the
default rate. It uses labels for the class balance only; without any it assumes balanced classes.
"""

import sys

import numpy as np
from snorkel.labeling.model import LabelModel


def posterior(said: np.ndarray, classes: int, gold: np.ndarray) -> np.ndarray:
    """Return probabilities `[items, classes]`."""
    model = LabelModel(cardinality=classes, verbose=False)
    balance = (np.bincount(gold, minlength=classes) + 1) / (len(gold) + classes)
    given = {"class_balance": balance} if len(gold) else {}
    model.fit(said, n_epochs=500, seed=0, progress_bar=False, **given)
    return model.predict_proba(said)


if __name__ == "__main__":
    with np.load(sys.argv[1]) as cases:
        count = len([name for name in cases.files if name.startswith("said_")])
        found = {
            f"posterior_{one}": posterior(
                cases[f"said_{one}"].astype(int), int(cases[f"classes_{one}"]), cases[f"gold_{one}"]
            )
            for one in range(count)
        }
    np.savez(sys.argv[2], **found)
