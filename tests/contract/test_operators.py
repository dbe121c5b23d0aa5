"""The contract of an operator, over every plug: row-aligned, reusable, accounted for, never raising."""

import io
import json
import pickle
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import cloudpickle
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from groundswell.clean import (
    PLUGS,
    DropContaminated,
    DropNearDuplicates,
    DropRepeatedLines,
    DropSemanticDuplicates,
    EmbedTexts,
    Mix,
    Operator,
    RedactPersonal,
    RowOperator,
    Sample,
    ScoreTexts,
    default_recipe,
    fingerprint,
    run,
)
from groundswell.clean.operator import started
from groundswell.items import ITEM_SCHEMA, Drop, Item, ItemKind, digest_bytes, digest_text, to_batch

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def make_score() -> Callable[[Sequence[str]], list[float]]:
    return lambda texts: [float(len(text) % 7) for text in texts]


def make_vectors() -> Callable[[Sequence[str]], np.ndarray]:
    return lambda texts: np.array([[len(text), 1 + len(set(text)), 1.0] for text in texts])


WITH_PARAMETERS: list[Operator] = [
    ScoreTexts(make_score, "score", "length@1", least=1),
    EmbedTexts(make_vectors, "letters@1", 3),
    DropContaminated.of({"quiz": ["a a a a a a a a a"]}),
    Sample(0.5),
    Mix((("s", 1.0),)),
    RedactPersonal(action="drop"),
    DropRepeatedLines(unit="paragraph", most_texts=2, keeps_first=False, min_characters=1),
    DropNearDuplicates(keep="longest"),
]
NEED_PARAMETERS = {type(operator) for operator in WITH_PARAMETERS[:5]} | {DropSemanticDuplicates}
OPERATORS: list[Operator] = [plug() for plug in PLUGS if plug not in NEED_PARAMETERS] + WITH_PARAMETERS
ADDS = {"language", "score", "embed", "families"}
"""Operators that add columns."""

CHANGES_LINES = {"c4", "lines"}
"""Operators that take parts out of a text, after which another part may go for the same rule."""
ROW_OPERATORS = [operator for operator in OPERATORS if isinstance(operator, RowOperator)]


def png(seed: int, side: int, mode: str) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 4)).astype(np.uint8)
    Image.fromarray(pixels).convert(mode).save(file, "PNG")
    return file.getvalue()


def text_item(text: str) -> Item:
    return Item(ItemKind.TEXT, text, None, "text/plain", "s", "line 1", NOW)


def image_item(data: bytes) -> Item:
    return Item(ItemKind.IMAGE, None, data, "image/png", "s", "a.png", NOW)


WEIRD = st.sampled_from(
    ["", " ", "\x00", "\u200b", "\U0001f600", "e\u0301", "a\r\n\r\n\r\nb", "\u202e", "x" * 9000, "a " * 99]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | WEIRD
IMAGES = st.builds(
    png,
    st.integers(0, 3),
    st.sampled_from([1, 7, 8, 40]),
    st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]),
)
ITEMS = TEXTS.map(text_item) | (IMAGES | st.binary(max_size=30)).map(image_item)
BATCHES = st.lists(ITEMS, max_size=8)


@pytest.fixture(params=OPERATORS, ids=lambda operator: operator.name)
def operator(request: pytest.FixtureRequest) -> Operator:
    found: Operator = request.param
    return found


def outcome(
    items: list[Item], operators: list[Operator], rows: int
) -> tuple[list[dict[str, object]], list[Drop]]:
    drops: list[Drop] = []
    batches = [to_batch(items[start : start + rows]) for start in range(0, len(items), rows)]
    kept = [row for batch in run(batches, operators, on_drop=drops.append) for row in batch.to_pylist()]
    return kept, drops


def test_every_plug_is_tested_here() -> None:
    assert {type(operator) for operator in OPERATORS} | {DropSemanticDuplicates} == set(PLUGS)


def test_names_are_unique_and_parameters_are_json(operator: Operator) -> None:
    assert isinstance(operator, Operator)
    assert [each.name for each in PLUGS].count(operator.name) == 1
    assert json.loads(json.dumps(operator.params())) == dict(operator.params())
    assert len(fingerprint([operator])) == 64


def test_it_is_a_value(operator: Operator) -> None:
    again = pickle.loads(cloudpickle.dumps(operator))
    assert again.params() == operator.params()
    if type(operator) not in NEED_PARAMETERS:
        assert again == operator
        assert hash(again) == hash(operator)


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("operator", ROW_OPERATORS, ids=lambda operator: operator.name)
@given(items=BATCHES)
def test_it_answers_each_row_in_order_and_raises_on_nothing(operator: Operator, items: list[Item]) -> None:
    batch = to_batch(items)
    result = started(operator).apply(batch)
    assert result.batch.schema.names[: len(ITEM_SCHEMA)] == ITEM_SCHEMA.names
    assert (len(result.batch.schema) > len(ITEM_SCHEMA)) == (operator.name in ADDS)
    assert result.batch.num_rows == batch.num_rows
    assert result.batch["locator"] == batch["locator"]
    reasons = result.drop.to_pylist() if result.drop is not None else []
    assert all(reason is None or reason.count(":") == 1 for reason in reasons)
    result.batch.validate(full=True)


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("operator", ROW_OPERATORS, ids=lambda operator: operator.name)
@given(items=BATCHES)
def test_ids_are_those_of_the_content_and_changes_name_their_origin(
    operator: Operator, items: list[Item]
) -> None:
    batch = to_batch(items)
    for before, after in zip(
        batch.to_pylist(), started(operator).apply(batch).batch.to_pylist(), strict=True
    ):
        content = digest_text(after["text"]) if after["kind"] == "text" else digest_bytes(after["data"])
        assert after["id"] == content
        assert after["derived_from"] == (
            before["id"] if after["id"] != before["id"] else before["derived_from"]
        )


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
@given(items=BATCHES, rows=st.integers(1, 5))
def test_how_rows_are_batched_does_not_matter(operator: Operator, items: list[Item], rows: int) -> None:
    assert outcome(items, [operator], rows) == outcome(items, [operator], 100)


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
@given(items=BATCHES)
def test_what_was_kept_once_is_kept_again_unchanged(operator: Operator, items: list[Item]) -> None:
    drops: list[Drop] = []
    once = list(run([to_batch(items)], [operator], on_drop=drops.append))
    drops.clear()
    again = list(run(once, [operator], on_drop=drops.append))
    if operator.name in ADDS:
        once, again = ([batch.select(ITEM_SCHEMA.names) for batch in each] for each in (once, again))
    if operator.name not in CHANGES_LINES:
        assert drops == []
        assert pa.Table.from_batches(again, ITEM_SCHEMA) == pa.Table.from_batches(once, ITEM_SCHEMA)


@settings(max_examples=60, deadline=None)
@given(items=BATCHES, rows=st.integers(1, 9))
def test_the_default_recipe_accounts_for_every_item_and_fails_on_none(items: list[Item], rows: int) -> None:
    recipe = list(default_recipe())
    kept, drops = outcome(items, recipe, rows)
    assert len(kept) + len(drops) == len(items)
    assert not any(drop.failed for drop in drops)
    assert outcome(items, recipe, rows) == (kept, drops)
    assert len({row["id"] for row in kept}) == len(kept)
