import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.rankings import Comparisons


def test_reads_tuples_dicts_and_columns_alike():
    tuples = [("ann", "x", "y", "x"), ("bob", "y", "x", "tie"), ("bob", "x", "z", "z")]
    names = ("worker", "left", "right", "winner")
    dicts = [dict(zip(names, row, strict=True)) for row in tuples]
    columns = {name: [row[place] for row in tuples] for place, name in enumerate(names)}
    for rows in (
        tuples,
        dicts,
        columns,
        pa.table(columns),
        {name: np.array(column) for name, column in columns.items()},
    ):
        read = Comparisons.from_table(rows)
        assert read.item_names == ("x", "y", "z")
        assert read.worker_names == ("ann", "bob")
        said = zip(
            read.worker.tolist(), read.left.tolist(), read.right.tolist(), read.outcome.tolist(), strict=True
        )
        assert list(said) == [(0, 0, 1, 0), (1, 0, 2, 1), (1, 1, 0, 2)]


def test_the_last_answer_counts_and_one_in_swapped_places_is_another():
    rows = [("ann", "x", "y", "x"), ("ann", "x", "y", "y"), ("ann", "y", "x", "x")]
    assert Comparisons.from_table(rows).outcome.tolist() == [1, 1]


def test_a_missing_winner_is_left_out_and_counted():
    read = Comparisons.from_table(
        [("ann", "x", "y", None), ("ann", "x", "z", float("nan")), ("bob", "x", "y", "y")]
    )
    assert (len(read), read.skipped, read.n_items, read.n_workers) == (1, 2, 3, 2)


def test_equal_names_in_different_groups_are_different_items():
    rows = [("t1", "ann", "x", "y", "x"), ("t2", "ann", "y", "x", "x")]
    read = Comparisons.from_table(
        [dict(zip(("task", "worker", "left", "right", "winner"), row, strict=True)) for row in rows],
        group="task",
    )
    assert read.n_items == 4
    assert read.item_names == ("x", "y", "x", "y")
    assert read.group.tolist() == [0, 0, 1, 1]
    assert repr(read) == "Comparisons(2 comparisons: 4 items in 2 sets, 1 workers; 0 skipped)"


def test_unicode_and_numbers_are_names():
    read = Comparisons.from_table([("żółw", "日本", 3, "日本"), ("żółw", 3, 1.5, 3)])
    assert read.item_names == (1.5, 3, "日本")


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([], NoVotes, "no row of 0"),
        ([("ann", "x", "y", None)], NoVotes, "at least one comparison"),
        ([("ann", "x", "x", "x")], InputError, "with itself"),
        ([("ann", "x", "y", "z")], InputError, "row 0: the winner must be 'x', 'y' or 'tie', not 'z'"),
        ([("ann", "x", "y")], InputError, r"row 0 must be \(worker, left, right, winner\)"),
        ([("ann", None, "y", "y")], InputError, "no left"),
        ([(None, "x", "y", "y")], InputError, "no worker"),
        ([("ann", ["x"], "y", "y")], InputError, "plain value"),
        ([{"worker": "ann", "left": "x"}], MissingColumn, "no 'right'"),
        ({"worker": ["ann"], "left": ["x"], "right": ["y"]}, MissingColumn, "no column 'winner'"),
        ({"worker": ["a"], "left": ["x"], "right": ["y"], "winner": []}, InputError, "one length"),
        ("text", InputError, "not str"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(rows, error, words):
    with pytest.raises(error, match=words):
        Comparisons.from_table(rows)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"left": np.array([5])}, "left codes must be 0 to 1; found 5"),
        ({"outcome": np.array([0.5])}, "1-d array of codes"),
        ({"worker": np.array([0, 0])}, "one entry a comparison"),
        ({"right": np.array([0])}, "with itself"),
        ({"group": np.array([0, 1])}, "two groups"),
        ({"group": np.array([0])}, "one entry for each of 2 items, not 1"),
    ],
)
def test_codes_that_do_not_fit_are_refused(change, words):
    given = {"worker": np.array([0]), "left": np.array([0]), "right": np.array([1]), "outcome": np.array([0])}
    with pytest.raises(InputError, match=words):
        Comparisons(**(given | change), n_workers=1, n_items=2)
