import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.workforce.simulated import SimulatedCrowd


def crowd(**changes):
    return SimulatedCrowd(**{"n_workers": 40, "n_classes": 6, "seed": 3} | changes)


def everything(one, n_items=200):
    workers = np.repeat(np.arange(len(one.workers)), n_items)
    items = np.tile(np.arange(n_items), len(one.workers))
    truths = items % one.n_classes
    labels, seconds = one.answers(workers, items, truths)
    return workers, items, truths, labels, seconds


def test_every_row_of_a_confusion_sums_to_one():
    for n_classes in (2, 3, 10):
        confusion = crowd(n_classes=n_classes).confusion
        assert confusion.shape == (40, n_classes, n_classes)
        assert confusion.min() >= 0
        np.testing.assert_allclose(confusion.sum(axis=2), 1)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others():
    first, again, other = everything(crowd()), everything(crowd()), everything(crowd(seed=4))
    np.testing.assert_array_equal(first[3], again[3])
    np.testing.assert_array_equal(first[4], again[4])
    assert (first[3] != other[3]).mean() > 0.05


def test_the_order_of_asking_never_changes_an_answer():
    one = crowd()
    workers, items, truths, labels, seconds = everything(one)
    order = np.random.default_rng(0).permutation(len(workers))
    shuffled, times = one.answers(workers[order], items[order], truths[order])
    np.testing.assert_array_equal(shuffled, labels[order])
    np.testing.assert_array_equal(times, seconds[order])


def test_one_answer_is_the_same_as_that_answer_among_many():
    one = crowd()
    workers, items, truths, labels, seconds = everything(one, n_items=5)
    for row in range(0, len(workers), 17):
        label, took = one.answer(workers[row], items[row], truths[row])
        assert (label, took) == (labels[row], seconds[row])


def test_answers_follow_the_written_confusion_on_ordinary_items():
    one = crowd(hard_share=0.0)
    items = np.arange(20_000)
    truths = items % 6
    for worker in (0, 7):
        labels, _ = one.answers(np.full_like(items, worker), items, truths)
        seen = np.zeros((6, 6))
        np.add.at(seen, (truths, labels), 1)
        np.testing.assert_allclose(seen / seen.sum(axis=1, keepdims=True), one.confusion[worker], atol=0.03)


def test_the_stated_share_of_workers_are_spammers_of_both_kinds():
    kinds = [worker.kind for worker in crowd(spammer_share=0.2).workers]
    assert kinds.count("guesser") == 4
    assert kinds.count("constant") == 4
    assert all(worker.kind == "regular" for worker in crowd(spammer_share=0.0).workers)


def test_a_constant_worker_says_one_class_and_a_guesser_all_of_them():
    one = crowd(spammer_share=0.5)
    workers, _, _, labels, _ = everything(one)
    for worker in one.workers:
        said = np.unique(labels[workers == worker.index])
        if worker.kind == "constant":
            assert len(said) == 1
        if worker.kind == "guesser":
            assert len(said) == 6


def test_confusions_are_of_each_workers_own_and_not_symmetric():
    confusion = crowd(spammer_share=0.0).confusion
    assert np.abs(confusion[0] - confusion[1]).max() > 0.01
    assert np.abs(confusion[0] - confusion[0].T).max() > 0.01


def test_hard_items_are_hard_for_everyone_and_pull_to_one_wrong_class():
    one = crowd(hard_share=0.3, spammer_share=0.0)
    _, items, truths, labels, _ = everything(one)
    hard, right = one.is_hard(items), labels == truths
    assert one.is_hard(np.arange(10_000)).mean() == pytest.approx(0.3, abs=0.03)
    assert right[hard].mean() < right[~hard].mean() - 0.3
    item = items[hard][0]
    wrong = labels[(items == item) & ~right]
    assert np.bincount(wrong).max() / len(wrong) > 0.6


def test_times_are_positive_uneven_and_short_for_spammers():
    one = crowd(spammer_share=0.5)
    workers, _, _, _, seconds = everything(one)
    assert seconds.min() > 0
    assert seconds.mean() > np.median(seconds)
    spammers = [worker.index for worker in one.workers if worker.kind != "regular"]
    is_spammer = np.isin(workers, spammers)
    assert np.median(seconds[is_spammer]) < np.median(seconds[~is_spammer]) / 2


def test_workers_are_picked_without_repeats_and_by_their_activity():
    one = crowd()
    rng = np.random.default_rng(0)
    picks = [one.pick_workers(3, rng) for _ in range(3000)]
    assert all(len(set(pick.tolist())) == 3 for pick in picks)
    share = np.bincount(np.concatenate(picks), minlength=40) / 9000
    assert np.corrcoef(share, one.activity)[0, 1] > 0.95
    assert one.activity.max() > 3 * one.activity.min()
    assert len(one.pick_workers(99, rng)) == 40


@pytest.mark.slow
def test_three_votes_of_the_default_crowd_are_right_about_nine_times_in_ten():
    shares = []
    for seed in range(8):
        one, rng = SimulatedCrowd(50, 10, seed=seed), np.random.default_rng(seed)
        truths = rng.integers(0, 10, 1000)
        said = np.stack(
            [one.answers(one.pick_workers(3, rng), [i] * 3, [t] * 3)[0] for i, t in enumerate(truths)]
        )
        counts = (said[:, :, None] == np.arange(10)).sum(axis=1) + rng.random((1000, 10)) / 2
        shares.append((counts.argmax(axis=1) == truths).mean())
    assert 0.86 < np.mean(shares) < 0.94


@pytest.mark.parametrize(
    "change",
    [{"n_workers": 0}, {"n_classes": 1}, {"mean_skill": 1.0}, {"skill_spread": 0.9}, {"spammer_share": 1.5}],
)
def test_a_number_out_of_range_is_refused(change):
    with pytest.raises(InputError, match="simulated crowd"):
        crowd(**change)
