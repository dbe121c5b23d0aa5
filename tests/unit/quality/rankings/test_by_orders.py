from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, NoVotes
from groundswell.quality.rankings import Orders, rank_by_comparisons, rank_by_orders
from groundswell.quality.rankings.plackett_luce import PlackettLuce

WIDE = {"reliability": False, "spread": 1e3, "tol": 1e-14}
"""As good as no prior, to the last digit."""


def drawn(rng, scores):
    """An order drawn from Plackett-Luce: scores plus Gumbel noise, sorted."""
    return np.argsort(-(scores + rng.gumbel(size=len(scores)))).tolist()


def log_chances(order, scores, **how):
    """The log-probability of one order as said and turned round, by the model."""
    told = Orders.from_table([("t", "w", order), ("t", "v", sorted(scores))], **how)
    at = np.array([scores[name] for name in told.item_names])
    return PlackettLuce(told, 1.0).log_likelihood(at)[:, told.worker_names.index("w")]


SCORES = {"a": 0.3, "b": -0.2, "c": 1.1, "d": -0.9}


def test_probabilities_by_hand():
    a, b, c, d = np.exp(list(SCORES.values()))
    every = a + b + c + d
    assert log_chances(list("cabd"), SCORES)[0] == pytest.approx(
        np.log(c / every * a / (every - c) * b / (b + d))
    )
    # Turned round: the signs of all scores change.
    a, b, c, d = 1 / np.array([a, b, c, d])
    every = a + b + c + d
    assert log_chances(list("cabd"), SCORES)[1] == pytest.approx(
        np.log(c / every * a / (every - c) * b / (b + d))
    )


def test_the_probabilities_of_all_orders_sum_to_one():
    total = np.exp([log_chances(list(order), SCORES) for order in permutations("abcd")]).sum(axis=0)
    assert total == pytest.approx([1, 1])


def test_a_top_two_is_all_orders_that_begin_with_it():
    top = np.exp(log_chances(["c", "a"], SCORES)[0])
    whole = [np.exp(log_chances(["c", "a", *rest], SCORES)[0]) for rest in permutations("bd")]
    assert top == pytest.approx(sum(whole))


def test_items_that_were_not_seen_do_not_count():
    two = np.exp(log_chances(["c", "a"], SCORES, unranked="unseen")[0])
    assert two == pytest.approx(np.exp(1.1) / (np.exp(1.1) + np.exp(0.3)))


def test_a_tie_is_broken_as_efron_did():
    a, b, c, d = np.exp(list(SCORES.values()))
    rest = a + b + c + d - c
    by_hand = c / (a + b + c + d) * (a / rest) * (d / (rest - (a + d) / 2))
    assert np.exp(log_chances(["c", ["a", "d"], "b"], SCORES)[0]) == pytest.approx(by_hand)
    # Of equal items a tie is as probable as each of the orders that it stands for.
    even = dict.fromkeys("abcd", 0.0)
    assert np.exp(log_chances([["a", "b", "c", "d"]], even)[0]) == pytest.approx(1 / 24)


def test_orders_of_two_are_comparisons():
    said = ["ab", "ab", "bc", "ca", "cb", "ab"]
    orders = [("t", number, list(pair)) for number, pair in enumerate(said)]
    pairs = [(number, *pair, pair[0]) for number, pair in enumerate(said)]
    one = rank_by_orders(orders, unranked="unseen", **WIDE)
    other = rank_by_comparisons(pairs, **WIDE)
    assert one.score == pytest.approx(other.score, abs=1e-6)
    assert one.error == pytest.approx(other.error, abs=1e-6)


def test_three_items_by_hand():
    """Of six orders, three put a first and three b; c is always last."""
    rows = [("t", number, list("abc" if number < 4 else "bac")) for number in range(6)]
    result = rank_by_orders(rows, reliability=False, spread=1.0, tol=1e-14)
    a, b, c = result.score
    pa, pb, pc = np.exp([a, b, c]) / np.exp([a, b, c]).sum()
    second_a, second_b = np.exp(a) / (np.exp(a) + np.exp(c)), np.exp(b) / (np.exp(b) + np.exp(c))
    # The slope of each score is how often it was chosen, less how often it was to be, less the prior's pull.
    assert 4 - 6 * pa + 2 - 2 * second_a == pytest.approx(a, abs=1e-5)
    assert 2 - 6 * pb + 4 - 4 * second_b == pytest.approx(b, abs=1e-5)
    assert -6 * pc - 2 * (1 - second_a) - 4 * (1 - second_b) == pytest.approx(c, abs=1e-5)


def test_errors_are_those_of_the_curvature():
    rng = np.random.default_rng(0)
    told = Orders.from_table([("t", w, drawn(rng, np.linspace(-1, 1, 5))) for w in range(20)])
    model, weight = PlackettLuce(told, 2.0), np.stack([np.ones(20), np.zeros(20)])
    result = rank_by_orders(told, reliability=False, tol=1e-14)
    slope = model.slope(result.score, weight)
    hessian = np.stack([slope.curvature(way) for way in np.eye(5)])
    assert np.diag(hessian) == pytest.approx(slope.diagonal)
    centred = np.eye(5) - 1 / 5
    assert result.error == pytest.approx(np.sqrt(np.diag(centred @ np.linalg.inv(hessian) @ centred)))
    step = 1e-6
    numeric = [
        (model.slope(result.score + step * way, weight).gradient - slope.gradient) / -step
        for way in np.eye(5)
    ]
    assert hessian == pytest.approx(np.stack(numeric), abs=1e-4)


def test_spammers_and_turned_workers_are_found():
    rng = np.random.default_rng(0)
    rows, truth = [], {}
    for task in range(60):
        scores = rng.normal(0, 1.5, 5)
        truth[task] = scores
        for worker in range(9):
            noise = [scores, np.zeros(5), -scores][(worker >= 5) + (worker >= 8)]
            rows.append((task, worker, drawn(rng, noise)))
    result, plain = rank_by_orders(rows), rank_by_orders(rows, reliability=False)
    reliability = [one.reliability for one in result.workers]
    assert min(reliability[:5]) > 0.75
    assert max(np.abs(reliability[5:8])) < 0.2
    assert reliability[8] < -0.75

    def hits(ranking):
        return np.mean([ranking.order(task)[0] == truth[task].argmax() for task in truth])

    assert hits(result) > hits(plain) + 0.05


@st.composite
def tables(draw):
    """Orders of some of four items, with ties."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        items = draw(st.permutations("abcd"))[: draw(st.integers(1, 4))]
        tied = draw(st.integers(1, len(items)))
        order = [list(items[:tied]), *items[tied:]]
        rows.append((draw(st.sampled_from("tu")), f"w{number % 3}", order))
    return rows


@settings(max_examples=20, deadline=None)
@given(tables(), st.sampled_from(["below", "unseen"]))
def test_the_objective_never_falls_and_scores_are_finite(rows, unranked):
    result = rank_by_orders(rows, unranked=unranked, tol=1e-9, max_iter=30)
    assert (np.diff(result.objective) > -1e-9).all()
    assert np.isfinite(result.score).all()
    assert (result.error > 0).all()


@settings(max_examples=15, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_do_not_matter(rows, random):
    unique = list({row[:2]: row for row in rows}.values())
    mixed = random.sample(unique, len(unique))
    names = dict(zip("abcd", "qpsr", strict=True))
    renamed = [
        (task, worker, [[names[name] for name in tier] for tier in order]) for task, worker, order in unique
    ]
    one = rank_by_orders(unique).scores
    assert rank_by_orders(mixed).scores == pytest.approx(one, abs=1e-6)
    assert rank_by_orders(renamed).scores == pytest.approx(
        {(task, names[item]): score for (task, item), score in one.items()}, abs=1e-4
    )


def test_a_perfect_crowd_is_reproduced():
    result = rank_by_orders([(task, worker, list("hgfedcba")) for task in range(3) for worker in range(4)])
    assert result.order(2) == list("hgfedcba")
    assert min(one.reliability for one in result.workers) > 0.8


def test_one_order_alone_is_followed():
    assert rank_by_orders([("t", "w", ["b", "a", "c"])]).order("t") == ["b", "a", "c"]


def test_places_in_a_dict_are_an_order():
    one = rank_by_orders([("t", "w", {"a": 2, "b": 1, "c": 2})])
    assert one.scores == pytest.approx(rank_by_orders([("t", "w", ["b", ["a", "c"]])]).scores)


def test_tasks_can_share_their_items():
    rows = [("t", "w", ["a", "b"]), ("u", "v", ["b", "c"])]
    result = rank_by_orders(rows, per_task=False)
    assert result.order() == ["a", "b", "c"]
    assert result.component.tolist() == [0, 0, 0]
    # Of both tasks' items only those of the task itself stand below what was ordered.
    assert result.answers.tolist() == [1, 2, 1]


def test_the_last_order_counts_and_a_missing_one_is_left_out():
    told = Orders.from_table(
        [("t", "w", ["a", "b"]), ("t", "w", ["b", "a"]), ("t", "v", None), ("t", "u", [])]
    )
    assert (len(told), told.skipped, told.chosen.tolist()) == (1, 2, [1])
    assert repr(told) == "Orders(1 orders: 2 items, 3 workers; 2 skipped)"


def test_an_order_of_one_item_says_nothing():
    result = rank_by_orders([("t", "w", ["a"])])
    assert result.scores == {("t", "a"): 0.0}
    assert result.error.tolist() == [2.0]


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([], NoVotes, "no row of 0"),
        ([("t", "w", None)], NoVotes, "at least one"),
        ([("t", "w", ["a", "a"])], InputError, "stands twice"),
        ([("t", "w", ["a", ["b", "a"]])], InputError, "stands twice"),
        ([("t", "w", "abc")], InputError, "a list of items or a dict"),
        ([("t", "w", {"a": float("nan")})], InputError, "must be a number"),
        ([("t", "w", [{"a": 1}])], InputError, "plain value"),
        ([(None, "w", ["a"])], InputError, "no task"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(rows, error, words):
    with pytest.raises(error, match=words):
        rank_by_orders(rows)


def test_errors_in_parts_are_the_same(monkeypatch):
    rng = np.random.default_rng(1)
    rows = [(task, worker, drawn(rng, np.linspace(-1, 1, 6))) for task in range(5) for worker in range(4)]
    whole = rank_by_orders(rows)
    monkeypatch.setattr("groundswell.quality.rankings.plackett_luce.MOST_PAIRS", 20)
    parts = rank_by_orders(rows)
    assert parts.error == pytest.approx(whole.error)
    assert parts.component.tolist() == whole.component.tolist()
