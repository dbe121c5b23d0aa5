"""Vectors beside items: made once for each, on record with their model, and what `like:` goes by."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from tests.unit.organize.conftest import image_item, text_item

from groundswell.clean import SENTENCES, EmbedTexts, Sentences
from groundswell.errors import InputError, InvalidQuery, MissingColumn
from groundswell.items import Item, ItemKind, to_batch
from groundswell.organize import DatasetStore, Version, collect, embed
from groundswell.organize.search import search
from groundswell.organize.vectors import model_of

TEXTS = ["The screen broke after a day", "Shipping took three weeks", "My cat sleeps on the sofa"]


class Counting:
    """Vectors of two numbers; remembers which texts it was asked for."""

    name: ClassVar[str] = "counting"
    version: ClassVar[str] = "1"
    kind: ClassVar[ItemKind] = ItemKind.TEXT

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    def embed(self, items: Sequence[Item]) -> NDArray[np.float32]:
        self.asked += [item.text for item in items]
        return np.array([[len(item.text or ""), 1] for item in items], np.float32)


def items(texts: Sequence[str]) -> list[Item]:
    return [replace(text_item(place), text=text) for place, text in enumerate(texts)]


@pytest.fixture
def reviews(store: DatasetStore) -> Version:
    return store.write("reviews", [to_batch(items(TEXTS))])


def test_a_text_finds_what_means_the_same(store: DatasetStore, reviews: Version) -> None:
    version = embed(store, reviews, Sentences())
    found = search(version, 'like:"a cracked display"')
    assert (found.by, found.rows.tolist()[0], found.total) == ("embedding", 0, 3)
    assert search(version, 'like:"a cracked display" -screen').rows.tolist()[0] != 0
    assert search(version, f"like:{version.ids()[1]}").by == "embedding"
    assert version.manifest.groups[0] == reviews.manifest.groups[0], "nothing is rewritten"
    assert version.lineage["embedding"] == {"column": "embedding", "model": SENTENCES}


def test_words_are_gone_by_without_vectors_and_where_that_is_asked(
    store: DatasetStore, reviews: Version
) -> None:
    assert search(reviews, 'like:"a cracked screen"').by == "words"
    version = embed(store, reviews, Sentences())
    found = search(version, 'like:"a cracked screen"', by="words")
    assert (found.by, found.rows.tolist()) == ("words", [0])
    with pytest.raises(MissingColumn, match="no column 'vectors' of vectors; groundswell embed reviews adds"):
        search(version, 'like:"a cracked screen"', by="vectors")


def test_a_text_is_not_compared_with_vectors_of_a_model_that_nobody_knows(
    store: DatasetStore, reviews: Version
) -> None:
    version = embed(store, reviews, Counting())
    assert search(version, 'like:"a cracked screen"').by == "words"
    assert search(version, f"like:{version.ids()[0]}").by == "embedding"
    with pytest.raises(InvalidQuery, match="vectors of another model"):
        search(version, 'like:"a cracked screen"', by="embedding")


def test_only_what_has_no_vector_of_the_model_gets_one(store: DatasetStore, reviews: Version) -> None:
    model = Counting()
    first = embed(store, reviews, model)
    assert embed(store, first, model) is first
    grown = store.append(first, [to_batch([*items([*TEXTS, "one more", "one more"]), image_item(1)])])
    with pytest.raises(InvalidQuery, match="has no vector in 'embedding'"):
        search(grown, f"like:{grown.ids()[3]}", by="embedding")
    again = embed(store, grown, model)
    assert model.asked == [*TEXTS, "one more"]
    vectors = again.to_table(["embedding"])["embedding"].to_pylist()
    assert [vector and vector[0] for vector in vectors] == [28, 25, 25, 8, 8, None]
    embed(store, again, Sentences())
    with pytest.raises(InputError, match="no items of kind 'audio'"):
        embed(store, again, type("Sounds", (Counting,), {"kind": ItemKind.AUDIO, "name": "sounds"})())


def test_the_model_stays_on_record_on_the_way_of_a_dataset(store: DatasetStore) -> None:
    version = collect(TEXTS).clean(EmbedTexts()).save("reviews", store=store)
    assert version.to_table(["embedding"])["embedding"].type == pa.list_(pa.float32(), 256)
    grown = collect(["a crack in the glass"]).clean(EmbedTexts()).save("reviews", store=store, update=True)
    added = embed(store, grown, Sentences(), column="second")
    compact = store.compact(store.add_columns(added, pa.table({"id": added.ids(), "x": [1, 2, 3, 4]})))
    for each in (version, grown, added, compact):
        assert model_of(each, "embedding") == SENTENCES
    assert model_of(compact, "second") == SENTENCES
    assert search(compact, 'like:"broken display"').rows.tolist()[:2] in ([0, 3], [3, 0])
