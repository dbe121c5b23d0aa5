from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InputError, NoVotes
from groundswell.quality.texts.choose import choose_text
from groundswell.quality.texts.normal import Normal

ROWS = [
    ("t1", "ann", "The cat sat on the mat."),
    ("t1", "bob", "the cat sat on a mat"),
    ("t1", "eve", "no idea"),
    ("t2", "ann", "He paid at once."),
    ("t2", "bob", "He paid at once!"),
    ("t2", "eve", "Paying he one"),
    ("t3", "eve", "One alone"),
]

TABLE = st.lists(
    st.tuples(
        st.sampled_from(["t1", "t2", "t3"]),
        st.sampled_from(["ann", "bob", "eve", "kim"]),
        st.lists(st.sampled_from(["one", "two", "Two", "six"]), max_size=3).map(" ".join),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
)


def same(one, other):
    return one.texts == other.texts and one.probability == pytest.approx(other.probability)


def test_the_answer_that_the_others_are_nearest_to_is_chosen_as_it_was_written():
    result = choose_text(ROWS)
    assert result.texts == {"t1": "The cat sat on the mat.", "t2": "He paid at once!", "t3": "One alone"}
    assert result.probability["t2"] > result.probability["t1"] > 1 / 3
    assert result.probability["t3"] == 1
    assert result.answers == {"t1": 3, "t2": 3, "t3": 1}
    skill = {one.worker: one.skill for one in result.workers}
    assert skill["ann"] == pytest.approx(skill["bob"])
    assert skill["ann"] > skill["eve"]
    assert [one.votes for one in result.workers] == [2, 2, 3]


def test_what_does_not_count_is_for_the_caller_to_say():
    rows = [("t", "ann", "yes"), ("t", "bob", "Yes"), ("t", "eve", "Yes"), ("t", "kim", "no no")]
    assert choose_text(rows).texts["t"] == "Yes"  # one text, the more usual writing
    strict = choose_text(rows, normal=Normal(case=False, punctuation=False))
    assert strict.texts["t"] == "Yes"
    assert strict.probability["t"] < choose_text(rows).probability["t"]


def test_workers_who_are_reliable_elsewhere_decide_where_two_disagree():
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    rng = np.random.default_rng(1)
    rows = []
    for task in range(40):
        true = rng.choice(words, 5).tolist()
        for worker in ("ann", "bob", "eve"):
            said = [word if worker != "eve" or rng.random() < 0.4 else rng.choice(words) for word in true]
            rows.append((task, worker, " ".join(said)))
    rows += [("last", "ann", "all is well here"), ("last", "eve", "bell near")]
    result = choose_text(rows)
    assert result.texts["last"] == "all is well here"
    assert result.probability["last"] > 0.9


def test_meaning_can_be_part_of_the_distance():
    means = {"big house": [1, 0], "large home": [1, 0.1], "huge villa": [1, 0.2], "a tree": [-1, 0]}
    rows = [("t", worker, text) for worker, text in enumerate(means)]
    by_words = choose_text(rows)
    assert by_words.probability["t"] == pytest.approx(1 / 4)  # no two share a word
    by_meaning = choose_text(rows, embed=lambda texts: [means[text] for text in texts])
    assert by_meaning.texts["t"] == "large home"
    assert by_meaning.probability["t"] > 1 / 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"embed": lambda texts: [[1.0]]}, "one vector for each of 7 texts"),
        ({"embed": lambda texts: [[np.nan]] * len(texts)}, "infinite or NaN"),
        ({"embed": lambda texts: [[1.0]] * len(texts), "embedding_share": 2}, "from 0 to 1, not 2"),
    ],
)
def test_vectors_that_cannot_be_used_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        choose_text(ROWS, **options)


def test_no_answer_at_all_is_refused():
    with pytest.raises(NoVotes):
        choose_text([("t", "ann", None)])


def test_a_task_without_a_text_has_none_and_a_worker_without_an_answer_has_the_crowds_skill():
    result = choose_text([*ROWS, ("t9", "zoe", None)])
    assert "t9" not in result.texts
    assert result.skipped == 1
    zoe = result.workers[-1]
    assert (zoe.worker, zoe.votes) == ("zoe", 0)
    assert 0 < zoe.skill < 1


def test_empty_and_equal_answers_are_fine():
    result = choose_text([("t", worker, "") for worker in "abc"])
    assert (result.texts, result.probability) == ({"t": ""}, {"t": 1.0})


@settings(max_examples=25, deadline=None)
@given(rows=TABLE, seed=st.randoms())
def test_the_order_of_rows_does_not_matter(rows, seed):
    shuffled = rows.copy()
    seed.shuffle(shuffled)
    assert same(choose_text(rows), choose_text(shuffled))


@settings(max_examples=25, deadline=None)
@given(rows=TABLE)
def test_renaming_workers_and_tasks_commutes(rows):
    workers = dict(zip(["ann", "bob", "eve", "kim"], ["z", "y", "x", "w"], strict=True))
    renamed = choose_text([(f"new {task}", workers[worker], text) for task, worker, text in rows])
    plain = choose_text(rows)
    assert renamed.texts == {f"new {task}": text for task, text in plain.texts.items()}
    assert renamed.probability == pytest.approx({f"new {task}": p for task, p in plain.probability.items()})


@settings(max_examples=25, deadline=None)
@given(rows=TABLE)
def test_repeated_rows_do_not_outvote(rows):
    assert same(choose_text(rows), choose_text(rows + rows[:1] * 5))


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_a_perfect_crowd_is_reproduced(texts):
    rows = [(task, worker, text) for (task, text), worker in product(enumerate(texts), "abc")]
    assert choose_text(rows).texts == dict(enumerate(texts))


def test_a_result_shows_its_size_and_makes_a_table():
    result = choose_text(ROWS)
    assert repr(result).startswith("TextConsensus(3 tasks from 7 answers of 3 workers; ")
    assert result.to_rows()[2] == {"task": "t3", "text": "One alone", "probability": 1.0, "answers": 1}
