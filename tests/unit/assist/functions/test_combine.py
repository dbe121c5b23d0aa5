import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.assist.functions import apply, combine, labelling_function
from groundswell.assist.functions.model import fit_functions
from groundswell.assist.functions.redundancy import redundancy, shared_votes, vote_weights
from groundswell.errors import InputError, NoVotes
from groundswell.quality import Votes, consensus, shrunk
from groundswell.quality.expectation import tally


def votes_of(said, classes=2, names=None):
    """Votes from a matrix `[items, functions]`, -1 for abstaining; named by their numbers unless told."""
    item, worker = np.nonzero(said >= 0)
    sizes = (len(said), said.shape[1], classes)
    everything = [tuple(range(size)) for size in sizes]
    return Votes(item, worker, said[item, worker], *sizes, *(names or everything))


def crowd(rng, *, items=1500, accuracy=(0.8, 0.75, 0.7, 0.8, 0.65), coverage=0.6, balance=(0.5, 0.5)):
    """What independent functions say, and the truth."""
    truth = rng.choice(len(balance), items, p=balance)
    said = np.full((items, len(accuracy)), -1)
    for place, right in enumerate(accuracy):
        wrong = (truth + rng.integers(1, len(balance), items)) % len(balance)
        word = np.where(rng.random(items) < right, truth, wrong)
        said[:, place] = np.where(rng.random(items) < coverage, word, -1)
    return said, truth


def gold(rng, truth, size):
    return {int(one): int(truth[one]) for one in rng.choice(len(truth), size, replace=False)}


def accuracy(found, said, truth):
    covered = (said >= 0).any(axis=1)
    return (found.posterior.argmax(axis=1) == truth)[covered].mean()


def alone(labels, size=50):
    """One function that says 1 of `size` items, balanced classes, and people's labels of the first items."""
    rows = np.full((size, 2), np.nan)
    rows[: len(labels)] = np.eye(2)[labels]
    return fit_functions(votes_of(np.ones((size, 1), int)), rows, balance=np.array([0.5, 0.5]))


def test_two_rounds_by_hand_without_people():
    """Assumed: 0.75 + 0.25 / 2 = 0.875, worth 50 votes. A count says 1.5 of 2, so 37.5 of 50 votes look right.

    Round 1: (37.5 + 43.75) / 100 = 0.8125; round 2: (40.625 + 43.75) / 100 = 0.84375.
    """
    assert alone(np.zeros(0, int)).posterior == pytest.approx(np.tile([0.15625, 0.84375], (50, 1)))


def test_two_rounds_by_hand_with_people_who_agree_24_times_of_30():
    """What is assumed counts as 20 labels: (24 + 20 * 0.8125) / 50 = 0.805, then (40.25 + 43.75) / 100 = 0.84.

    So (24 + 16.8) / 50 = 0.816. Without its own label: (23 + 16.8) / 49 where that was 1, else (24 + 16.8) / 49.
    """
    found = alone(np.array([0] * 6 + [1] * 24))
    assert found.posterior[:, 1] == pytest.approx(0.816)
    assert found.left_out[:6, 1] == pytest.approx(40.8 / 49)
    assert found.left_out[6:30, 1] == pytest.approx(39.8 / 49)
    assert found.left_out[30:, 1] == pytest.approx(0.816)


def test_with_many_labels_it_is_bayes_rule():
    """The exact posterior of independent functions, from the numbers that made them."""
    rng = np.random.default_rng(6)
    right, balance = np.array([0.9, 0.75, 0.6]), np.array([0.7, 0.3])
    said, truth = crowd(rng, items=8000, accuracy=right, balance=balance, coverage=0.7)
    odds = np.log(right / (1 - right))
    exact = 1 / (1 + np.exp(-(np.log(3 / 7) + np.where(said >= 0, (2 * said - 1) * odds, 0).sum(axis=1))))
    found = combine(votes_of(said), dict(enumerate(truth[:4000].tolist())))
    judged = (said >= 0).any(axis=1) & (np.arange(8000) >= 4000)
    assert np.abs(found.posterior[judged, 1] - exact[judged]).mean() < 0.02


def test_copies_share_one_vote_and_independent_functions_keep_theirs():
    rng = np.random.default_rng(0)
    said, truth = crowd(rng, accuracy=(0.8, 0.8, 0.8))
    votes = votes_of(np.hstack([said, said[:, :1], said[:, :1]]))
    same, both = shared_votes(votes)
    assert same[0, 3] == both[0, 3] == votes.votes_per_worker[0]
    sure = np.eye(2)[truth]
    alike = redundancy(votes, same, tally(votes, sure), sure.sum(axis=0))
    assert alike[0, 3] == alike[3, 4] == 1
    assert alike[:3, :3] == pytest.approx(np.eye(3), abs=0.05)
    weight = vote_weights(votes, alike)
    assert weight[votes.worker == 3] == pytest.approx(1 / 3, abs=0.02)
    assert weight[votes.worker == 1].mean() > 0.95


def test_a_part_of_another_function_is_redundant_only_where_both_speak():
    rng = np.random.default_rng(1)
    said, truth = crowd(rng, accuracy=(0.8, 0.8))
    part = np.where(np.arange(len(said)) % 10 == 0, said[:, 0], -1)
    votes = votes_of(np.column_stack([said, part]))
    sure = np.eye(2)[truth]
    alike = redundancy(votes, shared_votes(votes)[0], tally(votes, sure), sure.sum(axis=0))
    weight = vote_weights(votes, alike)
    of_whole = votes.worker == 0
    assert weight[of_whole & (votes.item % 10 == 0)] == pytest.approx(0.5, abs=0.05)
    assert weight[of_whole & (votes.item % 10 > 0)].min() > 0.9


def test_five_copies_of_a_poor_function_do_not_outvote_better_ones():
    rng = np.random.default_rng(2)
    said, truth = crowd(rng, accuracy=(0.55, 0.8, 0.8, 0.8), coverage=0.8)
    copied = np.hstack([np.repeat(said[:, :1], 4, axis=1), said])
    plain, crowded = (accuracy(combine(votes_of(one)), one, truth) for one in (said, copied))
    assert plain > 0.8
    assert crowded > plain - 0.04
    assert accuracy(shrunk(votes_of(copied)), copied, truth) < 0.65  # what a crowd's model does here


def test_functions_of_one_class_each_are_combined_where_the_crowds_model_collapses():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 1500)
    said = np.full((1500, 6), -1)
    for place in range(6):
        chance = np.where(truth == place % 3, 0.5, 0.08)
        said[rng.random(1500) < chance, place] = place % 3
    found = combine(votes_of(said, 3))
    assert accuracy(found, said, truth) > 0.78
    assert accuracy(shrunk(votes_of(said, 3)), said, truth) < 0.6


def test_an_inverted_function_is_turned_round_by_gold_and_not_by_agreement():
    rng = np.random.default_rng(4)
    said, truth = crowd(rng, accuracy=(0.1,), coverage=1.0)
    assert accuracy(combine(votes_of(said)), said, truth) < 0.2
    assert accuracy(combine(votes_of(said), gold(rng, truth, 100)), said, truth) > 0.8


def test_people_make_it_better_and_what_is_claimed_is_measured():
    claims = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        said, truth = crowd(rng, accuracy=(0.9, 0.6, 0.6, 0.55, 0.7))
        known = gold(rng, truth, 200)
        found = combine(votes_of(said), known)
        rest = (said >= 0).any(axis=1)
        rest[list(known)] = False
        right = (found.posterior.argmax(axis=1) == truth)[rest].mean()
        claims.append(
            (
                found.posterior.max(axis=1)[rest].mean() - right,
                found.measured.low <= right <= found.measured.high,
            )
        )
    gaps, held = np.array(claims).T
    assert abs(gaps.mean()) < 0.03
    assert held.mean() >= 0.75


def test_evidence_of_an_answered_item_does_not_repeat_the_answer():
    """A function that nobody else checks: its word on an item must not depend on that item's own label."""
    said = np.zeros((30, 1), int)
    right, wrong = ({one: int(one == odd) for one in range(20)} for odd in (99, 7))
    before, after = (combine(votes_of(said), labels).evidence[7] for labels in (right, wrong))
    assert after == pytest.approx(before, abs=0.02)
    assert combine(votes_of(said), wrong).posterior[7].tolist() == [0, 1]


def test_it_is_evidence_for_the_consensus_of_people():
    rng = np.random.default_rng(5)
    said, truth = crowd(rng, items=400, accuracy=(0.85, 0.85, 0.85), coverage=0.9)
    answers = [
        (one, name, int(truth[one] if rng.random() < 0.75 else 1 - truth[one]))
        for one in range(200)
        for name in ("ann", "bob", "eve")
    ]
    people = consensus(answers)
    both = consensus(answers, evidence=combine(votes_of(said), people).by_item)
    alone, together = (
        np.mean([found.labels[one] == truth[one] for one in range(200)]) for found in (people, both)
    )
    assert together > alone + 0.03


def test_items_without_a_vote_have_no_evidence_and_are_not_proposed():
    found = combine(votes_of(np.array([[0], [1], [-1]])), {2: 1})
    assert set(found.by_item) == {0, 1}
    assert {row["task"] for row in found.proposals()} == {0, 1}
    assert found.proposals(least=1.1) == []
    assert found.labels[2] == 1
    assert np.isnan(found.evidence[2]).all()


def test_without_people_nothing_is_measured():
    found = combine(votes_of(np.array([[0], [1]])))
    assert found.measured.labels == 0
    assert math.isnan(found.measured.accuracy)
    assert "not measured" in repr(found)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_items_and_functions_and_the_names_of_classes_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    said, truth = crowd(rng, items=60, balance=(0.5, 0.3, 0.2), accuracy=(0.8, 0.6, 0.7))
    labels = gold(rng, truth, 8)
    base = combine(votes_of(said, 3), labels)
    items, functions, classes = (rng.permutation(size) for size in (60, 3, 3))
    moved = said[items][:, functions]
    moved = np.where(moved >= 0, np.argsort(classes)[moved], -1)
    names = (tuple(items.tolist()), tuple(functions.tolist()), tuple(classes.tolist()))
    other = combine(votes_of(moved, 3, names), labels)
    # gold by name keeps classes sorted by name, so that columns are comparable
    assert other.posterior == pytest.approx(base.posterior[items], abs=1e-6)
    assert other.measured.log_loss == pytest.approx(base.measured.log_loss, abs=1e-6)


def test_one_class_is_certain():
    found = combine(votes_of(np.zeros((3, 2), int), 1), {0: 0})
    assert found.posterior.tolist() == [[1.0]] * 3


def test_perfect_functions_are_reproduced():
    truth = np.arange(200) % 4
    found = combine(votes_of(np.column_stack([truth] * 3), 4))
    assert (found.consensus.label == truth).all()


def test_a_class_that_only_people_name_is_added():
    found = combine(votes_of(np.zeros((40, 1), int), 1), dict.fromkeys(range(20), 5))
    assert found.consensus.votes.class_names == (0, 5)
    assert found.consensus.labels[30] == 5


def test_known_class_shares_are_used_and_checked():
    votes = votes_of(np.array([[0], [1], [1]]))
    assert combine(votes, balance={0: 3, 1: 1}).consensus.prior.tolist() == [0.75, 0.25]
    for balance in ({0: 1}, {0: 1, 1: -1}, {0: 1, 1: 1, 2: 1}):
        with pytest.raises(InputError, match="balance"):
            combine(votes, balance=balance)


@pytest.mark.parametrize("shares", [{0: -1.0, 1: 2.0}, {0: float("nan"), 1: 1.0}, {0: 0.0, 1: 0.0}])
def test_people_must_give_probabilities(shares):
    with pytest.raises(InputError, match="probabilities"):
        combine(votes_of(np.array([[0], [1]])), {0: shares})


def test_no_votes_are_refused():
    with pytest.raises(NoVotes):
        combine(apply([labelling_function(name="s")(lambda item: None)], [1, 2]))


def test_a_silent_function_has_no_skill_and_harms_nobody():
    said = np.array([[0, -1], [1, -1], [0, -1]])
    found = combine(votes_of(said))
    assert found.posterior == pytest.approx(combine(votes_of(said[:, :1])).posterior)
    assert math.isnan(found.consensus.skill[1])
