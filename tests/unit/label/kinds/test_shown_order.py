"""In which order the screen shows responses: the same as ui/src/kinds/preference/order.test.ts says."""

from collections import Counter

import pytest

from groundswell.errors import InputError
from groundswell.label.kinds.shown_order import shown_order


def image(digit):
    return {"media": digit * 64, "media_type": "image/png"}


@pytest.mark.parametrize(
    ("record", "order"),
    [
        ({"prompt": "Name a prime.", "responses": ["12", "13", "11 è primo 🎉"]}, "acb"),
        (
            {
                "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
                "responses": [{"id": "x", "text": "Hello"}, {"id": "y", "text": "Hey"}],
            },
            "yx",
        ),
        ({"prompt": "", "responses": list("12345678")}, "ehbfcgad"),
        ({"prompt": {"text": "Which?", **image("0")}, "responses": [*map(image, "1234")]}, "bacd"),
        (
            {
                "prompt": [{"role": "user", "content": "", **image("5")}],
                "responses": [{"text": "in words", **image("6")}, "words", image("7")],
            },
            "bac",
        ),
    ],
)
def test_the_order_is_that_of_the_screen(record, order):
    assert "".join(shown_order(record)) == order


def test_every_order_comes_as_often_as_the_others():
    orders = Counter(
        tuple(shown_order({"prompt": f"question {number}", "responses": ["yes", "no", "maybe"]}))
        for number in range(3000)
    )
    assert len(orders) == 6
    assert max(abs(count - 500) for count in orders.values()) < 80


def test_a_record_without_responses_is_refused():
    with pytest.raises(InputError, match="2 to 8"):
        shown_order({"prompt": "Hi", "responses": ["only one"]})
