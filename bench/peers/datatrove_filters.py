"""Runs in datatrove's environment: `python -m bench.peers.datatrove_filters DOCUMENTS.parquet COUNT`.

Prints one JSON line: for each filter, with its own defaults, the seconds for the first COUNT documents, and which of
them it keeps.
"""

import json
import sys
import time

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.filters.c4_filters import C4QualityFilter


def main() -> None:
    texts = pq.read_table(sys.argv[1], columns=["text"])["text"].slice(0, int(sys.argv[2])).to_pylist()
    filters = {
        "repetition": GopherRepetitionFilter(),
        "gopher": GopherQualityFilter(),
        "fineweb": FineWebQualityFilter(),
        "c4": C4QualityFilter(filter_no_terminal_punct=False),
    }
    told = {}
    for name, each in filters.items():
        documents = [Document(text=text, id=str(place)) for place, text in enumerate(texts)]
        keeps(each, documents[0])  # loads its tokenizer
        started = time.perf_counter()
        kept = [keeps(each, document) for document in documents]
        told[name] = {"seconds": time.perf_counter() - started, "keeps": kept}
    print(json.dumps(told))


def keeps(each: object, document: Document) -> bool | None:
    """Return whether a filter keeps a document; None where it fails, for example on one without words."""
    try:
        answer = each.filter(document)
    except Exception:
        return None
    return bool(answer[0] if isinstance(answer, tuple) else answer)


if __name__ == "__main__":
    main()
