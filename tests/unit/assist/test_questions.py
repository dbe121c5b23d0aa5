import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.assist.answerers import Answerer
from groundswell.assist.difficulty import LOOKAHEAD, expected_gain
from groundswell.assist.questions import BEST, EXPLORING, NEXT_BEST, choose
from groundswell.assist.worth import fall_of_risk
from groundswell.errors import InputError

CROWD = Answerer("crowd", "person", 1.0, skill=0.8)
EXPERT = Answerer("expert", "review", 10.0, skill=1.0)
INDEPENDENT = 1e9


def two(sure):
    """Two classes; `sure` is the probability of the first."""
    sure = np.asarray(sure, float)
    return np.stack([sure, 1 - sure], axis=1)


def chosen(posterior, answerers, seed=0, **more):
    if not {"target", "budget_cents"} & set(more):
        more["budget_cents"] = 1e9
    more = {"independence": INDEPENDENT, **more}
    return choose(posterior, answerers, rng=np.random.default_rng(seed), **more)


def whom(found):
    """Which answerer each item goes to, by item."""
    return {row["item"]: row["answerer"] for row in found.to_rows()}


def test_the_cheap_answer_and_the_dear_one_by_hand():
    """0.6: a person of 0.8 makes it 0.8 for 1 cent; an expert makes it 1, 0.4 for 10 cents."""
    found = chosen(two([0.6]), [CROWD, EXPERT])
    assert whom(found) == {0: "crowd"}
    assert found.gain[0] == pytest.approx(0.2)
    assert (found.before, found.after) == (pytest.approx(0.6), pytest.approx(0.8))
    dear = chosen(two([0.6]), [replace(CROWD, price_cents=6.0), EXPERT])
    assert whom(dear) == {0: "expert"}
    assert dear.gain[0] == pytest.approx(0.4)


def test_two_cheap_answers_beat_a_dear_one_where_a_single_cheap_one_would_change_nothing():
    """0.85: one of 0.8 leaves the first class ahead; three turn it. A model, that answers once, does not."""
    crowd, once = chosen(two([0.85]), [CROWD, EXPERT]), chosen(two([0.85]), [replace(CROWD, kind="model")])
    assert whom(crowd) == {0: "crowd"}
    two_equal = 0.15 * 0.8**2 - 0.85 * 0.2**2
    assert crowd.gain[0] == pytest.approx(max(two_equal / 2, (0.15 * 0.8**3 - 0.85 * 0.2**3) / 3))
    assert len(once) == 0
    assert "no other answer is worth asking for" in once.stopped


def test_where_people_contradict_each_other_a_review_is_worth_its_price():
    counts = np.array([[0, 0], [6, 6]])
    found = chosen(two([0.5, 0.5]), [CROWD, EXPERT], counts=counts, independence=2.0)
    assert whom(found) == {0: "crowd", 1: "expert"}


def test_nobody_is_asked_about_what_is_certain_or_already_good_enough():
    assert chosen(two([1.0]), [CROWD, EXPERT]).to_rows() == []
    found = chosen(two([0.9, 0.99]), [CROWD, EXPERT], target=0.94)
    assert (len(found), found.before) == (0, pytest.approx(0.945))
    assert "target" in found.stopped


def test_it_stops_where_the_target_is_expected_to_be_reached():
    """Each expert answer brings 0.4: two of five make 0.6 + 0.4 * 2 / 5 = 0.76."""
    found = chosen(two([0.6] * 5), [EXPERT], target=0.75)
    assert len(found) == 2
    assert found.after == pytest.approx(0.76)


def test_where_every_item_must_reach_the_target_the_sure_ones_do_not_pay():
    found = chosen(two([0.999] * 9 + [0.8]), [EXPERT], target=0.95, every_item=True)
    assert whom(found) == {9: "expert"}


def test_a_budget_is_never_exceeded_and_what_is_left_buys_what_it_can():
    """Experts alone can settle the first; of 12 cents, 2 remain for two cheap answers."""
    crowd = replace(CROWD, barred=[0])
    found = chosen(two([0.5, 0.99, 0.99, 0.99]), [crowd, replace(EXPERT, barred=[1, 2, 3])], budget_cents=12)
    assert found.price_cents.sum() <= 12
    assert whom(chosen(two([0.5]), [CROWD, EXPERT], budget_cents=9)) == {0: "crowd"}
    assert len(chosen(two([0.5]), [CROWD, EXPERT], budget_cents=0)) == 0


def test_costs_send_the_dangerous_mistake_first():
    """Missing the second class costs 10: the same doubt is worth more where it is the one that would be missed."""
    cost = np.array([[0.0, 1.0], [10.0, 0.0]])
    posterior = two([0.96, 0.04])
    found = chosen(posterior, [EXPERT], cost=cost, target=0.1)
    assert whom(found) == {0: "expert"}
    assert found.gain[0] == pytest.approx(0.4)  # 0.04 * 10, and 0 after an expert
    assert (found.before, found.after) == (pytest.approx(0.22), pytest.approx(0.02))


def test_costs_of_one_for_a_wrong_label_change_nothing():
    rng = np.random.default_rng(0)
    posterior, counts = rng.dirichlet(np.ones(4), 50), rng.integers(0, 3, (50, 4))
    model = Answerer("model", "model", 0.2, skill=0.7)
    without = chosen(posterior, [CROWD, EXPERT, model], counts=counts, independence=3.0)
    with_costs = chosen(
        posterior, [CROWD, EXPERT, model], counts=counts, independence=3.0, cost=1.0 - np.eye(4)
    )
    np.testing.assert_array_equal(without.answerer, with_costs.answerer)
    np.testing.assert_allclose(without.gain, with_costs.gain)
    assert with_costs.before == pytest.approx(1 - without.before)


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_the_fall_of_risk_is_the_expected_gain_where_costs_are_even(seed, k):
    rng = np.random.default_rng(seed)
    posterior, counts = rng.dirichlet(np.ones(k), 8), rng.integers(0, 4, (8, k))
    confusion = rng.dirichlet(np.ones(k), k)
    gain = expected_gain(posterior, counts, confusion, 4.0)
    np.testing.assert_allclose(
        fall_of_risk(posterior, confusion, None, counts, 4.0, LOOKAHEAD), gain, atol=1e-12
    )
    np.testing.assert_allclose(
        fall_of_risk(posterior, confusion, 1 - np.eye(k), counts, 4.0, LOOKAHEAD), gain, atol=1e-12
    )


def test_a_label_that_costs_little_whatever_the_truth_is_considered():
    """Delivering "unsure" always costs 0.3: at 0.5 to 0.5 that is the risk, and an expert takes all of it."""
    cost = np.array([[0, 1, 0.3], [1, 0, 0.3], [1, 1, 0.0]])
    gain = fall_of_risk(np.array([[0.5, 0.5, 0.0]]), np.eye(3), cost)
    assert gain[0] == pytest.approx(0.3)


def test_the_better_person_gets_the_item_and_the_cheaper_one_where_both_are_alike():
    good, bad = Answerer("good", "person", 1, skill=0.9), Answerer("bad", "person", 1, skill=0.6)
    assert whom(chosen(two([0.5]), [bad, good])) == {0: "good"}
    assert whom(chosen(two([0.5]), [replace(good, price_cents=2.0), good])) == {0: "good"}


def test_who_is_good_at_a_class_gets_the_items_of_that_class():
    birds = np.array([[0.95, 0.05, 0.0], [0.05, 0.95, 0.0], [0.3, 0.3, 0.4]])
    fish = birds[::-1, ::-1]
    posterior = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    found = chosen(
        posterior,
        [Answerer("birds", "person", 1, confusion=birds), Answerer("fish", "person", 1, confusion=fish)],
    )
    assert whom(found) == {0: "birds", 1: "fish"}


def test_capacity_keeps_the_items_that_gain_most_and_the_others_go_to_the_next_best():
    best = Answerer("best", "person", 1, skill=0.95, capacity=2)
    found = chosen(two([0.7, 0.5, 0.6, 0.8]), [best, CROWD])
    assert {item for item, who in whom(found).items() if who == "best"} == {1, 2}
    reasons = dict(zip(found.item.tolist(), found.reason.tolist(), strict=True))
    assert reasons == {1: BEST, 2: BEST, 0: NEXT_BEST, 3: NEXT_BEST}
    assert len(chosen(two([0.5]), [replace(CROWD, capacity=0)])) == 0


def test_who_has_answered_is_not_asked_again_nor_is_an_item_that_waits_or_is_full():
    assert whom(chosen(two([0.5, 0.5]), [replace(CROWD, barred=[0])])) == {1: "crowd"}
    assert whom(chosen(two([0.5, 0.5]), [CROWD], waiting=np.array([True, False]))) == {1: "crowd"}
    full = chosen(two([0.5, 0.5]), [CROWD, EXPERT], counts=np.array([[1, 1], [0, 0]]), max_answers=2)
    assert whom(full) == {0: "expert", 1: "crowd"}


def test_people_who_are_alike_share_the_work():
    alike = [replace(CROWD, name=name) for name in "abcd"]
    given_to = np.bincount(chosen(two([0.6] * 400), alike).answerer)
    assert given_to.min() > 60


def test_a_stated_share_explores_and_goes_to_those_of_whom_least_is_known():
    known = Answerer("known", "person", 1, skill=0.9, skill_error=0.01)
    people = [
        known,
        *(Answerer(name, "person", 1, skill=0.75, skill_error=0.13) for name in ("new", "newer")),
    ]
    posterior = two([0.6] * 200)
    assert set(whom(chosen(posterior, people)).values()) == {"known"}
    found = chosen(posterior, people, explore=0.1)
    assert np.bincount(found.answerer).tolist() == [180, 10, 10]
    assert (found.reason == EXPLORING).sum() == 20
    why = {row["why"] for row in found.to_rows()}
    assert why == {
        "most for its price: gains 0.3000 for 1 ct",
        "to learn its skill: gains 0.1500 for 1 ct",
    }
    assert found.after < chosen(posterior, people).after


def test_exploring_respects_capacity_and_whom_it_is_barred_from():
    known = replace(CROWD, skill=0.9)
    new = Answerer("new", "person", 1, skill=0.7, skill_error=0.15, capacity=3, barred=[0, 1, 2, 3, 4])
    found = chosen(two([0.6] * 20), [known, new], explore=1.0)
    theirs = {item for item, who in whom(found).items() if who == "new"}
    assert len(theirs) == 3
    assert min(theirs) >= 5


def random_problem(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(1, 40)), int(rng.integers(2, 5))
    answerers = [
        Answerer(
            f"a{one}",
            ("person", "person", "model", "review")[rng.integers(4)],
            float(rng.integers(1, 12)),
            confusion=rng.dirichlet(np.ones(k), k) / 2 + np.eye(k) / 2,
            skill_error=float(rng.random() / 10),
            capacity=None if rng.random() < 0.3 else int(rng.integers(0, 10)),
            barred=rng.choice(n, int(rng.integers(0, n)), replace=False),
        )
        for one in range(rng.integers(1, 6))
    ]
    posterior, counts = rng.dirichlet(np.full(k, 0.5), n), rng.integers(0, 3, (n, k))
    return posterior, answerers, counts, rng.random(n) < 0.2


@given(st.integers(0, 10_000), st.floats(0.5, 0.99), st.floats(0, 100), st.floats(0, 1))
def test_the_rules_that_always_hold(seed, target, budget, explore):
    posterior, answerers, counts, waiting = random_problem(seed)
    found = chosen(
        posterior,
        answerers,
        counts=counts,
        waiting=waiting,
        max_answers=5,
        target=target,
        budget_cents=budget,
        explore=explore,
        independence=4.0,
        limit=20,
    )
    assert len(set(found.item.tolist())) == len(found) <= 20
    assert not waiting[found.item].any()
    assert found.price_cents.sum() <= budget + 1e-9
    assert found.after == pytest.approx(found.before + found.gain.sum() / len(posterior))
    for code, one in enumerate(answerers):
        theirs = found.item[found.answerer == code]
        assert one.capacity is None or len(theirs) <= one.capacity
        assert not np.isin(theirs, one.barred).any()
        assert one.kind != "person" or (counts[theirs].sum(axis=1) < 5).all()


@given(st.integers(0, 10_000))
def test_items_in_another_order_and_classes_of_other_names_are_asked_the_same(seed):
    posterior, answerers, counts, _ = random_problem(seed)
    rng = np.random.default_rng(seed)
    n, k = posterior.shape
    mixed, renamed = rng.permutation(n), rng.permutation(k)
    at = np.argsort(mixed)
    first = chosen(posterior, answerers, counts=counts, independence=4.0)
    moved = [
        replace(one, confusion=one.confusion[np.ix_(renamed, renamed)], barred=at[one.barred])
        for one in answerers
    ]
    again = chosen(
        posterior[np.ix_(mixed, renamed)],
        moved,
        counts=counts[np.ix_(mixed, renamed)],
        independence=4.0,
        seed=1,
    )
    assert whom(first) == {int(mixed[item]): who for item, who in whom(again).items()}


def reached(posterior, truth, answerers, rng, target):
    """Ask until nothing is worth asking; return the cents spent and the true accuracy."""
    now, counts, cents = posterior.copy(), np.zeros(posterior.shape, int), 0.0
    for _ in range(60):
        found = chosen(now, answerers, target=target, counts=counts, independence=4.0)
        if not len(found):
            break
        cents += found.price_cents.sum()
        for item, who in zip(found.item, found.answerer, strict=True):
            chance = answerers[who].matrix(2)
            if answerers[who].kind == "person":
                chance = (4.0 * chance + counts[item]) / (4.0 + counts[item].sum())
            said = int(rng.random() < chance[truth[item], 1])
            now[item] = now[item] * chance[:, said] / (now[item] @ chance[:, said])
            counts[item, said] += answerers[who].kind == "person"
    return cents, (now.argmax(axis=1) == truth).mean()


def test_people_and_reviews_together_reach_a_target_for_less_than_reviews_alone_and_people_alone_never():
    """Easy and hard items; the truth is drawn from the posterior, people's answers from each item's habits."""
    rng = np.random.default_rng(0)
    posterior = two(np.r_[rng.uniform(0.5, 0.6, 200), rng.uniform(0.9, 1.0, 800)])
    truth = (rng.random(1000) > posterior[:, 0]).astype(int)
    _, people = reached(posterior, truth, [CROWD], rng, target=0.99)
    reviews_cost, reviews = reached(posterior, truth, [EXPERT], rng, target=0.95)
    cost, both = reached(posterior, truth, [CROWD, EXPERT], rng, target=0.95)
    assert people < 0.97
    assert min(reviews, both) > 0.94
    assert cost < 0.9 * reviews_cost


def test_a_hundred_thousand_items_and_twenty_answerers_take_seconds():
    rng = np.random.default_rng(0)
    people = [
        Answerer(f"p{one}", "person", 1 + one % 3, skill=0.6 + one / 60, capacity=3000) for one in range(19)
    ]
    posterior = two(rng.beta(8, 1, 100_000))
    began = time.process_time()
    found = chosen(posterior, [*people, EXPERT], target=0.95, explore=0.1)
    assert time.process_time() - began < 6  # 0.9 s where nothing else runs
    assert len(found) > 10_000
    assert found.before < found.after <= 0.951


def test_nothing_to_ask_is_no_error():
    found = chosen(np.zeros((0, 3)), [CROWD], target=0.9)
    assert found.to_rows() == []
    assert repr(found).startswith("Questions: 0 for 0.00 cents")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price_cents": 0.0}, "price"),
        ({"skill": None}, "skill or a confusion"),
        ({"skill": 1.2}, "between 0 and 1"),
        ({"skill_error": np.nan}, "between 0 and 1"),
        ({"skill": None, "confusion": np.eye(3)}, r"\[2, 2\]"),
        ({"barred": [7]}, "not there"),
    ],
)
def test_an_answerer_that_makes_no_sense_is_refused(changes, words):
    with pytest.raises(InputError, match=words):
        chosen(two([0.5]), [replace(CROWD, **changes)])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"target": 1.5}, "target"),
        ({"budget_cents": -1.0}, "budget"),
        ({"explore": 1.1}, "explore"),
        ({"limit": -1}, "limit"),
        ({"counts": np.zeros((2, 2), int)}, "counts"),
        ({"waiting": np.zeros(3, bool)}, "waiting"),
        ({"cost": np.full((2, 2), -1.0)}, "cost"),
    ],
)
def test_a_number_or_shape_out_of_range_is_refused(more, words):
    with pytest.raises(InputError, match=words):
        chosen(two([0.5]), [CROWD], **more)


def test_a_posterior_with_missing_values_nobody_to_ask_or_no_end_are_refused():
    with pytest.raises(InputError, match="posterior"):
        chosen(two([np.nan]), [CROWD])
    with pytest.raises(InputError, match="nobody"):
        chosen(two([0.5]), [])
    with pytest.raises(InputError, match="target or a budget"):
        choose(two([0.5]), [CROWD], rng=np.random.default_rng(0))
