import json
from typing import Any

import pyarrow as pa
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from groundswell.errors import InputError
from groundswell.feed import Feed, Packed, snapshot
from groundswell.feed.answers import answer_of
from groundswell.feed.chat import Rendered, Tokenized, tokens_and_mask

ALPHABET = [chr(code) for code in range(32, 127)] + ["\n", "é", "<|im_start|>", "<|im_end|>", "<end>"]


@pytest.fixture
def tokenizer() -> Tokenizer:
    """One token for each character, but for the marks of ChatML."""
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(ALPHABET)}, unk_token=" "))
    made.pre_tokenizer = Split("", "isolated")
    made.add_special_tokens(["<|im_start|>", "<|im_end|>", "<end>"])
    return made


def words(numbers: list[int]) -> list[str]:
    return [ALPHABET[number] for number in numbers]


def test_a_token_counts_where_its_first_character_does(tokenizer: Tokenizer) -> None:
    tokens, mask = tokens_and_mask(Rendered("éab<|im_end|>c", ((1, 2), (3, 13))), tokenizer)
    assert words(tokens) == ["é", "a", "b", "<|im_end|>", "c"]
    assert mask == [0, 1, 0, 1, 0]


def chat(make_version: Any) -> Any:
    texts = [json.dumps({"messages": [{"role": "user", "content": f"q{n}"}]}) for n in range(6)]
    labels = [json.dumps({"messages": [{"role": "assistant", "content": "é" * n}]}) for n in range(6)]
    rows = {"id": [f"i{n}" for n in range(6)], "text": pa.array(texts, pa.large_string()), "label": labels}
    return make_version(pa.table(rows), step=2)


def test_labelled_conversations_become_packed_rows_with_their_loss(
    tmp_path: Any, make_version: Any, tokenizer: Tokenizer
) -> None:
    stored = snapshot(Tokenized(chat(make_version), tokenizer, template="chatml"), tmp_path / "s")
    assert stored.schema.field("tokens").type == pa.large_list(pa.uint16())
    counted = []
    for batch in Feed(Packed(stored, 64, mask="loss"), 2):
        counted += batch["tokens"][batch["loss"] == 1].tolist()
    assert words(sorted(counted)) == ["é"] * 15 + ["<|im_end|>"] * 6


def test_texts_are_tokenised_as_they_are_and_ended(tmp_path: Any, version: Any, tokenizer: Tokenizer) -> None:
    stored = snapshot(Tokenized(version, tokenizer, end="<end>"), tmp_path / "s")
    row = stored.shard(0)["tokens"][1].as_py()
    assert words(row) == [*"text 1 é\n", "<end>"]
    assert "loss" not in stored.schema.names


def test_the_same_texts_with_another_tokenizer_or_template_are_other_data(
    make_version: Any, tokenizer: Tokenizer
) -> None:
    version = chat(make_version)
    names = {Tokenized(version, tokenizer, template=name).digest for name in (None, "chatml", "zephyr")}
    tokenizer.add_tokens(["more"])
    assert len(names | {Tokenized(version, tokenizer).digest}) == 4


def test_a_mistake_names_its_item(make_version: Any, tokenizer: Tokenizer) -> None:
    texts = pa.array(['{"messages": [{}]}'], pa.large_string())
    table = pa.table({"id": ["i7"], "text": texts, "label": pa.nulls(1, pa.string())})
    with pytest.raises(InputError, match="item i7: message 0 has no role"):
        list(Tokenized(make_version(table), tokenizer, template="chatml").batches())
    with pytest.raises(InputError, match="no token '<nothing>'"):
        Tokenized(make_version(table), tokenizer, end="<nothing>")


def test_a_label_is_an_answer_or_the_name_of_a_class() -> None:
    assert answer_of('{"text": "x"}') == {"text": "x"}
    assert answer_of("cat") == {"choice": "cat"}
    assert answer_of("1") == {"choice": "1"}
    assert answer_of(None) is None
