"""What kinds let a project decide, as JSON Schema: it agrees with the checks, and forms have words for all of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from groundswell.errors import InputError
from groundswell.label.kinds import label_kinds
from groundswell.label.kinds.checks import checked_options, options_schema

WORDS = Path(__file__).parents[4] / "ui/src/manage/options/words.ts"
KINDS = sorted(label_kinds())


def names_in(schema: dict) -> Iterator[str]:
    """Yield the names of a schema's parts, and the words that may be chosen."""
    for name, part in schema.get("properties", {}).items():
        yield name
        yield from part.get("enum", ())
        yield from part.get("items", {}).get("enum", ())
        yield from names_in(part)
    for inner in (schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())):
        if inner:
            yield from names_in(inner)


@pytest.mark.parametrize("name", KINDS)
def test_every_option_and_choice_has_words_in_both_languages(name: str):
    english, italian = WORDS.read_text().split("\n  it: {")
    schema = options_schema(label_kinds()[name].options)
    for language in (english, italian):
        known = set(re.findall(r"^ +'?(?:[a-z]+\.)?(\w+)'?:", language, re.MULTILINE))
        assert set(names_in(schema)) <= known


@pytest.mark.parametrize("name", KINDS)
def test_the_example_of_a_kind_fits_its_schema(name: str):
    kind = label_kinds()[name]
    jsonschema_rs.validate(options_schema(kind.options), dict(kind.specimen.options))


@pytest.mark.parametrize("name", KINDS)
def test_what_holds_where_nothing_is_given_may_be_given(name: str):
    for option, of in label_kinds()[name].options.items():
        if of.default is not None:
            assert of.check(option, of.default) == of.default


def test_an_option_that_a_kind_needs_is_named_when_it_is_missing():
    with pytest.raises(InputError, match="rating needs the option criteria"):
        checked_options("rating", {}, label_kinds()["rating"].options)


def test_a_kind_of_field_takes_only_what_its_values_can_have():
    fields = options_schema(label_kinds()["form"].options)["properties"]["fields"]["items"]
    (flag,) = [
        rule["then"] for rule in fields["allOf"] if rule["if"]["properties"]["kind"]["const"] == "flag"
    ]
    barred = ("values", "low", "high", "pattern", "to", "fields")
    assert flag["properties"] == dict.fromkeys(barred, False)
