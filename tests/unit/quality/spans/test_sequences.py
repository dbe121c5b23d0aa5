import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, MissingColumn, NoVotes
from groundswell.quality.spans import consensus_of_sequences, spans_from_tags
from groundswell.quality.spans.bio import repaired
from groundswell.quality.spans.shrinkage import shrunk_rate, strength, worth
from groundswell.quality.spans.steps import Steps
from groundswell.quality.spans.tagged import read_tagged

LABELS = ("LOC", "PER")
tag_lists = st.lists(st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"]), min_size=1, max_size=6)


def true_tags(rng, length):
    """Tags in which a fifth of what is not yet inside begins a span, of two tokens on average."""
    tags = []
    while len(tags) < length:
        label = rng.choice(LABELS)
        size = 1 + rng.geometric(0.5)
        tags += [f"B-{label}", *[f"I-{label}"] * (size - 1)] if rng.random() < 0.2 else ["O"]
    return tags[:length]


def said(rng, truth, skill):
    """One worker's tags: each span is found, or missed, cut short or given the other label, by skill."""
    out = ["O"] * len(truth)
    for start, end, label in spans_from_tags(truth):
        if rng.random() > skill:
            mistake = rng.integers(4)
            if mistake < 2:
                continue
            end = end if mistake == 2 else max(start + 1, end - 1)
            label = LABELS[label == "LOC"] if mistake == 2 else label
        out[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return out


def crowd(seed, *, tasks=150, workers=20, each=5):
    """Answers of workers of whom half are careless, and the truth."""
    rng = np.random.default_rng(seed)
    truth = {f"t{task:03}": true_tags(rng, int(rng.integers(1, 25))) for task in range(tasks)}
    skill = np.where(np.arange(workers) % 2 == 0, 0.9, 0.25)
    rows = [
        (task, f"w{worker}", said(rng, tags, skill[worker]))
        for task, tags in truth.items()
        for worker in rng.choice(workers, each, replace=False)
    ]
    return rows, truth


def f1(tags, truth):
    """Entity F1 over all tasks."""
    pairs = [(set(spans_from_tags(tags[task])), set(spans_from_tags(truth[task]))) for task in truth]
    return 2 * sum(len(a & b) for a, b in pairs) / sum(len(a) + len(b) for a, b in pairs)


def majority(rows):
    """Token by token majority; ties for what comes first in the alphabet."""
    by_task = {}
    for task, _, tags in rows:
        by_task.setdefault(task, []).append(tags)
    return {
        task: [max(sorted(set(said)), key=said.count) for said in zip(*lists, strict=True)]
        for task, lists in by_task.items()
    }


def test_what_a_step_says_depends_on_the_truth_and_on_where_the_worker_stands():
    """Steps: leave, go on, begin x. A worker in x who goes on at a true O is less surprising than one who begins."""
    tagged = read_tagged([("t", "w", "B-x I-x")], task="task", worker="worker", tags="tags")
    out_of, same, other = range(3)
    chances = np.full((1, 3, 3, 3), 1 / 3)
    o, b, i = range(3)
    chances[0, o, out_of], chances[0, b, out_of], chances[0, i, out_of] = (
        [0.9, 0, 0.1],
        [0.4, 0, 0.6],
        [0.5, 0, 0.5],
    )
    chances[0, o, other] = [0.8, 0.15, 0.05]
    chances[0, b, same], chances[0, i, same] = [0.1, 0.2, 0.7], [0.1, 0.88, 0.02]
    seen = Steps(chances, chances[0], chances).log_likelihood(tagged)[tagged.layout.row]
    assert np.exp(seen) == pytest.approx(np.array([[0.1, 0.6, 0.5], [0.15, 0.2, 0.88]]))


def test_a_careless_crowd_is_outvoted_by_the_careful():
    gaps = []
    for seed in range(3):
        rows, truth = crowd(seed)
        gaps.append(f1(consensus_of_sequences(rows).tags, truth) - f1(majority(rows), truth))
    assert np.mean(gaps) > 0.1
    assert min(gaps) > 0.05


def test_skill_tells_the_careful_from_the_careless_and_its_error_how_surely():
    rows, _ = crowd(1)
    skill = {one.worker: one for one in consensus_of_sequences(rows).workers}
    careful = [skill[f"w{number}"].skill for number in range(0, 20, 2)]
    careless = [skill[f"w{number}"].skill for number in range(1, 20, 2)]
    assert min(careful) > max(careless)
    assert all(0 < one.error < 0.1 for one in skill.values())


def test_a_perfect_crowd_is_reproduced():
    rng = np.random.default_rng(2)
    truth = {f"t{task}": true_tags(rng, 12) for task in range(40)}
    rows = [(task, f"w{worker}", tags) for task, tags in truth.items() for worker in range(3)]
    result = consensus_of_sequences(rows)
    assert result.tags == truth
    assert min(result.probability.values()) > 0.8


@settings(deadline=None, max_examples=25)
@given(st.lists(tag_lists, min_size=1, max_size=6))
def test_with_one_answer_a_task_that_answer_is_the_consensus(answers):
    rows = [(f"t{task}", f"w{task % 2}", tags) for task, tags in enumerate(answers)]
    expected = {task: repaired(tags) for task, _, tags in rows}
    assert consensus_of_sequences(rows, scheme="bio").tags == expected


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_the_consensus_is_always_valid_and_the_order_of_rows_never_matters(data):
    lengths = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    any_tag = st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"])
    rows = [
        (f"t{task}", f"w{worker}", data.draw(st.lists(any_tag, min_size=length, max_size=length)))
        for task, length in enumerate(lengths)
        for worker in range(data.draw(st.integers(1, 4)))
    ]
    result = consensus_of_sequences(rows, scheme="bio")
    assert all(repaired(tags) == tags for tags in result.tags.values())
    assert result.posterior.sum(axis=1) == pytest.approx(np.ones(sum(lengths)))
    again = consensus_of_sequences(data.draw(st.permutations(rows)), scheme="bio")
    assert again.tags == result.tags
    assert again.posterior == pytest.approx(result.posterior, abs=0)


def test_other_names_give_the_same_consensus_under_those_names():
    rows, _ = crowd(3, tasks=60)
    plain = consensus_of_sequences(rows)
    swap = {"LOC": "a", "PER": "Z"}
    renamed = [
        (f"x{task}", worker[::-1], [tag if tag == "O" else tag[:2] + swap[tag[2:]] for tag in tags])
        for task, worker, tags in rows
    ]
    other = consensus_of_sequences(renamed)
    for task, tags in plain.tags.items():
        assert other.tags[f"x{task}"] == [t if t == "O" else t[:2] + swap[t[2:]] for t in tags]


def test_a_worker_who_answers_again_is_not_heard_twice():
    rows, _ = crowd(4, tasks=30)
    first = [(task, worker, ["O"] * len(tags)) for task, worker, tags in rows]
    assert consensus_of_sequences([*first, *rows]).tags == consensus_of_sequences(rows).tags


def test_tags_that_are_not_bio_may_follow_each_other_in_any_way():
    rows = [("t", name, ["N", "V", "N"]) for name in "abc"] + [("t", "d", ["N", "N", "N"])]
    result = consensus_of_sequences(rows)
    assert result.scheme.name == "plain"
    assert result.tags == {"t": ["N", "V", "N"]}
    with pytest.raises(InputError, match="BIO"):
        consensus_of_sequences(rows, scheme="bio")


def test_probabilities_of_tags_and_of_the_whole_go_together():
    rows, _ = crowd(5, tasks=60)
    result = consensus_of_sequences(rows)
    for task in result.tasks:
        each = result.token_probability(task)
        assert 0 < result.probability[task] <= min(each) + 1e-9
        assert max(0, 1 - sum(1 - one for one in each)) <= result.probability[task] + 1e-9


def test_a_task_without_tokens_and_one_without_answers_have_no_tags():
    result = consensus_of_sequences([("a", "w", ""), ("a", "v", []), ("b", "w", None), ("c", "w", "O")])
    assert result.tags == {"a": [], "b": [], "c": ["O"]}
    assert result.probability["a"] == 1
    assert result.skipped == 1
    assert [row["answers"] for row in result.to_rows()] == [2, 0, 1]
    assert consensus_of_sequences([("a", "w", "")]).tags == {"a": []}


def test_spans_of_a_task_are_in_the_units_of_its_tokens():
    result = consensus_of_sequences([("t", "a", "O B-PER I-PER"), ("t", "b", "O B-PER I-PER")])
    assert result.spans("t") == ((1, 3, "PER"),)
    assert result.spans("t", [(0, 2), (3, 6), (7, 10)]) == ((3, 10, "PER"),)
    with pytest.raises(KeyError):
        result.spans("nobody")


@pytest.mark.parametrize(
    ("rows", "error", "why"),
    [
        ([], NoVotes, "no row"),
        ([("t", "a", None), ("t", "b", float("nan"))], NoVotes, "no row"),
        ([("t", "a", "O O"), ("t", "b", "O")], InputError, "2 and 1 tags"),
        ([("t", "a", [1, 2])], InputError, "tag must be text"),
        ([("t", "a", 7)], InputError, "tags must be a list"),
        ([(None, "a", "O")], InputError, "no task"),
        ([{"task": "t", "worker": "a"}], MissingColumn, "tags"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_a_reason(rows, error, why):
    with pytest.raises(error, match=why):
        consensus_of_sequences(rows)


def test_worth_falls_with_the_number_of_answers_and_strength_follows_how_workers_differ():
    assert worth(np.array([1, 5, 11])) == pytest.approx([1, 1 / 1.4, 0.5])
    rng = np.random.default_rng(6)
    alike = rng.multinomial(200, [0.7, 0.2, 0.1], 50).astype(float)
    unlike = np.array([rng.multinomial(200, rng.dirichlet([3.5, 1, 0.5])) for _ in range(50)], float)
    assert strength(alike, np.array([0.7, 0.2, 0.1])) > 60
    assert strength(unlike, np.array([0.7, 0.2, 0.1])) == pytest.approx(5, rel=0.5)


def test_a_rate_without_trials_is_the_crowds_and_wide():
    rate, error = shrunk_rate(np.array([80.0, 0.0]), np.array([100.0, 0.0]))
    assert rate[1] == pytest.approx(81 / 102)
    assert error[1] > error[0]


@pytest.mark.slow
def test_five_thousand_answers_take_seconds():
    rows, truth = crowd(7, tasks=1000, workers=100)
    started = time.perf_counter()
    result = consensus_of_sequences(rows)
    assert time.perf_counter() - started < 10
    assert f1(result.tags, truth) > 0.9
