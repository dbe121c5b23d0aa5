"""spaCy's binary form: `DocBin` files, as `spacy train` takes them. Needs spaCy."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError, MissingExtra, SourceNotFound, UnreadableSource
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import writing
from groundswell.feed.exporters.labelled import Labelled, labelled_items, text_of
from groundswell.feed.exporters.spacy import KEY, annotation_of, answer_of_annotation
from groundswell.items import digest_text

FIRST = "00000.spacy"

_DOCUMENTS = 2_000
"""Documents of a file: spaCy holds a file in memory, and reads a folder of them one after another."""


class SpacyDocBin:
    """A folder of `.spacy` files, for `--paths.train`; what `Spacy` writes as lines, as documents.

    Words are those of spaCy's tokeniser for any language (`xx`), divided once more where a span begins or ends within
    one, so that no span is lost; `spacy train` aligns them with those of its own pipeline. Spans that overlap are
    `doc.spans["sc"]`, others `doc.ents`. The id of an item, and whether one choice excludes the others, are in
    `doc.user_data`.
    """

    name = "spacy_docbin"
    suffix = ""
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write the documents; see `Exporter.write`.

        Raises:
            MissingExtra: spaCy is not installed.
        """
        spacy = _spacy()
        nlp = spacy.blank("xx")
        items = labelled_items(batches)
        with writing(destination, known_by=FIRST, overwrite=overwrite) as written:
            for number in itertools.count():
                part = list(itertools.islice(items, _DOCUMENTS))
                if not part and number:
                    return written.report(written.folder / FIRST)
                docs = [_doc_of(item, nlp) for item in part]
                path = written.folder / f"{number:05}.spacy"
                written.add(path, spacy.tokens.DocBin(docs=docs, store_user_data=True).to_bytes())
                written.rows += len(part)
        raise AssertionError("counting ends with the items")

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the documents of a file or a folder with their spans or choices; see `Importer.read`.

        Raises:
            MissingExtra: spaCy is not installed.
        """
        spacy = _spacy()
        paths = sorted(source.rglob("*.spacy")) if source.is_dir() else [source]
        if not paths:
            raise SourceNotFound(f"{source} has no files that end with .spacy")
        for path in paths:
            vocab = spacy.blank("xx").vocab
            try:
                for number, doc in enumerate(spacy.tokens.DocBin().from_disk(path).get_docs(vocab), start=1):
                    locator = f"{path.name}, document {number}"
                    yield Labelled(digest_text(doc.text), _answer_of(doc), text=doc.text, locator=locator)
            except (ValueError, KeyError, TypeError) as error:
                raise UnreadableSource(f"{path} is no file of spaCy documents: {error}") from error


def _spacy() -> Any:
    try:
        import spacy
        import spacy.tokens
    except ImportError as error:
        raise MissingExtra(
            "spacy_docbin needs spaCy: pip install '.[spacy]'; the format spacy does without"
        ) from error
    return spacy


def _doc_of(item: Labelled, nlp: Any) -> Any:
    from spacy.tokens import Doc

    text, said = text_of(item, SpacyDocBin.name), annotation_of(item, SpacyDocBin.name)
    triples = said.get("entities") or said.get("spans", {}).get(KEY, [])
    words, spaces = _words(nlp.make_doc(text), {each[0] for each in triples}, {each[1] for each in triples})
    doc = Doc(nlp.vocab, words=words, spaces=spaces)
    spans = [doc.char_span(start, end, label=label) for start, end, label in triples]
    if not all(spans):
        raise InputError(f"item {item.id}: {SpacyDocBin.name} cannot carry a span without text")
    if "spans" in said:
        doc.spans[KEY] = spans
    elif "entities" in said:
        doc.set_ents(spans)
    doc.cats = said.get("cats", {})
    doc.user_data = {"item_id": item.id, "labelled": item.answer is not None}
    if "exclusive" in said:
        doc.user_data["exclusive"] = said["exclusive"]
    return doc


def _words(doc: Any, starts: set[int], ends: set[int]) -> tuple[list[str], list[bool]]:
    """Return the words of a document, divided where spans start and end too, and whether a space follows each.

    The space behind a word is a word of its own where a span takes it in without the next word, or begins with it.
    """
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        first, last = token.idx, token.idx + len(token)
        places = [first, *sorted(cut for cut in starts | ends if first < cut < last), last]
        words += [token.text[low - first : high - first] for low, high in itertools.pairwise(places)]
        is_own = bool(token.whitespace_) and (last in starts or last + 1 in ends)
        spaces += [False] * (len(places) - 2) + [bool(token.whitespace_) and not is_own]
        if is_own:
            words.append(token.whitespace_)
            spaces.append(False)
    return words, spaces


def _answer_of(doc: Any) -> dict[str, Any] | None:
    said: dict[str, Any] = {}
    if doc.cats:
        said = {"cats": doc.cats}
    elif KEY in doc.spans:
        said = {"spans": {KEY: _triples(doc.spans[KEY])}}
    elif doc.user_data.get("labelled", bool(doc.ents)):
        said = {"entities": _triples(doc.ents)}
    if "exclusive" in doc.user_data:
        said = {"cats": doc.cats, "exclusive": doc.user_data["exclusive"]}
    return answer_of_annotation(said)


def _triples(spans: Sequence[Any]) -> list[list[Any]]:
    return [[span.start_char, span.end_char, span.label_] for span in spans]
