"""In which order the screen shows the responses of a record: for whoever asks whether people lean to a place. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from groundswell.label.kinds.conversation import prompt_of
from groundswell.label.kinds.preference import responses_of

_BITS = 0xFFFFFFFF


def shown_order(record: Mapping[str, Any]) -> list[str]:
    """Return the ids of a record's responses as they stand on the screen, from left to right.

    The order is shuffled by what the record says: no place is any model's, the same record is the same to everybody,
    and nothing has to be stored. `consensus_of_preferences(..., first=...)` takes the first of them.

    Raises:
        InputError: the record has no prompt, or not 2 to 8 responses.

    Source:
        FNV-1a (Fowler, Noll and Vo), of the prompt and the responses (texts, and digests of media) in UTF-8 with U+001F
        between, seeds mulberry32 (Ettinger, public domain), which drives the shuffle of Fisher and Yates.
        `ui/src/kinds/preference/order.ts` does the same.
    """
    responses = responses_of(record)
    numbers = _numbers(_digest("\x1f".join([*prompt_of(record), *responses.values()])))
    shown = list(responses)
    for last in range(len(shown) - 1, 0, -1):
        place = next(numbers) * (last + 1) >> 32
        shown[last], shown[place] = shown[place], shown[last]
    return shown


def _digest(text: str) -> int:
    found = 0x811C9DC5
    for byte in text.encode("utf-8", "replace"):
        found = (found ^ byte) * 0x01000193 & _BITS
    return found


def _numbers(seed: int) -> Iterator[int]:
    state = seed
    while True:
        state = state + 0x6D2B79F5 & _BITS
        mixed = (state ^ state >> 15) * (state | 1) & _BITS
        mixed ^= mixed + (mixed ^ mixed >> 7) * (mixed | 61) & _BITS
        yield mixed ^ mixed >> 14
