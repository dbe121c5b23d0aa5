"""`groundswell.label`: from one call to labels, going on later, and ending cleanly."""

import threading

import pytest

import groundswell as gs
from groundswell.errors import Conflict, InvalidAnswer

TEXTS = ["a cat", "two cats", "a dog"]


def names_the_animal(item):
    return "cat" if "cat" in item.text else "other"


def names_something_else(item):
    return "fish"


def test_the_same_name_goes_on_with_a_version_too(tmp_path):
    with gs.label(TEXTS, ["cat", "other"], name="pets", by=[names_the_animal], home=tmp_path) as labelling:
        version = labelling.save()
    with gs.label(version, ["cat", "other"], name="pets", home=tmp_path) as again:
        assert [row["label"] for row in again.labels()] == ["cat", "cat", "other"]
        assert again.progress().completed == 3


def test_a_program_that_names_an_unknown_class_ends_the_call_and_everything_it_started(tmp_path):
    before = threading.active_count()
    with pytest.raises(InvalidAnswer, match="'fish' is not a class"):
        gs.label(TEXTS, ["cat", "other"], by=[names_something_else], home=tmp_path)
    assert threading.active_count() == before
    with gs.label(TEXTS, ["cat", "other"], home=tmp_path) as labelling:
        assert labelling.labels() == [], "the folder is free again, and nothing was stored"


def test_what_is_closed_says_so(tmp_path):
    labelling = gs.label(TEXTS, ["cat", "other"], home=tmp_path)
    assert "0 of 3 done; open http://127.0.0.1" in repr(labelling)
    labelling.close()
    labelling.close()
    assert repr(labelling) == "<Labelling 'labelling': closed>"
    with pytest.raises(Conflict, match="is closed"):
        labelling.labels()
