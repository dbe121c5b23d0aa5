"""What every aggregator promises, ours and any that is plugged in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, NoVotes, TooLarge
from groundswell.quality import Votes, aggregators

pytestmark = pytest.mark.slow  # some thousand fits

every_aggregator = pytest.mark.parametrize("name", sorted(aggregators()))


@st.composite
def tables(draw):
    """Votes on up to 12 tasks by up to 6 workers, with tasks, workers and classes that nobody used."""
    n_items, n_workers, n_classes = draw(st.tuples(st.integers(1, 12), st.integers(1, 6), st.integers(1, 4)))
    cells = [(item, worker) for item in range(n_items) for worker in range(n_workers)]
    chosen = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=40, unique=True))
    labels = draw(st.lists(st.integers(0, n_classes - 1), min_size=len(chosen), max_size=len(chosen)))
    item, worker = np.array(chosen).T
    return Votes(item, worker, np.array(labels), n_items, n_workers, n_classes)


def uneven(votes):
    """The same votes and others, after which no two workers and no two classes are alike.

    Where they are, an iteration may stand on a ridge, and the rounding of sums decides which way it falls.
    """
    twice = [(worker, worker % votes.n_classes, worker + 1) for worker in range(votes.n_workers)]
    twice += [(0, label, label + 1) for label in range(votes.n_classes)]
    worker, label = np.array([(w, k) for w, k, times in twice for _ in range(times)]).T
    item, witness = votes.n_items + np.arange(len(worker)), np.full(len(worker), votes.n_workers)
    return Votes(
        np.r_[votes.item, item, item], np.r_[votes.worker, worker, witness], np.r_[votes.label, label, label],
        votes.n_items + len(item), votes.n_workers + 1, votes.n_classes,
    )  # fmt: skip


def clear(posterior):
    """Rows whose best class leads by more than rounding; a tie may fall either way when codes change."""
    ordered = np.sort(posterior, axis=1)
    return (
        np.ones(len(posterior), bool) if posterior.shape[1] == 1 else ordered[:, -1] - ordered[:, -2] > 1e-6
    )


@every_aggregator
@given(votes=tables())
@settings(max_examples=40, deadline=None)
def test_the_result_has_the_promised_shapes_and_probabilities(name, votes):
    result = aggregators()[name](votes)
    assert result.posterior.shape == (votes.n_items, votes.n_classes)
    assert result.posterior.min() >= 0
    assert result.posterior.sum(axis=1) == pytest.approx(np.ones(votes.n_items))
    assert result.prior.sum() == pytest.approx(1)
    assert result.label.shape == (votes.n_items,)
    assert (result.votes_per_item == np.bincount(votes.item, minlength=votes.n_items)).all()
    assert (result.confidence >= result.posterior.max(axis=1) - 1e-6).all()
    if result.skill is not None:
        assert result.skill.shape == result.skill_error.shape == (votes.n_workers,)
        assert ((result.skill >= 0) & (result.skill <= 1 + 1e-12)).all()
        assert (result.skill_error >= 0).all()
    if result.difficulty is not None:
        assert result.difficulty.shape == (votes.n_items,)
        assert (result.difficulty > 0).all()
    if result.confusion is not None:
        assert result.confusion.sum(axis=2) == pytest.approx(np.ones((votes.n_workers, votes.n_classes)))


@every_aggregator
@given(votes=tables(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_order_of_votes_does_not_matter(name, votes, seed):
    order = np.random.default_rng(seed).permutation(len(votes))
    shuffled = Votes(
        votes.item[order], votes.worker[order], votes.label[order],
        votes.n_items, votes.n_workers, votes.n_classes,
    )  # fmt: skip
    before, after = aggregators()[name](votes), aggregators()[name](shuffled)
    assert after.posterior == pytest.approx(before.posterior, abs=1e-6)
    assert (after.label == before.label)[clear(before.posterior)].all()


@every_aggregator
@given(votes=tables(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_renaming_classes_renames_the_result(name, votes, seed):
    new = np.random.default_rng(seed).permutation(votes.n_classes).astype(np.int32)
    renamed = Votes(
        votes.item, votes.worker, new[votes.label], votes.n_items, votes.n_workers, votes.n_classes
    )
    before, after = aggregators()[name](votes), aggregators()[name](renamed)
    assert after.posterior[:, new] == pytest.approx(before.posterior, abs=1e-6)
    assert (after.label == new[before.label])[clear(before.posterior)].all()


@every_aggregator
@given(votes=tables(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_renaming_workers_and_tasks_changes_nothing_else(name, votes, seed):
    votes, rng = uneven(votes), np.random.default_rng(seed)
    worker, item = rng.permutation(votes.n_workers), rng.permutation(votes.n_items)
    renamed = Votes(
        item[votes.item], worker[votes.worker], votes.label, votes.n_items, votes.n_workers, votes.n_classes
    )
    before, after = aggregators()[name](votes), aggregators()[name](renamed)
    assert after.posterior[item] == pytest.approx(before.posterior, abs=1e-6)
    if before.skill is not None:
        assert after.skill[worker] == pytest.approx(before.skill, abs=1e-6)


@every_aggregator
def test_a_worker_who_is_there_twice_has_the_same_skill_twice(name):
    rng = np.random.default_rng(0)
    item, worker = np.divmod(np.arange(120), 4)
    label = np.where(rng.random(120) < 0.8, item % 3, rng.integers(0, 3, 120))
    copied = worker == 1
    votes = Votes(
        np.concatenate([item, item[copied]]), np.concatenate([worker, np.full(copied.sum(), 4)]),
        np.concatenate([label, label[copied]]), 30, 5, 3,
    )  # fmt: skip
    result = aggregators()[name](votes)
    if result.skill is not None:
        assert result.skill[4] == pytest.approx(result.skill[1])


@every_aggregator
@given(votes=tables(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_gold_is_returned_as_it_was_given(name, votes, seed):
    gold = np.random.default_rng(seed).integers(-1, votes.n_classes, votes.n_items)
    result = aggregators()[name](votes, gold=gold)
    assert (result.label == gold)[gold >= 0].all()
    assert (result.confidence == 1)[gold >= 0].all()


@every_aggregator
@given(votes=tables())
@settings(max_examples=30, deadline=None)
def test_a_model_without_an_opinion_changes_nothing(name, votes):
    silent = np.full((votes.n_items, votes.n_classes), np.nan)
    before, after = aggregators()[name](votes), aggregators()[name](votes, evidence=silent)
    assert (after.posterior == before.posterior).all()


@every_aggregator
def test_a_task_that_only_the_model_saw_gets_the_models_label(name):
    votes = Votes(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([0, 0, 1]), 3, 2, 2)
    result = aggregators()[name](votes, evidence=[[np.nan] * 2, [np.nan] * 2, [0.1, 0.9]])
    assert result.label[2] == 1
    assert result.votes_per_item[2] == 0


@every_aggregator
def test_everyone_agreeing_is_followed(name):
    item, worker = np.divmod(np.arange(60), 3)
    result = aggregators()[name](Votes(item, worker, item % 4, 20, 3, 4))
    assert (result.label == np.arange(20) % 4).all()


@every_aggregator
def test_a_worker_without_answers_and_a_class_that_nobody_used_keep_their_places_and_change_no_label(name):
    item, worker = np.divmod(np.arange(60), 3)
    label = np.where(worker == 2, 0, item % 2)
    before = aggregators()[name](Votes(item, worker, label, 20, 3, 2))
    after = aggregators()[name](Votes(item, worker, label, 20, 4, 3))
    assert (after.label == before.label).all()
    assert after.posterior.shape == (20, 3)
    if after.skill is not None:
        assert 0 <= after.skill[3] <= 1
        assert after.skill_error[3] >= after.skill_error[:3].max() or after.skill_error[3] == 0


@pytest.mark.parametrize("name", ["blend", "majority", "shrunk", "weighted"])
def test_one_answer_to_each_task_is_returned_by_those_that_never_collapse(name):
    tasks = np.arange(30)
    result = aggregators()[name](Votes(tasks, tasks % 3, tasks % 4, 30, 3, 4))
    assert (result.label == tasks % 4).all()


@every_aggregator
def test_gold_that_contradicts_everybody_stands_and_what_is_said_of_workers_stays_within_bounds(name):
    item, worker = np.divmod(np.arange(60), 3)
    gold = (item[::3] + 1) % 2
    result = aggregators()[name](Votes(item, worker, item % 2, 20, 3, 2), gold=gold)
    assert (result.label == gold).all()
    assert np.isfinite(result.posterior).all()
    if result.skill is not None:
        assert ((result.skill >= 0) & (result.skill < 0.6)).all()


@every_aggregator
def test_no_votes_at_all_is_an_error_of_its_own(name):
    nothing = np.empty(0, np.int32)
    with pytest.raises(NoVotes):
        aggregators()[name](Votes(nothing, nothing, nothing, 3, 2, 2))


@every_aggregator
@pytest.mark.parametrize(
    "known",
    [
        {"evidence": [[0.5]]},
        {"evidence": [[0.5, 0.5], [np.nan, 0.5]]},
        {"evidence": [[0.5, 0.5], [np.inf, 0.5]]},
        {"gold": [7, 7]},
        {"gold": [[0]]},
    ],
)
def test_evidence_and_gold_that_do_not_fit_are_refused(name, known):
    votes = Votes(np.array([0, 1]), np.array([0, 0]), np.array([0, 1]), 2, 1, 2)
    with pytest.raises(InputError):
        aggregators()[name](votes, **known)


@every_aggregator
def test_a_million_classes_are_refused_before_memory_runs_out(name):
    codes = np.arange(1000)
    with pytest.raises(TooLarge):
        aggregators()[name](Votes(codes, codes, codes, 1000, 1000, 10**6))
