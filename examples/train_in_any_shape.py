"""A training run that is stopped and goes on with other ranks, on real images, and knows what each step saw.

Run it: `python examples/train_in_any_shape.py`.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import groundswell as gs
from groundswell.feed import decode_image, snapshot
from groundswell.feed.tracing import items_of_step, steps_of_items

BATCH = 64
TRUTH = load_digits().target


def feed(folder, rank=0, world_size=1):
    options = {"seed": 3, "epochs": 2, "columns": ["data", "locator"], "decode": {"data": decode_image}}
    return gs.feed(folder, BATCH, rank=rank, world_size=world_size, split="train", **options)


def classes_of(batch):
    return TRUTH[[int(locator.split()[1]) for locator in batch["locator"]]]  # "image 17"


def step(weights, batch):
    """One step of softmax regression: what a rank adds to the gradient."""
    pixels = batch["data"].reshape(len(batch["data"]), -1) / 255.0
    scores = np.exp(pixels @ weights)
    wrong = scores / scores.sum(axis=1, keepdims=True) - np.eye(10)[classes_of(batch)]
    return pixels.T @ wrong


with tempfile.TemporaryDirectory() as home:
    version = gs.collect("digits", home=home).clean().save("digits")
    folder = Path(home) / "shards"
    snapshot(version, folder)  # once; every machine of the run reads it

    weights, alone = np.zeros((64, 10)), feed(folder)
    for batch in alone:
        weights -= 0.3 * step(weights, batch) / BATCH
        if alone.delivered == 20:
            checkpoint = json.dumps({"weights": weights.tolist(), "feed": alone.state_dict()})
            break

    # The next day there are three machines. Together they see exactly what one machine would have seen.
    kept = json.loads(checkpoint)
    weights, ranks = np.array(kept["weights"]), [feed(folder, rank, 3) for rank in range(3)]
    for each in ranks:
        each.load_state_dict(kept["feed"])
    for parts in zip(*ranks, strict=True):
        weights -= 0.3 * sum(step(weights, part) for part in parts) / BATCH

    test = next(
        iter(gs.feed(folder, 1000, split="test", columns=["data", "locator"], decode={"data": decode_image}))
    )
    guesses = (test["data"].reshape(len(test["data"]), -1) / 255.0 @ weights).argmax(axis=1)
    print(f"right on images never trained on: {(guesses == classes_of(test)).mean():.1%}")

    (item,) = items_of_step(alone, 7)[0]
    print(
        f"the first image of step 7 was seen at steps {steps_of_items(alone, [item], ranks[0].delivered)[item]}"
    )
