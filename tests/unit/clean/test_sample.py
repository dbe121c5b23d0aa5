"""Samples are shares, the same ones each time; mixes are in proportion."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from groundswell.clean import Mix, Sample
from groundswell.errors import InputError
from groundswell.items import Item

Flow = Callable[..., Any]
TEXTS = [f"text number {number}" for number in range(2000)]


def test_a_sample_is_about_its_share(flow: Flow) -> None:
    assert len(flow(TEXTS, Sample(0.25), rows=500).kept) == pytest.approx(500, abs=60)
    assert flow(TEXTS, Sample(1.0), rows=500).texts == TEXTS
    assert flow(TEXTS, Sample(0.0), rows=500).texts == []


def test_a_larger_share_holds_the_smaller_and_another_seed_draws_others(flow: Flow) -> None:
    small, large = (set(flow(TEXTS, Sample(share), rows=500).texts) for share in (0.1, 0.3))
    assert small < large
    assert set(flow(TEXTS, Sample(0.1, seed=1), rows=500).texts) != small


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_no_share_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="give one from 0 to 1"):
        Sample(share)


def items(make_text: Callable[..., Item], **counts: int) -> list[Item]:
    made = [
        (kind, make_text(f"{kind} {place}", place))
        for kind, count in counts.items()
        for place in range(count)
    ]
    return [replace(item, meta={"topic": kind}) for kind, item in made]


def test_a_mix_keeps_all_of_what_is_scarcest(flow: Flow, make_text: Callable[..., Item]) -> None:
    mix = Mix((("news", 3), ("code", 1)), by="topic")
    kept = flow(items(make_text, news=2000, code=400, other=50), mix, rows=300).kept
    topics = [json.loads(json.dumps(dict(item.meta)))["topic"] for item in kept]
    assert topics.count("code") == 400
    assert topics.count("news") == pytest.approx(1200, abs=80)
    assert topics.count("other") == 0


def test_characters_may_be_weighed(flow: Flow, make_text: Callable[..., Item]) -> None:
    long = [replace(make_text(f"{n} " * 50, n), meta={"topic": "long"}) for n in range(1000, 1100)]
    short = [replace(make_text(f"{n}", n), meta={"topic": "short"}) for n in range(1000, 1100)]
    mix = Mix((("long", 1), ("short", 1)), by="topic", unit="characters")
    topics = [item.meta["topic"] for item in flow([*long, *short], mix, rows=50).kept]
    assert topics.count("short") == 100
    assert topics.count("long") < 10


def test_a_group_that_is_missing_leaves_nothing(flow: Flow, make_text: Callable[..., Item]) -> None:
    assert flow(items(make_text, news=5), Mix((("news", 1), ("code", 1)), by="topic")).kept == []
    with pytest.raises(InputError, match="weights over 0"):
        Mix((("news", 0),))
