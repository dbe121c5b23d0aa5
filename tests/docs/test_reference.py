"""The reference says what the code does, and says all of it."""

import re
from pathlib import Path

import pytest

from groundswell.clean import FINEWEB_QUALITY, GOPHER_QUALITY, GOPHER_REPETITION
from groundswell.clean.privacy.kinds import KINDS
from tests.docs.generate import REFERENCE, commands, error_classes, pages

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_up_to_date(name):
    assert (REFERENCE / name).read_text() == pages()[name], "run `make docs`"


def test_every_error_code_is_one_of_a_kind():
    codes = [kind.code for kind in error_classes()]
    assert len(codes) == len(set(codes))


def test_every_command_and_option_has_help():
    from groundswell.cli.main import main

    for path, command in commands(main, "groundswell"):
        assert command.help, path
        for option in command.params:
            assert option.param_type_name == "argument" or option.help, f"{path} {option.name}"


def test_every_reason_of_a_drop_is_explained_and_none_that_is_not_there():
    written = set(re.findall(r"`([a-z0-9_]+:[a-z0-9_]+)`", (REFERENCE / "reasons.md").read_text()))
    assert written == reasons_in_the_code()


def reasons_in_the_code() -> set[str]:
    """Return what stands in quotes in the stages that drop, what rules are called, and what is personal."""
    source = ROOT / "src" / "groundswell"
    elsewhere = (source / "organize" / "draft.py", source / "label" / "delivery" / "written.py")
    files = [*source.glob("collect/**/*.py"), *source.glob("clean/**/*.py"), *elsewhere]
    quoted = re.compile(r"\"([a-z0-9_]+:[a-z0-9_]+)\"")
    rules = (*GOPHER_QUALITY, *GOPHER_REPETITION, *FINEWEB_QUALITY)
    return {
        *(reason for file in files for reason in quoted.findall(file.read_text())),
        *(rule.reason for rule in rules),
        *(f"personal:{kind}" for kind in (*KINDS, "name")),
    }


def test_links_between_documents_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_word_of_the_glossary_is_explained_once():
    words = re.findall(r"^\| ([a-zA-Z ,]+) \|", (REFERENCE / "glossary.md").read_text(), re.M)[1:]
    each = [word.strip() for row in words for word in row.split(",")]
    assert len(each) == len(set(each)) >= 25
