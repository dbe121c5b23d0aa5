import pytest

from groundswell.errors import InputError
from groundswell.label.delivery.certificates import MOST_SLICES, slices_of
from groundswell.label.delivery.model import TaskLabel


def task(item_id, choice="cat", source="people"):
    return TaskLabel(
        *(1, item_id, 0, "completed", False, None, {"choice": choice}, 0.9, 1, source),
        *(None, None, None, None),
    )


TASKS = [task("a"), task("b", "dog"), task("c", source="model")]


def test_labels_are_sliced_by_their_class_and_by_who_they_come_from():
    found = slices_of(TASKS, {}, ["label", "source"])
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "label: cat": [True, False, True],
        "label: dog": [False, True, False],
        "source: model": [False, False, True],
        "source: people": [True, True, False],
    }


def test_a_field_of_the_items_slices_those_that_have_it():
    records = {"a": {"lang": "en", "year": 7}, "b": {"lang": "it", "year": 7}, "c": {"lang": None}}
    found = slices_of(TASKS, records, ["lang", "year", "lang"])
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "lang: en": [True, False, False],
        "lang: it": [False, True, False],
        "year: 7": [True, True, False],
    }


def test_what_no_item_has_is_refused_with_what_there_is():
    with pytest.raises(InputError, match="by 'colour'; there are label, source, lang"):
        slices_of(TASKS, {"a": {"lang": "en"}}, ["colour"])


def test_a_field_with_a_value_for_every_item_is_no_slice():
    tasks = [task(str(number)) for number in range(MOST_SLICES + 1)]
    records = {str(number): {"name": f"file {number}"} for number in range(MOST_SLICES + 1)}
    with pytest.raises(InputError, match="'name' has 101 values"):
        slices_of(tasks, records, ["name"])
