"""Every reason is found where it was put, and none where there is none."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from groundswell.quality.agreement import agreement

CROWDS = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "crowd"


def classes(seed, *, n_items=250, votes=3, share=None, right=0.8, spammers=0, mixed=None):
    """Rows of 20 workers; mistakes go anywhere, or between two mixed-up classes."""
    rng = np.random.default_rng(seed)
    rows = []
    for task, truth in enumerate(rng.choice(4, n_items, p=share)):
        for worker in rng.choice(20, votes, replace=False):
            said = truth if worker >= spammers and rng.random() < right else rng.integers(4)
            if mixed and truth in mixed and said == truth and rng.random() < 0.3:
                said = mixed[1 - mixed.index(truth)]
            rows.append((task, int(worker), int(said)))
    return rows


def numbers(seed, *, offset, n_items=200):
    """Rows of 15 workers who judge numbers, each with an offset of their own."""
    rng = np.random.default_rng(seed)
    own, truth = rng.normal(0, offset, 15), rng.normal(0, 2, n_items)
    return [
        (task, int(worker), float(truth[task] + own[worker] + rng.normal(0, 1)))
        for task in range(n_items)
        for worker in rng.choice(15, 3, replace=False)
    ]


def reasons(rows, **settings):
    return {
        reason.kind: reason for reason in agreement(rows, by_pair=False, resamples=200, **settings).reasons
    }


def test_an_even_crowd_has_no_reason():
    found = [set(reasons(classes(seed))) for seed in range(20)]
    assert sum(map(bool, found)) <= 1


def test_spammers_are_named_and_alpha_without_them():
    for votes in (2, 3):
        found = reasons(classes(1, spammers=2, votes=votes))["workers"]
        assert set(found.names) == {0, 1}
        without = [row for row in classes(1, spammers=2, votes=votes) if row[1] > 1]
        assert found.numbers["without"] == pytest.approx(agreement(without).overall.value)
        assert "workers" not in reasons(classes(1, spammers=2, votes=votes), by_worker=False)


def test_classes_that_are_mixed_up_are_named_and_alpha_with_them_as_one():
    rows = classes(2, mixed=(1, 2), right=0.9)
    found = reasons(rows)["classes"]
    assert found.names == (1, 2)
    merged = [(task, worker, 1 if said == 2 else said) for task, worker, said in rows]
    assert found.numbers["merged"] == pytest.approx(agreement(merged).overall.value)
    assert found.numbers["share"] > 2 * found.numbers["expected"]


def test_a_class_that_is_nearly_everything_is_named_beside_ac1():
    found = reasons(classes(0, share=[0.94, 0.02, 0.02, 0.02], right=0.9))["prevalence"]
    assert found.names == (0,)
    assert found.numbers["ac1"] > 0.75
    assert found.numbers["same"] > 0.8


def test_few_tasks_say_how_many_would_do():
    few = agreement(classes(3, n_items=30))
    reason = next(one for one in few.reasons if one.kind == "few_items")
    enough = agreement(classes(4, n_items=int(reason.numbers["wanted"] * 1.3)))
    assert few.overall.high - few.overall.low > 0.2
    assert enough.overall.high - enough.overall.low < 0.2


def test_a_slice_that_is_worse_is_named():
    hard = [(task + 1000, worker, said) for task, worker, said in classes(5, n_items=60, right=0.4)]
    place = {task: "hard" if task >= 1000 else f"easy {task % 3}" for task in range(1060)}
    found = agreement([*classes(6), *hard], slices=place, by_pair=False)
    assert [(one.kind, one.names) for one in found.reasons if one.kind == "slice"] == [("slice", ("hard",))]
    even = agreement(classes(6), slices={task: task % 4 for task in range(250)}, by_pair=False)
    assert not [one for one in even.reasons if one.kind == "slice"]


def test_a_slice_where_answers_vary_less_is_not_blamed_for_disagreement():
    plain = [
        (task + 1000, worker, said)
        for task, worker, said in classes(5, n_items=400, share=[0.96, 0.02, 0.01, 0.01], right=0.9)
    ]
    place = {task: "plain" if task >= 1000 else "varied" for task in range(1400)}
    found = agreement([*classes(6, right=0.85), *plain], slices=place, by_pair=False)
    (reason,) = [one for one in found.reasons if one.kind == "slice"]
    assert reason.names == ("plain",)
    assert "vary less" in reason.advice


@pytest.mark.parametrize("metric", ["interval", "ordinal", "ratio"])
def test_workers_who_use_the_scale_differently_are_named_and_alpha_without_their_offsets(metric):
    def rows(seed, offset):
        given = numbers(seed, offset=offset)
        if metric == "ordinal":
            return [(task, worker, int(np.clip(np.rint(x) + 4, 0, 8))) for task, worker, x in given]
        return [(task, worker, float(np.exp(x))) for task, worker, x in given] if metric == "ratio" else given

    report = agreement(rows(0, 1.5), metric=metric, by_pair=False)
    found = next(one for one in report.reasons if one.kind == "scale")
    assert found.numbers["after"] > report.overall.value + 0.1
    own = np.random.default_rng(0).normal(0, 1.5, 15)
    assert found.names[0] in np.argsort(-np.abs(own))[:2]
    assert not any("scale" in reasons(rows(seed, 0.0), metric=metric) for seed in range(5))


def test_high_agreement_has_no_reasons():
    assert reasons(classes(0, right=0.99)) == {}


@pytest.mark.skipif(not CROWDS.is_dir(), reason="set TEST_DATA_DIR to a folder with crowd/<set>/answers.csv")
def test_reasons_of_real_crowds():
    def report(name):
        with (CROWDS / name / "answers.csv").open(newline="") as file:
            return agreement(list(csv.DictReader(file)), by_pair=False, resamples=200)

    genres = {reason.kind: reason for reason in report("music_genre").reasons}
    assert genres["workers"].names == ("11", "35")  # right on 9 % of the tasks, the others on 76 %
    assert {reason.kind for reason in report("product").reasons} == {"prevalence", "workers"}
    assert report("wsd").reasons == ()
