"""Runs in tantivy's environment: `python -m bench.peers.tantivy_search FOLDER`, with what bench.search left there."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import tantivy

PAGE = 50


def build(folder: Path) -> tuple[tantivy.Index, float]:
    """Index the corpus, with fields as the filters want them; returns the seconds, too."""
    schema = (
        tantivy.SchemaBuilder()
        .add_unsigned_field("row", stored=True)
        .add_text_field("text", tokenizer_name="default")
        .add_text_field("label", tokenizer_name="raw")
        .add_unsigned_field("stars", indexed=True, fast=True)
        .build()
    )
    place = folder / "tantivy"
    place.mkdir()
    started = time.perf_counter()
    index = tantivy.Index(schema, path=str(place))
    writer = index.writer(heap_size=512_000_000, num_threads=1)
    reader = pa.ipc.open_file(pa.memory_map(str(folder / "corpus.arrow")))
    for number in range(reader.num_record_batches):
        for row in reader.get_batch(number).to_pylist():
            writer.add_document(tantivy.Document.from_dict(row, schema))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index, time.perf_counter() - started


def text_of(question: dict[str, Any]) -> str:
    """Return a question in tantivy's language."""
    words = " ".join(question["words"])
    parts = [f'+"{words}"' if question["phrase"] else " ".join(f"+{word}" for word in question["words"])]
    parts += [f"+label:{question['label']}"] if question["label"] else []
    parts += [f"+stars:[{question['least_stars']} TO 5]"] if question["least_stars"] else []
    return " ".join(parts)


def main() -> None:
    """Measure, and print the answers as JSON."""
    folder = Path(sys.argv[1])
    index, index_s = build(folder)
    searcher = index.searcher()

    def ask(question: dict[str, Any]) -> int:
        found = searcher.search(index.parse_query(text_of(question), ["text"]), limit=PAGE, count=True)
        for _, address in found.hits:
            searcher.doc(address)
        return int(found.count or 0)

    taken, totals = [], []
    for question in json.loads((folder / "questions.json").read_text()):
        ask(question)
        started = time.perf_counter()
        totals.append(ask(question))
        taken.append((time.perf_counter() - started) * 1000)
    mb = sum(path.stat().st_size for path in (folder / "tantivy").rglob("*") if path.is_file()) / 1e6
    print(json.dumps({"index_s": index_s, "mb": mb, "ms": taken, "totals": totals}))


if __name__ == "__main__":
    main()
