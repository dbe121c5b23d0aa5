import itertools
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, TooLarge
from groundswell.quality.agreement import (
    alpha,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    scales,
    within,
)
from groundswell.quality.agreement.alpha import Ruler
from groundswell.quality.agreement.answers import compare, from_votes
from groundswell.quality.agreement.paired import Measured, Paired, Ratios
from groundswell.quality.agreement.scales import Ordinal
from groundswell.quality.votes import Votes

GRID = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
ROWS = [(t, w, int(said)) for w, line in enumerate(GRID) for t, said in enumerate(line) if said != "."]
KRIPPENDORFF = Votes.from_table(ROWS)
"""The four observers and twelve units with missing data of Krippendorff (2011)."""

NAMED = ("nominal", "ordinal", "interval", "ratio")
METRICS = (*NAMED, lambda one, other: abs(one - other) / 9)


def crowd(rng, n_items=40, n_workers=8, top=9):
    """Votes of numbers from 0 on, with one to four answers an item."""
    item = np.repeat(np.arange(n_items), rng.integers(1, 5, n_items))
    worker = np.concatenate([rng.permutation(n_workers)[: (item == i).sum()] for i in range(n_items)])
    label = np.clip(item % (top + 1) + rng.integers(-2, 3, len(item)), 0, top)
    return Votes(item, worker, label, n_items, n_workers, top + 1)


def alpha_by_definition(votes, metric):
    """Alpha from every pair of answers, one after the other."""
    compared = compare(from_votes(votes, "nominal"))
    n, totals = len(compared), np.bincount(compared.code, minlength=votes.n_classes)
    names = votes.class_names or range(votes.n_classes)

    def delta(one, other):
        if metric == "nominal":
            return float(one != other)
        if metric == "ordinal":
            low, high = sorted((one, other))
            return (totals[low : high + 1].sum() - (totals[one] + totals[other]) / 2) ** 2
        x, y = names[one], names[other]
        if metric == "interval":
            return (x - y) ** 2
        return ((x - y) / (x + y)) ** 2 if x + y else 0.0

    observed = expected = 0.0
    for one, other in itertools.permutations(range(n), 2):
        distance = delta(int(compared.code[one]), int(compared.code[other]))
        expected += distance / (n * (n - 1))
        if compared.item[one] == compared.item[other]:
            observed += distance / (n * (compared.size[compared.item[one]] - 1))
    return 1 - observed / expected


@pytest.mark.parametrize(
    ("metric", "known"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_is_the_published_value_for_every_metric(metric, known):
    assert krippendorff_alpha(KRIPPENDORFF, metric=metric).value == pytest.approx(known, abs=0.0005)


def test_interval_alpha_is_the_value_of_another_implementation():
    lines = [".....34121133.3", "1.213343.......", "..21344.21133.4"]  # the example of Wikipedia
    rows = [(t, w, int(x)) for w, line in enumerate(lines) for t, x in enumerate(line) if x != "."]
    votes = Votes.from_table(rows)
    assert krippendorff_alpha(votes).value == pytest.approx(0.691358, abs=1e-6)
    assert krippendorff_alpha(votes, metric="interval").value == pytest.approx(0.810845, abs=1e-6)


def test_alpha_with_a_function_by_hand():
    rows = [("a", "x", 1), ("a", "y", 1), ("b", "x", 2), ("b", "y", 2), ("c", "x", 3), ("c", "y", 4)]
    votes = Votes.from_table(rows)
    # on tasks one pair of three is 1 apart; all 15 pairs: 4 of 1, 2 of 2, 2 of 3, 2 of 1, 2 of 2, 1 of 1: 21
    found = krippendorff_alpha(votes, metric=lambda one, other: abs(one - other))
    assert found.value == pytest.approx(1 - (1 / 3) / (21 / 15))
    assert found.sampling_error == 0


@pytest.mark.parametrize("metric", NAMED)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_alpha_is_what_its_definition_says(metric, seed):
    votes = crowd(np.random.default_rng(seed), n_items=12)
    assert krippendorff_alpha(votes, metric=metric).value == pytest.approx(alpha_by_definition(votes, metric))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_function_that_says_what_a_metric_says_gives_its_alpha(seed):
    votes = crowd(np.random.default_rng(seed))
    for metric, function in [
        ("nominal", lambda one, other: float(one != other)),
        ("interval", lambda one, other: float((one - other) ** 2)),
    ]:
        one, other = (
            krippendorff_alpha(votes, metric=which, rng=np.random.default_rng(1))
            for which in (metric, function)
        )
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


@pytest.mark.parametrize("metric", METRICS)
def test_neither_order_nor_names_of_tasks_and_workers_matter(metric):
    votes = crowd(np.random.default_rng(3))
    rows = [(f"t{i}", f"w{w}", int(x)) for i, w, x in zip(votes.item, votes.worker, votes.label, strict=True)]
    rng = np.random.default_rng(5)
    results = [
        krippendorff_alpha(
            Votes.from_table([rows[at] for at in order]), metric=metric, rng=np.random.default_rng(1)
        )
        for order in (range(len(rows)), rng.permutation(len(rows)))
    ]
    assert results[0] == results[1]
    renamed = [(f"é{i}", f"other {w}", x) for i, w, x in rows]
    again = krippendorff_alpha(Votes.from_table(renamed), metric=metric)
    assert again.value == pytest.approx(results[0].value)


@pytest.mark.parametrize("metric", METRICS)
def test_a_perfect_crowd_agrees_perfectly_and_a_constant_one_cannot_be_told(metric):
    item, worker = np.divmod(np.arange(40), 2)
    perfect = krippendorff_alpha(
        Votes(item, worker, item % 5, 20, 2, 5), metric=metric, rng=np.random.default_rng(0)
    )
    assert (perfect.value, perfect.low, perfect.high) == pytest.approx((1, 1, 1))
    assert isnan(krippendorff_alpha(Votes(item, worker, item * 0 + 3, 20, 2, 5), metric=metric).value)


def test_intervals_do_not_change_with_unit_and_origin_and_ratios_not_with_the_unit():
    rng = np.random.default_rng(2)
    votes = crowd(rng)
    numbers = np.sort(rng.random(10) * 50)
    named = [
        Votes(votes.item, votes.worker, votes.label, 40, 8, 10, class_names=tuple((numbers * a + b).tolist()))
        for a, b in ((1, 0), (1e6, 0), (1e-3, 1e4))
    ]
    interval, ratio = (
        [krippendorff_alpha(one, metric=m).value for one in named] for m in ("interval", "ratio")
    )
    assert interval == pytest.approx([interval[0]] * 3)
    assert ratio[1] == pytest.approx(ratio[0])
    assert ratio[2] != pytest.approx(ratio[0])


@pytest.mark.parametrize("function", [False, True])
def test_a_sample_of_the_pairs_is_unbiased_and_says_its_error(function):
    votes = crowd(np.random.default_rng(7), n_items=150)
    given = from_votes(votes, "nominal")
    numbers = np.arange(10.0)
    exact = Paired(compare(given), Ratios(numbers), np.random.default_rng(0))

    def sampled(seed):
        if function:
            distances = Measured(lambda x, y: ((x - y) / (x + y)) ** 2, numbers, exact=3, sampled=400)
        else:
            distances = Ratios(numbers, exact=3, sampled=400)
        return Paired(compare(given), distances, np.random.default_rng(seed))

    found = np.array([sampled(seed).expected for seed in range(200)])
    error = sampled(0).expected_error
    assert exact.expected_error == 0
    assert found.mean() == pytest.approx(exact.expected, abs=4 * error / np.sqrt(200))
    assert found.std() == pytest.approx(error, rel=0.2)
    assert sampled(0).apart == pytest.approx(exact.apart)


def test_a_function_is_asked_once_for_each_pair_of_different_answers():
    asked = []

    def metric(one, other):
        asked.append(frozenset((one, other)))
        return abs(one - other)

    krippendorff_alpha(crowd(np.random.default_rng(0)), metric=metric)
    assert len(asked) == len(set(asked)) == 45  # of ten distinct answers


def test_many_distinct_answers_are_sampled_and_repeat_with_the_seed():
    rng = np.random.default_rng(0)
    item = np.repeat(np.arange(300), 2)
    names = tuple((np.repeat(rng.normal(0, 3, 300), 2) + rng.normal(0, 1, 600)).tolist())
    votes = Votes(item, np.arange(600) % 2, np.arange(600), 300, 2, 600, class_names=names)
    one, other = (krippendorff_alpha(votes, metric=lambda x, y: (x - y) ** 2) for _ in range(2))
    assert one == other
    exact = krippendorff_alpha(votes, metric="interval")
    assert 0 < one.sampling_error < 0.002
    assert one.value == pytest.approx(exact.value, abs=4 * one.sampling_error)


@pytest.mark.parametrize("metric", METRICS)
def test_groups_of_items_give_the_interval_that_items_give(metric, monkeypatch):
    votes = crowd(np.random.default_rng(4), n_items=600)
    single = krippendorff_alpha(votes, metric=metric, rng=np.random.default_rng(1))
    monkeypatch.setattr(alpha, "GROUPS", 150)
    grouped = krippendorff_alpha(votes, metric=metric, rng=np.random.default_rng(1))
    assert grouped.value == single.value
    assert grouped.high - grouped.low == pytest.approx(single.high - single.low, rel=0.25)


def test_the_intervals_of_numbers_cover_about_as_often_as_they_say():
    covered = {"interval": 0, "ordinal": 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        truth = np.repeat(rng.normal(0, 2, 120), 3)
        values = np.rint(truth + rng.normal(0, 1, 360)).astype(int) + 12
        votes = Votes(np.repeat(np.arange(120), 3), np.arange(360) % 3, values, 120, 3, 25)
        for metric in covered:
            found = krippendorff_alpha(votes, metric=metric, rng=rng, resamples=200)
            true = 4 / (5 + 1 / 12)  # variance of the truth, over that of an answer, rounding included
            covered[metric] += found.low <= true <= found.high
    assert covered["interval"] >= 52
    assert covered["ordinal"] >= 48  # its true value differs a little: ranks are no normal variables


def test_ranks_kept_and_ranks_made_anew_give_alike_intervals(monkeypatch):
    votes = crowd(np.random.default_rng(9), n_items=200, top=30)
    anew = krippendorff_alpha(votes, metric="ordinal", rng=np.random.default_rng(1))
    monkeypatch.setattr(scales, "STEPS", 5)
    kept = krippendorff_alpha(votes, metric="ordinal", rng=np.random.default_rng(1))
    assert kept.value == anew.value
    assert (kept.low, kept.high) == pytest.approx((anew.low, anew.high), abs=0.02)


def test_resampled_sums_are_the_disagreement_of_the_resampled_answers():
    votes = crowd(np.random.default_rng(6), n_items=10)
    compared = compare(from_votes(votes, "nominal"))
    n_items = len(compared.size)
    times = np.random.default_rng(1).integers(0, 3, n_items)
    parts = [np.flatnonzero(compared.item == i) for i in np.repeat(np.arange(n_items), times)]
    copies = Votes(
        np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        np.concatenate([np.arange(len(part)) for part in parts]),
        compared.code[np.concatenate(parts)],
        *(len(parts), 8, 10),
    )
    for metric in ("nominal", "ordinal", "interval", "ratio"):
        scale = Ruler(metric, from_votes(votes, metric), np.random.default_rng(0)).over(
            compare(from_votes(votes, metric))
        )
        sums = scale.sums(np.arange(n_items), n_items)
        observed, expected = sums.disagreement(times[None, :].astype(float))
        assert 1 - observed[0] / expected[0] == pytest.approx(krippendorff_alpha(copies, metric=metric).value)


def test_a_million_classes_take_no_table_of_them():
    rng = np.random.default_rng(0)
    item, worker = np.divmod(np.arange(600), 3)
    label = np.where(rng.random(600) < 0.8, item * 5000, rng.integers(0, 1_000_000, 600))
    votes = Votes(item, worker, label, 200, 3, 1_000_000)
    found = krippendorff_alpha(votes, rng=rng, resamples=100)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(0.65, abs=0.1)


def test_a_million_classes_have_kappas_and_are_refused_weights():
    item, worker = np.divmod(np.arange(594), 3)
    votes = Votes(item, worker, item * 5000 + (worker == item % 3), 198, 3, 1_000_000)
    for found in (fleiss_kappa(votes), gwet_ac(votes), cohen_kappa(votes, 0, 1)):
        assert found.value == pytest.approx(1 / 3, abs=3e-3)
    with pytest.raises(TooLarge, match="1,000,000 classes have too many pairs"):
        cohen_kappa(votes, 0, 1, weights="linear")


def test_many_classes_are_counted_one_resample_at_a_time(monkeypatch):
    votes = crowd(np.random.default_rng(4))
    whole = krippendorff_alpha(votes, rng=np.random.default_rng(1))
    monkeypatch.setattr(scales, "CELLS", 1)
    assert krippendorff_alpha(votes, rng=np.random.default_rng(1)) == whole


@pytest.mark.parametrize(
    ("names", "metric", "words"),
    [
        (("a", "b"), "interval", "must be numbers; found 'a'"),
        ((1.0, float("inf")), "interval", "finite"),
        ((-1.0, 2.0), "ratio", "starts at 0"),
        ((1.0, 2.0), "nonsense", "no metric 'nonsense'"),
        ((1.0, 2.0), lambda one, other: -1.0, "-1.0 apart"),
        ((1.0, 2.0), lambda one, other: float("nan"), "nan apart"),
    ],
)
def test_what_cannot_be_measured_is_refused(names, metric, words):
    votes = Votes(np.array([0, 0]), np.array([0, 1]), np.array([0, 1]), 1, 2, 2, class_names=names)
    with pytest.raises(InputError, match=words):
        krippendorff_alpha(votes, metric=metric)


@pytest.mark.parametrize("setting", [{"level": 1.0}, {"level": float("nan")}, {"resamples": 0}])
def test_settings_out_of_range_are_refused(setting):
    with pytest.raises(InputError):
        krippendorff_alpha(KRIPPENDORFF, **setting)


def test_too_many_pairs_on_a_task_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(within, "MOST_PAIRS", 10)
    with pytest.raises(TooLarge, match="pairs on the same task"):
        krippendorff_alpha(KRIPPENDORFF, metric="ratio")


def test_pairs_within_are_all_pairs_once():
    left, right = within.all_pairs_within(np.array([3, 1, 2]))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2), (4, 5)]
    assert len(within.all_pairs_within(np.array([1, 1]))[0]) == 0


def test_numbers_far_from_zero_keep_their_differences():
    names = tuple(1e9 + np.arange(10) / 8)
    votes = crowd(np.random.default_rng(1))
    far = Votes(votes.item, votes.worker, votes.label, 40, 8, 10, class_names=names)
    one, other = (
        krippendorff_alpha(v, metric="interval", rng=np.random.default_rng(0)) for v in (votes, far)
    )
    assert (one.value, one.low) == pytest.approx((other.value, other.low))


def test_ordinal_distance_for_readers_is_in_steps():
    compared = compare(from_votes(KRIPPENDORFF, "ordinal"))
    assert Ordinal(compared, 5).distance(np.array([0]), np.array([0])) == 0
