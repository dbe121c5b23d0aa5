"""Forms by hand: fields of every kind, conditions, several entries, and what several people fill in."""

import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Schema, label_kind
from groundswell.label.kinds.fields.files import digests_in, takes_files

KIND = label_kind("form")


def schema(*fields):
    return Schema(KIND, KIND.ontology((), {"fields": list(fields)}))


def field(kind="text", name="x", **more):
    return {"name": name, "kind": kind, **more}


def filled(**values):
    return {"fields": values}


GOOD = [
    (field(), "  a b ", "a b"),
    (field(pattern="email"), "ann@example.org", "ann@example.org"),
    (field(pattern="phone"), "+39 06 1234567", "+39 06 1234567"),
    (field(pattern="zip"), "SW1A 1AA", "SW1A 1AA"),
    (field(pattern="number"), "-12.50", "-12.50"),
    (field("number"), 2.0, 2),
    (field("number", low=0, high=1), 0.1234567, 0.123457),
    (field("whole", low=-5), -5, -5),
    (field("scale", low=1, high=5), 5, 5),
    (field("choice", values=["a", {"value": "b", "title": "Bee"}]), "b", "b"),
    (field("choices", values=["a", "b", "c"]), ["c", "a"], ["a", "c"]),
    (field("rank", values=["a", "b"]), ["b", "a"], ["b", "a"]),
    (field("flag"), False, False),
    (field("date"), "20240229", "2024-02-29"),
    (field("datetime"), "2026-11-29T08:30:00.5+01:00", "2026-11-29T07:30:00+00:00"),
    (field("datetime"), "2026-11-29 08:30", "2026-11-29T08:30:00"),
    (field("url"), " https://example.org/a?b=c ", "https://example.org/a?b=c"),
    (field("file"), "a" * 64, "a" * 64),
    (field(several=True), ["a", " ", " b"], ["a", "b"]),
    (field("number", several=True, low=1), [3, 1.5], [3, 1.5]),
    (
        field("rows", fields=[field(), field("number", "y")]),
        [{"y": 2.0, "x": " a "}, {"x": "", "y": None}, {}, {"y": 0}],
        [{"x": "a", "y": 2}, {"y": 0}],
    ),
    (
        field("rows", fields=[field("flag"), field("text", "y", when={"field": "x", "is": [True]})]),
        [{"x": True, "y": "a"}, {"x": False}],
        [{"x": True, "y": "a"}, {"x": False}],
    ),
]


@pytest.mark.parametrize(("spec", "given", "kept"), GOOD)
def test_each_kind_of_value_has_a_canonical_form(spec, given, kept):
    found = schema(spec).validate(filled(x=given))["fields"]["x"]
    assert found == kept
    assert type(found) is type(kept)


ROWS = field("rows", fields=[field(), field("number", "y")])

BAD = [
    (ROWS, "a", "rows, each an object of x, y"),
    (ROWS, ["a"], r"fields\.x\[0\] is an object of names"),
    (ROWS, [{"z": 1}], r"x\[0\] has 'z', which is not asked"),
    (ROWS, [{"x": "a"}, {"y": "b"}], r"fields\.x\[1\]\.y is a number"),
    (
        field("rows", fields=[field(required=True), field("flag", "y")]),
        [{"y": True}],
        r"x\[0\]\.x is required",
    ),
    (field("rows", fields=[field()], least=2), [{"x": "a"}, {}], "a list of 2 to 100 rows"),
    (field("rows", fields=[field()], most=1), [{"x": "a"}, {"x": "b"}], "a list of 0 to 1 rows"),
    (field(), 7, "a text of"),
    (field(most=3), "abcd", "0 to 3 characters"),
    (field(least=3), "ab", "3 to 10,000"),
    (field(), "a\x00", "a text of"),
    (field(pattern="email"), "ann", "an e-mail address"),
    (field(pattern="email"), "a@b@c", "an e-mail address"),
    (field(pattern="number"), "1e5", "a number in digits"),
    (field(pattern="number"), "٣", "a number in digits"),
    (field("number"), "2", "a number from"),
    (field("number"), float("nan"), "a number from"),
    (field("number"), 10**400, "a number from"),
    (field("number", high=1), 1.1, "a number from"),
    (field("whole"), 1.5, "a whole number"),
    (field("scale", low=1, high=5), 6, "from 1 to 5"),
    (field("choice", values=["a", "b"]), "c", "one of a, b"),
    (field("choice", values=["a", "b"]), ["a"], "one of a, b"),
    (field("choices", values=["a", "b"]), ["a", "a"], "names a value twice"),
    (field("choices", values=["a", "b", "c"], most=2), ["a", "b", "c"], "a list of 0 to 2"),
    (field("choices", values=["a", "b"], least=2), ["a"], "a list of 2 to 2"),
    (field("rank", values=["a", "b"]), ["a"], "an order of all of a, b"),
    (field("rank", values=["a", "b"]), ["a", "a"], "an order of all of a, b"),
    (field("flag"), 1, "true or false"),
    (field("flag"), "true", "true or false"),
    (field("date"), "2026-02-30", "a day, as"),
    (field("date"), "yesterday", "a day, as"),
    (field("datetime"), "noon", "an instant"),
    (field("datetime"), "0001-01-01T00:00:00+14:00", "an instant"),
    (field("url"), "example.org", "begins with http"),
    (field("url"), "javascript:alert(1)", "begins with http"),
    (field("url"), "http://[", "begins with http"),
    (field("url"), "http://a b", "begins with http"),
    (field("file"), "A" * 64, "hexadecimal digits"),
    (field("file"), "../../etc/passwd", "hexadecimal digits"),
    (field(several=True), "a", "a list of 0 to 100"),
    (field(several=True, least=2), ["a", " "], "a list of 2 to 100"),
    (field(several=True, most=2), ["a", "b", "c"], "a list of 0 to 2"),
    (field(several=True), ["a", 7], r"x\[1\] is a text"),
    (field(required=True), " ", r"fields\.x is required and empty"),
    (field(several=True, required=True), [" "], r"fields\.x is required and empty"),
    (field("choices", values=["a"], required=True), [], r"fields\.x is required and empty"),
]


@pytest.mark.parametrize(("spec", "given", "says"), BAD)
def test_what_is_no_such_value_is_refused(spec, given, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema(spec).validate(filled(x=given))


def test_what_says_nothing_is_left_out_but_no_and_zero_say_something():
    here = schema(
        *(field(kind, kind) for kind in ("text", "flag", "whole")), field("choices", "c", values=["a"])
    )
    assert here.validate(filled(text="", flag=False, whole=0, c=[])) == filled(flag=False, whole=0)
    assert here.validate(filled(text=None)) == filled()


CONDITIONS = schema(
    field("flag", "pet"),
    field("choice", "kind", values=["cat", "dog"], when={"field": "pet", "is": [True]}, required=True),
    field("text", "name", when={"any": [{"field": "kind", "is": ["dog"]}, {"field": "pet", "is": [False]}]}),
    field("whole", "one", when={"field": "pet", "is": [1]}),
    field("choices", "colours", values=["red", "blue"]),
    field(
        "text",
        "why",
        when={"all": [{"field": "colours", "is": ["red"]}, {"field": "pet", "is": [True, False]}]},
    ),
)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"pet": False, "name": "none"},
        {"pet": True, "kind": "cat"},
        {"pet": True, "kind": "dog", "name": "Rex"},
        {"pet": False, "colours": ["red", "blue"], "why": "warm"},
    ],
)
def test_a_field_is_shown_by_the_fields_before_it(values):
    assert CONDITIONS.validate(filled(**values)) == filled(**values)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "cat"}, r"fields\.kind is hidden"),
        ({"pet": True}, r"fields\.kind is required and empty"),
        ({"pet": True, "kind": "cat", "name": "Tom"}, r"fields\.name is hidden"),
        ({"pet": True, "kind": "cat", "one": 1}, r"fields\.one is hidden"),
        ({"colours": ["red"], "why": "x"}, r"fields\.why is hidden"),
        ({"pets": True}, "has 'pets', which is not asked; here are asked: pet, kind, name"),
    ],
)
def test_a_hidden_field_is_left_out_and_one_that_is_shown_may_be_required(values, says):
    with pytest.raises(InvalidAnswer, match=says):
        CONDITIONS.validate(filled(**values))


deep: dict = {"field": "a", "is": [True]}
for _ in range(7):
    deep = {"all": [deep]}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([], "a list of 1 to 200"),
        ([field(), field()], "'x' twice"),
        ([field("mood")], "one of text, number"),
        ([field("choice")], "needs 'values'"),
        ([field("choice", values=["a", "a"])], "names a value twice"),
        ([field("rank", values=["a"])], "2 to 50 values"),
        ([field("scale", low=1)], "needs 'high'"),
        ([field("scale", low=1, high=102)], "at most 100 apart"),
        ([field("scale", low=1, high=2.5)], "are whole numbers"),
        ([field("number", low=2, high=1)], "low 2 is above high 1"),
        ([field("number", low=2, high=2)], "nothing is left to say"),
        ([field("choices", values=["a"], least=2)], "there are 1 values"),
        ([field("text", least=5, most=2)], "least 5 is above most 2"),
        ([field("text", pattern="(a+)+")], "one of email, phone, zip, number"),
        ([field("flag", pattern="email")], "takes no 'pattern'"),
        ([field("text", when={"field": "y", "is": ["a"]})], "'y', which is no field before this one"),
        ([field("text", when={"field": "x", "is": ["a"]})], "'x', which is no field before this one"),
        ([field("flag", "a"), field(when=deep)], "nested over 5 deep"),
        (
            [field("flag", "a"), field(when={"field": "a", "is": [True], "all": []})],
            "'field' that is not known",
        ),
        ([field("flag", "a"), field(when={"field": "a", "is": []})], "a list of 1 to"),
        ([field("flag", "a"), field(when={"field": "a", "is": [[1]]})], "a text, a number"),
        ([field("rows")], "needs 'fields'"),
        ([field("rows", fields=[])], "a list of 1 to 50"),
        ([field("rows", fields=[field(), field()])], "'x' twice"),
        ([field("rows", fields=[field("rows")])], "one of text, number"),
        ([field("rows", fields=[field(several=True)])], "'several' that is not known"),
        ([field("rows", fields=[field()], several=True)], "any number of rows"),
        ([field("rows", fields=[field()], most=101)], "at most 100 rows"),
        ([field("rows", fields=[field()], low=1)], "takes no 'low'"),
        ([field("text", fields=[field()])], "takes no 'fields'"),
        (
            [field("flag", "a"), field("rows", fields=[field(when={"field": "a", "is": [True]})])],
            "'a', which is no",
        ),
    ],
)
def test_forms_that_cannot_be_filled_in_are_refused(fields, says):
    with pytest.raises(InputError, match=says):
        schema(*fields)


def test_titles_that_say_nothing_more_and_flags_that_are_off_are_left_out():
    here = schema(field("choice", values=[{"value": "a", "title": "a"}, {"value": "b"}], required=False))
    assert here.ontology.options["fields"] == [{"name": "x", "kind": "choice", "values": ["a", "b"]}]


@pytest.mark.parametrize(
    ("spec", "one", "other", "apart"),
    [
        (field(), "a b", "a c", 0.5),
        (field("number", low=0, high=10), 2, 7, 0.5),
        (field("number"), 50, 100, 0.5),
        (field("number"), -50, 50, 1.0),
        (field("choice", values=["a", "b"]), "a", "b", 1.0),
        (field("choices", values=["a", "b"]), ["a"], ["a", "b"], 0.5),
        (field("rank", values=["a", "b", "c"]), ["a", "b", "c"], ["b", "a", "c"], 1 / 3),
        (field("date"), "2026-01-01", "2026-01-02", 1.0),
        (field("whole", several=True, low=0, high=10), [1, 2], [1, 7, 3], 0.5),
        (ROWS, [{"x": "a"}, {"x": "b"}], [{"x": "a"}, {"x": "b"}], 0.0),
        (ROWS, [{"x": "a"}, {"x": "b"}, {"x": "c"}], [{"x": "a"}, {"x": "c"}], 1 / 3),
        (ROWS, [{"x": "a"}], [{"x": "new"}, {"x": "a"}], 0.5),
        (ROWS, [{"x": "a", "y": 1}, {"x": "b"}], [{"x": "a", "y": 2}, {"x": "b"}], 0.125),
        (ROWS, [{"x": "a"}, {"x": "b"}], [{"x": "c"}, {"x": "d"}, {"x": "e"}, {"x": "f"}], 1.0),
    ],
)
def test_values_differ_in_the_way_of_their_kind(spec, one, other, apart):
    here = schema(spec, field("flag", "y"))
    assert here.distance(filled(x=one), filled(x=other)) == pytest.approx(apart)
    assert here.distance(filled(x=one, y=True), filled(x=other, y=True)) == pytest.approx(apart / 2)
    assert here.distance(filled(x=one), filled(y=True)) == 1
    assert here.distance(filled(), filled()) == 0


@pytest.mark.parametrize(
    ("spec", "values", "merged"),
    [
        (field(), ["a b c", "a b c", "x"], "a b c"),
        (field("number"), [1, 2.5, 90], 2.5),
        (field("whole"), [1, 2], 2),
        (field("choice", values=["a", "b"]), ["b", "b", "a"], "b"),
        (field("choices", values=["a", "b", "c"]), [["a"], ["a", "c"], ["c"]], ["a", "c"]),
        (field("choices", values=["a", "b", "c"], most=1), [["a"], ["c"], ["c"]], ["c"]),
        (field("choices", values=["a", "b", "c"], least=1), [["a"], ["b"], ["c"]], ["a"]),
        (
            field("rank", values=["a", "b", "c"]),
            [["c", "a", "b"], ["a", "c", "b"], ["a", "b", "c"]],
            ["a", "c", "b"],
        ),
        (field("flag"), [True, False, True], True),
        (field("date"), ["2026-01-01", "2026-01-01", "1999-01-01"], "2026-01-01"),
        (field("text", several=True), [["a", "b"], ["a", "b"], ["z"]], ["a", "b"]),
        (
            ROWS,
            [
                [{"x": "tea", "y": 1}, {"x": "bun", "y": 2}],
                [{"x": "tea", "y": 1}, {"x": "bum", "y": 2}, {"x": "jam", "y": 9}],
                [{"x": "tee", "y": 1}, {"x": "bun", "y": 2}],
            ],
            [{"x": "tea", "y": 1}, {"x": "bun", "y": 2}],
        ),
    ],
)
def test_values_are_merged_in_the_way_of_their_kind(spec, values, merged):
    answers = [filled(x=value) for value in values]
    assert schema(spec).merge(answers, [1.0] * len(answers)) == filled(x=merged)


def test_each_row_is_merged_by_itself_though_nobody_had_all_of_them_right():
    said = [
        [{"x": "a", "y": 1}, {"x": "b", "y": 2}, {"x": "c", "y": 7}],
        [{"x": "a", "y": 1}, {"x": "b", "y": 7}, {"x": "c", "y": 3}],
        [{"x": "a", "y": 7}, {"x": "b", "y": 2}, {"x": "c", "y": 3}],
        [{"x": "b", "y": 2}, {"x": "c", "y": 3}],
    ]
    merged = schema(ROWS).merge([filled(x=rows) for rows in said], [1.0] * 4)
    assert merged == filled(x=[{"x": "a", "y": 1}, {"x": "b", "y": 2}, {"x": "c", "y": 3}])


def test_a_field_is_filled_in_where_more_than_half_of_the_trust_fills_it_in():
    here = schema(field("flag", "a"), field("flag", "b"))
    said = [filled(a=True, b=True), filled(a=True), filled(b=False)]
    assert here.merge(said, [1, 1, 1]) == filled(a=True, b=False)
    assert here.merge(said, [1, 1, 4]) == filled(b=False)


def test_merged_values_hide_what_they_hide_and_what_cannot_be_mixed_is_the_nearest_answer():
    asked = schema(
        field("choice", "sort", values=["cat", "dog"], required=True),
        field("choice", "size", values=["big", "small"], required=True),
        field(
            "text",
            "bark",
            required=True,
            when={"all": [{"field": "sort", "is": ["dog"]}, {"field": "size", "is": ["big"]}]},
        ),
    )
    said = [
        filled(sort="dog", size="small"),
        filled(sort="cat", size="big"),
        filled(sort="dog", size="small"),
        filled(sort="cat", size="big"),
        filled(sort="dog", size="big", bark="woof"),
    ]
    assert asked.merge(said, [1] * 5) == said[4]
    assert asked.merge(said[:2], [1, 1.1]) == said[1]
    mixed = asked.merge(said[:4], [2, 1, 1, 2])
    assert mixed in said, "dog and big would need a bark, which nobody gave"


def test_files_are_found_in_fields_lists_and_rows():
    specs = [field("file", "a"), field("file", "b", several=True), field("rows", "c", fields=[field("file")])]
    one, two, three = (letter * 64 for letter in "abc")
    values = {"a": "https://example.org/a", "b": [one, two], "c": [{"x": three}, {}]}
    assert list(digests_in(values, specs)) == [one, two, three]
    assert takes_files(specs[2:])
    assert not takes_files([field(), field("rows", "c", fields=[field()])])
