"""Families of near copies: nothing goes, and what hangs together has one name, whatever the memory."""

import random
from pathlib import Path

import pytest
from tests.unit.clean.conftest import text_item
from tests.unit.clean.copies.test_search import family
from tests.unit.clean.job.conftest import parts_of

from groundswell.clean import DropNearDuplicates, GroupNearCopies, InProcess, RunFolder, run, run_job
from groundswell.items import digest_text, to_batch

STEPS = (GroupNearCopies(DropNearDuplicates(text_similarity=0.75)),)


def names_of(texts: list[str]) -> list[str]:
    batch = to_batch([text_item(text, place) for place, text in enumerate(texts)])
    (found,) = run([batch], STEPS, on_drop=lambda drop: pytest.fail(str(drop)))
    names: list[str] = found["family"].to_pylist()
    return names


def test_a_family_has_the_name_of_its_first_however_they_are_mixed() -> None:
    rng = random.Random(8)
    families = [family(rng, 8, 2) for _ in range(12)]
    texts = [text for members in families for text in members]
    of = {text: place for place, members in enumerate(families) for text in members}
    rng.shuffle(texts)
    names = names_of(texts)
    first = {}
    for text in texts:
        first.setdefault(of[text], digest_text(text))
    assert names == [first[of[text]] for text in texts]


def test_what_is_like_nothing_is_a_family_of_its_own() -> None:
    assert names_of(["alone", "", "!"]) == [digest_text("alone"), digest_text(""), digest_text("!")]


def test_parts_and_little_memory_change_nothing(tmp_path: Path) -> None:
    rng = random.Random(9)
    texts = [text for _ in range(15) for text in family(rng, 4, 2)] + ["the same notice on every page"] * 100
    rng.shuffle(texts)
    outcome = run_job(parts_of(texts, 40), STEPS, folder=RunFolder(tmp_path), executor=InProcess(40_000))
    batches = list(outcome.batches(lambda drop: pytest.fail(str(drop))))
    assert [text for batch in batches for text in batch["text"].to_pylist()] == texts
    assert [name for batch in batches for name in batch["family"].to_pylist()] == names_of(texts)
