import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.rankings import consensus_of_preferences


def crowd(seed=0, tasks=150, good=6, lefties=0, reversed_=0, swap=True, grades=False):
    """Preferences of every worker on every task, and which answer is better."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(["A", "B", "tie"], tasks, p=[0.4, 0.4, 0.2])
    rows = []
    for task in range(tasks):
        for worker in range(good + lefties + reversed_):
            first = "B" if swap and rng.random() < 0.5 else "A"
            said = truth[task] if rng.random() < 0.75 else rng.choice(["A", "B", "tie"])
            if good <= worker < good + lefties and rng.random() < 0.9:
                said = first
            if worker >= good + lefties:
                said = {"A": "B", "B": "A"}.get(said, said)
            if grades:
                said = {"A": -1, "B": 1, "tie": 0}[said] * int(rng.integers(1, 4))
            rows.append((task, worker, said, first))
    return rows, truth


def accuracy(result, truth):
    return np.mean([result.labels[task] == side for task, side in enumerate(truth)])


def test_one_answer_by_hand():
    result = consensus_of_preferences([("t", "w", "A")], max_iter=1)
    # One round: the truth is even (1/2 each), careful workers say A for A with 0.75 / 0.85, the usual shares of
    # following, turning round and carelessness are 0.90, 0.03 and 0.07, and a careless answer is A half of the time
    # (levels B, tie and A weigh 1/2, 1/2 and 3/2, mirrored 2, 1 and 2 of 5). Then all are learnt, once.
    right, wrong = 0.75 / 0.85, 0.10 / 0.85
    says_a = np.array([0.90 * right + 0.03 * wrong + 0.07 * 0.4, 0.90 * wrong + 0.03 * right + 0.07 * 0.4])
    posterior = says_a / says_a.sum()
    follows = (0.90 * np.array([right, wrong]) / says_a) @ posterior
    turns = (0.03 * np.array([wrong, right]) / says_a) @ posterior
    (worker,) = result.workers
    assert worker.reliability == pytest.approx((follows + 4 * 0.90 - turns - 4 * 0.03) / 5, abs=1e-6)
    assert result.objective[0] == pytest.approx(
        np.log(says_a.mean()) + 4 * np.log(0.5) + 10 * (right * np.log(right) + wrong * np.log(wrong)),
        abs=1e-5,
    )
    assert result.posterior[0, 1] == 0
    assert result.posterior[0, 0] > 0.8


def test_workers_with_a_leaning_are_found_and_it_is_removed():
    rows, truth = crowd(good=4, lefties=4)
    result = consensus_of_preferences(rows, first="first")
    bias = [one.position_bias for one in result.workers]
    assert max(np.abs(bias[:4])) < 0.15
    assert min(bias[4:]) > 0.7
    assert result.position_bias == pytest.approx(np.mean(bias))
    assert result.order_varied
    counts = {}
    for task, _, said, _ in rows:
        counts.setdefault(task, []).append(said)
    majority = np.mean(
        [max("AB", key=counts[task].count) == truth[task] for task in counts if truth[task] != "tie"]
    )
    decided = [task for task in counts if truth[task] != "tie"]
    mine = np.mean([result.labels[task] == truth[task] for task in decided])
    assert mine > majority + 0.03
    assert "position bias +0.4" in repr(result)


def test_turned_workers_count_the_other_way_round():
    rows, truth = crowd(good=4, reversed_=2)
    result = consensus_of_preferences(rows, first="first")
    assert [one.reliability > 0 for one in result.workers] == [True] * 4 + [False] * 2
    assert (
        accuracy(result, truth)
        > accuracy(consensus_of_preferences([row[:3] for row in rows if row[1] < 4]), truth) - 0.02
    )


def test_probabilities_are_honest():
    rows, truth = crowd(seed=3, tasks=600, good=3, lefties=1)
    result = consensus_of_preferences(rows, first="first")
    confidence = np.array(list(result.probability.values()))
    assert accuracy(result, truth) == pytest.approx(confidence.mean(), abs=0.04)


def test_grades_say_more_than_names():
    """Strong grades that are right more often: a worker's 3 outweighs another's -1."""
    rng = np.random.default_rng(0)
    rows = []
    for task in range(300):
        for worker in range(4):
            felt = (1 if task % 2 else -1) * 1.5 + 1.5 * rng.logistic()
            rows.append((task, worker, int(np.clip(np.sign(felt) * np.ceil(abs(felt)), -3, 3))))
    graded = consensus_of_preferences(rows)
    named = consensus_of_preferences([(task, worker, "AB"[said > 0]) for task, worker, said in rows])
    truth = ["B" if task % 2 else "A" for task in range(300)]
    assert accuracy(graded, truth) > accuracy(named, truth) + 0.005
    assert set(graded.labels.values()) <= {"A", "B"}


def test_one_order_only_is_reported():
    rows, _ = crowd(swap=False)
    assert not consensus_of_preferences(rows, first="first").order_varied
    assert not consensus_of_preferences([row[:3] for row in rows]).order_varied
    assert "cannot be removed" in repr(consensus_of_preferences(rows, first="first"))


def test_an_even_vote_is_a_tie():
    result = consensus_of_preferences([("t", "v", "A"), ("t", "w", "B")])
    assert result.labels == {"t": "tie"}
    assert result.posterior[0] == pytest.approx([0.5, 0, 0.5], abs=1e-6)


def test_a_perfect_crowd_is_reproduced():
    truth = ["A", "B", "tie", "B", "A", "tie", "A", "B"] * 4
    rows = [(task, worker, side) for task, side in enumerate(truth) for worker in range(4)]
    result = consensus_of_preferences(rows)
    assert accuracy(result, truth) == 1
    assert min(one.reliability for one in result.workers) > 0.85
    assert result.converged


def test_a_task_with_one_answer_believes_it_as_far_as_the_crowd_is_good():
    rows, _ = crowd(seed=1, tasks=60)
    result = consensus_of_preferences([*[row[:3] for row in rows], ("alone", 0, "A")])
    assert result.labels["alone"] == "A"
    assert 0.6 < result.probability["alone"] < 0.95
    assert result.to_rows()[-1] == {
        "task": "alone",
        "label": "A",
        "probability": result.probability["alone"],
        **dict(zip(("A", "tie", "B"), result.posterior[-1].tolist(), strict=True)),
        "votes": 1,
    }


@st.composite
def tables(draw):
    row = st.tuples(
        st.sampled_from("stuv"),
        st.sampled_from("abc"),
        st.sampled_from(["A", "B", "tie"]),
        st.sampled_from("AB"),
    )
    drawn = draw(st.lists(row, min_size=1, max_size=25))
    return list(
        {(task, worker, first): (task, worker, said, first) for task, worker, said, first in drawn}.values()
    )


@settings(max_examples=20, deadline=None)
@given(tables())
def test_the_objective_never_falls_and_rows_sum_to_one(rows):
    result = consensus_of_preferences(rows, first="first", tol=1e-9, max_iter=60)
    assert (np.diff(result.objective) > -1e-9).all()
    assert result.posterior.sum(axis=1) == pytest.approx(np.ones(len(result.votes)))


@settings(max_examples=15, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows, random):
    mixed = random.sample(rows, len(rows))
    one, other = (consensus_of_preferences(table, first="first") for table in (rows, mixed))
    assert other.labels == one.labels
    assert other.posterior == pytest.approx(one.posterior, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(tables())
def test_exchanging_the_two_answers_exchanges_the_result(rows):
    swap = {"A": "B", "B": "A", "tie": "tie"}
    one = consensus_of_preferences(rows, first="first")
    other = consensus_of_preferences(
        [(t, w, swap[said], swap[first]) for t, w, said, first in rows], first="first"
    )
    assert other.posterior[:, ::-1] == pytest.approx(one.posterior, abs=1e-6)
    assert other.position_bias == pytest.approx(one.position_bias, abs=1e-6)


def test_the_last_answer_counts_and_one_in_the_other_order_is_another():
    rows = [("t", "w", "A", "A"), ("t", "w", "B", "A"), ("t", "w", "tie", "B"), ("t", "v", None, "A")]
    result = consensus_of_preferences(rows, first="first")
    assert (result.votes.tolist(), result.skipped) == ([2], 1)


def test_other_names_can_be_used():
    result = consensus_of_preferences(
        [{"id": 1, "who": "ž", "says": "right"}, {"id": 2, "who": "ž", "says": "same"}],
        task="id", worker="who", preference="says", names=("left", "right"), tie="same",
    )  # fmt: skip
    assert result.names == ("left", "same", "right")
    assert result.labels[1] == "right"


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([], NoVotes, "no row of 0"),
        ([("t", "w", None)], NoVotes, "at least one preference"),
        ([("t", "w", "C")], InputError, "row 0: a preference is 'A', 'B', 'tie' or a grade"),
        ([("t", "w", 0.5)], InputError, "not 0.5"),
        ([("t", "w", 11)], InputError, "not 11"),
        ([("t", "w", True)], InputError, "not True"),
        ([("t", "w", float("inf"))], InputError, "not inf"),
        ([("t", None, "A")], InputError, "no worker"),
        ([{"task": "t"}], MissingColumn, "no 'worker'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(rows, error, words):
    with pytest.raises(error, match=words):
        consensus_of_preferences(rows)


def test_an_unknown_first_answer_is_refused():
    with pytest.raises(InputError, match="first must be 'A' or 'B', not 'left'"):
        consensus_of_preferences([("t", "w", "A", "left")], first="first")
