import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.label_errors import FLAGS, find_label_errors

REAL = Path(os.environ.get("TEST_DATA_DIR", "no such folder")) / "label_errors"

METHODS = pytest.mark.parametrize("method", FLAGS)
CLASSES = ("automobile", "truck")
GIVEN = [0, 0, 0, 0, 1, 1]
AUTOMOBILE = np.array([0.9, 0.8, 0.7, 0.19, 0.1, 0.3])
OPINION = np.stack([AUTOMOBILE, 1 - AUTOMOBILE], axis=1)
"""Thresholds are 0.6475 and 0.8: items 0-2 are automobiles, 3 and 4 trucks, 5 is neither."""


def planted(rng, n_items, n_classes, share, *, wrong=None):
    """Labels of which `share` (or just `wrong`) are false, and a good model's probabilities."""
    truth = rng.integers(0, n_classes, n_items)
    logits = rng.normal(0, 1, (n_items, n_classes))
    logits[np.arange(n_items), truth] += rng.normal(5, 1.5, n_items)
    opinion = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wrong = rng.random(n_items) < share if wrong is None else wrong
    return np.where(wrong, (truth + 1) % n_classes, truth), opinion, wrong


@METHODS
def test_a_small_case_by_hand(method):
    found = find_label_errors(GIVEN, OPINION, method=method, class_names=CLASSES)
    assert found.thresholds == pytest.approx([0.6475, 0.8])
    assert found.joint.matrix().tolist() == [[3, 1], [0, 2]]
    assert found.index.tolist() == [3]
    assert found[0].given == "automobile"
    assert found[0].suggested == "truck"
    assert found[0].score == pytest.approx(0.19)
    assert found[0].reason == (
        "the model says truck with 0.81 and automobile with 0.19; items labelled automobile get 0.65 on average"
    )


def test_the_scores_are_those_of_the_paper():
    assert find_label_errors(GIVEN, OPINION).scores.tolist() == pytest.approx([0.9, 0.8, 0.7, 0.19, 0.9, 0.7])
    margins = find_label_errors(GIVEN, OPINION, score="margin").scores
    assert margins.tolist() == pytest.approx([0.9, 0.8, 0.7, 0.19, 0.9, 0.7])  # of two classes they are equal
    three = find_label_errors([0], [[0.2, 0.5, 0.3]], score="margin")
    assert three.scores.tolist() == pytest.approx([(0.2 - 0.5 + 1) / 2])


def test_the_ranking_holds_every_judged_item_and_breaks_ties_by_the_surer_alternative():
    opinion = [[0.0, 0.6, 0.4], [0.0, 0.9, 0.1], [0.5, 0.3, 0.2], [np.nan] * 3]
    assert find_label_errors([0, 0, 0, 0], opinion).ranking().tolist() == [1, 0, 2]


def test_overlaps_say_which_classes_are_confused_in_which_direction():
    overlaps = find_label_errors(GIVEN, OPINION, class_names=CLASSES).overlaps()
    assert [(one.first, one.second) for one in overlaps] == [CLASSES]
    assert (overlaps[0].first_is_second, overlaps[0].second_is_first) == (1, 0)
    assert overlaps[0].share == pytest.approx(1 / 6)


def test_rows_and_the_repr_tell_what_was_found():
    found = find_label_errors([*GIVEN, -1], [*OPINION, [0.5, 0.5]])
    assert found.to_rows()[0].keys() == {"index", "given", "suggested", "score", "reason"}
    assert (found.to_rows()[0]["given"], found.to_rows()[0]["suggested"]) == (0, 1)
    assert repr(found) == "LabelErrors(1 of 6 labels are doubtful; 1 items skipped)"


@METHODS
@pytest.mark.parametrize("n_classes", [2, 5, 40])
def test_planted_errors_are_found_with_high_precision(n_classes, method):
    given, opinion, wrong = planted(np.random.default_rng(0), 4000, n_classes, 0.08)
    found = find_label_errors(given, opinion, method=method)
    assert wrong[found.index].mean() > 0.85
    assert wrong[found.index].sum() > 0.6 * wrong.sum()
    assert wrong[found.index[:100]].all()


@METHODS
def test_correct_labels_of_a_good_model_are_left_alone(method):
    given, opinion, _ = planted(np.random.default_rng(1), 4000, 5, 0.0)
    assert len(find_label_errors(given, opinion, method=method)) < 0.02 * 4000


@METHODS
@pytest.mark.parametrize("score", ["self_confidence", "margin"])
def test_permuting_rows_permutes_the_answer(method, score):
    rng = np.random.default_rng(2)
    given, opinion, _ = planted(rng, 1500, 12, 0.1)
    turn = rng.permutation(len(given))
    one = find_label_errors(given, opinion, method=method, score=score)
    other = find_label_errors(given[turn], opinion[turn], method=method, score=score)
    assert turn[other.index].tolist() == one.index.tolist()


@METHODS
def test_relabelling_classes_relabels_the_answer(method):
    rng = np.random.default_rng(3)
    given, opinion, _ = planted(rng, 1500, 30, 0.1)
    turn = rng.permutation(30)
    back = np.argsort(turn)
    one = find_label_errors(given, opinion, method=method)
    other = find_label_errors(turn[given], opinion[:, back], method=method)
    assert other.index.tolist() == one.index.tolist()
    assert (other.joint.matrix()[np.ix_(turn, turn)] == one.joint.matrix()).all()


@METHODS
def test_more_errors_are_never_fewer_flags(method):
    order = np.random.default_rng(4).permutation(3000)
    flags = []
    for share in (0.0, 0.03, 0.06, 0.12, 0.2):
        wrong = np.isin(np.arange(3000), order[: int(share * 3000)])
        given, opinion, _ = planted(np.random.default_rng(5), 3000, 6, 0, wrong=wrong)
        flags.append(len(find_label_errors(given, opinion, method=method)))
    assert flags == sorted(set(flags))


@METHODS
def test_float32_and_blocks_do_not_change_what_is_found(method, monkeypatch):
    given, opinion, _ = planted(np.random.default_rng(6), 1000, 7, 0.1)
    whole = find_label_errors(given, opinion, method=method)
    monkeypatch.setattr("groundswell.quality.confident.BLOCK_CELLS", 50)
    assert find_label_errors(given, opinion, method=method).index.tolist() == whole.index.tolist()
    single = find_label_errors(given, opinion.astype(np.float32), method=method)
    assert single.scores.dtype == np.float32
    assert set(single.index.tolist()) == set(whole.index.tolist())


def test_neither_labels_nor_probabilities_are_changed():
    given, opinion, _ = planted(np.random.default_rng(7), 300, 5, 0.1)
    before = given.copy(), opinion.copy()
    find_label_errors(given, opinion, score="margin")
    assert (given == before[0]).all()
    assert (opinion == before[1]).all()


def test_a_read_only_memory_map_will_do(tmp_path):
    given, opinion, _ = planted(np.random.default_rng(9), 300, 5, 0.1)
    np.save(tmp_path / "opinion.npy", opinion)
    mapped = np.load(tmp_path / "opinion.npy", mmap_mode="r")
    found = find_label_errors(given, mapped, score="margin")
    assert found.index.tolist() == find_label_errors(given, opinion, score="margin").index.tolist()


@pytest.mark.slow
def test_memory_is_a_small_part_of_the_probabilities():
    given, opinion, _ = planted(np.random.default_rng(8), 20_000, 500, 0.1)
    tracemalloc.start()
    find_label_errors(given, opinion)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < opinion.nbytes / 5


@METHODS
def test_nothing_is_found_where_nothing_tells_items_apart(method):
    flat = np.full((6, 3), 1 / 3)
    for given, opinion in [
        (np.empty(0, int), np.empty((0, 4))),
        ([], np.empty((0, 4))),
        ([0, 0, 0], np.ones((3, 1))),
        ([0, 1, 2, 0, 1, 2], flat),
        ([-1, -1], [[0.9, 0.1], [0.1, 0.9]]),
        ([0, 1], np.full((2, 2), np.nan)),
        ([0], [[0.0, 1.0]]),
    ]:
        found = find_label_errors(given, opinion, method=method)
        assert len(found) == 0
        assert found.overlaps() == ()


@METHODS
def test_a_class_that_nobody_used_has_no_threshold_and_is_never_counted(method):
    opinion = np.column_stack([OPINION, np.zeros(6)])
    opinion[2] = [0.05, 0.35, 0.6]
    found = find_label_errors(GIVEN, opinion, method=method)
    assert found.thresholds[2] == np.inf
    assert found.joint.matrix()[2].sum() == found.joint.matrix()[:, 2].sum() == 0


@METHODS
def test_items_without_an_opinion_or_a_label_change_nothing(method):
    opinion = np.vstack([OPINION, [[np.nan, np.nan], [0.2, np.nan], [0.9, 0.1]]])
    found = find_label_errors([*GIVEN, 0, 1, -1], opinion, method=method)
    assert found.index.tolist() == [3]
    assert found.thresholds == pytest.approx([0.6475, 0.8])
    assert np.isnan(found.scores[6:]).all()
    assert found.skipped == 3


def test_a_class_given_to_all_wrong_items_keeps_one():
    opinion = np.array([[0.05, 0.95]] * 4 + [[0.1, 0.9]] * 6)
    assert find_label_errors([0] * 4 + [1] * 6, opinion).joint.matrix()[0, 0] >= 1


def test_a_million_classes_need_no_table_of_classes():
    opinion = np.zeros((6, 1_000_000), np.float32)
    opinion[:, :2] = OPINION
    found = find_label_errors(GIVEN, opinion)
    assert found.index.tolist() == [3]
    assert found.joint.count.tolist() == [3, 1, 2]
    with pytest.raises(InputError, match="over"):
        found.joint.matrix()


@pytest.mark.parametrize(
    ("labels", "probabilities", "more", "message"),
    [
        ([0, 1], [[0.5, 0.5]], {}, "do not fit"),
        ([2], [[0.5, 0.5]], {}, "-1 to 1; found 2"),
        ([-2], [[0.5, 0.5]], {}, "-1 to 1; found -2"),
        ([0.5], [[0.5, 0.5]], {}, "integer codes"),
        ([0], [0.5], {}, "n_items, n_classes"),
        ([0], np.empty((1, 0)), {}, "n_items, n_classes"),
        ([0], [[-0.5, 1.5]], {}, "negative"),
        ([0], [[0.5, 3.5]], {}, "above 1"),
        ([0], [[0.5, np.inf]], {}, "above 1"),
        ([0], [[0.5, 0.5]], {"class_names": ["a"]}, "class names"),
        ([0], [[0.5, 0.5]], {"method": "guess"}, "noise_rate"),
        ([0], [[0.5, 0.5]], {"score": "guess"}, "margin"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(labels, probabilities, more, message):
    with pytest.raises(InputError, match=message):
        find_label_errors(labels, probabilities, **more)


@pytest.mark.skipif(
    not REAL.is_dir(), reason="set TEST_DATA_DIR to a folder with label_errors/<set>/given.npz"
)
@pytest.mark.parametrize(("name", "known", "precision"), [("cifar10", 284, 0.277), ("20news", 95, 0.932)])
def test_real_errors_are_found_and_ranked_as_well_as_by_another_implementation(name, known, precision):
    """The numbers are cleanlab 2.9.0's: how many it flags, and its average precision among those verified."""
    with np.load(REAL / name / "given.npz") as given:
        found = find_label_errors(given["given_labels"], given["model_probs"])
    verdicts = {
        one["id"]: one["mturk"]["given"] < 3 for one in json.loads((REAL / name / "mturk.json").read_text())
    }
    hits = np.array([verdicts[item] for item in found.ranking().tolist() if item in verdicts])
    assert len(found) == pytest.approx(known, abs=2)
    assert (hits.cumsum() / np.arange(1, len(hits) + 1))[hits].mean() > precision - 0.001
