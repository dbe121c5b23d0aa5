"""Clusters: nothing goes for the sake of what goes itself, however rows are related and whatever the memory."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.clean.job.conftest import Go, parts_of

from groundswell.clean import DropNearDuplicates, InProcess
from groundswell.clean.minhash import jaccard, sketch

Flow = Callable[..., Any]
WORDS = [f"word{number}" for number in range(4000)]


def family(rng: random.Random, members: int, changes: int) -> list[str]:
    """Return texts of which each is the one before with some words changed: the ends differ."""
    words = rng.choices(WORDS, k=150)
    made = [" ".join(words)]
    for _ in range(members - 1):
        for _ in range(changes):
            words[rng.randrange(len(words))] = rng.choice(WORDS)
        made.append(" ".join(words))
    return made


@pytest.mark.parametrize("keep", ["first", "longest"])
def test_every_text_that_goes_is_like_the_one_it_names_which_stays(flow: Flow, keep: str) -> None:
    rng = random.Random(8)
    texts = [text for _ in range(12) for text in family(rng, 8, 2)]
    rng.shuffle(texts)
    outcome = flow(texts, DropNearDuplicates(text_similarity=0.75, keep=keep), rows=5)
    kept = {item.id for item in outcome.kept}
    by_locator = {f"line {place}": text for place, text in enumerate(texts)}
    assert len(outcome.drops) > 20
    for drop in outcome.drops:
        said, where, whose = re.fullmatch(
            r"similarity ([\d.]+) to (line \d+) \((\w+)\)", drop.detail
        ).groups()
        assert whose in kept
        sketches = sketch([by_locator[drop.locator], by_locator[where]])
        likeness = jaccard(sketches.shingles(0), sketches.shingles(1))
        assert likeness >= 0.75
        assert float(said) == pytest.approx(likeness, abs=1e-3)


def test_the_ends_of_a_chain_both_stay_if_they_are_unlike(flow: Flow) -> None:
    chain = family(random.Random(9), 12, 3)
    outcome = flow(chain, DropNearDuplicates(text_similarity=0.75), rows=1)
    assert chain[0] in outcome.texts
    assert 1 < len(outcome.texts) < 12


def test_thousands_of_texts_under_one_key_are_handled_in_little_memory(go: Go) -> None:
    texts = ["the same short notice on every page"] * 3000
    found = go(parts_of(texts, 500), (DropNearDuplicates(),), InProcess(20_000))
    assert found.texts == texts[:1]
    assert len(found.drops) == 2999
