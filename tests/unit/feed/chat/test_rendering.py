from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.feed.chat import TEMPLATES, render

TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "Farewell"},
]
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}
PLAIN = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</{{ m.role }}>\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
TEXTS = {
    "chatml": "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
    "<|im_start|>assistant\nHello!<|im_end|>\n",
    "llama3": "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|>",
    "mistral": "<s>[INST] Be brief.\n\nHi [/INST] Hello!</s>",
    "gemma": "<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello!<end_of_turn>\n",
    "zephyr": "<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello!</s>\n",
    "phi3": "<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHello!<|end|>\n",
    "alpaca": "Be brief.\n\n### Instruction:\nHi\n\n### Response:\nHello!</s>\n\n",
}


def trained(messages: Any, template: str, **options: Any) -> list[str]:
    rendered = render(messages, template, **{**SPECIAL, **options})
    return [rendered.text[start:end] for start, end in rendered.spans]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_common_template_writes_its_format(name: str) -> None:
    assert render(TALK[:3], name, **SPECIAL).text == TEXTS[name]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_what_the_assistant_says_is_trained_with_the_mark_that_ends_its_turn(name: str) -> None:
    found = trained(TALK, name)
    assert [each.strip()[: len(said)] for each, said in zip(found, ["Hello!", "Farewell"], strict=True)] == [
        "Hello!",
        "Farewell",
    ]
    assert all(
        each.endswith(("<|im_end|>", "<|eot_id|>", "</s>", "<end_of_turn>", "<|end|>")) for each in found
    )


@pytest.mark.parametrize("name", sorted(set(TEMPLATES) - {"mistral"}))
def test_a_generation_prompt_is_how_the_next_answer_begins(name: str) -> None:
    asked = render(TALK[:2], name, add_generation_prompt=True, **SPECIAL).text
    answered = render(TALK[:3], name, **SPECIAL)
    assert asked == answered.text[: answered.spans[0][0]]


def test_in_any_other_template_the_places_are_found() -> None:
    assert trained(TALK, PLAIN) == ["Hello!</assistant>", "Farewell</assistant>"]
    assert trained(TALK, PLAIN, roles=("user", "system")) == [
        "Be brief.</system>",
        "Hi</user>",
        "Bye</user>",
    ]


def test_white_space_that_a_template_leaves_out_does_no_harm() -> None:
    assert trained([{"role": "assistant", "content": "  padded \n"}], PLAIN) == ["padded</assistant>"]


@pytest.mark.parametrize("template", ["chatml", PLAIN])
def test_a_message_can_be_taken_out_of_training(template: str) -> None:
    talk = [*TALK[:2], {**TALK[2], "train": False}, *TALK[3:]]
    assert len(trained(talk, template)) == 1
    assert trained(talk, template)[0].startswith("Farewell")


def test_a_template_that_changes_what_is_said_is_refused() -> None:
    with pytest.raises(InputError, match="enclose what the assistant says in"):
        render(TALK, "{% for m in messages %}{{ m.content | upper | replace('\ue000', '') }}{% endfor %}")
    with pytest.raises(InputError, match="enclose"):
        render(TALK, "{{ messages[0].content }}")


def test_words_that_repeat_are_told_apart() -> None:
    talk = [{"role": "user", "content": "yes"}, {"role": "assistant", "content": "yes"}]
    rendered = render(talk, PLAIN)
    assert rendered.spans == ((len("<user>yes</user>\n<assistant>"), len(rendered.text) - 1),)


@given(contents=st.lists(st.text(st.characters(exclude_categories=["Cs", "Co"])), min_size=1, max_size=5))
def test_whatever_is_said_stands_in_the_text_as_it_was_said(contents: list[str]) -> None:
    talk = [{"role": "assistant", "content": each} for each in contents]
    assert trained(talk, "chatml") == [each + "<|im_end|>" for each in contents]


@pytest.mark.parametrize(
    "attack",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ messages.append(1) }}",
    ],
)
def test_a_template_reaches_nothing_but_its_messages(attack: str) -> None:
    with pytest.raises(InputError, match="cannot be rendered"):
        render(TALK, attack)


def test_templates_can_refuse_and_mistakes_are_named() -> None:
    with pytest.raises(InputError, match="cannot be rendered: no system"):
        render(TALK, "{{ raise_exception('no system') }}")
    with pytest.raises(InputError, match="cannot be rendered"):
        render(TALK, "{% for %}")
    with pytest.raises(InputError, match="no chat template 'nonsense'; there are alpaca, chatml"):
        render(TALK, "nonsense")
    with pytest.raises(InputError, match="private characters"):
        render([{"role": "user", "content": "\ue000"}])
    with pytest.raises(InputError, match="no text alone"):
        render([{"role": "assistant", "content": None, "tool_calls": [1]}], PLAIN)
