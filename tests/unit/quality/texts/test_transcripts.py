from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import NoVotes
from groundswell.quality.texts.normal import Normal
from groundswell.quality.texts.transcripts import combine_transcripts

ROWS = [
    ("t1", "ann", "The quick brown fox, jumps."),
    ("t1", "bob", "the quick brown box jumps"),
    ("t1", "eve", "The thick brown fox"),
    ("t2", "ann", "It was late."),
    ("t2", "bob", "It was too late."),
    ("t2", "eve", "it was too late"),
    ("t3", "eve", "One alone"),
]

TABLE = st.lists(
    st.tuples(
        st.sampled_from(["t1", "t2", "t3"]),
        st.sampled_from(["ann", "bob", "eve", "kim"]),
        st.lists(st.sampled_from(["one", "on", "Two", "two.", "six"]), max_size=4).map(" ".join),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
)


def same(one, other):
    return one.texts == other.texts and one.probability == pytest.approx(other.probability)


def test_the_result_can_be_right_where_every_transcript_is_wrong():
    result = combine_transcripts(ROWS)
    assert result.texts["t1"] == "The quick brown fox, jumps."
    assert result.texts["t2"] == "It was too late."
    assert result.texts["t3"] == "One alone"
    assert result.answers == {"t1": 3, "t2": 3, "t3": 1}
    assert [word.text for word in result.words["t2"]] == ["It", "was", "too", "late."]
    chances = {word.text: word.probability for word in result.words["t1"]}
    assert chances["brown"] > chances["quick"]
    assert result.probability["t1"] < min(chances.values())


def test_a_mended_transcript_that_nobody_wrote():
    rows = [
        ("t", "ann", "a b c x"),
        ("t", "bob", "a b y d"),
        ("t", "eve", "z b c d"),
        ("t", "kim", "a q c d"),
    ]
    assert combine_transcripts(rows).texts["t"] == "a b c d"


def test_words_are_written_as_most_of_the_reliable_wrote_them():
    rows = [("t", "ann", "well Done"), ("t", "bob", "Well, done!"), ("t", "eve", "Well, done")]
    assert combine_transcripts(rows).texts["t"] == "Well, done"
    hyphen = [("t", "ann", "air-tight jar"), ("t", "bob", "air-tight jar"), ("t", "eve", "air tight jar")]
    assert combine_transcripts(hyphen).texts["t"] == "air-tight jar"


def test_who_is_good_elsewhere_decides():
    names = ["ann", "bob", "eve", "kim"]
    rows = [(n, who, f"say w{n} now and x{n}") for n, who in product(range(20), ["ann", "bob"])]
    rows += [(n, "eve", f"say q{n} now and y{n}") for n in range(20)]
    rows += [(n, "kim", f"say r{n} no z{n}") for n in range(20)]
    rows += [("last", "ann", "we met"), ("last", "eve", "we meet")]
    result = combine_transcripts(rows)
    assert result.texts["last"] == "we met"
    skill = {one.worker: one for one in result.workers}
    assert sorted(names, key=lambda name: -skill[name].skill)[3] == "kim"
    assert all(0 < one.error < 0.2 for one in result.workers)


def test_a_language_without_spaces():
    rows = [("t", "ann", "你好世界"), ("t", "bob", "你好世畀"), ("t", "eve", "好世界")]
    assert combine_transcripts(rows, normal=Normal(unit="character")).texts["t"] == "你好世界"


def test_silence_is_an_answer_and_a_missing_text_is_none():
    rows = [("t", "ann", ""), ("t", "bob", "..."), ("t", "eve", "hm"), ("t9", "zoe", None)]
    result = combine_transcripts(rows)
    assert result.texts == {"t": ""}
    assert result.words == {"t": ()}
    assert 0 < result.probability["t"] < 1
    assert result.skipped == 1


def test_only_silence_is_certain():
    assert combine_transcripts([("t", "ann", ""), ("t", "bob", "")]).probability == {"t": 1.0}


def test_no_answer_at_all_is_refused():
    with pytest.raises(NoVotes):
        combine_transcripts([("t", "ann", None)])


@settings(max_examples=25, deadline=None)
@given(rows=TABLE, seed=st.randoms())
def test_the_order_of_rows_does_not_matter(rows, seed):
    shuffled = rows.copy()
    seed.shuffle(shuffled)
    assert same(combine_transcripts(rows), combine_transcripts(shuffled))


@settings(max_examples=25, deadline=None)
@given(rows=TABLE)
def test_renaming_workers_and_tasks_commutes(rows):
    workers = dict(zip(["ann", "bob", "eve", "kim"], ["z", "y", "x", "w"], strict=True))
    renamed = combine_transcripts([(f"new {task}", workers[worker], text) for task, worker, text in rows])
    assert renamed.texts == {f"new {task}": text for task, text in combine_transcripts(rows).texts.items()}


@settings(max_examples=25, deadline=None)
@given(rows=TABLE)
def test_repeated_rows_do_not_outvote(rows):
    assert same(combine_transcripts(rows), combine_transcripts(rows + rows[:1] * 5))


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=20).filter(lambda text: Normal().keys(text)), min_size=1, max_size=4))
def test_a_perfect_crowd_is_reproduced_but_for_spaces(texts):
    rows = [(task, worker, text) for (task, text), worker in product(enumerate(texts), "abc")]
    expected = {
        task: "".join(token.written for token in Normal().tokens(text)).strip()
        for task, text in enumerate(texts)
    }
    assert combine_transcripts(rows).texts == expected


def test_a_result_shows_its_size_and_makes_a_table():
    result = combine_transcripts(ROWS)
    assert repr(result).startswith("TranscriptConsensus(3 tasks from 7 transcripts of 3 workers; ")
    row = result.to_rows()[2]
    assert (row["task"], row["text"], row["answers"]) == ("t3", "One alone", 1)
