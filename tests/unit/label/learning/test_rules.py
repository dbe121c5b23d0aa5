"""Decisions of labelling, by hand-made examples and as properties."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundswell.label.learning.rules import counted, numbered, open_window


def test_answers_in_time_count_before_late_ones_and_no_more_than_the_limit():
    task, late = [7, 7, 7, 9, 9], [True, False, False, True, False]
    assert counted(task, late, 2).tolist() == [False, True, True, True, True]
    assert counted(task, late, 1).tolist() == [False, True, False, False, True]
    assert counted([], [], 3).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40), st.integers(1, 4))
def test_every_task_keeps_as_many_answers_as_it_may_have(answers, limit):
    task = np.array([each for each, _ in answers], int)
    kept = counted(task, [late for _, late in answers], limit)
    for each in set(task.tolist()):
        assert kept[task == each].sum() == min((task == each).sum(), limit)


# ── which slots are opened ───────────────────────────────────────────────────────────────────────


def test_a_slot_is_numbered_after_the_answers_that_its_task_has():
    assert numbered(np.array([2, 0, 2]), np.array([0, 0, 3])).tolist() == [4, 1, 5]
    assert numbered(np.array([], np.int64), np.zeros(4, np.int64)).tolist() == []


def test_the_window_is_the_first_slots_where_nobody_has_met_them():
    assert open_window(np.arange(10), 3, [], least=2).tolist() == [0, 1, 2]


def test_a_worker_who_has_met_the_first_slots_finds_later_ones():
    met = np.array([True, True, True, False, True, False, False])
    assert open_window(np.arange(7), 3, [met], least=2).tolist() == [0, 1, 2, 3, 5]


@given(st.data())
def test_whoever_can_answer_anything_finds_something_in_the_window(data):
    n = data.draw(st.integers(1, 20))
    order = np.array(data.draw(st.permutations(range(n))))
    mask = st.lists(st.booleans(), min_size=n, max_size=n)
    met = [np.array(row) for row in data.draw(st.lists(mask, max_size=4))]
    window = open_window(order, data.draw(st.integers(0, 5)), met, least=1)
    assert set(window) <= set(order)
    for one in met:
        assert (~one[window]).any() == (~one).any()
