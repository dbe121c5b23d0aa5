from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.assist.learning import ModelReport
from groundswell.assist.routing import State, has_proven_itself, plan
from groundswell.errors import InputError


def state(sure, answers=None, **changes):
    """Two classes; `sure` is the larger probability of each item."""
    sure = np.asarray(sure, float)
    n = len(sure)
    nobody = np.zeros(n, bool)
    return replace(
        State(
            posterior=np.stack([sure, 1 - sure], axis=1),
            answers=np.ones(n, int) if answers is None else np.asarray(answers),
            outstanding=np.zeros(n, int),
            audit=nobody,
            known=nobody,
        ),
        **changes,
    )


def planned(given_state, target=0.9, max_answers=5, limit=100, seed=0, **more):
    rng = np.random.default_rng(seed)
    return plan(given_state, target=target, max_answers=max_answers, limit=limit, rng=rng, **more)


def mask(n, *places):
    out = np.zeros(n, bool)
    out[list(places)] = True
    return out


def random_states():
    def build(seed, n, proven):
        rng = np.random.default_rng(seed)
        return State(
            posterior=rng.dirichlet(np.full(3, 0.4), n),
            answers=rng.integers(0, 5, n),
            outstanding=rng.integers(0, 2, n),
            audit=rng.random(n) < 0.2,
            known=rng.random(n) < 0.1,
            model_may_settle=proven,
        )

    return st.builds(build, st.integers(0, 10_000), st.integers(1, 60), st.booleans())


TARGETS = st.floats(0.5, 0.99)


@given(random_states(), TARGETS, st.integers(1, 6), st.integers(0, 30))
def test_the_rules_that_always_hold(one, target, max_answers, limit):
    result = planned(one, target, max_answers, limit)
    assert len(result.ask) <= limit
    assert len(set(result.ask.tolist())) == len(result.ask)
    assert (one.answers + one.outstanding)[result.ask].max(initial=0) < max_answers
    assert not one.outstanding[result.ask].any()
    assert not result.settled[result.ask].any()
    assert not result.settled[result.review].any()
    assert (one.answers[result.review] >= max_answers).all()
    assert result.settled[one.known].all()
    assert not (result.settled & one.audit & ~one.known & (one.answers == 0)).any()
    assert not (result.by_model & (one.answers > 0)).any()


@given(random_states(), TARGETS, TARGETS)
def test_a_higher_target_never_settles_more(one, a, b):
    low, high = sorted((a, b))
    assert not (planned(one, high).settled & ~planned(one, low).settled).any()


@given(random_states(), TARGETS)
def test_raising_all_doubtful_items_to_the_level_reaches_the_target_or_all_that_can_be_reached(one, target):
    result = planned(one, target)
    sure = np.where(one.known, 1.0, one.posterior.max(axis=1))
    fixed = one.known | (one.answers >= 5)
    raised = np.where(fixed, sure, np.maximum(sure, result.level)).mean()
    assert raised >= target - 1e-9 or result.level == pytest.approx(0.999) or fixed.all()
    if sure.mean() < target and not fixed.all() and result.level < 0.999:
        assert raised == pytest.approx(target)


@given(random_states())
def test_the_same_rng_gives_the_same_plan(one):
    features = np.random.default_rng(0).random((len(one.posterior), 3)).astype(np.float32)
    first, again = planned(one, features=features), planned(one, features=features)
    np.testing.assert_array_equal(first.ask, again.ask)


def test_easy_items_pay_for_hard_ones():
    result = planned(state([0.99, 0.99, 0.99, 0.80]), target=0.94)
    assert result.settled.all()
    assert result.expected_accuracy == pytest.approx(0.9425)


def test_where_every_item_must_reach_the_target_none_pays_for_another():
    result = planned(state([0.99, 0.99, 0.99, 0.80]), target=0.94, every_item=True)
    assert result.settled.tolist() == [True, True, True, False]
    assert result.ask.tolist() == [3]


def test_the_level_is_that_of_the_water_in_the_basin():
    result = planned(state([0.6, 0.7, 0.95, 1.0]), target=0.90)
    assert result.level == pytest.approx((0.9 * 4 - 1.95) / 2)
    assert result.settled.tolist() == [False, False, True, True]


def test_the_most_doubtful_item_is_asked_first():
    assert planned(state([0.7, 0.5, 0.9, 0.6]), target=0.98).ask.tolist() == [1, 3, 0, 2]


def test_a_model_that_has_not_proven_itself_settles_nothing():
    sure = [0.999, 0.999, 0.999]
    assert not planned(state(sure, answers=[0, 0, 0])).settled.any()
    proven = planned(state(sure, answers=[0, 0, 0], model_may_settle=True))
    assert proven.settled.all()
    assert proven.by_model.all()


def test_an_audit_item_is_asked_first_however_sure_the_model_is():
    one = state([0.6, 1.0, 0.7], answers=[0, 0, 0], audit=mask(3, 1), model_may_settle=True)
    result = planned(one, target=0.95)
    assert result.ask[0] == 1
    assert not result.settled[1]


def test_an_item_with_an_open_question_waits_for_its_answer():
    one = state([0.5, 0.6], outstanding=np.array([1, 0]))
    assert planned(one, target=0.95).ask.tolist() == [1]


def test_an_item_whose_answers_ended_in_doubt_goes_to_review_and_is_asked_no_more():
    one = state([0.5, 0.7, 0.99, 0.99], answers=[5, 5, 1, 1])
    result = planned(one, target=0.95, max_answers=5)
    assert result.review.tolist() == [0, 1]
    assert not set(result.ask.tolist()) & {0, 1}


def test_questions_go_where_answers_change_most_where_that_is_known():
    one = state([0.5, 0.6, 0.7], gain=np.array([0.01, 0.02, 0.03]))
    assert planned(one, target=0.95).ask.tolist() == [2, 1, 0]


def test_an_item_on_which_another_answer_would_change_nothing_is_reviewed_and_not_asked():
    one = state([0.5, 0.6], answers=[4, 0], gain=np.array([1e-5, 1e-5]))
    result = planned(one, target=0.95)
    assert result.review.tolist() == [0]
    assert result.ask.tolist() == [1]


def test_gold_is_settled_and_counts_as_certain():
    one = state([0.5, 0.8], answers=[0, 1], known=mask(2, 0))
    result = planned(one, target=0.9)
    assert result.settled.all()
    assert not result.by_model.any()
    assert result.expected_accuracy == pytest.approx(0.9)


def test_at_the_cold_start_typical_and_different_items_come_first():
    rng = np.random.default_rng(0)
    clump = np.repeat([0, 1, 2], [40, 30, 20])
    features = (np.eye(3)[clump] * 9 + rng.standard_normal((90, 3))).astype(np.float32)
    nothing = state(np.full(90, 0.5), answers=np.zeros(90, int))
    asked = planned(nothing, limit=3, features=features).ask
    assert sorted(clump[asked]) == [0, 1, 2]


def test_at_the_cold_start_without_features_the_order_is_random():
    nothing = state(np.full(50, 0.5), answers=np.zeros(50, int))
    first, other = planned(nothing, seed=1).ask, planned(nothing, seed=2).ask
    assert sorted(first) == list(range(50))
    assert first.tolist() != other.tolist()


def test_no_items_need_no_plan():
    result = planned(state([]))
    assert len(result.ask) == len(result.review) == 0
    assert result.expected_accuracy == 1.0


@pytest.mark.parametrize("bad", [{"target": 0.0}, {"target": 1.0}, {"max_answers": 0}, {"limit": -1}])
def test_a_number_out_of_range_is_refused(bad):
    with pytest.raises(InputError):
        planned(state([0.5]), **bad)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="one entry for each of 2 items"):
        state([0.5, 0.6], answers=[1, 1, 1])


@pytest.mark.parametrize("nothing", [{"posterior": np.array([[np.nan, 0.5]])}, {"gain": np.array([np.nan])}])
def test_what_is_no_number_is_refused(nothing):
    with pytest.raises(InputError, match="is NaN"):
        state([0.5], **nothing)


def test_a_model_proves_itself_on_enough_gold_by_being_right_and_honest():
    good = ModelReport(120, accuracy=0.9, calibration_error=0.04, gold=80, gold_accuracy=0.9)
    assert has_proven_itself(good)
    for worse in ({"gold": 10}, {"gold_accuracy": 0.3}, {"calibration_error": 0.3}, {"trained_on": 10}):
        assert not has_proven_itself(replace(good, **worse))
    assert not has_proven_itself(ModelReport(0, reason="nothing"))
