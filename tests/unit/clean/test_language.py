"""Languages are told, and texts in others than wanted go."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from groundswell.clean import IdentifyLanguage, run
from groundswell.clean.language import identify
from groundswell.items import Item, to_batch

Flow = Callable[..., Any]
SAID = {
    "en": "The committee will meet again next week to decide about the new school and its garden.",
    "de": "Der Ausschuss wird n\u00e4chste Woche wieder zusammenkommen, um \u00fcber die neue Schule zu entscheiden.",
    "fr": "Le comit\u00e9 se r\u00e9unira de nouveau la semaine prochaine pour d\u00e9cider de la nouvelle \u00e9cole.",
    "ru": (
        "\u041a\u043e\u043c\u0438\u0442\u0435\u0442 \u0441\u043e\u0431\u0435\u0440\u0435\u0442\u0441"
        "\u044f \u043d\u0430 \u0441\u043b\u0435\u0434\u0443\u044e\u0449\u0435\u0439 \u043d\u0435"
        "\u0434\u0435\u043b\u0435, \u0447\u0442\u043e\u0431\u044b \u0440\u0435\u0448\u0438\u0442"
        "\u044c \u0432\u043e\u043f\u0440\u043e\u0441 \u043e \u043d\u043e\u0432\u043e\u0439 \u0448"
        "\u043a\u043e\u043b\u0435."
    ),
    "zh": (
        "\u59d4\u5458\u4f1a\u5c06\u4e8e\u4e0b\u5468\u518d\u6b21\u5f00\u4f1a\uff0c\u51b3\u5b9a\u65b0"
        "\u5b66\u6821\u548c\u82b1\u56ed\u7684\u4e8b\u60c5\u3002"
    ),
}


@pytest.mark.parametrize("code", SAID)
def test_a_sentence_is_enough(code: str) -> None:
    language, share = identify(SAID[code])
    assert language == code
    assert share > 0.9


@pytest.mark.parametrize("text", ["", " \n", "12345", "\x07\x00", "\ud7ff\U000e0001" * 40])
def test_what_is_in_no_language_is_undetermined(text: str) -> None:
    assert identify(text)[0] == "und"


def test_other_languages_and_mixed_texts_go(flow: Flow) -> None:
    mixed = " ".join([SAID["en"], SAID["de"]])
    outcome = flow([SAID["en"], SAID["de"], mixed], IdentifyLanguage(keep=("en",), least_score=0.8))
    assert outcome.texts == [SAID["en"]]
    assert outcome.reasons == ["language:other", "language:mixed"]
    assert outcome.drops[0].detail.startswith("de, 0.9")


def test_the_columns_are_added_and_replaced_not_doubled(make_text: Callable[[str], Item]) -> None:
    batch = to_batch([make_text(SAID["de"]), make_text(SAID["en"])])
    (once,) = run([batch], [IdentifyLanguage()], on_drop=lambda drop: None)
    (twice,) = run([once], [IdentifyLanguage()], on_drop=lambda drop: None)
    assert twice.schema == once.schema
    assert twice["language"].to_pylist() == ["de", "en"]
    assert once.schema.field("language_score").type == pa.float32()


def test_the_middle_of_a_long_text_decides() -> None:
    assert identify(SAID["de"] * 5 + SAID["en"] * 200 + SAID["de"] * 5)[0] == "en"
