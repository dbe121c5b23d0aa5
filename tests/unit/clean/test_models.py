"""What a model says of texts is added, and filtered by; vectors find what means the same."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from groundswell.clean import DropSemanticDuplicates, EmbedTexts, ScoreTexts, run
from groundswell.errors import InputError, MissingColumn
from groundswell.items import Drop, Item, to_batch

Flow = Callable[..., Any]
made: list[str] = []


def make_length_model() -> Callable[[Sequence[str]], list[float]]:
    made.append("length")
    return lambda texts: [len(text) / 10 for text in texts]


def make_broken_model() -> Callable[[Sequence[str]], list[float]]:
    return lambda texts: [1.0]


def make_nan_model() -> Callable[[Sequence[str]], list[float]]:
    return lambda texts: [float("nan")] * len(texts)


def make_embedder() -> Callable[[Sequence[str]], np.ndarray]:
    def embed(texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), 8))
        for row, text in enumerate(texts):
            for word in text.split():
                vectors[row, sum(map(ord, word)) % 8] += 1
        return vectors

    return embed


def test_a_second_score_of_that_name_takes_the_place_of_the_first(make_text: Callable[..., Item]) -> None:
    scores = [ScoreTexts(make_length_model, "length", f"len@{number}") for number in (1, 2)]
    (scored,) = run([to_batch([make_text("a" * 5)])], scores, on_drop=print)
    assert scored.schema.names.count("length") == 1


def test_scores_are_added_and_bounds_filter(flow: Flow) -> None:
    outcome = flow(
        ["a" * 5, "b" * 15, "c" * 50], ScoreTexts(make_length_model, "length", "len@1", least=1, most=3)
    )
    assert outcome.texts == ["b" * 15]
    assert [(drop.reason, drop.detail) for drop in outcome.drops] == [
        ("score:low", "length 0.5"),
        ("score:high", "length 5"),
    ]


def test_the_model_is_made_once_in_a_process_and_named_in_the_recipe(flow: Flow) -> None:
    operator = ScoreTexts(make_length_model, "length", "len@1")
    before = len(made)
    flow(["a", "b", "c"], operator, operator, rows=1)
    assert len(made) <= before + 1
    assert operator.params() == {"column": "length", "model": "len@1", "least": None, "most": None}


@pytest.mark.parametrize("make", [make_broken_model, make_nan_model])
def test_a_model_that_answers_nonsense_costs_the_rows_not_the_run(flow: Flow, make: Any) -> None:
    outcome = flow(["a", "b"], ScoreTexts(make, "x", "bad@1"), rows=2)
    assert set(outcome.reasons) <= {"operator:failed"}
    with pytest.raises(InputError):
        ScoreTexts(make, "x", "bad@1").apply(to_batch([*[]] or [_item("a"), _item("b")]))


def _item(text: str) -> Item:
    from tests.unit.clean.conftest import text_item

    return text_item(text)


def test_items_that_mean_the_same_go(make_text: Callable[..., Item]) -> None:
    texts = ["red green blue", "blue green red", "something else entirely here", ""]
    drops: list[Drop] = []
    operators = [EmbedTexts(make_embedder, "bag@1", 8), DropSemanticDuplicates(similarity=0.99)]
    kept = list(
        run([to_batch([make_text(text, n) for n, text in enumerate(texts)])], operators, on_drop=drops.append)
    )
    assert [row for batch in kept for row in batch["text"].to_pylist()] == [texts[0], *texts[2:]]
    (drop,) = drops
    assert drop.reason == "duplicate:semantic"
    assert drop.detail.startswith("cosine 1.000 to line 0 (")


def test_near_vectors_are_found_and_others_are_not(make_text: Callable[..., Item]) -> None:
    rng = np.random.default_rng(4)
    base = rng.standard_normal((200, 64))
    near = base + 0.15 * rng.standard_normal(base.shape)
    far = base + 1.0 * rng.standard_normal(base.shape)
    every = np.concatenate([base, near, far]).astype(np.float32)
    batch = to_batch([make_text(f"text {n}", n) for n in range(len(every))])
    import pyarrow as pa

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(every.ravel()), 64)
    drops: list[Drop] = []
    list(
        run(
            [batch.append_column("embedding", vectors)],
            [DropSemanticDuplicates(similarity=0.95)],
            on_drop=drops.append,
        )
    )
    dropped = {int(drop.locator.split()[1]) for drop in drops}
    cosine = (base * near).sum(1) / np.linalg.norm(base, axis=1) / np.linalg.norm(near, axis=1)
    expected = {200 + int(n) for n in np.flatnonzero(cosine >= 0.95)}
    assert len(expected) > 150
    assert len(dropped & expected) >= 0.99 * len(expected)
    assert all(place < 400 for place in dropped)


def test_without_vectors_it_says_how_to_get_them(flow: Flow) -> None:
    outcome = flow(["a"], DropSemanticDuplicates())
    assert outcome.reasons == ["operator:failed"]
    assert "put `EmbedTexts` before" in outcome.drops[0].detail
    assert issubclass(MissingColumn, InputError)
