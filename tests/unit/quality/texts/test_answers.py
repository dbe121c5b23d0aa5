from math import nan

import pytest

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.texts.answers import Answers


def read(rows):
    return Answers.from_table(rows, "task", "worker", "text")


def test_answers_stand_in_one_order_by_sorted_names():
    answers = read([("t2", "bob", "x"), ("t1", "eve", "y"), ("t1", "ann", "z"), ("t1", "bob", "y")])
    assert answers.task_names == ("t1", "t2")
    assert answers.worker_names == ("ann", "bob", "eve")
    assert answers.rows == ((0, "y", 1), (0, "y", 2), (0, "z", 0), (1, "x", 1))


def test_the_last_text_of_a_worker_for_a_task_counts():
    assert [row.text for row in read([("t", "ann", "first"), ("t", "ann", "last")]).rows] == ["last"]


def test_a_missing_text_is_no_answer_and_an_empty_one_is():
    answers = read([("t", "ann", None), ("t", "bob", nan), ("t", "eve", "")])
    assert [row.text for row in answers.rows] == [""]
    assert answers.skipped == 2
    assert len(answers.worker_names) == 3


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([], NoVotes, "no row of 0 has a text"),
        ([("t", "ann", None)], NoVotes, "no row of 1 has a text"),
        ([("t", "ann", 5)], InputError, "text must be a string, not int 5"),
        ([(None, "ann", "x")], InputError, "row 0 has no task"),
        ([{"task": "t", "worker": "ann", "label": "x"}], MissingColumn, "row 0 has no 'text'"),
    ],
)
def test_what_cannot_be_used_is_refused(rows, error, message):
    with pytest.raises(error, match=message):
        read(rows)
