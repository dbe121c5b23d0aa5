"""Runs in datatrove's environment: `python -m bench.peers.datatrove_minhash DOCUMENTS.parquet FOLDER`.

Its four MinHash steps with its own defaults (word 5-grams, 14 buckets of 8, 64-bit hashes), one task, one process.
Prints one JSON line: seconds of each step, and the cluster of each document, by row; null where it has none.
"""

import json
import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import JsonlWriter


def main() -> None:
    documents, folder = Path(sys.argv[1]), Path(sys.argv[2])
    reader = ParquetReader(str(documents.parent), glob_pattern=documents.name, id_key="row")
    signatures, buckets, remove, kept = (
        str(folder / name) for name in ("signatures", "buckets", "remove", "kept")
    )
    dropped = JsonlWriter(str(folder / "dropped"), compression=None)
    steps = {
        "signatures": [reader, MinhashDedupSignature(output_folder=signatures)],
        "buckets": [MinhashDedupBuckets(input_folder=signatures, output_folder=buckets)],
        "clusters": [MinhashDedupCluster(input_folder=buckets, output_folder=remove, save_cluster_id=True)],
        "filter": [
            reader,
            MinhashDedupFilter(input_folder=remove, exclusion_writer=dropped, load_cluster_ids=True),
            JsonlWriter(kept, compression=None),
        ],
    }
    seconds = {}
    for name, pipeline in steps.items():
        # The second step works by bucket: it wants a task for each.
        tasks = 14 if name == "buckets" else 1
        started = time.perf_counter()
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(folder / "logs" / name)).run()
        seconds[name] = time.perf_counter() - started
    stays, clusters = {}, {}
    for place, is_kept in (("kept", True), ("dropped", False)):
        for path in sorted((folder / place).rglob("*.jsonl")):
            for line in path.read_text().splitlines():
                row = json.loads(line)
                stays[row["id"]] = is_kept
                cluster = row["metadata"]["minhash_cluster_id"]
                clusters[row["id"]] = None if cluster == -1 else cluster
    print(json.dumps({"seconds": seconds, "stays": stays, "clusters": clusters}))


if __name__ == "__main__":
    main()
