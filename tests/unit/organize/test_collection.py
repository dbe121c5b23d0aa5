"""Collect, clean, save: lazy, repeatable, and every record accounted for."""

import doctest
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from groundswell.clean import DropEmptyText, default_recipe
from groundswell.collect import MAX_ITEM_BYTES
from groundswell.errors import EmptySource, InvalidName, SourceNotFound, UnreadableSource
from groundswell.items import Drop, Item, ItemKind
from groundswell.organize import Collection, collect, collection, local_store

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    lines = ['{"text": "a cat"}', "{bad", '{"text": " a cat "}', '{"text": ""}', '{"text": "a dog"}']
    path = tmp_path / "pets.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_the_examples_in_the_docstrings_run() -> None:
    found = doctest.testmod(collection)
    assert (found.failed, found.attempted > 5) == (0, True)


def test_a_file_is_collected_cleaned_and_saved_with_every_record_accounted_for(
    jsonl: Path, tmp_path: Path
) -> None:
    pets = collect(jsonl, licence="CC0-1.0", now=NOW, home=tmp_path / "data").clean()
    version = pets.save("pets")
    assert [item.text for item in version.items()] == ["a cat", "a dog"]
    assert {drop.reason: drop.failed for drop in version.drops()} == {
        "json:invalid": True,
        "text:empty": False,
        "duplicate:exact": False,
    }
    assert str(pets.report) == (
        "5 read, 2 kept, 2 dropped (1 text:empty, 1 duplicate:exact), 1 failed (1 json:invalid)"
    )
    assert [step["name"] for step in version.manifest.recipe["steps"]] == [
        step.name for step in default_recipe()
    ]
    said = {"source": f"objects of {jsonl}", "collected": 5, "kept": 2}
    assert version.lineage.items() >= said.items()
    first = next(version.items())
    assert (first.source, first.locator, first.licence, first.collected_at) == (
        str(jsonl),
        "line 1",
        "CC0-1.0",
        NOW,
    )
    assert (tmp_path / "data" / "datasets" / "local" / "pets" / "v000001.json").is_file()


def test_nothing_is_read_before_it_is_used() -> None:
    class Watched:
        name: ClassVar[str] = "watched"
        reads = 0

        def read(self) -> Iterator[Item | Drop]:
            self.reads += 1
            return iter([Item(ItemKind.TEXT, "a", None, "text/plain", "s", "l", NOW)])

        def describe(self) -> str:
            return "watched"

        def size_bytes(self) -> None:
            return None

    source = Watched()
    found = collect(source).clean()
    assert source.reads == 0
    assert len(list(found.items())) == len(list(found.items())) == 1
    assert source.reads == 2


def test_a_collection_is_not_changed_by_cleaning(jsonl: Path) -> None:
    raw = collect(jsonl)
    cleaned = raw.clean(DropEmptyText()).clean(DropEmptyText(6))
    assert (raw.operators, cleaned.operators) == ((), (DropEmptyText(), DropEmptyText(6)))
    assert len(list(raw.items())) == 4
    assert [item.text for item in cleaned.items()] == []


def test_lists_of_texts_and_of_mappings_are_sources() -> None:
    assert [item.text for item in collect(["a", "b"]).items()] == ["a", "b"]
    (item,) = collect([{"review": "a", "stars": 5}], text_column="review").items()
    assert (item.text, item.meta) == ("a", {"stars": 5})


def test_progress_is_told_now_and_then_and_at_the_end() -> None:
    seen: list[int] = []
    list(collect([f"text {n}" for n in range(600)], on_progress=seen.append).items())
    assert seen == [256, 512, 600]


def test_size_and_description_are_those_of_the_source(jsonl: Path) -> None:
    assert collect(jsonl).size_bytes() == jsonl.stat().st_size
    assert collect(["a"]).size_bytes() == 1
    assert collect(jsonl).describe() == f"objects of {jsonl}"


def test_it_says_what_it_is_before_and_after(jsonl: Path) -> None:
    pets = collect(jsonl).clean(DropEmptyText())
    assert repr(pets) == f"<Collection of objects of {jsonl}; empty; not run yet>"
    list(pets.items())
    assert repr(pets).endswith("5 read, 3 kept, 1 dropped (1 text:empty), 1 failed (1 json:invalid)>")


@pytest.mark.parametrize(
    ("data", "error"), [(b"", EmptySource), (b"\n\n", EmptySource), (b"no json\n", UnreadableSource)]
)
def test_a_source_of_nothing_good_saves_nothing(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    (tmp_path / "a.jsonl").write_bytes(data)
    with pytest.raises(error):
        collect(tmp_path / "a.jsonl", home=tmp_path / "data").save("pets")
    assert local_store(tmp_path / "data").names() == []


def test_what_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        collect(tmp_path / "gone")
    with pytest.raises(InvalidName):
        collect(["a"], home=tmp_path).save("No Name")


def test_a_run_within_the_limits_of_the_settings_uses_the_same_default() -> None:
    from groundswell.settings import Settings

    assert Settings().max_item_bytes == MAX_ITEM_BYTES
    assert Settings().home == collection.HOME


def test_saving_twice_gives_equal_content(tmp_path: Path) -> None:
    texts: list[Any] = [{"text": f"text number {n}", "n": n} for n in range(50)]
    found: Collection = collect(texts, home=tmp_path, now=NOW).clean()
    one, other = found.save("pets"), found.save("pets")
    assert (one.number, other.number) == (1, 2)
    assert one.digest == other.digest
    assert json.loads(one.to_table(["meta"])["meta"][3].as_py()) == {"n": 3}
