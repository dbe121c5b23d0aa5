import numpy as np
import pytest

from groundswell.quality.glad import glad
from groundswell.quality.majority import majority
from groundswell.quality.votes import Votes


def logistic(x):
    return 1 / (1 + np.exp(-x))


def simulated(seed, *, items=600, classes=3, abilities=(2.0, 1.0, 0.2)):
    """Votes on tasks half of which are hard, by workers of three abilities, after the model itself."""
    rng = np.random.default_rng(seed)
    truth, log_ease = rng.integers(0, classes, items), np.repeat([1.5, -1.0], items // 2)
    ability = np.repeat(abilities, 4)
    item, worker = np.divmod(np.arange(items * 12), 12)
    right = rng.random(len(item)) < logistic(ability[worker] * np.exp(log_ease[item]))
    wrong = (truth[item] + rng.integers(1, classes, len(item))) % classes
    label = np.where(right, truth[item], wrong)
    return Votes(item, worker, label, items, 12, classes), truth, ability, log_ease


def test_one_round_by_hand():
    votes = Votes(np.array([0]), np.array([0]), np.array([1]), 1, 1, 2)
    result = glad(votes, max_iter=1)
    # The vote is taken to be right for certain. A step for the ability from 1, at ease e: slope e (1 - s) over
    # curve e^2 s (1 - s) + 1; then one for the log ease from 1, where the vote's log-odds are ability * e.
    expected = logistic(np.e)
    ability = 1 + np.e * (1 - expected) / (np.e**2 * expected * (1 - expected) + 1)
    pull = ability * np.e
    spread = logistic(pull) * (1 - logistic(pull))
    ease = np.exp(1 + pull * (1 - logistic(pull)) / (pull**2 * spread + 1))
    odds = np.exp(ability * ease)
    assert result.difficulty == pytest.approx([1 / ease])
    assert result.posterior[0, 1] == pytest.approx(odds / (1 + odds))


@pytest.mark.parametrize("seed", [0, 1])
def test_it_tells_hard_tasks_from_easy_ones_and_able_workers_from_guessers(seed):
    votes, _, ability, log_ease = simulated(seed)
    result = glad(votes)
    hard = result.difficulty[log_ease < 0]
    easy = result.difficulty[log_ease > 0]
    assert (hard[:, None] > easy[None, :]).mean() > 0.85
    assert result.skill[ability == 2].mean() > result.skill[ability == 1].mean()
    assert result.skill[ability == 1].min() > result.skill[ability == 0.2].max()
    assert result.converged


def test_a_crowd_of_guessers_does_not_outvote_those_who_know():
    votes, truth, *_ = simulated(4, abilities=(2.0, 0.1, 0.1))
    assert (glad(votes).label == truth).mean() > (majority(votes).label == truth).mean()


def test_a_worker_who_does_the_opposite_has_negative_ability():
    votes, truth, *_ = simulated(2, classes=2)
    flipped = np.where(votes.worker == 0, 1 - votes.label, votes.label)
    result = glad(Votes(votes.item, votes.worker, flipped, votes.n_items, votes.n_workers, 2))
    assert result.skill[0] < 0.3
    assert (result.label == truth).mean() > 0.85


def test_a_task_without_votes_is_of_average_difficulty_and_a_worker_without_votes_of_average_ability():
    result = glad(Votes(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), 2, 3, 2))
    assert result.difficulty[1] == pytest.approx(1 / np.e)
    assert result.skill[2] < result.skill[0]
    assert result.skill_error[2] > result.skill_error[0]


def test_running_out_of_rounds_is_reported_and_not_raised():
    votes, *_ = simulated(3)
    result = glad(votes, max_iter=2)
    assert (result.converged, result.iterations) == (False, 2)
