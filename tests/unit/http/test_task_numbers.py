import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.http.task_numbers import MOST, TaskNumbers

KEY = uuid.UUID("6f1f8a42-3a58-4a43-8f6c-0d9a6f1f8a42")


@given(task_id=st.integers(1, MOST), key=st.uuids())
def test_what_is_shown_is_what_is_meant_and_javascript_holds_it(task_id, key):
    numbers = TaskNumbers(key)
    assert numbers.meant(numbers.shown(task_id)) == task_id
    assert 1 <= numbers.shown(task_id) <= MOST < 2**53


def test_no_two_tasks_share_a_number():
    numbers = TaskNumbers(KEY)
    assert len({numbers.shown(task_id) for task_id in range(1, 20_001)}) == 20_000


def test_the_order_of_numbers_says_nothing_about_the_order_of_tasks():
    shown = np.array([TaskNumbers(KEY).shown(task_id) for task_id in range(1, 2_001)], float)
    assert abs(np.corrcoef(shown, np.arange(2_000))[0, 1]) < 0.1
    assert abs(np.corrcoef(shown[1:], shown[:-1])[0, 1]) < 0.1


def test_another_organization_has_other_numbers():
    assert TaskNumbers(KEY).shown(7) != TaskNumbers(uuid.uuid4()).shown(7)


@pytest.mark.parametrize("number", [0, -3, MOST + 1, 2**63 - 1])
def test_a_number_that_no_task_can_have_stays_unknown(number):
    numbers = TaskNumbers(KEY)
    assert numbers.meant(number) == number == numbers.shown(number)


def test_without_a_key_numbers_stay_as_they_are():
    assert TaskNumbers(None).shown(7) == 7 == TaskNumbers(None).meant(7)
