"""Groundswell's feed, for `bench.feed`."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pyarrow as pa

from bench.peers.feed_data import BATCH, BLOCK, documents, images, texts
from bench.peers.feed_reading import main
from groundswell.feed import Feed, Order, TokenBlocks, open_snapshot, snapshot
from groundswell.feed.torch import TorchFeed

COLUMN = {"text": "text", "images": "data", "tokens": "tokens"}


class Groundswell:
    def write(self, kind, folder, count):
        samples = {
            "text": lambda: texts(count),
            "images": lambda: images(count),
            "tokens": lambda: documents(count * BLOCK),
        }[kind]()
        snapshot(Version(kind, samples), folder)

    def feed(self, kind, folder):
        stored = open_snapshot(folder)
        if kind == "tokens":
            return Feed(TokenBlocks(stored, BLOCK), BATCH[kind], epochs=None)
        return Feed(stored, BATCH[kind], columns=[COLUMN[kind]], views=kind == "images", epochs=None)

    def batches(self, kind, folder, workers):
        feed = self.feed(kind, folder)
        for batch in TorchFeed(feed, num_workers=workers) if workers else feed:
            yield batch[COLUMN[kind]]

    def state(self, kind, folder, done):
        feed = self.feed(kind, folder)
        return {**feed.state_dict(), "delivered": done}

    def resumed(self, kind, folder, state):
        feed = self.feed(kind, folder)
        feed.load_state_dict(state)
        for batch in feed:
            yield batch[COLUMN[kind]]

    def plan(self, count):
        Order(count, seed=1).sample(0, np.arange(16_384))


class Version:
    """A stream of samples as a dataset version."""

    def __init__(self, kind, samples):
        self.name, self.number, self.digest = kind, 1, kind
        self.samples = list(samples) if kind != "images" else samples
        self.kind = kind

    @property
    def rows(self):
        return self.seen if self.kind == "images" else len(self.samples)

    def batches(self, columns=None, with_data=False):
        types = {"text": pa.large_string(), "images": pa.large_binary(), "tokens": pa.large_list(pa.uint16())}
        iterator, self.seen = iter(self.samples), 0
        while chunk := list(islice(iterator, 1000)):
            ids = [f"{self.seen + number:064x}" for number in range(len(chunk))]
            self.seen += len(chunk)
            yield pa.RecordBatch.from_arrays(
                [pa.array(ids), pa.array(chunk, types[self.kind])], ["id", COLUMN[self.kind]]
            )


if __name__ == "__main__":
    main(Groundswell)
