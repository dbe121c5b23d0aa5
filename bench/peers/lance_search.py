"""Runs in Lance's environment: `python -m bench.peers.lance_search FOLDER`, with what bench.search left there."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import lance
import pyarrow as pa
from lance.query import FullTextOperator, MatchQuery, PhraseQuery

PAGE = 50


def build(folder: Path) -> tuple[Any, float]:
    """Write the corpus as a Lance table with a full-text index and indexes of the fields; returns the seconds, too."""
    reader = pa.ipc.open_file(pa.memory_map(str(folder / "corpus.arrow")))
    table = lance.write_dataset(reader.read_all(), str(folder / "lance"))
    started = time.perf_counter()
    table.create_scalar_index("text", "INVERTED", with_position=True, stem=False, remove_stop_words=False)
    table.create_scalar_index("label", "BITMAP")
    table.create_scalar_index("stars", "BITMAP")
    return table, time.perf_counter() - started


def main() -> None:
    """Measure, and print the answers as JSON."""
    folder = Path(sys.argv[1])
    table, index_s = build(folder)

    def ask(question: dict[str, Any]) -> int:
        words = " ".join(question["words"])
        if question["phrase"]:
            query: Any = PhraseQuery(words, "text")
        else:
            query = MatchQuery(words, "text", operator=FullTextOperator.AND)
        given = [f"label = '{question['label']}'"] if question["label"] else []
        given += [f"stars >= {question['least_stars']}"] if question["least_stars"] else []
        where = " and ".join(given) or None
        options = {"full_text_query": query, "filter": where, "prefilter": True}
        table.scanner(columns=["row", "_score"], limit=PAGE, **options).to_table()
        return int(table.scanner(columns=["row"], **options).count_rows())

    taken, totals = [], []
    for question in json.loads((folder / "questions.json").read_text()):
        ask(question)
        started = time.perf_counter()
        totals.append(ask(question))
        taken.append((time.perf_counter() - started) * 1000)
    indexes = folder / "lance" / "_indices"
    mb = sum(path.stat().st_size for path in indexes.rglob("*") if path.is_file()) / 1e6
    print(json.dumps({"index_s": index_s, "mb": mb, "ms": taken, "totals": totals}))


if __name__ == "__main__":
    main()
