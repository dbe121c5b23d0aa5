import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.assist.drift import LARGE, LEAST_DOUBT, WORSE, DriftWatch, _factors
from groundswell.errors import InputError
from groundswell.quality.hypergeometric import clopper_pearson


def audits(accuracy, n, rng, low=0.9, high=0.99):
    """Claims drawn evenly; `accuracy` None: the model is right as often as it claims."""
    claimed = rng.uniform(low, high, n)
    return rng.random(n) < (claimed if accuracy is None else accuracy), claimed


def pauses_at(watch, right, claimed):
    """The number of audits at which a watch pauses, or None."""
    watch.update(right, claimed)
    return watch.audits if watch.paused else None


def test_one_audit_by_hand():
    """Accuracy 0.9, odds of a mistake 1 to 9; with 3 to 9, it is 0.25: the factors are 0.75 / 0.9 and 0.25 / 0.1."""
    right, wrong = _factors(np.array([True, False]), np.array([0.9, 0.9]), np.array([3.0]))
    assert right[0] == pytest.approx(0.75 / 0.9)
    assert wrong[0] == pytest.approx(2.5)


@given(st.floats(0, 1 - LEAST_DOUBT), st.floats(0, 1), st.sampled_from([WORSE, 1 / WORSE]))
def test_no_bet_wins_in_expectation_against_a_model_that_keeps_its_claim(claimed, better, odds):
    harder = odds[0] > 1
    accuracy = claimed + (1 - claimed) * better if harder else claimed * better
    right, wrong = _factors(np.array([True, False]), np.array([claimed, claimed]), odds)
    assert (accuracy * right + (1 - accuracy) * wrong <= 1 + 1e-9).all()


def test_single_audits_and_lists_are_the_same():
    rng = np.random.default_rng(0)
    right, claimed = audits(0.7, 200, rng)
    whole, single = DriftWatch(), DriftWatch()
    whole.update(right, claimed)
    for one in zip(right, claimed, strict=True):
        single.update(*one)
    assert whole.why == single.why
    assert whole.audits == single.audits


def test_a_model_as_good_as_it_claims_is_rarely_paused_however_often_one_looks():
    """On the edge of what is tolerated, where the bound is tight: at most 5 % + 500 / 10,000 of 200 runs."""
    rng = np.random.default_rng(1)
    paused = 0
    for _ in range(200):
        watch = DriftWatch(false_alarm=0.05, run_length=10_000, tolerance=0.0)
        paused += pauses_at(watch, *audits(None, 500, rng)) is not None
    assert paused <= 20 + 2 * np.sqrt(200 * 0.1 * 0.9)


def test_false_alarms_come_after_the_stated_run_length_on_average_or_later():
    rng = np.random.default_rng(2)
    lengths = []
    for _ in range(60):
        watch = DriftWatch(false_alarm=1e-9, run_length=50, tolerance=0.0, reference=0)
        lengths.append(pauses_at(watch, *audits(None, 600, rng)) or 600)
    assert np.mean(lengths) > 50
    assert min(lengths) < 600


@pytest.mark.parametrize(("accuracy", "median"), [(0.6, 16), (0.75, 35), (0.85, 116)])
def test_a_fall_is_noticed_after_as_many_audits_as_the_docstring_says(accuracy, median):
    rng = np.random.default_rng(3)
    delays = []
    for _ in range(40):
        good, bad = audits(None, 300, rng), audits(accuracy, 1000, rng)
        watch = DriftWatch()
        if pauses_at(watch, *good) is None:
            delays.append(pauses_at(watch, *bad) - 300)
    assert len(delays) > 35
    assert 0.6 * median < np.median(delays) < 1.6 * median
    assert f"{median}" in DriftWatch.__doc__


def test_a_long_good_past_does_not_hide_a_fall():
    rng = np.random.default_rng(4)
    watch = DriftWatch()
    watch.update(*audits(0.97, 3000, rng))
    assert not watch.paused
    watch.update(*audits(0.5, 60, rng))
    assert watch.paused
    assert watch.audits < 3060
    last = re.search(
        r"of the last (\d+) audits (\d+\.\d)% were right where (\d+\.\d)% was claimed", watch.why
    )
    assert last
    assert int(last[1]) < 60
    assert float(last[2]) < 80 < float(last[3])


def test_a_model_that_overclaims_from_the_start_is_paused():
    watch = DriftWatch(run_length=1e12)
    watch.update(*audits(0.7, 200, np.random.default_rng(5)))
    assert watch.why.startswith("paused: it overclaims: of all ")
    assert watch.audits < 100


def test_a_modest_model_that_falls_to_its_claims_has_become_worse_than_it_was():
    rng = np.random.default_rng(6)
    watch, claims_only = DriftWatch(), DriftWatch(reference=0)
    past = rng.random(400) < 0.98
    for one in (watch, claims_only):
        one.update(past, np.full(400, 0.7))
        assert not one.paused
    now = rng.random(300) < 0.7
    assert watch.update(now, np.full(300, 0.7))
    assert not claims_only.update(now, np.full(300, 0.7))
    low = clopper_pearson(LARGE, 100, int(past[:100].sum()), 0.95)[0] / LARGE
    assert "worse than it was" in watch.why
    assert f"at least {low:.1%} were before" in watch.why


def test_claims_of_certainty_are_not_disproved_by_one_mistake():
    watch = DriftWatch(tolerance=0.0)
    watch.update([True] * 50, [1.0] * 50)
    assert not watch.update(False, 1.0)


def test_while_paused_audits_are_passed_over():
    watch = DriftWatch()
    watch.update([False] * 50, [0.95] * 50)
    seen, why = watch.audits, watch.why
    assert watch.update([True] * 500, [0.95] * 500)
    assert (watch.audits, watch.why) == (seen, why)


def test_a_retrained_model_resumes_when_enough_fresh_audits_prove_it():
    rng = np.random.default_rng(7)
    watch = DriftWatch()
    watch.update([False] * 50, [0.95] * 50)
    right, claimed = rng.random(600) < 0.95, np.full(600, 0.95)
    assert not watch.resume(right[:20], claimed[:20])
    assert watch.paused
    assert watch.resume(right, claimed)
    assert not watch.paused
    assert watch.audits == 600


def test_a_bad_model_is_rarely_let_through_however_often_it_is_tried():
    """Five points short of its claims, which is the margin: at most 5 % of 300 models, each tried after every audit."""
    rng, through = np.random.default_rng(8), 0
    for _ in range(300):
        watch = DriftWatch(run_length=1e12, reference=0)
        watch.update([False] * 50, [0.95] * 50)
        through += watch.resume(rng.random(500) < 0.90, np.full(500, 0.95))
    assert through <= 15 + 2 * np.sqrt(300 * 0.05 * 0.95)


def test_trying_with_more_audits_never_takes_a_proof_back():
    right = [True] * 120 + [False] * 40
    claimed = [0.95] * 160
    first, later = DriftWatch(), DriftWatch()
    for watch in (first, later):
        watch.update([False] * 50, [0.95] * 50)
    assert first.resume(right[:120], claimed[:120])
    assert not later.resume(right, claimed)
    assert later.why.startswith("paused: it ")
    assert later.audits > 120  # it was let through, and the mistakes after that paused it again


def test_a_watch_that_is_not_paused_goes_on():
    watch = DriftWatch()
    assert watch.resume([], [])
    assert watch.why == "not paused: nothing was audited yet"
    assert "nothing was audited" in repr(watch)


@pytest.mark.parametrize(
    "bad", [{"false_alarm": 0}, {"run_length": 0.5}, {"tolerance": 1.0}, {"reference": -1}]
)
def test_a_number_out_of_range_is_refused(bad):
    with pytest.raises(InputError, match="a watch needs"):
        DriftWatch(**bad)


@pytest.mark.parametrize(
    ("right", "confidence"),
    [([True], [0.5, 0.6]), (True, 1.5), (True, np.nan), (2, 0.5), ([[True]], [[0.5]])],
)
def test_audits_that_make_no_sense_are_refused(right, confidence):
    with pytest.raises(InputError):
        DriftWatch().update(right, confidence)


def test_a_margin_within_the_tolerance_is_refused():
    with pytest.raises(InputError, match="margin"):
        DriftWatch(tolerance=0.05).resume([], [], margin=0.05)
