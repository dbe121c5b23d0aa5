"""Hugging Face datasets, for `bench.feed`: map-style, read by batches of indices as its DataLoader does."""

from __future__ import annotations

import numpy as np
import torch
from datasets import Dataset, Features, List, Value, load_from_disk
from torchdata.stateful_dataloader import StatefulDataLoader

from bench.peers.feed_data import BATCH, BLOCK, blocks, images, texts
from bench.peers.feed_reading import endless, main


class Datasets:
    def write(self, kind, folder, count):
        made = {"text": texts, "images": images, "tokens": blocks}[kind]
        feature = {
            "text": Value("large_string"),
            "images": Value("large_binary"),
            "tokens": List(Value("uint16"), length=BLOCK),
        }[kind]
        rows = Dataset.from_generator(
            lambda: ({"x": each} for each in made(count)),
            features=Features({"x": feature}),
            cache_dir=f"{folder}-cache",
        )
        rows.save_to_disk(str(folder))

    def data(self, kind, folder):
        rows = load_from_disk(str(folder))
        return rows.with_format("torch", dtype=torch.int64) if kind == "tokens" else rows

    def batches(self, kind, folder, workers):
        rows = self.data(kind, folder)
        if workers:
            yield from endless(loader(rows, kind, workers))
        rng = np.random.default_rng(1)
        while True:
            order = rng.permutation(len(rows))
            for first in range(0, len(order), BATCH[kind]):
                yield rows[order[first : first + BATCH[kind]]]["x"]

    def state(self, kind, folder, done):
        stateful = StatefulDataLoader(self.data(kind, folder), BATCH[kind], shuffle=True, collate_fn=collate)
        for number, _ in enumerate(stateful, start=1):
            if number == min(done, 200):
                break
        state = stateful.state_dict()
        return later(state, done) if done > 200 else state

    def resumed(self, kind, folder, state):
        stateful = StatefulDataLoader(self.data(kind, folder), BATCH[kind], shuffle=True, collate_fn=collate)
        stateful.load_state_dict(state)
        yield from stateful

    def plan(self, count):
        if count > 10**8:
            raise NotImplementedError("a permutation in memory")
        torch.randperm(count).tolist()


def later(state, done):
    """Return the state as if more batches had been taken: the counters are all that changes."""
    state["_num_yielded"] = done
    for name in ("samples_yielded", "_sampler_iter_yielded"):
        if name in state:
            state[name] = done
    return state


def loader(rows, kind, workers):
    generator = torch.Generator().manual_seed(1)
    return torch.utils.data.DataLoader(
        rows,
        BATCH[kind],
        shuffle=True,
        num_workers=workers,
        persistent_workers=True,
        collate_fn=collate,
        generator=generator,
    )


def collate(rows):
    values = [row["x"] for row in rows]
    return torch.stack(values) if isinstance(values[0], torch.Tensor) else values


if __name__ == "__main__":
    main(Datasets)
