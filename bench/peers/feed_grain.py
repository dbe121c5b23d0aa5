"""Grain on ArrayRecord, for `bench.feed`: MapDataset shuffled and batched, four threads; more were not faster."""

from __future__ import annotations

import sys

import grain
import numpy as np
from array_record.python.array_record_module import ArrayRecordWriter

from bench.peers.feed_data import BATCH, blocks, images, texts
from bench.peers.feed_reading import main


class Grain:
    def write(self, kind, folder, count):
        folder.mkdir(parents=True)
        made = {
            "text": lambda: (each.encode() for each in texts(count)),
            "images": lambda: images(count),
            "tokens": lambda: (each.tobytes() for each in blocks(count)),
        }[kind]()
        writer = ArrayRecordWriter(str(folder / "data.array_record"), "group_size:1,uncompressed")
        for each in made:
            writer.write(each)
        writer.close()

    def data(self, kind, folder, workers=0):
        source = grain.sources.ArrayRecordDataSource([str(folder / "data.array_record")])
        data = grain.MapDataset.source(source).shuffle(seed=1).repeat()
        if kind == "text":
            data = data.map(bytes.decode)
        if kind == "tokens":
            data = data.map(to_tokens)
        data = data.batch(BATCH[kind]) if kind == "tokens" else data.batch(BATCH[kind], batch_fn=list)
        read = data.to_iter_dataset(grain.ReadOptions(num_threads=4, prefetch_buffer_size=16))
        if workers:
            read = read.mp_prefetch(grain.multiprocessing.MultiprocessingOptions(num_workers=workers))
        return iter(read)

    def batches(self, kind, folder, workers):
        yield from self.data(kind, folder, workers)

    def state(self, kind, folder, done):
        iterator = self.data(kind, folder)
        next(iterator)
        return {**iterator.get_state(), "next_index": done}

    def resumed(self, kind, folder, state):
        iterator = self.data(kind, folder)
        iterator.set_state(state)
        yield from iterator

    def plan(self, count):
        data = grain.MapDataset.range(count).shuffle(seed=1)
        for number in range(100):
            data[number]


def to_tokens(data):
    return np.frombuffer(data, dtype=np.uint16).astype(np.int64)


if __name__ == "__main__":
    from absl import flags

    flags.FLAGS(sys.argv[:1])
    main(Grain)
