import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, NoVotes
from groundswell.quality.rankings import Comparisons, rank_by_comparisons

WIDE = {"reliability": False, "spread": 1e3, "tol": 1e-14}
"""As good as no prior, to the last digit."""


def comparisons(worker, left, right, outcome, n_workers, n_items):
    columns = (np.asarray(column) for column in (worker, left, right, outcome))
    return Comparisons(*columns, n_workers, n_items)


def crowd(seed, reliable=8, random=0, reversed_=0, lefties=0, n=2000, n_items=12):
    """Comparisons of random pairs by workers of each kind, and the true scores."""
    rng = np.random.default_rng(seed)
    truth = np.linspace(-2, 2, n_items)
    kind = np.repeat([0, 1, 2, 3], [reliable, random, reversed_, lefties])
    worker, left = rng.integers(0, len(kind), n), rng.integers(0, n_items, n)
    right = (left + rng.integers(1, n_items, n)) % n_items
    wins = rng.random(n) < 1 / (1 + np.exp(truth[right] - truth[left]))
    says_left = np.choose(kind[worker], [wins, rng.random(n) < 0.5, ~wins, rng.random(n) < 0.95])
    return comparisons(worker, left, right, np.where(says_left, 0, 1), len(kind), n_items), truth


def test_three_wins_of_four_are_odds_of_three():
    rows = [(name, "x", "y", won) for name, won in zip("abcd", "xxxy", strict=True)]
    result = rank_by_comparisons(rows, **WIDE)
    # P(x wins) = 3/4, so the scores differ by log 3 and sum to 0. Information on the difference: 4 * 3/4 * 1/4 = 3/4,
    # and each score is half of the difference: standard error sqrt(4/3) / 2.
    assert result.scores == pytest.approx({"x": np.log(3) / 2, "y": -np.log(3) / 2}, abs=1e-5)
    assert result.error == pytest.approx([np.sqrt(4 / 3) / 2] * 2, abs=1e-5)
    assert result.win_probability("x", "y") == pytest.approx(0.75, abs=1e-5)
    assert result.win_probability("y", "x") == pytest.approx(0.25, abs=1e-5)


def test_ties_take_their_share():
    said = ["x"] * 4 + ["tie"] * 2 + ["y"]
    result = rank_by_comparisons([(j, "x", "y", won) for j, won in enumerate(said)], **WIDE)
    # 4 : 2 : 1 is exp(d/2) : ties : exp(-d/2) times 2, with d = log 4 and ties = 1, where its prior is highest.
    assert result.score[0] - result.score[1] == pytest.approx(np.log(4), abs=1e-4)
    assert result.ties == pytest.approx(1, abs=1e-4)
    assert result.win_probability("x", "y") == pytest.approx((4 + 1) / 7, abs=1e-4)


def test_the_prior_bounds_an_item_that_never_lost():
    result = rank_by_comparisons([("ann", "x", "y", "x")], reliability=False, spread=1.0, tol=1e-14)
    # The slope is 0 where P(y wins) = score: 1 / (1 + exp(2 s)) = s.
    score = result.scores["x"]
    assert 1 / (1 + np.exp(2 * score)) == pytest.approx(score, abs=1e-6)
    assert rank_by_comparisons([("ann", "x", "y", "x")] * 3).scores["x"] < 2


def test_a_published_fit_with_its_standard_error():
    """The figures for A > B, C > A, B > A, B > C are those of the overview of R's PlackettLuce 0.4."""
    pairs = [("A", "B", "A"), ("C", "A", "C"), ("B", "A", "B"), ("B", "C", "B")]
    result = rank_by_comparisons([("w", *pair) for pair in pairs], **WIDE)
    a, b, c = result.score
    assert (b - a, c - a) == pytest.approx((0.8392, 0.4196), abs=1e-4)
    variance_a, variance_b, variance_c = result.error**2
    # Scores sum to 0, so 2 cov(a, b) = var(c) - var(a) - var(b).
    assert np.sqrt(2 * variance_a + 2 * variance_b - variance_c) == pytest.approx(1.3596, abs=1e-4)
    assert np.sqrt(2 * variance_a + 2 * variance_c - variance_b) == pytest.approx(1.5973, abs=1e-4)


def test_the_classical_algorithm_ends_in_the_same_place():
    told, _ = crowd(1, n=400)
    wins = np.zeros((12, 12))
    won = np.where(told.outcome == 0, told.left, told.right)
    np.add.at(wins, (won, told.left + told.right - won), 1)
    strength = np.ones(12)
    for _ in range(5000):
        strength = wins.sum(axis=1) / ((wins + wins.T) / (strength[:, None] + strength)).sum(axis=1)
        strength /= np.exp(np.log(strength).mean())
    assert rank_by_comparisons(told, **WIDE).score == pytest.approx(np.log(strength), abs=1e-4)


def test_standard_errors_hold_what_they_promise():
    gaps = []
    for seed in range(40):
        told, truth = crowd(seed, n=300)
        result = rank_by_comparisons(told, reliability=False, spread=10.0)
        gaps.append((result.score - truth) / result.error)
    assert np.mean(np.abs(gaps) < 1.96) == pytest.approx(0.95, abs=0.03)


def test_spammers_lose_their_weight_and_turned_workers_count_the_other_way_round():
    told, truth = crowd(0, reliable=8, random=6, reversed_=3, lefties=3)
    result, plain = rank_by_comparisons(told), rank_by_comparisons(told, reliability=False)
    reliability = np.array([one.reliability for one in result.workers])
    bias = np.array([one.position_bias for one in result.workers])
    assert reliability[:8].min() > 0.6
    assert np.abs(reliability[8:14]).max() < 0.4
    assert reliability[14:17].max() < -0.6
    assert np.abs(reliability[17:]).max() < 0.3
    assert bias[17:].min() > 0.6
    assert np.abs(bias[:17]).max() < 0.35
    assert result.order() == list(range(11, -1, -1))
    assert np.corrcoef(result.score, truth)[0, 1] > np.corrcoef(plain.score, truth)[0, 1] + 0.02
    assert plain.workers == ()


def test_more_answers_of_one_worker_do_not_make_it_right():
    """One worker turned round, with as many answers as all others together, does not turn the ranking round."""
    rows = [(w, a, b, a) for w in ("ann", "bob", "cid") for a, b in ("xy", "yz", "xz", "wx", "wy", "wz")]
    rows += [
        ("eve", a, b, b) for a, b in ("xy", "yz", "xz", "wx", "wy", "wz", "yx", "zy", "zx", "xw", "yw", "zw")
    ]
    rows = [
        row if row[0] != "eve" else ("eve", row[1], row[2], max(row[1:3], key="wxyz".index)) for row in rows
    ]
    result = rank_by_comparisons(rows)
    assert result.order() == ["w", "x", "y", "z"]
    assert {one.worker: one.reliability > 0 for one in result.workers} == {
        "ann": True, "bob": True, "cid": True, "eve": False,
    }  # fmt: skip


@st.composite
def tables(draw):
    row = st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["xy", "yx", "yz", "zx", "uv"]),
        st.sampled_from([0, 1, "tie"]),
    )
    drawn = draw(st.lists(row, min_size=1, max_size=25))
    return [(w, pair[0], pair[1], pair[won] if won != "tie" else "tie") for w, pair, won in drawn]


@settings(max_examples=20, deadline=None)
@given(tables())
def test_the_objective_never_falls_and_scores_are_finite(rows):
    result = rank_by_comparisons(rows, tol=1e-9, max_iter=30)
    assert (np.diff(result.objective) > -1e-9).all()
    assert np.isfinite(result.score).all()
    assert np.isfinite(result.error).all()
    assert (result.error > 0).all()
    sums = np.bincount(result.component, result.score)
    assert sums == pytest.approx(np.zeros(len(sums)), abs=5e-3)


@settings(max_examples=15, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_do_not_matter(rows, random):
    unique = list({row[:3]: row for row in rows}.values())
    mixed = random.sample(unique, len(unique))
    names = dict(zip("xyzuv", "pqrst", strict=True))
    renamed = [(w.upper(), names[a], names[b], names.get(won, won)) for w, a, b, won in unique]
    one = rank_by_comparisons(unique)
    assert rank_by_comparisons(mixed).scores == pytest.approx(one.scores, abs=1e-6)
    assert rank_by_comparisons(renamed).scores == pytest.approx(
        {names[item]: score for item, score in one.scores.items()}, abs=1e-4
    )


@settings(max_examples=15, deadline=None)
@given(tables())
def test_swapping_all_places_changes_the_bias_and_nothing_else(rows):
    one = rank_by_comparisons(rows)
    other = rank_by_comparisons([(w, b, a, won) for w, a, b, won in rows])
    assert other.scores == pytest.approx(one.scores, abs=1e-6)
    for left, right in zip(one.workers, other.workers, strict=True):
        assert (left.worker, left.reliability) == (right.worker, pytest.approx(right.reliability, abs=1e-6))
        assert left.position_bias == pytest.approx(-right.position_bias, abs=1e-6)


def test_a_perfect_crowd_is_reproduced():
    items = "abcdefgh"
    rows = [(w, a, b, min(a, b)) for w in range(4) for a in items for b in items if a != b]
    result = rank_by_comparisons(rows)
    assert result.order() == list(items)
    assert min(one.reliability for one in result.workers) > 0.9
    assert [row["place"] for row in result.to_rows()] == list(range(1, 9))


def test_sets_that_nothing_connects_are_reported_and_not_compared():
    result = rank_by_comparisons([("ann", "x", "y", "x"), ("bob", "u", "v", "v")])
    assert result.component.tolist() == [0, 0, 1, 1]
    assert np.isnan(result.win_probability("x", "u"))
    assert result.split_groups == (0,)
    assert "groups not connected: 1" in repr(result)


def test_an_item_that_was_never_compared_has_the_prior():
    result = rank_by_comparisons(comparisons([0], [0], [1], [0], 2, 3), spread=1.5)
    assert (result.score[2], result.error[2], result.answers[2]) == (0, 1.5, 0)
    assert result.workers[1].answers == 0
    # What a worker without answers is taken for: 0.90 follow, 0.03 turn round, moved a little by the other's answer.
    assert result.workers[1].reliability == pytest.approx(0.87, abs=0.01)


def test_groups_are_scored_each_for_itself_and_workers_over_all():
    rows = [
        {
            "task": f"t{task}",
            "worker": worker,
            "left": a,
            "right": b,
            "winner": max(a, b) if worker == "eve" else min(a, b),
        }
        for task in range(30)
        for worker in ("ann", "bob", "eve")
        for a, b in ("xy", "zy", "xz")
    ]
    result = rank_by_comparisons(rows, group="task")
    assert result.order("t3") == ["x", "y", "z"]
    assert result.scores[("t0", "x")] == pytest.approx(result.scores[("t29", "x")])
    assert {one.worker: round(one.reliability) for one in result.workers} == {"ann": 1, "bob": 1, "eve": -1}
    assert result.to_rows()[0].keys() == {"group", "item", "place", "score", "error", "answers", "component"}
    assert result.split_groups == ()
    with pytest.raises(InputError, match="no group 'nowhere'; there are t0, t1, t10"):
        result.order("nowhere")
    with pytest.raises(InputError, match="no group None"):
        result.order()


def test_all_ties_leave_all_items_equal():
    result = rank_by_comparisons([("a", "x", "y", "tie"), ("b", "y", "z", "tie"), ("b", "x", "z", "tie")])
    assert result.score == pytest.approx([0, 0, 0], abs=1e-6)
    assert [row["place"] for row in result.to_rows()] == [1, 1, 1]
    assert result.win_probability("x", "z") == pytest.approx(0.5)


def test_running_out_of_rounds_is_reported():
    told, _ = crowd(0, random=4)
    assert not rank_by_comparisons(told, max_iter=2).converged
    assert rank_by_comparisons(told).converged


def test_nothing_and_no_prior_are_refused():
    empty = comparisons(*[np.zeros(0, int)] * 4, 0, 3)
    with pytest.raises(NoVotes, match="no comparison of 3 items"):
        rank_by_comparisons(empty)
    for spread in (0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="spread must be"):
            rank_by_comparisons([("a", "x", "y", "x")], spread=spread)
    with pytest.raises(InputError, match="no item 'q'"):
        rank_by_comparisons([("a", "x", "y", "x")]).win_probability("x", "q")


def test_a_large_set_has_close_errors_and_says_so(monkeypatch):
    told, _ = crowd(3, n=4000)
    exact = rank_by_comparisons(told, reliability=False)
    monkeypatch.setattr("groundswell.quality.rankings.uncertainty.MOST_DENSE", 5)
    close = rank_by_comparisons(told, reliability=False)
    assert (exact.errors_exact, close.errors_exact) == (True, False)
    assert close.error == pytest.approx(exact.error, rel=0.1)


def test_sets_are_inverted_in_parts_with_the_same_errors(monkeypatch):
    rows = [("w", a + n, b + n, a + n) for n in "123456" for a, b in ("xy", "yz")]
    whole = rank_by_comparisons(rows).error
    monkeypatch.setattr("groundswell.quality.rankings.uncertainty.MOST_CELLS", 20)
    assert rank_by_comparisons(rows).error == pytest.approx(whole)
