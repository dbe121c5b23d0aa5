import numpy as np
import pytest

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.number_table import Numbers, medians, unit_of


def test_rows_become_codes_and_values_in_the_order_of_task_then_worker():
    numbers = Numbers.from_table([("b", "ann", 3), ("a", "bob", "1.5"), ("b", "bob", -2)])
    assert numbers.item.tolist() == [0, 0, 1]
    assert numbers.worker.tolist() == [0, 1, 1]
    assert numbers.value.tolist() == [3.0, -2.0, 1.5]
    assert (numbers.item_names, numbers.worker_names) == (("b", "a"), ("ann", "bob"))


def test_the_last_answer_of_a_worker_to_a_task_counts():
    numbers = Numbers.from_table([("t", "ann", 1), ("t", "bob", 5), ("t", "ann", 3)])
    assert len(numbers) == 2
    assert numbers.value.tolist() == [3.0, 5.0]


def test_a_missing_number_is_no_answer_but_its_task_and_worker_are_kept():
    rows = [
        ("t", "ann", 1),
        ("u", "bob", None),
        ("v", "eve", float("nan")),
        ("w", "dan", " "),
        ("x", "fay", "NaN"),
    ]
    numbers = Numbers.from_table(rows)
    assert (len(numbers), numbers.skipped, numbers.n_items, numbers.n_workers) == (1, 4, 5, 5)
    assert numbers.answers_per_item.tolist() == [1, 0, 0, 0, 0]
    assert numbers.answers_per_worker.tolist() == [1, 0, 0, 0, 0]


def test_columns_have_the_names_that_they_are_given_and_unicode_is_fine():
    numbers = Numbers.from_table(
        {"картинка": ["ä"], "wer": ["李"], "cm": [2]}, task="картинка", worker="wer", value="cm"
    )
    assert numbers.item_names == ("ä",)
    assert repr(numbers) == "Numbers(1 answers: 1 tasks, 1 workers; 0 skipped)"


@pytest.mark.parametrize("value", ["tall", float("inf"), "-inf", 10**400, [1], 1j])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(InputError, match="value"):
        Numbers.from_table([("t", "ann", 1), ("t", "bob", value)])


def test_a_table_without_a_number_or_a_column_is_refused():
    with pytest.raises(NoVotes, match="no row of 0"):
        Numbers.from_table([])
    with pytest.raises(NoVotes, match="no row of 1"):
        Numbers.from_table([("t", "ann", None)])
    with pytest.raises(MissingColumn):
        Numbers.from_table([{"task": "t", "worker": "ann", "label": 1}])
    with pytest.raises(InputError, match="no worker"):
        Numbers.from_table([("t", None, 1)])


def test_values_are_float64_whatever_they_came_as():
    assert (
        Numbers.from_table({"task": [1], "worker": [2], "value": np.array([3], np.int8)}).value.dtype
        == np.float64
    )


def test_the_median_of_an_even_number_of_answers_is_between_the_middle_ones():
    rows = [("t", "a", 1), ("t", "b", 9), ("t", "c", 3), ("t", "d", 4), ("u", "a", None)]
    assert medians(Numbers.from_table(rows)).tolist() == [3.5, 3.5]


def test_the_unit_is_the_narrowest_range_that_is_one():
    assert unit_of(np.arange(101.0)) == pytest.approx(80)
    assert unit_of(np.r_[np.zeros(99), 7.0]) == 7
    assert unit_of(np.r_[np.arange(101.0), 1e9]) == pytest.approx(80, abs=2)
    assert unit_of(np.full(3, 5.0)) == 0
