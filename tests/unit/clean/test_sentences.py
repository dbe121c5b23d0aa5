"""Vectors of sentences: what means the same is near without a shared word; a text has one, whatever else is there."""

import sys

import numpy as np
import pytest
from tests.unit.clean.conftest import text_item

from groundswell.clean import DropSemanticDuplicates, EmbedTexts, Sentences, run, sentence_vectors
from groundswell.clean.sentences import MOST_CHARACTERS, SIZE, _model
from groundswell.errors import MissingExtra
from groundswell.items import Drop, to_batch

TEXTS = ["The screen broke after a day", "Shipping took three weeks", "My cat sleeps on the sofa"]


@pytest.mark.parametrize(
    ("asked", "place"), [("a cracked display", 0), ("late delivery", 1), ("a pet that rests", 2)]
)
def test_what_means_the_same_is_nearest_though_no_word_is_shared(asked: str, place: int) -> None:
    assert int(np.argmax(sentence_vectors(TEXTS) @ sentence_vectors([asked])[0])) == place


def test_a_text_has_the_same_vector_whatever_else_is_there() -> None:
    texts = [*TEXTS, "", "one", "very long " * 400]
    together = Sentences().embed([text_item(text, n) for n, text in enumerate(texts)])
    assert together.shape == (len(texts), SIZE)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_array_equal(sentence_vectors([text])[0], row)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), [1, 1, 1, 0, 1, 1], atol=1e-6)


def test_a_text_of_any_length_takes_the_time_of_its_start() -> None:
    start = "ships at sea " * 200
    assert len(start) > MOST_CHARACTERS
    long = sentence_vectors([start + "x" * 10_000_000])
    np.testing.assert_array_equal(long, sentence_vectors([start[:MOST_CHARACTERS]]))


def test_items_that_mean_the_same_go_without_a_model_of_ones_own() -> None:
    texts = ["the film was great", "great was the film", "the battery dies quickly"]
    drops: list[Drop] = []
    batch = to_batch([text_item(text, n) for n, text in enumerate(texts)])
    (kept,) = run([batch], [EmbedTexts(), DropSemanticDuplicates()], on_drop=drops.append)
    assert kept["text"].to_pylist() == [texts[0], texts[2]]
    assert [drop.kept for drop in drops] == [text_item(texts[0], 0).id]


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordllama", None)
    _model.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'groundswell\[sentences\]'"):
        sentence_vectors(["a text"])
