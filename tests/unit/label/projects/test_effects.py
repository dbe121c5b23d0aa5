"""The dry run of a change as a value: what goes from which class to which, counted."""

import json
from datetime import UTC, datetime

from groundswell.label.projects.effects import AskedAgain, ClassEffect, as_json, effects, meanings
from groundswell.label.projects.schema import Merge, Rename, Split, change
from groundswell.label.projects.versions import History, OntologyVersion


def version(
    number: int, classes: list[str], *operations, of: OntologyVersion | None = None
) -> OntologyVersion:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    if of is None:
        return OntologyVersion(number, classes, None, None, [], {}, {}, None, at)
    made = change(of.classes, operations)
    return OntologyVersion(
        number, list(made.classes), of.version, None, [], made.mapping, made.inverse, None, at
    )


FIRST = version(1, ["cat", "dog", "bird"])
MERGED = version(2, [], Merge(("cat", "dog"), "pet"), of=FIRST)
SPLIT = version(3, [], Split("pet", ("tame", "wild")), Rename("bird", "fowl"), of=MERGED)


def test_every_class_of_every_version_has_a_meaning_now_and_after():
    found = meanings(History([FIRST, MERGED]), History([FIRST, MERGED, SPLIT]))
    assert [(m.version, m.class_, m.present, m.after, m.exact) for m in found] == [
        (1, "cat", "pet", None, False),
        (1, "dog", "pet", None, False),
        (1, "bird", "bird", "fowl", True),
        (2, "pet", "pet", None, False),
        (2, "bird", "bird", "fowl", True),
    ]
    assert json.loads(as_json(found))[0] == {
        "version": 1,
        "class": "cat",
        "present": "pet",
        "after": None,
        "exact": False,
    }


def test_a_merge_cannot_be_read_backwards_and_a_rename_can():
    exact = {m.class_: m.exact for m in meanings(History([FIRST]), History([FIRST, MERGED]))}
    assert exact == {"cat": False, "dog": False, "bird": True}


def test_answers_of_all_versions_are_counted_under_the_class_of_now():
    given = meanings(History([FIRST, MERGED]), History([FIRST, MERGED, SPLIT]))
    found = effects(
        given,
        MERGED.classes,
        {(1, "cat"): 5, (1, "dog"): 2, (2, "pet"): 1, (2, "bird"): 3, (2, "what nobody knows"): 9},
        [
            {"what": "consensus", "present": "pet", "after": None, "number": 4},
            {"what": "gold", "present": "bird", "after": "fowl", "number": 1},
            {"what": "prediction", "present": None, "after": None, "number": 8},
        ],
    )
    assert found == [
        ClassEffect("pet", None, annotations=8, labels=4),
        ClassEffect("bird", "fowl", annotations=3, gold=1),
    ]


def test_a_class_that_nothing_says_has_an_effect_too():
    given = meanings(History([FIRST]), History([FIRST, MERGED]))
    assert effects(given, FIRST.classes, {}, []) == [
        ClassEffect("cat", "pet"),
        ClassEffect("dog", "pet"),
        ClassEffect("bird", "bird"),
    ]


def test_what_comes_back_to_count_stands_last():
    given = meanings(History([FIRST]), History([FIRST, MERGED]))
    labels = [{"what": "review", "present": None, "after": "pet", "number": 2}]
    assert effects(given, FIRST.classes, {}, labels)[-1] == ClassEffect(None, "pet", reviews=2)


def test_asking_again_costs_answers_times_their_price():
    again = AskedAgain(tasks=2, completed=1, answers=5, price_cents=3, state="done", examples=[], leases=0)
    assert (again.cost_cents, again.reopens_project) == (15, True)
