"""Where models decide: when they pause, and what reviewers are asked."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.label.learning.pets import PETS

from groundswell.assist.learning import Learned, ModelReport
from groundswell.label.learning.conclude import conclude, train
from groundswell.label.learning.routing import why_paused
from groundswell.label.learning.situation import ReviewedTask, TaskRow, VoteRow, situation

DECIDES = replace(PETS, models="decide", target_probability=0.95, answers=1, max_answers=3)
REVIEWED = replace(DECIDES, review_levels=1)


def rng():
    return np.random.default_rng(1)


def stating(evidence):
    evidence = np.asarray(evidence, float)
    return Learned(evidence, evidence, None, np.eye(2), ModelReport(len(evidence)), None)


def sure_of(n, confidence=0.97):
    """A model that says the first class of everything."""
    return stating(np.tile([confidence, 1 - confidence], (n, 1)))


def test_a_model_that_audits_show_wrong_is_paused_and_one_that_keeps_its_claims_is_not():
    assert why_paused(sure_of(100), [(n, 0) for n in range(100)], 0.9) is None
    why = why_paused(sure_of(100), [(n, n % 2) for n in range(100)], 0.9)
    assert why.startswith("paused: ")
    assert "right where 97.0% was claimed" in why


def test_only_what_the_model_would_settle_alone_is_held_against_it():
    stated = np.tile([0.97, 0.03], (100, 1))
    stated[50:] = [0.7, 0.3]
    audits = [(n, int(n >= 50)) for n in range(100)]  # wrong wherever it is unsure
    assert why_paused(stating(stated), audits, 0.9) is None
    assert why_paused(stating(stated), audits, 0.5) is not None


def test_without_audits_or_without_a_model_nothing_pauses():
    assert why_paused(sure_of(3), [], 0.9) is None
    people = Learned(np.full((3, 2), 0.5), None, None, np.eye(2), ModelReport(0), None)
    assert why_paused(people, [(0, 0)], 0.9) is None


def test_a_model_that_was_trained_anew_is_judged_by_the_same_audits():
    audits = [(n, 1) for n in range(60)]
    assert why_paused(sure_of(60), audits, 0.9)
    assert why_paused(stating(1 - sure_of(60).evidence), audits, 0.9) is None


def crowd_of_two_minds(n=40, torn=8):
    """Everybody agrees about most tasks; about the last ones two people out of four say the other thing."""
    votes = [
        VoteRow(100 + i, worker, PETS.classes[(i + (i >= n - torn) * worker) % 2])
        for i in range(n)
        for worker in range(2 + 2 * (i >= n - torn))
    ]
    return [TaskRow(100 + i, i, f"item {i}", "pending", False, None) for i in range(n)], votes


def concluded(project, rows, votes, reviewed=()):
    now = situation(project, rows, votes, {}, [], reviewed)
    return conclude(project, now, train(now, None, rng=rng()), None, rng=rng())


def test_tasks_on_which_people_contradict_each_other_go_to_reviewers_where_there_are_any():
    rows, votes = crowd_of_two_minds()
    torn = set(range(32, 40))
    found = concluded(replace(REVIEWED, max_answers=4, target_probability=0.99), rows, votes)
    assert set(found.review.tolist()) <= torn
    assert len(found.review) > 4
    assert (found.state[found.review] == "completed").all()
    assert not set(found.ask.tolist()) & set(found.review.tolist())
    assert len(concluded(replace(DECIDES, max_answers=4, target_probability=0.99), rows, votes).review) == 0


def test_a_task_in_review_is_asked_no_more_and_counts_as_right():
    rows, votes = crowd_of_two_minds()
    reviewed = [ReviewedTask(100 + i, None, True) for i in range(32, 40)]
    project = replace(REVIEWED, max_answers=4, target_probability=0.96)
    before, after = concluded(project, rows, votes), concluded(project, rows, votes, reviewed)
    assert len(before.review) > 0
    assert len(after.review) == 0
    assert (after.state[32:] == "completed").all()
    assert after.ask.max(initial=0) < 32


def test_the_audit_share_is_routed_like_every_other_task():
    """A verdict of a manager on it is no review that people have asked for."""
    rows, votes = crowd_of_two_minds()
    rows = [replace(row, is_audit=True) for row in rows]
    audited = [ReviewedTask(100 + i, "cat", False) for i in range(40)]
    project = replace(REVIEWED, max_answers=4, target_probability=0.99)
    before, after = concluded(project, rows, votes), concluded(project, rows, votes, audited)
    assert (before.state == after.state).all()
    assert before.review.tolist() == after.review.tolist()


def test_a_paused_model_leaves_its_tasks_to_people():
    n = 120
    truth = np.arange(n) % 2
    features = np.column_stack([truth * 4.0, 1 - truth]).astype(np.float32)
    features += rng().normal(0, 0.1, features.shape).astype(np.float32)
    gold = [PETS.classes[one] if i < 60 else None for i, one in enumerate(truth.tolist())]
    rows = [TaskRow(100 + i, i, f"item {i}", "pending", i >= 60, gold[i]) for i in range(n)]
    # The audits say the opposite of all that gold has taught.
    audits = [ReviewedTask(100 + i, PETS.classes[1 - truth[i]], False) for i in range(60, n)]
    found = {}
    for name, reviewed in (("alone", []), ("audited", audits)):
        now = situation(DECIDES, rows, [], {}, [], reviewed)
        found[name] = conclude(DECIDES, now, train(now, features, rng=rng()), features, rng=rng())
    assert found["alone"].paused is None
    assert (found["alone"].state == "completed").all()
    assert found["audited"].paused.startswith("paused")
    assert (found["audited"].state[60:] == "pending").all()
    assert len(found["audited"].ask) > 0


@pytest.mark.parametrize("verdict", ["cow", None])
def test_verdicts_of_classes_that_are_gone_are_no_audits(verdict):
    rows = [TaskRow(100, 0, "item", "pending", True, None)]
    now = situation(
        DECIDES, rows, [], {}, [], [ReviewedTask(100, verdict, True), ReviewedTask(999, "cat", True)]
    )
    assert now.audits == []
    assert now.in_review.tolist() == [True]
