"""WebDataset, for `bench.feed`: tar shards, shuffled shards and a buffer of 1,000 samples, batched in the pipeline."""

from __future__ import annotations

import warnings

import numpy as np
import torch
import webdataset as wds

from bench.peers.feed_data import BATCH, blocks, images, texts
from bench.peers.feed_reading import endless, main

ENDING = {"text": "txt", "images": "jpg", "tokens": "npy"}

warnings.filterwarnings("ignore")


class WebDataset:
    def write(self, kind, folder, count):
        folder.mkdir(parents=True)
        made = {"text": texts, "images": images, "tokens": blocks}[kind]
        with wds.ShardWriter(str(folder / "%06d.tar"), maxsize=64 << 20, maxcount=10**9, verbose=0) as sink:
            for number, each in enumerate(made(count)):
                sink.write({"__key__": f"{number:08d}", ENDING[kind]: each})

    def batches(self, kind, folder, workers):
        shards = sorted(str(path) for path in folder.glob("*.tar"))
        data = wds.WebDataset(shards, shardshuffle=len(shards), seed=1, empty_check=False).shuffle(1000)
        if kind != "images":
            data = data.decode()
        collate = stack if kind == "tokens" else list
        data = data.to_tuple(ENDING[kind]).map(first).batched(BATCH[kind], collation_fn=collate)
        yield from endless(wds.WebLoader(data, batch_size=None, num_workers=workers))

    def state(self, kind, folder, done):
        return None

    def plan(self, count):
        raise NotImplementedError("shards are shuffled, samples in a buffer")


def first(row):
    return row[0]


def stack(rows):
    return torch.from_numpy(np.stack(rows).astype(np.int64))


if __name__ == "__main__":
    main(WebDataset)
