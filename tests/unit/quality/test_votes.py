import numpy as np
import pyarrow as pa
import pytest

from groundswell.errors import InputError, MissingColumn, NoVotes, TooLarge
from groundswell.quality.votes import Votes, require_votes

ROWS = [("t1", "ann", "cat"), ("t1", "bob", "dog"), ("t2", "bob", "cat")]


class Frame:
    """Quacks like a data frame: `columns`, and columns that have `tolist`."""

    def __init__(self, data):
        self._data = data
        self.columns = list(data)

    def __getitem__(self, name):
        return np.array(self._data[name], dtype=object)


def columns_of(rows):
    tasks, workers, labels = zip(*rows, strict=True)
    return {"task": list(tasks), "worker": list(workers), "label": list(labels)}


@pytest.mark.parametrize(
    "table",
    [
        ROWS,
        [dict(zip(("task", "worker", "label"), row, strict=True)) for row in ROWS],
        columns_of(ROWS),
        pa.table(columns_of(ROWS)),
        pa.RecordBatch.from_pydict(columns_of(ROWS)),
        Frame(columns_of(ROWS)),
        np.array(ROWS, dtype=object),
    ],
    ids=["tuples", "dicts", "columns", "arrow", "arrow batch", "frame", "numpy"],
)
def test_any_kind_of_table_gives_the_same_votes(table):
    votes = Votes.from_table(table)
    assert votes.item_names == ("t1", "t2")
    assert votes.worker_names == ("ann", "bob")
    assert votes.class_names == ("cat", "dog")
    assert list(zip(votes.item.tolist(), votes.worker.tolist(), votes.label.tolist(), strict=True)) == [
        (0, 0, 0),
        (0, 1, 1),
        (1, 1, 0),
    ]


def test_columns_may_have_other_names():
    votes = Votes.from_table({"q": [1], "who": [2], "said": [3]}, task="q", worker="who", label="said")
    assert (votes.item_names, votes.worker_names, votes.class_names) == ((1,), (2,), (3,))


def test_the_last_answer_of_a_worker_to_a_task_counts():
    votes = Votes.from_table([("t", "ann", "cat"), ("t", "bob", "cat"), ("t", "ann", "dog")])
    assert votes.label.tolist() == [1, 0]
    assert len(votes) == 2


def test_a_missing_label_is_skipped_and_counted_but_its_task_and_worker_are_kept():
    votes = Votes.from_table([("t1", "ann", "cat"), ("t2", "bob", None), ("t3", "ann", float("nan"))])
    assert (len(votes), votes.skipped) == (1, 2)
    assert votes.votes_per_item.tolist() == [1, 0, 0]
    assert votes.votes_per_worker.tolist() == [1, 0]


def test_a_later_missing_label_does_not_erase_an_answer():
    assert Votes.from_table([("t", "ann", "cat"), ("t", "ann", None)]).votes_per_item.tolist() == [1]


def test_classes_that_nobody_used_keep_their_place():
    votes = Votes.from_table(ROWS, classes=["dog", "cow", "cat"])
    assert votes.class_names == ("dog", "cow", "cat")
    assert votes.counts.tolist() == [[1, 0, 1], [0, 0, 1]]


def test_classes_are_sorted_numbers_by_value():
    assert Votes.from_table([(1, 1, 10), (1, 2, 9), (1, 3, "a")]).class_names == (9, 10, "a")


def test_pairs_are_the_distinct_worker_and_label_combinations():
    votes = Votes.from_table([*ROWS, ("t3", "bob", "dog")])
    pairs = votes.pairs
    assert list(zip(pairs.worker.tolist(), pairs.label.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert (pairs.worker[votes.pair_of()] == votes.worker).all()
    assert (pairs.label[votes.pair_of()] == votes.label).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"task": [1, 2], "worker": [1], "label": [1]}, "task has 2, worker has 1"),
        ([("t", "ann")], "row 0 must be"),
        ([(None, "ann", "cat")], "row 0 has no task"),
        ([("t", float("nan"), "cat")], "row 0 has no worker"),
        ([("t", "ann", ["cat"])], "plain value"),
        ([(["t"], "ann", "cat")], "plain value"),
        ("t,ann,cat", "not str"),
        (7, "not int"),
        ({"task": "t", "worker": "w", "label": "l"}, "one value a row"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table, message):
    with pytest.raises(InputError, match=message):
        Votes.from_table(table)


@pytest.mark.parametrize(
    "table",
    [{"task": [1], "worker": [1]}, [{"task": 1, "worker": 1}], pa.table({"task": [1], "worker": [1]})],
    ids=["columns", "dicts", "arrow"],
)
def test_a_missing_column_is_named_with_those_that_are_there(table):
    with pytest.raises(MissingColumn, match=r"'label'.*task, worker"):
        Votes.from_table(table)


def test_a_label_outside_the_given_classes_is_named():
    with pytest.raises(InputError, match="'dog' is not among the 1 classes"):
        Votes.from_table(ROWS, classes=["cat"])


def test_a_class_given_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        Votes.from_table(ROWS, classes=["cat", "dog", "cat"])


@pytest.mark.parametrize("rows", [[], [("t", "ann", None)]])
def test_no_answers_at_all_is_an_error_of_its_own(rows):
    with pytest.raises(NoVotes, match="at least one answer"):
        Votes.from_table(rows)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0, 1], [0], [0, 0]), "2, 1 and 2"),
        (([-1], [0], [0]), "item codes must be 0 to 1"),
        (([0], [2], [0]), "worker codes must be 0 to 1"),
        (([0], [0], [9]), "label codes must be 0 to 1"),
        (([0.5], [0], [0]), "integer codes"),
        (([[0]], [0], [0]), "1-d array"),
    ],
)
def test_codes_that_do_not_fit_are_refused(columns, message):
    with pytest.raises(InputError, match=message):
        Votes(*map(np.array, columns), n_items=2, n_workers=2, n_classes=2)


def test_a_million_classes_are_refused_by_name_before_memory_runs_out():
    codes = np.arange(1000, dtype=np.int32)
    with pytest.raises(TooLarge, match="1,000,000 classes"):
        require_votes(Votes(codes, codes, codes, 1000, 1000, 10**6))
    with pytest.raises(TooLarge, match="1,000,000 classes"):
        _ = Votes(codes, codes, codes, 1000, 1000, 10**6).counts


def test_votes_describe_themselves():
    assert repr(Votes.from_table(ROWS)) == "Votes(3 votes: 2 tasks, 2 workers, 2 classes; 0 skipped)"
