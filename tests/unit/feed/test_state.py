import pytest

from groundswell.errors import InputError
from groundswell.feed.state import delivered_of

STREAM = {"format": 1, "permutation": 1, "dataset": "aaa", "seed": 7}


def test_a_state_of_this_stream_gives_its_count() -> None:
    assert delivered_of({**STREAM, "delivered": 12}, STREAM) == 12


@pytest.mark.parametrize(
    ("key", "value"), [("dataset", "bbb"), ("permutation", 2), ("format", 2), ("seed", 8)]
)
def test_a_state_of_another_stream_is_refused_with_the_difference(key: str, value: object) -> None:
    with pytest.raises(InputError, match=f"{key} is {STREAM[key]!r} here and {value!r} in the state"):
        delivered_of({**STREAM, key: value, "delivered": 0}, STREAM)


@pytest.mark.parametrize(
    "state", [{}, STREAM, {**STREAM, "delivered": -1}, {**STREAM, "delivered": "3"}, [1], None]
)
def test_what_is_no_state_is_refused(state: object) -> None:
    with pytest.raises(InputError, match="not the state of a feed"):
        delivered_of(state, STREAM)  # type: ignore[arg-type]
