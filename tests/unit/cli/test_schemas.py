"""What a new project may say, from options of a command and from files; and the command that lists the kinds."""

import json

import click
import pytest
from click.testing import CliRunner

from groundswell.cli.kinds import kinds
from groundswell.cli.schemas import MOST_BYTES, Said, read_schema
from groundswell.errors import GroundswellError, InputError, InvalidName, SourceNotFound
from groundswell.label.kinds import label_kinds

CHOICES = '<Choices name="c" toName="t"><Choice value="a"/><Choice value="b"/></Choices>'
XML = f'<View><Text name="t" value="$t"/>{CHOICES}</View>'


@pytest.fixture
def file(tmp_path):
    def write(content, name="schema.json"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(tmp_path / name)

    return write


def test_classes_alone_leave_the_kind_to_the_items():
    assert read_schema(" cat , dog", None, None, None) == Said("", ["cat", "dog"], {})
    assert read_schema("cat,dog", "text_spans", None, None) == Said("text_spans", ["cat", "dog"], {})
    assert read_schema(None, "transcription", None, None) == Said("transcription", [], {})


def test_a_file_says_all_or_what_the_options_do_not(file):
    whole = {"kind": "text_spans", "classes": ["a"], "options": {"overlap": False}}
    assert read_schema(None, None, file(whole), None) == Said(*whole.values())
    assert read_schema(None, "text_spans", file(whole), None) == Said(*whole.values())
    assert read_schema("a,b", "text_spans", file({"options": {"words": True}}), None).options == {
        "words": True
    }
    assert read_schema(None, None, file(b"\xef\xbb\xbf" + json.dumps(whole).encode()), None).classes == ["a"]


def test_a_label_studio_configuration_stands_alone(file):
    path = file(XML.encode(), "config.xml")
    assert read_schema(None, None, None, path) == Said("text_choice", ["a", "b"], {})
    with pytest.raises(InputError, match="leave out --kind"):
        read_schema("a,b", None, None, path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"\xff\xfe", "is not UTF-8 at byte 0"),
        (b" " * (MOST_BYTES + 1), "a schema has at most"),
        ([], "is no schema"),
        ({"labels": ["a"]}, "is no schema"),
        ({"classes": "a,b"}, "a field of the wrong type"),
        ({"classes": [1]}, "a field of the wrong type"),
        ({"options": []}, "a field of the wrong type"),
        ({"kind": "rating"}, "--kind says form, and"),
        ({"classes": ["a"]}, "give them once"),
    ],
)
def test_a_file_that_says_something_else_is_refused_by_name(file, content, says):
    with pytest.raises(GroundswellError) as refused:
        read_schema("a,b", "form", file(content), None)
    assert says in str(refused.value)
    assert "schema.json" in str(refused.value)


def test_nothing_at_all_and_files_that_are_not_there_are_refused():
    with pytest.raises(click.UsageError, match="say what to label: --classes cat,dog"):
        read_schema(None, None, None, None)
    with pytest.raises(SourceNotFound, match=r"'/nowhere/x\.json' cannot be read"):
        read_schema(None, None, "/nowhere/x.json", None)


def test_the_kinds_are_listed_and_each_shows_its_options_and_an_example():
    listed = CliRunner().invoke(kinds, []).output
    assert all(name in listed for name in label_kinds())
    for name, kind in label_kinds().items():
        shown = CliRunner().invoke(kinds, [name]).output
        assert all(option in shown for option in kind.options)
        assert '"answer"' in shown
        found = json.loads(CliRunner().invoke(kinds, [name, "--json"]).output)
        assert found["example"]["answer"] == kind.specimen.answer
    assert len(json.loads(CliRunner().invoke(kinds, ["--json"]).output)) == len(label_kinds())
    assert isinstance(CliRunner().invoke(kinds, ["nonsense"]).exception, InvalidName)
