"""MosaicML Streaming, for `bench.feed`: MDS shards of 64 MB, StreamingDataset and StreamingDataLoader."""

from __future__ import annotations

import numpy as np
import torch
from streaming import MDSWriter, StreamingDataLoader, StreamingDataset
from streaming.base.shuffle import get_shuffle
from streaming.base.util import clean_stale_shared_memory

from bench.peers.feed_data import BATCH, blocks, images, texts
from bench.peers.feed_reading import endless, main

ENCODING = {"text": "str", "images": "bytes", "tokens": "ndarray:uint16:2049"}


class MosaicML:
    def write(self, kind, folder, count):
        made = {"text": texts, "images": images, "tokens": blocks}[kind]
        with MDSWriter(out=str(folder), columns={"x": ENCODING[kind]}, size_limit=64 << 20) as writer:
            for each in made(count):
                writer.write({"x": each})

    def data(self, kind, folder, workers=0):
        clean_stale_shared_memory()
        data = StreamingDataset(local=str(folder), shuffle=True, batch_size=BATCH[kind], shuffle_seed=1)
        collate = stack if kind == "tokens" else pick
        return StreamingDataLoader(
            data,
            batch_size=BATCH[kind],
            num_workers=workers,
            persistent_workers=workers > 0,
            collate_fn=collate,
        )

    def batches(self, kind, folder, workers):
        yield from endless(self.data(kind, folder, workers))

    def state(self, kind, folder, done):
        loader = self.data(kind, folder)
        for number, _ in enumerate(loader, start=1):
            if number == min(done, 50):
                break
        return {**loader.state_dict(), "sample_in_epoch": done * BATCH[kind]}

    def resumed(self, kind, folder, state):
        loader = self.data(kind, folder)
        loader.load_state_dict(state)
        yield from loader

    def plan(self, count):
        if count > 10**8:
            raise NotImplementedError("a permutation in memory")
        shards = np.full(count // 65_536 + 1, 65_536)
        get_shuffle("py1e", shards, 1, 1, 0, 262_144)


def pick(rows):
    return Samples(row["x"] for row in rows)


class Samples(list):
    """A list whose number of samples its loader can count."""


def stack(rows):
    return torch.from_numpy(np.stack([row["x"] for row in rows]).astype(np.int64))


if __name__ == "__main__":
    main(MosaicML)
