"""LitData, for `bench.feed`: optimised chunks of 64 MB, StreamingDataset and StreamingDataLoader."""

from __future__ import annotations

import os

from bench.peers.feed_data import BATCH, BLOCK, documents, images, texts
from bench.peers.feed_reading import endless, main

os.environ["LITDATA_DISABLE_VERSION_CHECK"] = "1"

import numpy as np
import torch
from litdata import StreamingDataLoader, StreamingDataset, TokensLoader
from litdata.streaming.writer import BinaryWriter


class LitData:
    def write(self, kind, folder, count):
        made = {
            "text": lambda: texts(count),
            "images": lambda: images(count),
            "tokens": lambda: (torch.from_numpy(each.astype(np.uint16)) for each in documents(count * BLOCK)),
        }[kind]()
        loader = TokensLoader(block_size=BLOCK) if kind == "tokens" else None
        writer = BinaryWriter(str(folder), chunk_bytes=64 << 20, item_loader=loader)
        for number, each in enumerate(made):
            writer[number] = each
        writer.done()
        writer.merge()

    def data(self, kind, folder, workers=0):
        loader = TokensLoader(block_size=BLOCK) if kind == "tokens" else None
        data = StreamingDataset(str(folder), shuffle=True, seed=1, item_loader=loader)
        collate = {"tokens": None, "text": list, "images": copied if workers else list}[kind]
        return StreamingDataLoader(data, batch_size=BATCH[kind], num_workers=workers, collate_fn=collate)

    def batches(self, kind, folder, workers):
        for batch in endless(self.data(kind, folder, workers)):
            yield batch.long() if kind == "tokens" else batch

    def state(self, kind, folder, done):
        loader = self.data(kind, folder)
        for number, _ in enumerate(loader, start=1):
            if number == done:
                return loader.state_dict()
        raise AssertionError("the epoch is shorter")

    def resumed(self, kind, folder, state):
        loader = self.data(kind, folder)
        loader.load_state_dict(state)
        for batch in loader:
            yield batch.long() if kind == "tokens" else batch

    def plan(self, count):
        raise NotImplementedError("part of opening a data set")


def copied(rows):
    """Views of its chunks, which LitData gives, cannot travel to another process."""
    return [bytes(row) for row in rows]


if __name__ == "__main__":
    main(LitData)
