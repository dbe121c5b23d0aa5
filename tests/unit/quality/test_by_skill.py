"""The consensus of a few items when everybody's skill is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import InputError
from groundswell.quality import Votes
from groundswell.quality.by_skill import SURE, by_others, by_skill
from groundswell.quality.one_coin import one_coin


def cast(rows, n_classes=2, n_items=None, n_workers=None):
    item, worker, label = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    n_items = n_items or int(item.max()) + 1
    return Votes(item, worker, label, n_items, n_workers or int(worker.max()) + 1, n_classes)


@st.composite
def crowds(draw):
    """Votes, no worker twice on an item, with the skill of each worker."""
    items, workers, classes = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(2, 4))
    pairs = st.tuples(st.integers(0, items - 1), st.integers(0, workers - 1))
    chosen = draw(st.lists(pairs, min_size=1, max_size=20, unique=True))
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=len(chosen), max_size=len(chosen)))
    rows = [(item, worker, label) for (item, worker), label in zip(chosen, labels, strict=True)]
    skill = draw(st.lists(st.floats(0, 1), min_size=workers, max_size=workers))
    return cast(rows, classes, items, workers), np.array(skill)


def test_two_workers_who_disagree_are_weighed_by_their_skill():
    posterior = by_skill(cast([(0, 0, 0), (0, 1, 1)]), [0.8, 0.6])
    assert posterior == pytest.approx(np.array([[0.8 * 0.4, 0.2 * 0.6]]) / 0.44)


def test_mistakes_are_spread_evenly_over_the_other_classes():
    assert by_skill(cast([(0, 0, 2)], n_classes=3), [0.7]) == pytest.approx(np.array([[0.15, 0.15, 0.7]]))


def test_an_item_without_votes_may_be_anything_or_what_the_model_says():
    votes = cast([(0, 0, 1)], n_items=2)
    assert by_skill(votes, [0.9])[1].tolist() == [0.5, 0.5]
    assert by_skill(votes, [0.9], evidence=[[0.5, 0.5], [0.2, 0.8]])[1] == pytest.approx([0.2, 0.8], abs=1e-5)


def test_gold_is_certain_whatever_is_said():
    assert by_skill(cast([(0, 0, 1), (0, 1, 1)]), [0.9, 0.9], gold=[0]).tolist() == [[1.0, 0.0]]


def test_who_is_worse_than_guessing_says_nothing_rather_than_the_opposite():
    assert by_skill(cast([(0, 0, 1)]), [0.1]) == pytest.approx(np.array([[0.5, 0.5]]), abs=1e-5)


def test_one_who_is_never_wrong_does_not_decide_against_several():
    votes = cast([(0, 0, 0), (0, 1, 1), (0, 2, 1), (0, 3, 1)])
    assert by_skill(votes, [1.0, SURE, SURE, SURE]).argmax() == 1


@given(crowds(), st.randoms())
def test_the_order_of_the_votes_does_not_matter(crowd, random):
    votes, skill = crowd
    order = list(range(len(votes)))
    random.shuffle(order)
    shuffled = Votes(
        votes.item[order],
        votes.worker[order],
        votes.label[order],
        votes.n_items,
        votes.n_workers,
        votes.n_classes,
    )
    np.testing.assert_allclose(by_skill(shuffled, skill), by_skill(votes, skill), atol=1e-12)
    np.testing.assert_allclose(by_others(shuffled, skill), by_others(votes, skill)[order], atol=1e-12)


@given(crowds(), st.randoms())
def test_naming_the_classes_otherwise_names_the_result_otherwise(crowd, random):
    votes, skill = crowd
    name = list(range(votes.n_classes))
    random.shuffle(name)
    renamed = Votes(
        *(votes.item, votes.worker, np.array(name, np.int32)[votes.label]),
        *(votes.n_items, votes.n_workers, votes.n_classes),
    )
    np.testing.assert_allclose(by_skill(renamed, skill)[:, name], by_skill(votes, skill), atol=1e-12)
    np.testing.assert_allclose(by_others(renamed, skill)[:, name], by_others(votes, skill), atol=1e-12)


@given(crowds())
def test_a_vote_is_compared_with_what_the_others_alone_would_have_come_to(crowd):
    votes, skill = crowd
    found = by_others(votes, skill)
    for i in range(len(votes)):
        rest = np.arange(len(votes)) != i
        without = Votes(
            *(votes.item[rest], votes.worker[rest], votes.label[rest]),
            *(votes.n_items, votes.n_workers, votes.n_classes),
        )
        np.testing.assert_allclose(found[i], by_skill(without, skill)[votes.item[i]], atol=1e-9)


@given(crowds())
def test_posteriors_are_probabilities(crowd):
    votes, skill = crowd
    for rows in (by_skill(votes, skill), by_others(votes, skill)):
        assert (rows >= 0).all()
        np.testing.assert_allclose(rows.sum(axis=1), 1)


def test_it_is_the_last_step_of_a_full_fit_with_the_skills_of_that_fit():
    rng = np.random.default_rng(3)
    truth = rng.integers(3, size=200)
    rows = [
        (item, worker, int(truth[item] if rng.random() < right else rng.integers(3)))
        for item in range(200)
        for worker, right in enumerate((0.9, 0.7, 0.5, 0.8))
        if rng.random() < 0.7
    ]
    votes = cast(rows, n_classes=3, n_items=200)
    even = np.full((200, 3), 1 / 3)  # replaces the class prior, which the single step does not estimate
    fit = one_coin(votes, evidence=even)
    assert ((fit.skill > 1 / 3) & (fit.skill < SURE)).all(), "else the single step would not trust it fully"
    np.testing.assert_allclose(by_skill(votes, fit.skill), fit.posterior, atol=1e-9)


@pytest.mark.parametrize("skill", [[0.8], [0.8, 0.8, 0.8], [0.8, float("nan")], [0.8, float("inf")]])
@pytest.mark.parametrize("infer", [by_skill, by_others])
def test_skill_must_be_one_number_for_each_worker(infer, skill):
    with pytest.raises(InputError, match="one finite number for each of 2 workers"):
        infer(cast([(0, 0, 0), (0, 1, 1)]), skill)
