import pytest

from groundswell.assist.functions import apply, labelling_function, report
from groundswell.quality import consensus
from groundswell.quality.intervals import wilson

SAID = {
    "a": "xxxx....",
    "copy": "xxxx....",
    "b": "xy..y...",
    "only": "......y.",
    "silent": "........",
}
"""What five functions say of eight items, a dot for abstaining."""


def weak():
    def make(row):
        return lambda place: None if row[place] == "." else row[place]

    return apply([labelling_function(name=name)(make(row)) for name, row in SAID.items()], range(8))


def rows(people=None):
    return {row.function: row for row in report(weak(), people).rows}


def test_shares_are_those_counted_by_hand():
    a, b, only = (rows()[name] for name in ("a", "b", "only"))
    assert (a.coverage, a.overlap, a.conflict, a.alone) == (4 / 8, 4 / 8, 1 / 8, 0)
    assert (b.coverage, b.overlap, b.conflict, b.alone) == (3 / 8, 2 / 8, 1 / 8, 1 / 8)
    assert (only.coverage, only.overlap, only.alone) == (1 / 8, 0, 1 / 8)
    assert (a.says, b.says, only.says) == (("x",), ("x", "y"), ("y",))
    # a's votes meet copy's four times and b's twice, once with another class
    assert a.agreement == pytest.approx(5 / 6)


def test_a_copy_is_found_and_what_is_alone_has_no_neighbour():
    assert (rows()["a"].nearest, rows()["a"].alike) == ("copy", 1.0)
    assert rows()["only"].nearest is None
    assert (rows()["silent"].says, rows()["silent"].coverage) == ((), 0)


def test_accuracy_is_against_gold_with_wilsons_interval():
    row = rows({0: "x", 1: "y", 2: "x", 7: "x", "elsewhere": "x"})["a"]
    assert (row.accuracy, row.judged) == (pytest.approx(2 / 3), 3)
    assert (row.low, row.high) == wilson(2, 3)


def test_people_may_be_answers_or_their_consensus():
    answers = [(0, "ann", "x"), (0, "bob", "x"), (1, "ann", "x"), (1, "bob", "x")]
    by_table, by_consensus = rows(answers)["a"], rows(consensus(answers))["a"]
    assert by_table == by_consensus
    assert by_table.judged == 2
    assert by_table.accuracy > 0.9


def test_a_class_that_only_people_use_makes_functions_wrong():
    assert rows({0: "z"})["a"].accuracy == 0


def test_the_most_contradicted_item_is_named_with_what_was_said():
    conflict = report(weak()).conflicts[0]
    assert (conflict.item, conflict.pairs) == (1, 2)
    assert conflict.said == {"a": "x", "copy": "x", "b": "y"}
    assert len(report(weak()).conflicts) == 1


def test_it_prints_as_a_table_and_as_rows():
    found = report(weak(), {0: "x"})
    lines = repr(found).splitlines()
    assert lines[0].startswith("5 functions on 8 items, 75.0 % covered, 1 answered")
    assert lines[2].split()[:6] == ["a", "x", "50.0", "50.0", "12.5", "0.0"]
    assert found.to_rows()[0]["function"] == "a"
    assert len(found.to_rows()) == 5


def test_no_votes_at_all_make_an_empty_report():
    silent = apply([labelling_function(name="s")(lambda item: None)], [1, 2])
    assert report(silent).rows[0].coverage == 0
    assert report(silent).conflicts == ()
    assert "0.0 % covered" in repr(report(silent))


@pytest.mark.parametrize(("right", "total"), [(81, 263), (3, 3), (0, 10), (0.5, 1)])
def test_wilsons_ends_are_where_the_score_test_just_rejects(right, total):
    for end in wilson(right, total):
        assert abs(right / total - end) == pytest.approx(
            1.959964 * (end * (1 - end) / total) ** 0.5, abs=1e-6
        )
