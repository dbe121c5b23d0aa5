import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.label_conflicts import find_conflicts


def test_duplicates_with_other_labels_are_found_and_the_odd_one_is_suspect():
    labels = ["cat", "dog", "cat", "cat", "dog"]
    (conflict,) = find_conflicts(labels, ["a", "a", "a", "b", "c"])
    assert conflict.group == "a"
    assert conflict.items == (0, 1, 2)
    assert conflict.counts == {"cat": 2, "dog": 1}
    assert conflict.suggested == "cat"
    assert conflict.suspects == (1,)
    assert conflict.reason == "3 near-identical items are labelled 2 × cat, 1 × dog"


def test_a_tie_suggests_nothing_and_suspects_all():
    (conflict,) = find_conflicts([1, 0], [7, 7])
    assert conflict.suggested is None
    assert conflict.suspects == (0, 1)
    assert conflict.lead == 0


def test_the_clearest_conflict_comes_first_then_the_larger_group():
    groups = np.repeat([0, 1, 2, 3], [2, 4, 5, 3])
    labels = np.array([0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1])
    assert [one.group for one in find_conflicts(labels, groups)] == [2, 3, 1, 0]


def test_items_without_a_label_or_a_group_do_not_conflict():
    assert find_conflicts(["a", None, float("nan"), "a"], ["g", "g", "g", "g"]) == ()
    assert find_conflicts(["a", "b", "a", "b"], [None, None, float("nan"), float("nan")]) == ()
    assert find_conflicts([], []) == ()


def test_turning_the_items_turns_the_answer():
    rng = np.random.default_rng(0)
    labels, groups, turn = rng.integers(0, 3, 60), rng.integers(0, 25, 60), rng.permutation(60)
    one = {each.group: each for each in find_conflicts(labels, groups)}
    other = {each.group: each for each in find_conflicts(labels[turn], groups[turn])}
    assert one.keys() == other.keys()
    for group, conflict in one.items():
        assert {turn[place] for place in other[group].suspects} == set(conflict.suspects)
        assert other[group].suggested == conflict.suggested


def test_columns_of_two_lengths_are_refused():
    with pytest.raises(InputError, match="2 labels and 1 groups"):
        find_conflicts(["a", "b"], ["g"])
