from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.spans import consensus_of_spans
from groundswell.quality.spans.marking import Marking
from groundswell.quality.spans.sites import join_marks, read_sites
from groundswell.quality.spans.span import Span

LABELS = ("drug", "dose", "sign")
answers_of_spans = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 5), st.sampled_from("ab")), max_size=3
).map(lambda spans: [(start, start + size, label) for start, size, label in spans])


def crowd(seed, *, texts=120, workers=16, each=5):
    """Answers of workers of whom half are careless, and the true spans of every text."""
    rng = np.random.default_rng(seed)
    careful = np.arange(workers) % 2 == 0
    rows, truth = [], {}
    for number in range(texts):
        starts = np.arange(rng.integers(0, 4)) * 20
        truth[f"t{number}"] = {
            (int(s), int(s + rng.integers(4, 12)), str(rng.choice(LABELS))) for s in starts
        }
        for worker in rng.choice(workers, each, replace=False):
            spans = [answer_to(rng, span, 0.9 if careful[worker] else 0.35) for span in truth[f"t{number}"]]
            if rng.random() < (0.05 if careful[worker] else 0.6):
                at = int(rng.integers(0, 80))
                spans.append((at, at + 5, str(rng.choice(LABELS))))
            rows.append((f"t{number}", f"w{worker}", [span for span in spans if span]))
    return rows, truth


def answer_to(rng, span, skill):
    """What a worker marks of a true span: it, or nothing, or other boundaries, or another label."""
    start, end, label = span
    if rng.random() < skill:
        return span
    return (None, (start, end - 2, label), (start, end, str(rng.choice(LABELS))))[rng.integers(3)]


def f1(found, truth):
    hits = sum(len(set(found[task]) & truth[task]) for task in truth)
    return 2 * hits / sum(len(found[task]) + len(truth[task]) for task in truth)


def majority(rows):
    """Spans that over half of those who saw a text marked exactly."""
    marks, seen = {}, {}
    for task, _, spans in rows:
        seen[task] = seen.get(task, 0) + 1
        for span in spans:
            marks.setdefault(task, []).append(span)
    return {task: {s for s in marks.get(task, []) if marks[task].count(s) * 2 > seen[task]} for task in seen}


def test_what_is_at_a_site_follows_from_who_marked_what():
    """Two marked different stretches, one marked nothing; every chance is given, none learnt.

    A third stretch, that nobody marked, takes its share of misplaced and of invented marks.
    """
    rows = [("t", "a", [(0, 4, "x")]), ("t", "b", [(0, 6, "x")]), ("t", "c", [])]
    sites = read_sites(rows, task="task", worker="worker", spans="spans", alike=0.3)
    found, invented = np.array([[0.8], [0.8], [0.5]]), np.array([[0.1], [0.2], [0.1]])
    stretch = np.array([[0.9], [0.6], [0.7]])
    one = np.ones(1)
    learnt = Marking(0.5, one, one, found, invented, stretch, np.ones((3, 1)), np.zeros((1, 1)))
    belief = learnt.believe(sites)
    short = 0.5 / 3 * (0.8 * 0.9) * (0.8 * 0.4 / 2) * 0.5
    long = 0.5 / 3 * (0.8 * 0.1 / 2) * (0.8 * 0.6) * 0.5
    nothing = 0.5 * (0.1 / 3) * (0.2 / 3) * 0.9
    total = short + long + nothing
    assert sites.candidates == (Span(0, 4, "x"), Span(0, 6, "x"))
    assert belief.candidate == pytest.approx(np.array([short, long]) / total)
    assert belief.nothing == pytest.approx(nothing / total)


def test_marks_that_overlap_are_one_thing_and_two_marks_of_one_worker_never_are():
    nested = {
        0: (Span(0, 20, "x"), Span(0, 10, "y")),
        1: (Span(0, 18, "x"), Span(1, 10, "y")),
        2: (Span(40, 44, "x"),),
    }
    sites = join_marks(nested, 0.3)
    assert sites == [
        {0: Span(0, 10, "y"), 1: Span(1, 10, "y")},
        {0: Span(0, 20, "x"), 1: Span(0, 18, "x")},
        {2: Span(40, 44, "x")},
    ]


def test_marking_nothing_is_evidence_of_absence():
    one = [("t", "a", [(0, 4, "x")])]
    presences = [
        consensus_of_spans([*one, *[("t", f"quiet {n}", []) for n in range(quiet)]]).sites["t"][0].presence
        for quiet in (0, 1, 3, 6)
    ]
    assert presences == sorted(presences, reverse=True)
    assert presences[0] > 0.5 > presences[-1]


@pytest.mark.parametrize(("marked", "seen"), [(1, 1), (2, 3), (3, 5), (3, 4), (5, 9)])
def test_in_a_single_text_the_mark_of_most_is_kept_and_that_of_few_is_not(marked, seen):
    def rows(marks):
        return [("t", f"w{worker}", [(0, 4, "x")] if worker < marks else []) for worker in range(seen)]

    assert consensus_of_spans(rows(marked)).labels["t"] == ((0, 4, "x"),)
    assert consensus_of_spans(rows((seen - 1) // 3)).labels["t"] == ()


def test_it_beats_a_majority_of_exact_spans():
    gaps = []
    for seed in range(3):
        rows, truth = crowd(seed)
        gaps.append(f1(consensus_of_spans(rows).labels, truth) - f1(majority(rows), truth))
    assert np.mean(gaps) > 0.07
    assert min(gaps) > 0.05


def test_precision_and_recall_tell_the_careful_from_the_careless():
    rows, _ = crowd(1)
    workers = {one.worker: one for one in consensus_of_spans(rows).workers}
    careful = [workers[f"w{number}"] for number in range(0, 16, 2)]
    careless = [workers[f"w{number}"] for number in range(1, 16, 2)]
    assert min(one.precision for one in careful) > max(one.precision for one in careless)
    assert min(one.recall for one in careful) > max(one.recall for one in careless)
    assert all(0 < one.precision_error < 0.12 and 0 < one.recall_error < 0.12 for one in workers.values())
    assert sum(one.answers for one in workers.values()) == len(rows)


def test_boundaries_and_labels_are_weighed_apart():
    """Three agree on the stretch and three on the label, but only one on both: the two are put together."""
    rows = [
        ("t", "a", [(0, 9, "x")]),
        ("t", "b", [(0, 9, "y")]),
        ("t", "c", [(0, 9, "y")]),
        ("t", "d", [(0, 7, "x")]),
        ("t", "e", [(0, 8, "x")]),
    ]
    assert consensus_of_spans(rows).labels["t"] == (Span(0, 9, "x"),)


def test_nested_spans_stay_unless_overlaps_are_forbidden():
    rows = [("t", name, [(0, 20, "org"), (14, 20, "place")]) for name in "abc"]
    assert consensus_of_spans(rows).labels["t"] == ((0, 20, "org"), (14, 20, "place"))
    assert len(consensus_of_spans(rows, allow_overlaps=False).labels["t"]) == 1


def test_a_perfect_crowd_is_reproduced():
    _, truth = crowd(2)
    rows = [(task, f"w{worker}", list(spans)) for task, spans in truth.items() for worker in range(3)]
    result = consensus_of_spans(rows)
    assert {task: set(spans) for task, spans in result.labels.items()} == truth
    assert min(one.probability for spans in result.spans.values() for one in spans) > 0.8


def test_with_one_answer_a_text_that_answer_is_the_consensus():
    rows = [("t", "a", [(0, 4, "x"), (2, 9, "y")]), ("u", "b", [(3, 5, "x")]), ("v", "a", [])]
    assert consensus_of_spans(rows).labels == {"t": ((0, 4, "x"), (2, 9, "y")), "u": ((3, 5, "x"),), "v": ()}


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_the_order_of_rows_never_matters_and_spans_kept_apart_do_not_overlap(data):
    rows = [
        (f"t{task}", f"w{worker}", data.draw(answers_of_spans))
        for task in range(data.draw(st.integers(1, 3)))
        for worker in range(data.draw(st.integers(1, 4)))
    ]
    result = consensus_of_spans(rows)
    again = consensus_of_spans(data.draw(st.permutations(rows)))
    assert again.sites == result.sites
    assert again.workers == result.workers
    assert all(
        0 <= one.probability <= one.presence + 1e-9 for found in result.sites.values() for one in found
    )
    marked = {(task, span) for task, _, spans in rows for span in spans}
    stretches = {(task, span[:2]) for task, span in marked}
    assert all((task, span[:2]) in stretches for task, found in result.labels.items() for span in found)
    for spans in consensus_of_spans(rows, allow_overlaps=False).labels.values():
        assert all(a.end <= b.start for a, b in pairwise(spans))


def test_other_names_give_the_same_consensus_under_those_names():
    rows, _ = crowd(3, texts=40)
    swap = {"drug": "z", "dose": "m", "sign": "a"}
    renamed = [
        (f"x{task}", worker[::-1], [(start, end, swap[label]) for start, end, label in spans])
        for task, worker, spans in rows
    ]
    plain, other = consensus_of_spans(rows).labels, consensus_of_spans(renamed).labels
    for task, spans in plain.items():
        assert set(other[f"x{task}"]) == {(start, end, swap[label]) for start, end, label in spans}


def test_a_worker_who_worked_alone_has_the_crowds_skill():
    rows, _ = crowd(5, texts=40)
    workers = consensus_of_spans([*rows, ("alone", "hermit", [(0, 5, "drug")])]).workers
    hermit = next(one for one in workers if one.worker == "hermit")
    others = [one for one in workers if one.worker != "hermit"]
    assert hermit.marks == hermit.answers == 1
    assert min(one.recall for one in others) < hermit.recall < max(one.recall for one in others)
    assert hermit.recall_error > max(one.recall_error for one in others)


def test_a_worker_who_answers_again_is_not_heard_twice():
    rows, _ = crowd(4, texts=20)
    first = [(task, worker, [(90, 99, "drug")]) for task, worker, _ in rows]
    assert consensus_of_spans([*first, *rows]).sites == consensus_of_spans(rows).sites


def test_texts_in_which_nothing_was_marked_have_no_spans():
    result = consensus_of_spans([("t", "a", []), ("t", "b", []), ("u", "a", None)])
    assert result.labels == {"t": (), "u": ()}
    assert result.answers == {"t": 2, "u": 0}
    assert result.skipped == 1
    assert "0 spans in 2 texts, from 2 answers of 2 workers" in repr(result)


def test_rows_say_who_stood_behind_a_span():
    rows = [("t", "a", [(0, 4, "x")]), ("t", "b", [(0, 4, "x")]), ("t", "c", [(0, 5, "x")])]
    (row,) = consensus_of_spans(rows).to_rows()
    assert {name: row[name] for name in ("task", "start", "end", "label", "marked", "seen")} == {
        "task": "t",
        "start": 0,
        "end": 4,
        "label": "x",
        "marked": 2,
        "seen": 3,
    }


@pytest.mark.parametrize(
    ("rows", "error", "why"),
    [
        ([], NoVotes, "no row"),
        ([("t", "a", None)], NoVotes, "no row"),
        ([("t", "a", 0.5)], InputError, "list of"),
        ([("t", "a", [(2, 2, "x")])], InputError, "end after it starts"),
        ([("t", None, [])], InputError, "no worker"),
        ([{"task": "t", "worker": "a"}], MissingColumn, "spans"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_a_reason(rows, error, why):
    with pytest.raises(error, match=why):
        consensus_of_spans(rows)


@pytest.mark.parametrize(
    "setting", [{"threshold": 1.5}, {"threshold": float("nan")}, {"alike": 0}, {"alike": 2}]
)
def test_settings_out_of_range_are_refused(setting):
    with pytest.raises(InputError, match="threshold must be"):
        consensus_of_spans([("t", "a", [])], **setting)
