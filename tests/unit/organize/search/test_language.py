"""The query language: what is written comes back, and what cannot be read says where."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import InvalidQuery
from groundswell.organize.search.language import parse
from groundswell.organize.search.query import (
    And,
    Between,
    Compare,
    Contains,
    InSlice,
    Is,
    Known,
    Like,
    Not,
    Or,
    Query,
    Value,
    Words,
)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", And()),
        ("  ", And()),
        ("screen", Words("screen")),
        ("lov*", Words("lov", True)),
        ('"broken screen"', Words("broken screen")),
        ('"broken scr"*', Words("broken scr", True)),
        (r'"say \"no\" \\"', Words(r'say "no" ' + "\\")),
        ("broken screen", And((Words("broken"), Words("screen")))),
        ("broken AND screen", And((Words("broken"), Words("screen")))),
        ("a OR b c", Or((Words("a"), And((Words("b"), Words("c")))))),
        ("(a OR b) c", And((Or((Words("a"), Words("b"))), Words("c")))),
        ("-refund", Not(Words("refund"))),
        ("NOT (a b)", Not(And((Words("a"), Words("b"))))),
        ("ORDER ANDES NOTE", And((Words("ORDER"), Words("ANDES"), Words("NOTE")))),
        ("label:cat", Is("label", (Value("cat"),))),
        (
            'label:cat,"big dog",x*',
            Is("label", (Value("cat"), Value("big dog", True), Value("x", prefix=True))),
        ),
        ("label:none", Known("label", False)),
        ("label:any", Known("label", True)),
        ('label:"none"', Is("label", (Value("none", True),))),
        ("stars>=4", Compare("stars", ">=", Value("4"))),
        ("by.name<B", Compare("by.name", "<", Value("B"))),
        ("p:0.5..0.7", Between("p", Value("0.5"), Value("0.7"))),
        ("p:..0.7 a", And((Between("p", None, Value("0.7")), Words("a")))),
        ("p:0.5.. a", And((Between("p", Value("0.5"), None), Words("a")))),
        ("(p:0.5..)", Between("p", Value("0.5"), None)),
        ("locator~cat", Contains("locator", Value("cat"))),
        ("slice:hard", InSlice("hard")),
        ("like:3f2a9c01 label:cat", And((Like(Value("3f2a9c01")), Is("label", (Value("cat"),))))),
        ("at:2026-11-29", Is("at", (Value("2026-11-29"),))),
        ("don't 3.14 100%", And((Words("don't"), Words("3.14"), Words("100%")))),
    ],
)
def test_a_query_means_what_it_says(text: str, query: Query) -> None:
    assert parse(text) == query
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(a", r"character 3, at its end: a \) is missing"),
        ("a)", r"character 2, before '\)': a \) without a \("),
        ("a OR", "character 5, at its end: a word"),
        ("OR a", "character 1, before 'OR a': OR joins two parts"),
        ("AND", "AND joins two parts"),
        ("label:", "character 7, at its end: a value was expected"),
        ("label: cat", "a value was expected, without a space before it"),
        ("label:cat,", "a value was expected"),
        ("stars>", "a value was expected"),
        ("label:none,cat", "none and any stand alone"),
        ('"open', 'character 1, before .*: a closing " is missing'),
        ("*", "a word"),
        ("()", "a word"),
        ("like:a OR b", "like: puts what is found in order"),
        ("-like:a", "like: puts what is found in order"),
        ("like:a like:b", "like: puts what is found in order"),
        ("(" * 40 + "a" + ")" * 40, "nested at most 30 deep"),
        ("-" * 40 + "a", "nested at most 30 deep"),
        ("a " * 200, "at most 100 parts"),
        ("x" * 5000, "at most 4,000 characters; this one has 5,000"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: str, says: str) -> None:
    with pytest.raises(InvalidQuery, match=says):
        parse(text)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
names = st.from_regex(r"[a-z_][a-z0-9_.-]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("like", "slice")
)
plain = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_:-]{0,8}", fullmatch=True).filter(
    lambda v: v not in ("none", "any")
)
values = st.one_of(
    st.builds(Value, texts, st.just(True), st.booleans()),
    st.builds(Value, plain, st.just(False), st.booleans()),
)
limits = st.builds(Value, texts, st.just(True)) | st.builds(Value, plain)
leaves = st.one_of(
    st.builds(Words, texts, st.booleans()),
    st.builds(Is, names, st.lists(values, min_size=1, max_size=3).map(tuple)),
    st.builds(Known, names, st.booleans()),
    st.builds(Between, names, limits, st.none() | limits),
    st.builds(Between, names, st.none(), limits),
    st.builds(Compare, names, st.sampled_from(["<", "<=", ">", ">="]), limits),
    st.builds(Contains, names, limits),
    st.builds(InSlice, plain),
)


def joined(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    def many(kind: type[And] | type[Or]) -> st.SearchStrategy[Query]:
        others = parts.filter(lambda part: type(part) is not kind)
        return st.lists(others, min_size=2, max_size=3).map(lambda some: kind(tuple(some)))

    return st.one_of(many(And), many(Or), st.builds(Not, parts))


@settings(deadline=None)
@given(st.recursive(leaves, joined, max_leaves=8))
def test_whatever_is_asked_can_be_written_and_read_again(query: Query) -> None:
    assert parse(str(query)) == query


@settings(deadline=None)
@given(st.text(max_size=40) | st.text('ab ()":*-<>~.,\\=ORNT', max_size=40))
def test_no_text_does_worse_than_not_to_be_a_query(text: str) -> None:
    with contextlib.suppress(InvalidQuery):
        query = parse(text)
        assert parse(str(query)) == query
