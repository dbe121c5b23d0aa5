"""CoNLL: one token a line with the span that it is in, as IOB2 tags."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError, SourceNotFound, UnreadableSource
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import write_lines
from groundswell.feed.exporters.labelled import Labelled, part_of, text_of
from groundswell.items import digest_text

_WORD = re.compile(r"\w+|[^\w\s]")


class Conll:
    """Tokens and tags, with a tab between them and an empty line after each text.

    Tokens are words and single signs; where a span begins or ends within a word, the word is cut there. The text itself
    stands in a comment, `# text = "..."`, as JSON, so that nothing is lost; files without it are read with a
    space between tokens. Spans that overlap, spans without a token, and relations have no place here and are refused.
    """

    name = "conll"
    suffix = ".conll"
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the tokens of each text; see `Exporter.write`."""
        return write_lines(batches, destination, _lines, overwrite=overwrite)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the texts of a CoNLL file with their spans; see `Importer.read`.

        The tag is the last column, the token the first. `-DOCSTART-` lines are passed over.
        """
        try:
            with source.open(encoding="utf-8") as lines:
                held: list[str] = []
                for line in lines:
                    if line.strip():
                        held.append(line.rstrip("\n"))
                    elif held:
                        yield from _read(held, source)
                        held = []
                if held:
                    yield from _read(held, source)
        except OSError as error:
            raise SourceNotFound(f"{source} cannot be read: {error.strerror or error}") from error


def _lines(item: Labelled) -> str:
    text, spans = text_of(item, "conll"), part_of(item, "spans", "conll")
    if item.answer and item.answer.get("relations"):
        raise InputError(f"item {item.id}: conll cannot carry relations; export as label_studio or jsonl")
    spans = sorted(spans, key=lambda span: int(span["start"]))
    for one, other in itertools.pairwise(spans):
        if other["start"] < one["end"]:
            raise InputError(
                f"item {item.id}: conll cannot carry spans that overlap ({one['label']} and {other['label']}); "
                "export as spacy, label_studio or jsonl"
            )
    tokens = _tokens(text, spans)
    tagged = "".join(f"{text[start:end]}\t{tag}\n" for start, end, tag in _tagged(item, tokens, spans))
    return f"# text = {json.dumps(text)}\n{tagged}\n"


def _tokens(text: str, spans: Sequence[Any]) -> list[tuple[int, int]]:
    """Return where each token starts and ends; none lies across the edge of a span."""
    edges = sorted({edge for span in spans for edge in (span["start"], span["end"])})
    found = []
    for word in _WORD.finditer(text):
        cuts = [word.start(), *(edge for edge in edges if word.start() < edge < word.end()), word.end()]
        found += list(itertools.pairwise(cuts))
    return found


def _tagged(
    item: Labelled, tokens: Sequence[tuple[int, int]], spans: Sequence[Any]
) -> Iterator[tuple[int, int, str]]:
    left = list(spans)
    begun = False
    for start, end in tokens:
        while left and left[0]["end"] <= start:
            if not begun:
                raise InputError(f"item {item.id}: conll cannot carry a span without a word: {dict(left[0])}")
            left, begun = left[1:], False
        inside = bool(left) and left[0]["start"] <= start
        yield start, end, f"{'I' if begun else 'B'}-{left[0]['label']}" if inside else "O"
        begun = inside
    if len(left) > 1 or (left and not begun):
        raise InputError(f"item {item.id}: conll cannot carry a span without a word: {dict(left[-1])}")


def _read(lines: Sequence[str], source: Path) -> Iterator[Labelled]:
    text: str | None = None
    tokens: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("# text = "):
            text = _stated(line.removeprefix("# text = "))
        elif not line.startswith(("# ", "-DOCSTART-")):
            columns = line.split("\t") if "\t" in line else line.split()
            if len(columns) < 2:
                raise UnreadableSource(f"{source} has a line without a tag: {line[:80]!r}")
            tokens.append((columns[0], columns[-1]))
    if tokens or text is not None:
        text = " ".join(token for token, _ in tokens) if text is None else text
        spans = _spans(text, tokens, source)
        yield Labelled(digest_text(text), {"spans": spans}, text=text, locator=source.name)


def _stated(value: str) -> str:
    """Return a text as we write it, in JSON, or as CoNLL-U does, as it is."""
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, str) else value


def _spans(text: str, tokens: Sequence[tuple[str, str]], source: Path) -> list[dict[str, Any]]:
    spans: list[dict[str, Any]] = []
    place, inside = 0, ""
    for token, tag in tokens:
        start = text.find(token, place)
        if start < 0:
            raise UnreadableSource(f"{source}: the token {token!r} is not in its text")
        place = start + len(token)
        mark, _, label = tag.partition("-")
        if mark == "I" and label == inside:
            spans[-1]["end"] = place
        elif mark in ("B", "I"):
            spans.append({"id": f"s{len(spans) + 1}", "start": start, "end": place, "label": label})
        inside = label if mark in ("B", "I") else ""
    return spans
