"""Shared by the tests of runs: a corpus with copies in it, in parts, and a digest of all that a run leaves."""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundswell.clean import Executor, Operator, Outcome, RunFolder, SourcePart, run_job
from groundswell.collect import Options, Records
from groundswell.items import Drop, repacked

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def corpus(texts: int = 240, seed: int = 1) -> list[str]:
    """Return texts of which some are copies and some nearly so."""
    rng = random.Random(seed)
    words = [f"word{number}" for number in range(3000)]
    made: list[str] = []
    for place in range(texts):
        if place > 20 and rng.random() < 0.3:
            copied = rng.choice(made).split()
            if rng.random() < 0.6:
                copied[rng.randrange(len(copied))] = "changed"
            made.append(" ".join(copied))
        else:
            made.append(" ".join(rng.choices(words, k=rng.randrange(60, 120))))
    return made


def parts_of(texts: Sequence[str], size: int = 60) -> list[SourcePart]:
    return [
        SourcePart(Records(texts[start : start + size], Options(NOW))) for start in range(0, len(texts), size)
    ]


@dataclass
class Left:
    """What a run leaves."""

    texts: list[str]
    drops: list[Drop]
    digest: str


def left_by(outcome: Outcome) -> Left:
    drops: list[Drop] = []
    texts: list[str] = []
    digest = hashlib.sha256()
    for batch in repacked(outcome.batches(drops.append)):
        texts += batch["text"].to_pylist()
        digest.update(repr(batch.to_pylist()).encode())
    digest.update(repr(drops).encode())
    return Left(texts, drops, digest.hexdigest())


Go = Callable[..., Left]


@pytest.fixture
def go(tmp_path: Path) -> Go:
    """Return a function that runs a pipeline over parts in a folder of its own, or a given one."""

    def start(
        parts: Sequence[SourcePart],
        operators: Sequence[Operator],
        executor: Executor,
        name: str = "run",
        **more: object,
    ) -> Left:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return left_by(
            run_job(parts, operators, folder=RunFolder(folder, is_temporary=True), executor=executor, **more)
        )  # type: ignore[arg-type]

    return start
