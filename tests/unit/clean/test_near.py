"""Near copies go and the first stays; what only resembles stays."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from groundswell.clean import DropNearDuplicates, default_recipe
from groundswell.collect import Digits, Options, digit_truth
from groundswell.items import Item

Flow = Callable[..., Any]
Make = Callable[..., Item]
WORDS = [f"word{number}" for number in range(5000)]


def long_text(rng: random.Random, words: int = 120) -> list[str]:
    return rng.choices(WORDS, k=words)


def test_a_copy_with_one_word_changed_goes_and_names_the_kept_one(flow: Flow) -> None:
    words = long_text(random.Random(1))
    changed = [*words[:60], "changed", *words[61:]]
    outcome = flow([" ".join(words), "other", " ".join(changed)], DropNearDuplicates(), rows=1)
    (drop,) = outcome.drops
    assert (drop.locator, drop.reason, drop.failed) == ("line 2", "duplicate:near", False)
    # one word of 120 spoils 5 of 116 runs of 5 words: 111 shared of 121 in all
    assert drop.detail == f"similarity {111 / 121:.3f} to line 0 ({outcome.kept[0].id})"
    assert drop.kept == outcome.kept[0].id
    assert drop.likeness == pytest.approx(111 / 121)


def test_random_texts_are_all_kept(flow: Flow) -> None:
    rng = random.Random(2)
    texts = [" ".join(long_text(rng, rng.randrange(3, 60))) for _ in range(600)]
    assert flow(texts, DropNearDuplicates(), rows=97).texts == texts


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_near_copies_are_found_and_pairs_below_the_limit_are_not(flow: Flow, rows: int) -> None:
    rng = random.Random(3)
    originals = [long_text(rng) for _ in range(60)]
    close = [[*words[:118], "x", "y"] for words in originals]  # 114 runs shared of 118
    far = [[*words[:100], *long_text(rng, 20)] for words in originals]  # 96 of 136: 0.71
    texts = [" ".join(words) for words in (*originals, *close, *far)]
    outcome = flow(texts, DropNearDuplicates(), rows=rows)
    assert outcome.texts == [*texts[:60], *texts[120:]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I love this film", "I loved this film"),
        ("the food was good and the service was quick", "the food was bad and the service was quick"),
        ("please ship order number 1234567 to the usual address by friday noon at the latest", None),
        ("!!!", "???"),
        ("", " "),
    ],
)
def test_short_texts_that_say_something_else_stay(flow: Flow, one: str, other: str | None) -> None:
    texts = [one, other or one.replace("1234567", "1234568")]
    assert flow(texts, DropNearDuplicates()).texts == texts


def test_short_texts_that_differ_in_case_and_punctuation_go(flow: Flow) -> None:
    assert flow(["Hello there, world!", "hello there world"], DropNearDuplicates()).texts == [
        "Hello there, world!"
    ]


def test_a_resized_and_recompressed_photo_goes(flow: Flow, make_image: Make) -> None:
    photo = Image.effect_mandelbrot((160, 120), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    copy = make_image(np.asarray(photo.resize((80, 60))), 1, kind="JPEG", quality=60)
    outcome = flow([make_image(np.asarray(photo)), copy], DropNearDuplicates())
    assert outcome.reasons == ["duplicate:near"]
    assert re.fullmatch(r"similarity (0\.9[89]\d|1\.000) to line 0 \([0-9a-f]{64}\)", outcome.drops[0].detail)


def test_a_small_difference_on_a_large_common_background_stays(flow: Flow, make_image: Make) -> None:
    page = np.full((160, 160), 255, np.uint8)
    page[10:150:8, 10:100] = 0
    other = page.copy()
    other[120:130, 120:130] = 0
    assert len(flow([make_image(page), make_image(other)], DropNearDuplicates()).kept) == 2


def test_images_of_another_shape_and_broken_ones_stay(flow: Flow, make_image: Make, make_data: Make) -> None:
    photo = Image.effect_mandelbrot((160, 120), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    stretched = make_image(np.asarray(photo.resize((200, 120))))
    items = [make_image(np.asarray(photo)), stretched, make_data(b"broken"), make_data(b"also broken")]
    assert len(flow(items, DropNearDuplicates()).kept) == 4


@pytest.mark.slow
def test_of_the_digits_no_two_different_ones_are_merged_and_five_near_copies_go(flow: Flow) -> None:
    truth = digit_truth()
    items = list(Digits(Options(datetime(2026, 1, 2, tzinfo=UTC))).read())
    outcome = flow(items, *default_recipe(), rows=500)
    pairs = [(drop.item_id, drop.kept) for drop in outcome.drops]
    assert outcome.reasons == ["duplicate:near"] * 5
    assert all(truth[one] == truth[other] for one, other in pairs)


def test_a_failure_costs_one_row(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    from groundswell.clean import near

    really_look = near.look_at_texts

    def look_or_fail(texts: pa.Array) -> Any:
        if "poison" in texts.to_pylist():
            raise RuntimeError("poison")
        return really_look(texts)

    monkeypatch.setattr(near, "look_at_texts", look_or_fail)
    outcome = flow(
        ["first text here", "poison", "second text here", "First text here!"], DropNearDuplicates()
    )
    assert outcome.texts == ["first text here", "second text here"]
    assert outcome.reasons == ["operator:failed", "duplicate:near"]
