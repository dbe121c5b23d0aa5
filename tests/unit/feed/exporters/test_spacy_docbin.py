"""spaCy's binary files, where spaCy is installed, as spaCy itself reads them; and what is said where it is not."""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from groundswell.errors import InputError, MissingExtra
from groundswell.feed.exporters import ANNOTATIONS
from groundswell.feed.importers import read_annotations


def batch(*rows: tuple[str, Any]) -> pa.RecordBatch:
    answers = [None if answer is None else json.dumps(answer) for _, answer in rows]
    ids = [f"{number:064x}" for number in range(len(rows))]
    schema = {"id": pa.string(), "text": pa.large_string(), "label": pa.string()}
    texts = [text for text, _ in rows]
    return pa.RecordBatch.from_pydict({"id": ids, "text": texts, "label": answers}, schema=pa.schema(schema))


def spans(*triples: tuple[int, int, str]) -> dict[str, Any]:
    listed = [
        {"id": f"s{place}", "start": start, "end": end, "label": label}
        for place, (start, end, label) in enumerate(triples, start=1)
    ]
    return {"spans": listed}


def test_without_spacy_the_error_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingExtra, match=r"pip install '\.\[spacy\]'"):
        ANNOTATIONS["spacy_docbin"].write([batch(("a", None))], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_spacy_reads_entities_choices_and_overlapping_spans(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed")
    rows = [
        ("Ann lives in New York.", spans((0, 3, "PERSON"), (13, 21, "GPE"))),
        ("New York", spans((0, 8, "ORG"), (4, 8, "LOC"))),
        ("fine", {"choice": "good"}),
        ("nothing", None),
    ]
    ANNOTATIONS["spacy_docbin"].write([batch(*rows)], tmp_path / "out")
    (path,) = (tmp_path / "out").iterdir()
    docs = list(spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [text for text, _ in rows]
    assert [(each.text, each.label_) for each in docs[0].ents] == [("Ann", "PERSON"), ("New York", "GPE")]
    assert [(each.text, each.label_) for each in docs[1].spans["sc"]] == [
        ("New York", "ORG"),
        ("York", "LOC"),
    ]
    assert docs[2].cats == {"good": 1.0}
    assert [doc.has_annotation("ENT_IOB") for doc in docs] == [True, False, False, False]


@pytest.mark.slow
def test_spans_within_words_and_with_spaces_and_empty_texts_read_back(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")
    rows = [
        ("unhappily so", spans((2, 7, "stem"))),
        ("a b  c", spans((0, 2, "X"), (3, 5, "Y"))),
        (" a", spans((0, 1, "space"))),
        ("", spans()),
        ("left", None),
    ]
    ANNOTATIONS["spacy_docbin"].write([batch(*rows)], tmp_path / "out")
    assert [(item.text, item.answer) for item in read_annotations(tmp_path / "out", "spacy_docbin")] == rows


@pytest.mark.slow
def test_many_documents_are_several_files_and_an_empty_span_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")
    report = ANNOTATIONS["spacy_docbin"].write([batch(*[("a b", None)] * 2_001)], tmp_path / "out")
    assert (report.files, report.rows) == (2, 2_001)
    assert len(list(read_annotations(tmp_path / "out", "spacy_docbin"))) == 2_001
    with pytest.raises(InputError, match="a span without text"):
        ANNOTATIONS["spacy_docbin"].write([batch(("ab", spans((1, 1, "X"))))], tmp_path / "no")
