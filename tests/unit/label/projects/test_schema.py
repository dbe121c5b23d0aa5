"""What operations make of classes and of answers given before, by hand and for any list of operations."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from groundswell.errors import GroundswellError, InputError, InvalidName
from groundswell.label.projects.schema import Add, Change, Merge, Remove, Rename, Split, change, describe
from groundswell.label.projects.versions import History, OntologyVersion

ANIMALS = ("cat", "dog", "bird")


def test_a_rename_keeps_the_place_and_the_answers():
    made = change(ANIMALS, [Rename("dog", "hound")])
    assert made.classes == ("cat", "hound", "bird")
    assert made.mapping == {"cat": "cat", "dog": "hound", "bird": "bird"}
    assert made.inverse == {"cat": "cat", "hound": "dog", "bird": "bird"}


def test_merged_classes_keep_their_answers_but_cannot_be_told_apart_again():
    made = change(ANIMALS, [Merge(("cat", "dog"), "pet")])
    assert made.classes == ("pet", "bird")
    assert made.mapping == {"cat": "pet", "dog": "pet", "bird": "bird"}
    assert made.inverse == {"pet": None, "bird": "bird"}


def test_a_class_may_be_merged_into_one_that_is_there():
    made = change(ANIMALS, [Merge(("bird",), "cat")])
    assert (made.classes, made.mapping["bird"], made.inverse["cat"]) == (("cat", "dog"), "cat", None)


def test_a_split_asks_again_and_can_be_read_backwards():
    made = change(ANIMALS, [Split("dog", ("puppy", "adult dog"))])
    assert made.classes == ("cat", "puppy", "adult dog", "bird")
    assert made.mapping == {"cat": "cat", "dog": None, "bird": "bird"}
    assert (made.inverse["puppy"], made.inverse["adult dog"]) == ("dog", "dog")


def test_an_added_class_changes_no_answer_and_a_removed_one_asks_again():
    made = change(ANIMALS, [Add("fish"), Remove("bird")])
    assert made.classes == ("cat", "dog", "fish")
    assert made.mapping == {"cat": "cat", "dog": "dog", "bird": None}
    assert made.inverse == {"cat": "cat", "dog": "dog", "fish": None}


def test_two_classes_may_swap_their_names():
    made = change(("cat", "dog"), [Rename("cat", "x"), Rename("dog", "cat"), Rename("x", "dog")])
    assert made.classes == ("dog", "cat")
    assert made.mapping == {"cat": "dog", "dog": "cat"}


def test_parts_that_are_merged_again_are_the_whole_read_backwards():
    made = change(ANIMALS, [Split("dog", ("small", "large")), Merge(("small", "large"), "hound")])
    assert (made.mapping["dog"], made.inverse["hound"]) == (None, "dog")


@pytest.mark.parametrize(
    ("operations", "says"),
    [
        ([], "1 to 1000 operations; 0 given"),
        ([Rename("cow", "calf")], "no class 'cow' here; there are cat, dog, bird"),
        ([Rename("cat", "cat")], "renamed to itself"),
        ([Rename("cat", "dog")], "a class 'dog' already; choose another name, or merge"),
        ([Rename("cat", " ")], "begins or ends with space"),
        ([Rename("cat", "")], "must have 1 to 100 printable characters"),
        ([Rename("cat", "\x07")], "must have 1 to 100 printable characters"),
        ([Merge(("cat",), "cat")], "merging 'cat' into 'cat' joins nothing"),
        ([Merge(("cat", "cat"), "pet")], "merging 'cat' into 'pet' joins nothing"),
        ([Merge((), "pet")], "merging no class into 'pet' joins nothing"),
        ([Merge(("cat", "cow"), "pet")], "no class 'cow' here"),
        ([Merge(("cat", "dog"), "bird ")], "begins or ends with space"),
        ([Split("cat", ("lion",))], "'cat' is split into 'lion'; name at least two different parts"),
        ([Split("cat", ())], "'cat' is split into nothing"),
        ([Split("cat", ("lion", "lion"))], "at least two different parts"),
        ([Split("cat", ("cat", "lion"))], "a part of 'cat' cannot keep its name"),
        ([Split("cat", ("lion", "dog"))], "a class 'dog' already"),
        ([Add("dog")], "a class 'dog' already"),
        ([Remove("cow")], "no class 'cow' here"),
        ([Remove("cat"), Remove("dog")], "would leave 1 of the classes cat, dog, bird"),
        ([Merge(ANIMALS, "animal")], "would leave 1 of the classes"),
        ([Rename("cat", "x"), Rename("x", "cat")], "together change nothing"),
    ],
)
def test_a_change_that_does_not_fit_says_which_class_and_what_to_do(operations, says):
    with pytest.raises(InputError) as caught:
        change(ANIMALS, operations)
    assert says in str(caught.value)


def test_too_many_classes_are_refused():
    with pytest.raises(InvalidName, match="at most 1000 can be shown"):
        change(ANIMALS, [Split("cat", tuple(f"cat {n}" for n in range(999)))])


def test_an_operation_is_described_as_it_is_sent():
    assert describe(Merge(("cat", "dog"), "pet")) == {
        "op": "merge",
        "classes": ["cat", "dog"],
        "into": "pet",
    }


# ── any change ───────────────────────────────────────────────────────────────────────────────────

NAMES = st.sampled_from("abcdefgh")
PARTS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
OPERATIONS = st.one_of(
    st.builds(Rename, NAMES, NAMES),
    st.builds(Merge, PARTS, NAMES),
    st.builds(Split, NAMES, PARTS),
    st.builds(Add, NAMES),
    st.builds(Remove, NAMES),
)
CLASSES = st.lists(NAMES, min_size=2, max_size=5, unique=True).map(tuple)


@st.composite
def lists_that_fit(draw, classes: tuple[str, ...], most: int = 4):
    """Operations that fit the classes, one after another; perhaps none."""
    fitting: list = []
    for operation in draw(st.lists(OPERATIONS, max_size=12)):
        try:
            change(classes, [*fitting, operation])
        except GroundswellError:
            continue
        fitting.append(operation)
        if len(fitting) == most:
            break
    return fitting


@given(st.data())
def test_every_class_before_goes_somewhere_and_every_class_after_has_a_past(data):
    classes = data.draw(CLASSES)
    operations = data.draw(lists_that_fit(classes))
    assume(operations)
    made = change(classes, operations)
    assert set(made.mapping) == set(classes)
    assert set(made.inverse) == set(made.classes)
    for old, new in made.mapping.items():
        assert new is None or new in made.classes
        assert new is None or made.inverse[new] in (old, None)
    for new, old in made.inverse.items():
        assert old is None or made.mapping[old] in (new, None)


@given(st.data())
def test_a_list_of_operations_is_its_halves_one_after_the_other(data):
    classes = data.draw(CLASSES)
    first = data.draw(lists_that_fit(classes))
    assume(first)
    half = change(classes, first)
    second = data.draw(lists_that_fit(half.classes))
    assume(second)
    rest = change(half.classes, second)
    try:
        whole = change(classes, [*first, *second])
    except InputError:  # together they change nothing
        return
    assert whole.classes == rest.classes
    assert whole.mapping == {old: rest.mapping.get(now) for old, now in half.mapping.items()}


@given(st.data())
def test_renames_of_different_classes_commute(data):
    classes = data.draw(CLASSES)
    one, other = data.draw(st.permutations(classes))[:2]
    pair = [Rename(one, "x"), Rename(other, "y")]
    assert change(classes, pair) == change(classes, pair[::-1])


@given(st.data())
def test_a_rename_back_undoes_a_rename(data):
    classes = data.draw(CLASSES)
    name = data.draw(st.sampled_from(classes))
    there = change(classes, [Rename(name, "x")])
    back = change(there.classes, [Rename("x", name)])
    assert back.classes == classes
    assert {old: back.mapping[now] for old, now in there.mapping.items()} == {c: c for c in classes}


# ── histories ────────────────────────────────────────────────────────────────────────────────────

FIRST = OntologyVersion(1, list(ANIMALS), None, None, [], {}, {}, None, datetime(2026, 1, 1, tzinfo=UTC))


def changed(history: History, *operations) -> History:
    made: Change = change(history.newest.classes, operations)
    newest = replace(
        FIRST,
        version=history.newest.version + 1,
        classes=list(made.classes),
        made_from=history.newest.version,
        mapping=made.mapping,
        inverse=made.inverse,
    )
    return History([*history.versions, newest])


def restored(history: History, number: int) -> History:
    newest = replace(
        FIRST,
        version=history.newest.version + 1,
        classes=history.version(number).classes,
        made_from=history.newest.version,
        restores=number,
    )
    return History([*history.versions, newest])


def test_an_answer_goes_through_every_change_to_the_newest():
    history = changed(History([FIRST]), Rename("cat", "feline"))
    history = changed(history, Merge(("feline", "dog"), "pet"))
    assert history.mapping(1, 3) == {"cat": "pet", "dog": "pet", "bird": "bird"}
    assert history.mapping(2, 3) == {"feline": "pet", "dog": "pet", "bird": "bird"}


def test_what_was_merged_comes_back_exactly_and_what_was_answered_in_between_is_asked_again():
    history = restored(changed(History([FIRST]), Merge(("cat", "dog"), "pet")), 1)
    assert history.mapping(1, 3) == {"cat": "cat", "dog": "dog", "bird": "bird"}
    assert history.mapping(2, 3) == {"pet": None, "bird": "bird"}


def test_a_part_answered_in_between_is_the_whole_after_a_split_is_reverted():
    history = restored(changed(History([FIRST]), Split("dog", ("puppy", "adult"))), 1)
    assert history.mapping(1, 3)["dog"] == "dog"
    assert history.mapping(2, 3) == {"cat": "cat", "puppy": "dog", "adult": "dog", "bird": "bird"}


def test_a_change_after_a_revert_grows_from_what_was_restored():
    history = restored(changed(History([FIRST]), Rename("cat", "feline")), 1)
    history = changed(history, Rename("cat", "kitty"))
    assert history.mapping(1, 4)["cat"] == "kitty"
    assert history.mapping(2, 4)["feline"] == "kitty"


def test_a_revert_can_be_reverted():
    history = restored(restored(changed(History([FIRST]), Merge(("cat", "dog"), "pet")), 1), 2)
    assert history.equivalents(4) == [2, 4]
    assert history.mapping(1, 4) == {"cat": "pet", "dog": "pet", "bird": "bird"}
    assert history.mapping(2, 4) == {"pet": "pet", "bird": "bird"}


@given(st.data())
def test_restoring_a_version_is_the_identity_for_all_answers_up_to_it(data):
    history = History([replace(FIRST, classes=["a", "b", "c"])])
    for _ in range(data.draw(st.integers(1, 4))):
        operations = data.draw(lists_that_fit(tuple(history.newest.classes)))
        if operations and data.draw(st.booleans()):
            history = changed(history, *operations)
        elif history.newest.version > 1:
            history = restored(history, data.draw(st.integers(1, history.newest.version - 1)))
    number = data.draw(st.integers(1, history.newest.version))
    if history.newest.version not in history.equivalents(number):
        history = restored(history, number)
    newest = history.newest.version
    for earlier in range(1, number + 1):
        assert history.mapping(earlier, newest) == history.mapping(earlier, number)
    assert history.mapping(number, newest) == {name: name for name in history.newest.classes}
