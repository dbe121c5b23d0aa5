from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.agreement import agreement, cohen_kappa, krippendorff_alpha
from groundswell.quality.votes import Votes


def crowd(seed=0, n_items=120, classes="abcd"):
    """Rows of three answers a task from six workers, right three times in four."""
    rng = np.random.default_rng(seed)
    return [
        (
            f"t{t}",
            f"w{w}",
            classes[t % len(classes)] if rng.random() < 0.75 else str(rng.choice(list(classes))),
        )
        for t in range(n_items)
        for w in rng.choice(6, 3, replace=False)
    ]


def spans(first, second):
    """Share of the characters that only one of two lists of [start, end] covers."""
    one, other = ({at for start, end in spans for at in range(start, end)} for spans in (first, second))
    return 1 - len(one & other) / max(1, len(one | other))


def test_the_overall_value_is_the_mean_of_the_workers_weighted_by_answers():
    rows = [(t, w, "abcd".index(x)) for t, w, x in crowd()]
    for metric in ("nominal", "ordinal", "interval", "ratio", lambda one, other: abs(one - other) / 3):
        report = agreement(rows, metric=metric)
        answers = sum(worker.answers for worker in report.workers)
        mean = sum(worker.value * worker.answers for worker in report.workers) / answers
        assert mean == pytest.approx(report.overall.value)
        assert [worker.value for worker in report.workers] == sorted(
            worker.value for worker in report.workers
        )


def test_a_pair_has_the_kappa_of_its_two_workers():
    votes = Votes.from_table(crowd())
    for metric, weights in (("nominal", None), ("ordinal", "quadratic")):
        report = agreement(votes, metric=metric)
        assert len(report.pairs) == 15
        for pair in report.pairs:
            codes = [votes.worker_names.index(name) for name in (pair.first, pair.second)]
            known = cohen_kappa(votes, *codes, weights=weights)
            assert (pair.value, pair.items) == (pytest.approx(known.value), known.items)


def test_pairs_say_how_far_they_are_apart_in_the_readers_units():
    rows = [(t, w, 1.0 + t + 3 * (w == "b")) for t in range(12) for w in "ab"]
    assert agreement(rows, metric="interval").pairs[0].distance == pytest.approx(3)
    assert agreement(rows, metric="nominal").pairs[0].distance == 1
    both = agreement(rows, metric=lambda one, other: abs(one - other)).pairs[0]
    assert both.distance == pytest.approx(3)
    expected = np.abs(np.subtract.outer(*[[x for *_, x in rows]] * 2)).sum() / (24 * 23)
    assert both.value == pytest.approx(1 - 3 / expected)
    assert agreement(rows[:18], metric="interval").pairs == ()  # nine tasks are too few


def test_coincidences_by_hand():
    # t1: a a b; t2: a b; t3: c c. Each answer counts once, shared out over the others on its task.
    rows = [("t1", 1, "a"), ("t1", 2, "a"), ("t1", 3, "b"), ("t2", 1, "a"), ("t2", 2, "b")]
    report = agreement([*rows, ("t3", 1, "c"), ("t3", 2, "c"), ("t4", 1, "c")])
    assert report.classes == ("a", "b", "c")
    assert report.coincidences.tolist() == [[1, 2, 0], [2, 0, 0], [0, 0, 2]]
    (pair,) = report.confused
    assert (pair.first, pair.second, pair.share, pair.items) == ("a", "b", 1.0, 2)
    assert pair.expected == pytest.approx(2 * 3 * 2 / (49 - 9 - 4 - 4))
    # alpha from the matrix: observed 4 of 7 differ, by chance 32 of 42
    assert report.overall.value == pytest.approx(1 - (4 / 7) / (32 / 42))


def test_many_classes_have_pairs_but_no_table():
    rows = [(t, w, f"class {t}" if w or t else "class 1") for t in range(1001) for w in range(2)]
    report = agreement(rows, resamples=10)
    assert len(report.classes) == 1001
    assert report.coincidences is None
    assert [(pair.first, pair.second, pair.share) for pair in report.confused] == [
        ("class 0", "class 1", 1.0)
    ]


def test_slices_are_measured_each_by_themselves():
    rows = crowd()
    by_task = {f"t{t}": "even" if t % 2 == 0 else "odd" for t in range(100)} | {"t100": None}
    report = agreement(rows, slices=by_task)
    assert list(report.slices) == ["even", "odd"]
    even = Votes.from_table([row for row in rows if by_task.get(row[0]) == "even"])
    assert report.slices["even"].value == pytest.approx(krippendorff_alpha(even).value)
    assert report.slices["even"].items == 50
    named = [{"task": t, "worker": w, "label": x, "site": by_task.get(t)} for t, w, x in rows]
    assert agreement(named, slices="site").slices == report.slices


@pytest.mark.parametrize(
    ("slices", "words"),
    [("site", "no column 'site'"), ({"elsewhere": 1}, "none of them"), ({"t1": [1]}, "plain value")],
)
def test_slices_that_cannot_be_used_are_refused(slices, words):
    with pytest.raises(InputError, match=words):
        agreement(crowd(), slices=slices)


def test_a_task_in_two_slices_is_refused():
    rows = [{"task": 1, "worker": w, "label": "a", "site": w} for w in "xy"]
    with pytest.raises(InputError, match="task 1 is in slices 'x' and 'y'"):
        agreement(rows, slices="site")


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_never_matters(seed):
    rows = crowd(n_items=30)
    shuffled = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]
    one, other = agreement(rows, resamples=50), agreement(shuffled, resamples=50)
    assert one.to_rows() == other.to_rows() or repr(one.to_rows()) == repr(other.to_rows())
    assert one.reasons == other.reasons
    assert one.confused == other.confused


def test_answers_of_any_type_are_compared_by_a_function():
    rng = np.random.default_rng(0)
    rows = [
        (t, w, [[t % 50, t % 50 + 10 + int(rng.integers(0, 3))], [80, 90]])
        for t in range(60)
        for w in range(3)
    ]
    report = agreement([*rows, (99, 0, None)], metric=spans)
    assert report.metric == "spans"
    assert 0.7 < report.overall.value < 1
    assert report.coincidences is None
    assert len(report.pairs) == 3


def test_the_last_answer_of_a_worker_counts():
    rows = [("t", "x", 1), ("t", "y", 2), ("u", "x", 1), ("u", "y", 1), ("t", "x", 2)]
    assert agreement(rows, metric="interval").overall.value == 1
    assert agreement(rows).overall.value == 1
    listed = [(t, w, [x]) for t, w, x in rows]
    assert agreement(listed, metric=lambda one, other: float(one != other)).overall.value == 1


def test_ordinal_words_need_their_order():
    rows = [("t", "x", "low"), ("t", "y", "mid"), ("u", "x", "high"), ("u", "y", "high")]
    with pytest.raises(InputError, match="need an order"):
        agreement(rows, metric="ordinal")
    report = agreement(rows, metric="ordinal", classes=["low", "mid", "high"])
    numbers = [(t, w, ["low", "mid", "high"].index(x)) for t, w, x in rows]
    assert report.overall.value == pytest.approx(agreement(numbers, metric="ordinal").overall.value)


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([], NoVotes, "no row of 0"),
        ([("t", "x", None)], NoVotes, "no row of 1 has a label"),
        ([("t", "x")], InputError, "row 0"),
        ([{"task": 1, "worker": 2}], MissingColumn, "label"),
        ([(None, "x", 1)], InputError, "has no task"),
    ],
)
@pytest.mark.parametrize("metric", ["nominal", "interval", spans])
def test_tables_that_cannot_be_read_are_refused(rows, error, words, metric):
    with pytest.raises(error, match=words):
        agreement(rows, metric=metric)


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio", lambda one, other: 1.0])
def test_answers_that_cannot_be_compared_say_so(metric):
    alone = agreement([("t", "x", 1), ("u", "y", 2), ("v", "x", float("nan"))], metric=metric)
    assert isnan(alone.overall.value)
    assert (alone.workers, alone.pairs, alone.confused) == ((), (), ())
    assert alone.reasons[0].kind == "few_items"
    assert "no item has two votes" in repr(alone)
    same = agreement([(t, w, 0.1) for t in range(12) for w in "xyz"], metric=metric)
    assert isnan(same.overall.value)
    assert same.reasons[0].kind == "constant"
    assert same.reasons[0].words.endswith("the same: 0.1")
    assert same.workers == ()


def test_an_empty_table_of_votes_has_an_empty_report():
    nothing = np.empty(0, np.int32)
    report = agreement(Votes(nothing, nothing, nothing, 3, 2, 2))
    assert isnan(report.overall.value)
    assert report.coincidences.tolist() == [[0, 0], [0, 0]]


def test_a_report_is_a_table_and_a_text():
    report = agreement(crowd(), slices={f"t{t}": "é" for t in range(60)})
    rows = report.to_rows()
    assert [row["of"] for row in rows] == ["overall", "slice", *["worker"] * 6, *["pair"] * 15]
    assert rows[0]["value"] == report.overall.value
    worker = rows[2]
    assert worker["low"] < worker["value"] < worker["high"]
    assert "Agreement (nominal): 0." in repr(report)
    assert agreement(crowd(), by_worker=False, by_pair=False).to_rows()[1:] == []


def test_a_worker_with_few_answers_is_not_sure():
    rows = [*crowd(n_items=60), ("t0", "new", "a"), ("t4", "new", "a")]
    report = agreement(rows)
    new = next(worker for worker in report.workers if worker.worker == "new")
    others = [worker.error for worker in report.workers if worker.worker != "new"]
    assert new.answers == 2
    assert new.error > 2 * max(others)


def test_rows_may_come_from_a_generator():
    assert agreement(row for row in crowd()).overall == agreement(crowd()).overall
