"""Skill by kind: by hand, as properties, and against made-up crowds whose true skill is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.quality import Votes
from groundswell.quality.by_skill import by_others
from groundswell.workforce.agreement import agreement
from groundswell.workforce.skill import (
    CONSENSUS_MOST,
    LEAST_STRENGTH,
    MOST_STRENGTH,
    WEIGHT,
    Crowd,
    Prior,
    Tally,
    digamma,
    estimate,
    prior_of,
    trigamma,
    weighed,
)

AMOUNT = st.floats(0, 1e5, allow_nan=False)


def crowd_of(total, correct):
    return Crowd(
        len(total), total.sum(), correct.sum(), (total**2).sum(), (correct**2 / np.maximum(total, 1)).sum()
    )


def test_a_newcomer_is_taken_for_one_of_the_crowd():
    found = estimate(Tally(), Prior(6, 2))
    assert (found.mean, found.answers) == (0.75, 0.0)
    assert found.low < 0.45 < 0.9 < found.high


def test_twenty_right_answers_of_twenty_move_the_prior_by_hand():
    found = estimate(Tally(20, 20), Prior(6, 2))
    assert found.mean == pytest.approx(26 / 28)
    assert found.standard_error == pytest.approx(np.sqrt(26 * 2 / (28**2 * 29)))


@given(AMOUNT, st.floats(0, 1), st.floats(0.5, 50), st.floats(0.5, 50))
def test_the_interval_holds_the_mean_and_stays_a_probability(total, share, right, wrong):
    found = estimate(Tally(total, total * share), Prior(right, wrong))
    assert 0 <= found.low <= found.mean <= found.high <= 1
    assert found.standard_error > 0


@given(st.floats(1, 500), st.floats(0, 1))
def test_one_more_right_answer_never_lowers_skill_and_one_more_wrong_never_raises_it(total, share):
    here, prior = Tally(total, total * share), Prior()
    better = estimate(Tally(here.total + 1, here.correct + 1), prior)
    worse = estimate(Tally(here.total + 1, here.correct), prior)
    assert worse.mean < estimate(here, prior).mean < better.mean
    assert worse.low < better.low


@given(AMOUNT, st.floats(-3, 3))
def test_sums_that_agreement_brought_out_of_range_are_taken_as_all_or_nothing(total, beside):
    found = estimate(Tally(total, total + beside if beside > 0 else beside), Prior())
    assert found.mean == estimate(Tally(total, total if beside > 0 else 0.0), Prior()).mean


def test_the_interval_covers_true_skill_as_often_as_it_says():
    rng = np.random.default_rng(3)
    prior, covered = Prior(8, 2), []
    for skill in rng.beta(8, 2, 3000):
        n = int(rng.integers(0, 60))
        found = estimate(Tally(n, rng.binomial(n, skill)), prior)
        covered.append(found.low <= skill <= found.high)
    assert 0.94 < np.mean(covered) < 0.98


def test_each_source_counts_by_its_weight_and_consensus_only_so_far():
    assert weighed([]) == Tally(0, 0)
    assert weighed([("gold", 4, 3), ("review", 2, 1)]) == Tally(6, 4)
    assert weighed([("consensus", 10, 8)]) == Tally(10 * WEIGHT["consensus"], 8 * WEIGHT["consensus"])
    assert weighed([("consensus", 1e6, 9e5)]) == Tally(CONSENSUS_MOST, pytest.approx(0.9 * CONSENSUS_MOST))


def test_gold_overrules_any_amount_of_agreement():
    crony = weighed([("consensus", 10_000, 10_000), ("gold", 100, 50)])
    assert estimate(crony, Prior()).mean < 0.72


def test_an_unknown_crowd_gives_the_default_prior():
    found = prior_of(Crowd(0, 0, 0, 0, 0))
    assert (found.right, found.wrong) == (pytest.approx(Prior().right), pytest.approx(Prior().wrong))


@pytest.mark.parametrize("strength", [4, 10, 40])
def test_the_prior_finds_how_good_a_crowd_is_and_how_far_it_differs(strength):
    rng = np.random.default_rng(strength)
    skill = rng.beta(0.8 * strength, 0.2 * strength, 4000)
    total = rng.integers(1, 40, 4000).astype(float)
    found = prior_of(crowd_of(total, rng.binomial(total.astype(int), skill)))
    assert found.right / (found.right + found.wrong) == pytest.approx(0.8, abs=0.01)
    assert found.right + found.wrong == pytest.approx(strength, rel=0.15)


def test_a_crowd_that_is_all_alike_is_trusted_within_bounds_and_one_of_extremes_too():
    total = np.full(1000, 50.0)
    alike = prior_of(crowd_of(total, total * 0.8))
    extremes = prior_of(crowd_of(total, np.where(np.arange(1000) % 2, 50.0, 0.0)))
    assert alike.right + alike.wrong == pytest.approx(MOST_STRENGTH)
    assert extremes.right + extremes.wrong == pytest.approx(LEAST_STRENGTH)


@given(st.integers(0, 500), st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1e9), st.floats(0, 1e6))
def test_no_sums_however_odd_give_a_prior_out_of_bounds(workers, total, share, squares, spread):
    found = prior_of(Crowd(workers if total else 0, total, share * total, squares, spread))
    assert LEAST_STRENGTH - 1e-9 <= found.right + found.wrong <= MOST_STRENGTH + 1e-9
    assert found.right > 0 < found.wrong


def test_digamma_and_trigamma_are_what_tables_say():
    assert digamma(1.0) == pytest.approx(-0.5772156649, abs=1e-9)
    assert digamma(0.5) == pytest.approx(-1.9635100260, abs=1e-9)
    assert trigamma(1.0) == pytest.approx(np.pi**2 / 6, abs=1e-8)
    assert trigamma(0.5) == pytest.approx(np.pi**2 / 2, abs=1e-8)


# ── agreement with the others ────────────────────────────────────────────────────────────────────


def test_others_who_know_nothing_say_nothing():
    total, correct = agreement(np.full((1, 4), 0.25), np.array([2]))
    assert (total[0], correct[0]) == (0, 0)


def test_others_who_are_certain_are_as_good_as_a_known_answer():
    total, correct = agreement(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0, 1]))
    assert total.tolist() == [1, 1]
    assert correct.tolist() == [1, 0]


@given(st.floats(0.51, 0.99), st.floats(0, 1), st.integers(2, 6))
def test_agreement_is_right_on_average_however_sure_the_others_are(sure, skill, classes):
    best = max(sure, 1.05 / classes)
    others = np.full((classes, classes), (1 - best) / (classes - 1))
    others[:, 0] = best
    total, correct = agreement(others, np.arange(classes))
    wrong_best = (1 - best) / (classes - 1)
    says_best = skill * best + (1 - skill) * wrong_best
    expected = says_best * correct[0] + (1 - says_best) * correct[1]
    assert expected == pytest.approx(skill * total[0], abs=1e-9)


def test_agreement_among_three_finds_true_skill_where_counting_agreement_is_far_off():
    rng = np.random.default_rng(5)
    workers, tasks, classes = 200, 6000, 4
    skill = rng.beta(8, 2, workers)
    item = np.repeat(np.arange(tasks), 3)
    worker = np.concatenate([rng.choice(workers, 3, replace=False) for _ in range(tasks)])
    truth = rng.integers(0, classes, tasks)[item]
    said = np.where(
        rng.random(len(item)) < skill[worker], truth, (truth + rng.integers(1, classes, len(item))) % classes
    )
    votes = Votes(
        item.astype(np.int32), worker.astype(np.int32), said.astype(np.int32), tasks, workers, classes
    )
    others = by_others(votes, np.full(workers, 0.8))
    total, correct = agreement(others, votes.label)
    told, right = np.bincount(worker, total), np.bincount(worker, correct)
    plain = np.bincount(worker, others.argmax(axis=1) == said) / np.bincount(worker)
    assert abs((right / told - skill).mean()) < 0.02
    assert abs((plain - skill).mean()) > 0.05
    assert np.corrcoef(right / told, skill)[0, 1] > 0.9
