import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.assist.models import Cost, Predictions, Unanswered, as_evidence, as_votes
from groundswell.errors import InputError
from groundswell.items import digest_text
from groundswell.quality import consensus, fit_temperature

CLASSES = ("cat", "dog", "cow")


def predictions(rows, classes=CLASSES):
    shares = np.array(rows, np.float64).reshape(-1, len(classes))
    items = tuple(digest_text(str(i)) for i in range(len(shares)))
    without = tuple(Unanswered(i, "-") for i, row in zip(items, shares, strict=True) if np.isnan(row[0]))
    return Predictions(items, classes, shares, without, "tiny-1@abc", Cost())


def names(n):
    return [f"t{i}" for i in range(n)]


def overconfident(n, accuracy=0.7, said=0.97, seed=0):
    """A model that is right with `accuracy` and says `said`, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    label = np.where(rng.random(n) < accuracy, truth, (truth + rng.integers(1, 3, n)) % 3)
    rows = np.full((n, 3), (1 - said) / 2)
    rows[np.arange(n), label] = said
    return predictions(rows), truth


def known(truth, count):
    return {f"t{i}": CLASSES[truth[i]] for i in range(count)}


def test_what_a_model_said_becomes_the_answers_of_one_worker():
    said = predictions([[0.7, 0.2, 0.1], [np.nan] * 3, [0.1, 0.1, 0.8]])
    assert as_votes(said, tasks=names(3)) == [
        ("t0", "model:tiny-1@abc", "cat"),
        ("t2", "model:tiny-1@abc", "cow"),
    ]
    assert as_votes(said, worker="llama")[0] == (digest_text("0"), "llama", "cat")


def test_in_the_consensus_a_model_gets_a_skill_of_its_own():
    said, truth = overconfident(300, accuracy=0.6)
    rng = np.random.default_rng(1)
    people = [
        (f"t{i}", who, CLASSES[truth[i] if rng.random() < 0.9 else (truth[i] + 1) % 3])
        for i in range(300)
        for who in ("ann", "bob", "eve")
    ]
    found = consensus([*people, *as_votes(said, tasks=names(300))])
    skill = {one.worker: one.skill for one in found.workers}
    assert skill["model:tiny-1@abc"] == pytest.approx(0.6, abs=0.08)
    assert min(skill["ann"], skill["bob"], skill["eve"]) > 0.82


def test_calibration_makes_a_model_mean_what_it_says():
    said, truth = overconfident(2000)
    evidence = as_evidence(said, known(truth, 400), tasks=names(2000), rng=np.random.default_rng(0))
    report = evidence.report
    assert report.labels == 400
    assert report.accuracy == pytest.approx(0.7, abs=0.05)
    assert report.ece_before == pytest.approx(0.97 - report.accuracy)
    assert report.ece_after < report.ece_before / 3  # five fits, 80 labels each: noise alone is 0.05
    assert report.loss_after < report.loss_before
    assert evidence.probabilities.max() == pytest.approx(0.7, abs=0.06)
    unseen = evidence.probabilities[400:]
    assert (unseen.argmax(axis=1) == truth[400:]).mean() == pytest.approx(unseen.max(axis=1).mean(), abs=0.05)


def test_one_temperature_by_hand():
    """Two classes, always 0.9, right in 3 of 4: log loss is least at 0.75, so 9 ** (1 / T) = 3 and T = 2."""
    rows = np.tile([0.9, 0.1], (4000, 1))
    labels = {f"t{i}": "a" if i % 4 else "b" for i in range(4000)}
    evidence = as_evidence(
        predictions(rows, ("a", "b")), labels, tasks=names(4000), rng=np.random.default_rng(0)
    )
    np.testing.assert_allclose(evidence.probabilities[0], [0.75, 0.25], atol=0.002)


def test_per_class_takes_back_a_bias_that_a_temperature_cannot():
    """A model that says "cat" of every second dog."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 1000)
    label = np.where((truth == 1) & (rng.random(1000) < 0.5), 0, truth)
    rows = np.full((1000, 2), 0.2)
    rows[np.arange(1000), label] = 0.8
    said, labels = predictions(rows, ("cat", "dog")), {f"t{i}": ("cat", "dog")[truth[i]] for i in range(300)}
    kind = {"tasks": names(1000), "rng": rng}
    plain = as_evidence(said, labels, **kind).report
    scaled = as_evidence(said, labels, method="per_class", **kind)
    assert scaled.report.loss_after < plain.loss_after - 0.02
    is_cat = scaled.probabilities[label == 0, 0]
    np.testing.assert_allclose(is_cat, (truth[label == 0] == 0).mean(), atol=0.08)


def test_the_report_judges_each_item_by_a_fit_without_it_by_hand():
    rows = np.array([[0.9, 0.1], [0.6, 0.4]])
    evidence = as_evidence(
        predictions(rows, ("a", "b")), {"t0": "a", "t1": "b"}, tasks=names(2), rng=np.random.default_rng(0)
    )
    first = fit_temperature(rows[1:], np.array([1]))(rows[:1])[0, 0]  # of "a", by the other item alone
    second = fit_temperature(rows[:1], np.array([0]))(rows[1:])[0, 1]  # of "b"
    assert evidence.report.loss_before == pytest.approx(-(np.log(0.9) + np.log(0.4)) / 2)
    assert evidence.report.loss_after == pytest.approx(-(np.log(first) + np.log(second)) / 2)


@pytest.mark.parametrize("method", ["temperature", "per_class"])
def test_without_labels_a_model_is_taken_at_its_word(method):
    said, _ = overconfident(50)
    evidence = as_evidence(said, {}, method=method, rng=np.random.default_rng(0))
    np.testing.assert_allclose(evidence.probabilities, said.probabilities)
    assert evidence.report.labels == 0
    assert np.isnan(evidence.report.ece_after)


@pytest.mark.parametrize("method", ["temperature", "per_class"])
@pytest.mark.parametrize("count", [1, 2, 6])
def test_few_labels_change_little(method, count):
    said, truth = overconfident(50)
    evidence = as_evidence(
        said, known(truth, count), tasks=names(50), method=method, rng=np.random.default_rng(0)
    )
    assert np.abs(evidence.probabilities - said.probabilities).max() < 0.3
    assert evidence.report.labels == count


@pytest.mark.parametrize("method", ["temperature", "per_class"])
def test_items_without_a_prediction_stay_without_an_opinion(method):
    rows = [[0.7, 0.2, 0.1], [np.nan] * 3, [0.1, 0.1, 0.8], [0, 0, 1]]
    labels = {"t0": "cat", "t1": "dog", "t3": "dog", "elsewhere": "cow"}
    evidence = as_evidence(
        predictions(rows), labels, tasks=names(4), method=method, rng=np.random.default_rng(0)
    )
    assert np.isnan(evidence.probabilities[1]).all()
    assert evidence.report.labels == 2
    by_task = evidence.by_task()
    assert list(by_task) == ["t0", "t2", "t3"]
    assert sum(by_task["t3"].values()) == pytest.approx(1)


def test_evidence_goes_into_the_consensus_by_name():
    said = predictions([[0.05, 0.9, 0.05], [0.05, 0.9, 0.05]])
    evidence = as_evidence(said, {}, tasks=["t0", "t9"], rng=np.random.default_rng(0))
    found = consensus([("t0", "ann", "cat"), ("t1", "ann", "cow")], evidence=evidence.by_task())
    assert found.labels["t9"] == "dog"
    assert set(found.labels) == {"t0", "t1", "t9"}


def test_no_items_are_no_error():
    nothing = predictions([])
    assert as_votes(nothing) == []
    assert as_evidence(nothing, {}, rng=np.random.default_rng(0)).by_task() == {}


def test_names_and_labels_must_fit():
    said = predictions([[0.7, 0.2, 0.1]])
    with pytest.raises(InputError, match="each of 1 items; found 2 names"):
        as_votes(said, tasks=["a", "b"])
    with pytest.raises(InputError, match="'horse' is not among the classes"):
        as_evidence(said, {"a": "horse"}, tasks=["a"], rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="no method 'isotonic'"):
        as_evidence(said, {}, method="isotonic", rng=np.random.default_rng(0))


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(40)), swap=st.permutations(range(3)))
def test_neither_the_order_of_items_nor_of_classes_matters(order, swap):
    said, truth = overconfident(40, said=0.9)
    moved = predictions(said.probabilities[list(order)][:, list(swap)], tuple(CLASSES[i] for i in swap))
    labels = known(truth, 30)
    rng = np.random.default_rng(0)
    for method in ("temperature", "per_class"):
        straight = as_evidence(said, labels, tasks=names(40), method=method, rng=rng).by_task()
        other = as_evidence(moved, labels, tasks=[f"t{i}" for i in order], method=method, rng=rng).by_task()
        for task, shares in straight.items():
            assert other[task] == pytest.approx(shares, abs=1e-6)
