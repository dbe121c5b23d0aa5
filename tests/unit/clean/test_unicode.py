"""Texts that differ in form only become equal; nothing that is seen changes."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.clean import NormalizeText
from groundswell.clean.unicode import normalize
from groundswell.items import digest_text

Flow = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("  a  \t b\u00a0\u00a0c  ", "a b c"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a \n b", "a\n b"),
        ("def f():\n    return  1\n\n\n\nx\n", "def f():\n    return 1\n\nx"),
        ("soft\u00adhy\u200bphen\ufeff", "softhyphen"),
        ("bell\x07nul\x00", "bellnul"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u212b", "\u00c5"),
        ("", ""),
        (" \n\t ", ""),
    ],
)
def test_by_hand(text: str, expected: str) -> None:
    assert normalize(text) == expected


@given(st.text())
def test_twice_is_once(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_result_is_in_form_c(text: str) -> None:
    assert unicodedata.is_normalized("NFC", normalize(text))


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_nothing_that_is_seen_goes(text: str) -> None:
    assert normalize(text) == unicodedata.normalize("NFC", text)


def test_a_changed_text_is_a_new_item_derived_from_the_old(flow: Flow) -> None:
    kept = flow(["fine", "cafe\u0301"], NormalizeText()).kept
    assert [(item.text, item.derived_from) for item in kept] == [
        ("fine", None),
        ("caf\u00e9", digest_text("cafe\u0301")),
    ]
    assert [item.locator for item in kept] == ["line 0", "line 1"]


def test_the_stored_id_is_that_of_the_new_text() -> None:
    from datetime import UTC, datetime

    from groundswell.items import Item, ItemKind, to_batch

    batch = to_batch(
        [Item(ItemKind.TEXT, " a ", None, "text/plain", "s", "l", datetime(2026, 1, 1, tzinfo=UTC))]
    )
    assert NormalizeText().apply(batch).batch["id"].to_pylist() == [digest_text("a")]
