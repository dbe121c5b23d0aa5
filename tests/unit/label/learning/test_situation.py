"""A project's rows as arrays."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.label.learning.pets import PETS

from groundswell.label.learning.rules import MAX_SKIPS, SMALL_TEAM
from groundswell.label.learning.situation import OpinionRow, SkipRow, TaskRow, VoteRow, opinions_of, situation

PROJECT = PETS
TASKS = [TaskRow(10, 0, "ten", "pending", False, None), TaskRow(11, 1, "eleven", "completed", True, "dog")]


def test_rows_become_arrays_in_the_order_of_the_tasks():
    now = situation(
        PROJECT,
        TASKS,
        [VoteRow(11, 5, "dog"), VoteRow(10, 9, "cat"), VoteRow(11, 9, "cat")],
        {10: 2},
        [SkipRow(10, 5)],
    )
    assert now.state.tolist() == ["pending", "completed"]
    assert now.gold.tolist() == [-1, 1]
    assert now.outstanding.tolist() == [2, 0]
    assert now.received.tolist() == [1, 2]
    assert now.skips.tolist() == [1, 0]
    assert now.worker_ids == [5, 9]
    assert sorted(zip(now.votes.item, now.votes.worker, now.votes.label, strict=True)) == [
        (0, 1, 0),
        (1, 0, 1),
        (1, 1, 0),
    ]


def test_who_has_met_a_task_answered_or_skipped_it():
    now = situation(PROJECT, TASKS, [VoteRow(11, 5, "dog")], {}, [SkipRow(10, 5), SkipRow(11, 6)])
    assert [met.tolist() for met in now.met] == [[True, True], [False, True]]


def test_in_a_large_crowd_nobody_is_looked_after_by_name():
    votes = [VoteRow(10, worker, "cat") for worker in range(SMALL_TEAM + 1)]
    assert situation(PROJECT, TASKS, votes, {}).met == []


def test_late_answers_count_only_where_one_is_missing_and_are_received_all_the_same():
    votes = [VoteRow(10, 1, "dog", late=True), VoteRow(10, 2, "cat"), VoteRow(10, 3, "cat")]
    full = situation(PROJECT, TASKS, votes, {})
    assert full.received.tolist() == [3, 0]
    assert full.votes.votes_per_item.tolist() == [2, 0]
    assert full.worker_ids == [2, 3]
    missing = situation(PROJECT, TASKS, votes[:2], {})
    assert missing.votes.votes_per_item.tolist() == [2, 0]
    adaptive = situation(replace(PROJECT, target_probability=0.9), TASKS, votes, {})
    assert adaptive.votes.votes_per_item.tolist() == [3, 0], "up to max_answers"


def test_answers_of_a_class_that_is_gone_are_received_and_do_not_count():
    now = situation(PROJECT, TASKS, [VoteRow(10, 1, "cow")], {})
    assert now.received.tolist() == [1, 0]
    assert len(now.votes) == 0


def test_a_row_of_a_task_that_is_gone_is_left_out():
    now = situation(PROJECT, TASKS, [VoteRow(99, 1, "cat")], {99: 1}, [SkipRow(99, 1)])
    assert now.received.tolist() == now.skips.tolist() == now.outstanding.tolist() == [0, 0]


@pytest.mark.parametrize(("skips", "set_aside"), [(MAX_SKIPS - 1, False), (MAX_SKIPS, True)])
def test_a_task_is_set_aside_once_several_people_skipped_it(skips, set_aside):
    now = situation(PROJECT, TASKS, [], {}, [SkipRow(10, worker) for worker in range(skips)])
    assert now.set_aside.tolist() == [set_aside, False]


def test_no_tasks_are_arrays_of_nothing():
    now = situation(PROJECT, [], [], {})
    assert len(now.state) == len(now.received) == len(now.set_aside) == 0


def test_what_models_of_others_say_has_a_row_for_each_task_and_nothing_where_they_say_nothing():
    rows = [
        OpinionRow(11, "zoe", [0.2, 0.8]),
        OpinionRow(10, "abe", [0.3, 0.3]),
        OpinionRow(99, "abe", [1.0, 0.0]),
        OpinionRow(11, "abe", [0.2, 0.3, 0.5]),
    ]
    abe, zoe = opinions_of(PROJECT, TASKS, rows)
    nan = float("nan")
    np.testing.assert_allclose(
        abe, [[0.5, 0.5], [nan, nan]], err_msg="rounded, no task of ours, other classes"
    )
    np.testing.assert_allclose(zoe, [[nan, nan], [0.2, 0.8]])
    assert opinions_of(PROJECT, TASKS, []) == []
