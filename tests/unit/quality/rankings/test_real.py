"""On real people. Skipped unless `TEST_DATA_DIR` names a folder that holds their answers."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from groundswell.quality.rankings import consensus_of_preferences, rank_by_comparisons

MUSIC = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "crowd" / "pair_music_similarity"

pytestmark = pytest.mark.skipif(
    not MUSIC.is_dir(), reason="set TEST_DATA_DIR to a folder with crowd/<set>/answers.csv"
)


def rows_of(name):
    with (MUSIC / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_order_that_was_published_for_these_songs_is_found():
    """It was made from these answers by other people's method, so this is consistency and no accuracy."""
    side = {"a": "left", "b": "right"}
    answers = [
        row
        | {
            "query": row["task"].split("|")[0],
            "winner": row[side[row["label"]]] if row["label"] != "s" else "tie",
        }
        for row in rows_of("answers.csv")
    ]
    ranking = rank_by_comparisons(answers, group="query")
    pairs = {row["task"]: (row["query"], row["left"], row["right"]) for row in answers}
    published = {row["task"]: row["truth"] for row in rows_of("truth.csv") if row["truth"] in side}
    same = [
        (ranking.scores[query, left] > ranking.scores[query, right]) == (published[task] == "a")
        for task, (query, left, right) in pairs.items()
        if task in published
    ]
    assert ranking.converged
    assert np.mean(same) > 0.92
    named = {"a": "A", "b": "B", "s": "tie"}
    preferred = consensus_of_preferences(
        [(row["task"], row["worker"], named[row["label"]]) for row in answers]
    )
    agreed = [preferred.labels[task] == named[side_] for task, side_ in published.items()]
    assert np.mean(agreed) > 0.75
