"""What goes to `meta` can be held by JSON, by Arrow and by a database."""

import json
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from groundswell.collect.meta import plain

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.dates()
    | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(ANYTHING)
def test_anything_becomes_strict_json_without_nul_or_half_characters(value: object) -> None:
    text = json.dumps(plain(value), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode()


@given(ANYTHING)
def test_plain_data_stays_as_it_is(value: object) -> None:
    assert plain(plain(value)) == plain(value)


def test_each_kind_of_value_has_its_plain_form() -> None:
    given_value = {
        "text": "a\x00b\ud800",
        "emoji": "\U0001f600",
        "nan": float("nan"),
        "day": date(2026, 1, 2),
        "at": datetime(2026, 1, 2, 3),
        "bytes": b"abc",
        "money": Decimal("1.50"),
        3: (1, 2),
    }
    assert plain(given_value) == {
        "text": "a\ufffdb\ufffd",
        "emoji": "\U0001f600",
        "nan": None,
        "day": "2026-01-02",
        "at": "2026-01-02T03:00:00",
        "bytes": "<3 bytes>",
        "money": "1.50",
        "3": [1, 2],
    }


def test_deep_nesting_ends_in_text() -> None:
    value: list[object] = []
    for _ in range(100):
        value = [value]
    assert json.dumps(plain(value)).count("[") < 200
