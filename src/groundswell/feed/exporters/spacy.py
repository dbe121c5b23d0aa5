"""spaCy: one JSON object a line, its annotations as `Example.from_dict` names them."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import write_lines
from groundswell.feed.exporters.labelled import Labelled, part_of, text_of
from groundswell.feed.exporters.lines import json_lines
from groundswell.items import digest_text

KEY = "sc"
"""The key of spans that overlap: spaCy's own default for span categorisers."""


class Spacy:
    """One line for each text: `{"text": ..., "entities": [[start, end, label], ...]}` for spans.

    Choices are `"cats": {label: 1.0}`; spans that overlap are `spans`, under the key `sc`. Places are characters, as
    spaCy counts them. Relations have no place here and are refused.
    """

    name = "spacy"
    suffix = ".jsonl"
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write one line for each text; see `Exporter.write`."""
        return write_lines(batches, destination, _line, overwrite=overwrite)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the texts with their spans or choices; see `Importer.read`."""
        for number, row in json_lines(source, ("text",)):
            text = row["text"]
            yield Labelled(digest_text(text), answer_of_annotation(row), text=text, locator=f"line {number}")


def _line(item: Labelled) -> str:
    row = {"text": text_of(item, "spacy"), **annotation_of(item, "spacy"), "meta": {"item_id": item.id}}
    return json.dumps(row, ensure_ascii=False) + "\n"


def annotation_of(item: Labelled, format_name: str) -> dict[str, Any]:
    """Return an item's annotation in spaCy's words: `cats` and `exclusive`, `entities` or `spans`; empty without one.

    Raises:
        InputError: the answer is of another kind, or has relations.
    """
    answer = item.answer or {}
    chosen = answer.get("choices", [answer["choice"]] if "choice" in answer else None)
    if chosen is not None:
        return {"cats": dict.fromkeys(chosen, 1.0), "exclusive": "choice" in answer}
    if answer.get("relations"):
        raise InputError(
            f"item {item.id}: {format_name} cannot carry relations; export as label_studio or jsonl"
        )
    spans = part_of(item, "spans", format_name)
    triples = sorted((span["start"], span["end"], span["label"]) for span in spans)
    overlap = any(other[0] < one[1] for one, other in itertools.pairwise(triples))
    listed = [list(triple) for triple in triples]
    if item.answer is None:
        return {}
    return {"spans": {KEY: listed}} if overlap else {"entities": listed}


def answer_of_annotation(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the answer that an annotation in spaCy's words says; None where it says nothing."""
    if "cats" in row:
        chosen = [name for name, score in row["cats"].items() if score >= 0.5]
        exclusive = row.get("exclusive", len(chosen) == 1)
        return {"choice": chosen[0]} if exclusive and chosen else {"choices": chosen}
    triples = row.get("entities", (row.get("spans") or {}).get(KEY))
    if triples is None:
        return None
    spans = [
        {"id": f"s{place}", "start": start, "end": end, "label": label}
        for place, (start, end, label) in enumerate(triples, start=1)
    ]
    return {"spans": spans}
