"""What learning concludes: labels, states, and whom to ask what."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.label.learning.pets import PETS

from groundswell.label.learning.conclude import (
    LEAST_WINDOW,
    WINDOW,
    conclude,
    is_due,
    refresh,
    report_of,
    train,
)
from groundswell.label.learning.rules import MAX_SKIPS
from groundswell.label.learning.situation import SkipRow, TaskRow, VoteRow, situation

FIXED = PETS
ADAPTIVE = replace(FIXED, models="decide", target_probability=0.95, answers=1, max_answers=3)
"""Models may decide here, so learning settles and plans; elsewhere settling does, one answer at a time."""


def rng():
    return np.random.default_rng(1)


def tasks(n, state="pending", gold=None):
    return [TaskRow(100 + i, i, f"item {i}", state, False, gold) for i in range(n)]


def conclusion(project, rows, votes=(), leases=None, skips=(), features=None):
    now = situation(project, rows, list(votes), leases or {}, list(skips))
    learned = train(now, features, rng=rng())
    return conclude(project, now, learned, features, rng=rng())


def two_crowds(n, workers=3, said=None):
    """Items in two clear groups, with features, and answers by several workers to the first `said` of them."""
    truth = np.arange(n) % 2
    features = np.column_stack([truth * 4.0, 1 - truth]).astype(np.float32)
    features += rng().normal(0, 0.1, features.shape).astype(np.float32)
    votes = [
        VoteRow(100 + i, worker, FIXED.classes[truth[i]])
        for i in range(n if said is None else said)
        for worker in range(workers)
    ]
    return truth, features, votes


@pytest.mark.parametrize(
    "project", [FIXED, replace(ADAPTIVE, models="propose"), replace(FIXED, models="none")]
)
def test_where_models_do_not_decide_learning_plans_nothing_and_settles_nothing(project):
    found = conclusion(project, tasks(3), [VoteRow(100, 1, "cat"), VoteRow(100, 2, "cat")], {101: 1})
    assert found.state.tolist() == ["pending"] * 3
    assert found.ask.tolist() == found.ask_number.tolist() == []
    assert found.label[0] == 0
    assert found.known.tolist() == [True, False, False]


def test_a_planned_slot_is_numbered_after_the_answers_and_leases_that_its_task_has():
    votes = [VoteRow(100, 1, "cat"), VoteRow(101, 1, "dog"), VoteRow(101, 2, "cat")]
    found = conclusion(ADAPTIVE, tasks(3), votes, {100: 1})
    numbers = dict(zip(found.ask.tolist(), found.ask_number.tolist(), strict=True))
    assert numbers[1] == 3
    assert numbers[2] == 1
    assert numbers.get(0, 3) == 3, "one answer is there, and one is on its way"


def test_without_a_target_people_alone_decide():
    _, features, votes = two_crowds(60, workers=2)
    said_otherwise = [vote for vote in votes if vote.task_id != 100]
    said_otherwise += [VoteRow(100, 0, "dog"), VoteRow(100, 1, "dog")]  # the model would say cat
    found = conclusion(FIXED, tasks(60), said_otherwise, features=features)
    assert found.evidence is not None
    assert found.label[0] == 1
    assert set(found.source) == {"people"}


def test_with_a_target_people_and_model_decide_together_and_easy_tasks_end_early():
    truth, features, votes = two_crowds(200, said=60)
    found = conclusion(ADAPTIVE, tasks(200), votes, features=features)
    assert (found.label == truth).mean() > 0.95
    assert (found.state[:60] == "completed").all()
    assert set(found.source) == {"people and model", "model"}
    assert (found.ask >= 60).all()


def test_a_task_whose_budget_is_spent_in_doubt_asks_no_more():
    votes = [VoteRow(100, 1, "cat"), VoteRow(100, 2, "dog"), VoteRow(100, 3, "cat")]
    found = conclusion(ADAPTIVE, tasks(1), votes)
    assert found.state.tolist() == ["completed"]
    assert found.ask.tolist() == []


def test_a_task_that_people_skip_is_set_aside_and_not_asked():
    skips = [SkipRow(100, worker) for worker in range(MAX_SKIPS)]
    found = conclusion(ADAPTIVE, tasks(2), skips=skips)
    assert found.state.tolist() == ["error", "pending"]
    assert set(found.ask.tolist()) == {1}
    assert conclusion(ADAPTIVE, tasks(1), skips=skips).ask.tolist() == []


def test_a_project_that_is_done_opens_nothing_again():
    done = replace(ADAPTIVE, state="done")
    found = conclusion(done, tasks(2, state="completed"), [VoteRow(100, 1, "cat")])
    assert found.state.tolist() == ["completed", "completed"]
    assert found.ask.tolist() == []


def test_the_window_is_bounded_for_a_crowd_and_everybody_of_a_small_team_finds_something():
    many = tasks(20_000)
    assert len(conclusion(ADAPTIVE, many).ask) == WINDOW
    votes = [VoteRow(100 + i, 1, "cat" if i % 2 else "dog") for i in range(1_000)]
    found = conclusion(ADAPTIVE, tasks(1_100), votes)
    assert (found.ask >= 1_000).sum() >= LEAST_WINDOW


def test_one_person_alone_is_asked_what_they_have_not_answered():
    """In doubt after one answer each, the tasks of that person would fill the whole window."""
    votes = [VoteRow(100 + i, 1, "cat" if i % 2 else "dog") for i in range(200)]
    found = conclusion(ADAPTIVE, tasks(300), votes)
    assert (found.ask >= 200).sum() >= LEAST_WINDOW


def test_gold_is_its_own_label_whatever_is_said():
    rows = [TaskRow(100, 0, "item 0", "pending", False, "dog")]
    found = conclusion(FIXED, rows, [VoteRow(100, 1, "cat"), VoteRow(100, 2, "cat")])
    assert (found.label.tolist(), found.source) == ([1], ["gold"])
    assert found.known.all()


def test_a_task_of_which_nothing_is_known_has_no_label_yet():
    assert conclusion(FIXED, tasks(1)).known.tolist() == [False]


def test_a_model_is_trained_again_after_a_tenth_more_answers_or_when_the_tasks_change():
    _, features, votes = two_crowds(60)
    now = situation(FIXED, tasks(60), votes[:100], {})
    learned = train(now, features, rng=rng())
    assert learned.evidence is not None
    assert not is_due(learned, now.votes)
    assert is_due(None, now.votes)
    assert is_due(learned, situation(FIXED, tasks(60), votes[:120], {}).votes)
    assert is_due(learned, situation(FIXED, tasks(61), votes[:100], {}).votes)


def test_between_trainings_new_answers_count_at_once():
    _, features, votes = two_crowds(60, workers=1)
    now = situation(FIXED, tasks(60), votes, {})
    learned = train(now, features, rng=rng())
    more = [*votes, VoteRow(100, 7, "dog"), VoteRow(100, 8, "dog")]
    again = refresh(learned, situation(replace(FIXED, answers=9), tasks(60), more, {}))
    assert again.posterior[0, 1] > learned.posterior[0, 1]
    assert again.evidence is learned.evidence


def test_a_report_is_json_without_not_a_number():
    now = situation(FIXED, tasks(3), [], {})
    report = report_of(now.votes, train(now, None, rng=rng(), reason="no features"))
    assert report["agreement"] is None
    assert report["reason"] == "no features"
    json.dumps(report, allow_nan=False)


def test_where_only_a_model_of_others_speaks_tasks_that_it_is_silent_on_stay_unknown():
    rows, votes = tasks(60), [VoteRow(100 + i, 1, FIXED.classes[i % 2]) for i in range(40)]
    stated = np.where(np.arange(60)[:, None] % 2 == [0, 1], 0.9, 0.1)
    stated[50:] = np.nan
    now = situation(ADAPTIVE, rows, votes, {})
    learned = train(now, None, rng=rng(), opinions=[stated])
    found = conclude(ADAPTIVE, now, learned, None, rng=rng())
    assert found.known.tolist() == [True] * 50 + [False] * 10
    assert found.label[:50].tolist() == [0, 1] * 25
