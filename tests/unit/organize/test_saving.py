"""Saving in processes gives what saving in one gives; updates read what is new; versions are cleaned further."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from tests.unit.clean.job.conftest import corpus

from groundswell import clock
from groundswell.clean import (
    DropExactDuplicates,
    DropNearDuplicates,
    IdentifyLanguage,
    Running,
    Sample,
    default_recipe,
)
from groundswell.errors import Conflict, EmptySource, UnreadableSource
from groundswell.organize import Version, collect, local_store, parts, split
from groundswell.organize.runs import open_run, remove_old_runs, temporary_run
from groundswell.organize.saving import Saving, clean_version, runs_of

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LATER = datetime(2026, 2, 3, tzinfo=UTC)


def write(folder: Path, name: str, texts: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def texts_of(version: Version) -> list[str]:
    return version.to_table(["text"])["text"].to_pylist()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write(tmp_path / "raw", "a.jsonl", corpus(120))
    return tmp_path / "raw"


@pytest.mark.slow
def test_processes_leave_what_one_leaves_and_no_files_of_the_run(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 9_000)
    pages = collect(raw, now=NOW).clean()
    one = pages.save("texts", home=tmp_path / "one")
    many = pages.save("texts", home=tmp_path / "many", workers=2, memory="900MB")
    assert many.digest == one.digest
    assert dict(many.drop_counts) == dict(one.drop_counts)
    assert list((tmp_path / "many" / "runs" / "local").iterdir()) == []


def test_an_update_reads_what_is_new_and_drops_copies_of_what_is_there(raw: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = collect(raw, now=NOW).clean().save("texts", home=home)
    kept = texts_of(first)
    write(raw, "b.jsonl", [kept[0], "an entirely new text about the weather of tomorrow", kept[1].upper()])
    pages = collect(raw, now=LATER).clean()
    second = pages.save("texts", home=home, update=True)
    assert texts_of(second) == [*kept, "an entirely new text about the weather of tomorrow"]
    assert second.parents[0].digest == first.digest
    assert pages.report is not None
    assert (pages.report.collected, pages.report.kept) == (3, 1)
    assert dict(second.drop_counts) == {"duplicate:exact": 1, "duplicate:near": 1}
    times = second.to_table(["collected_at"])["collected_at"].to_pylist()
    assert (times[0], times[-1]) == (NOW, LATER)
    third = collect(raw, now=LATER).clean().save("texts", home=home, update=True)
    assert third.number == second.number


def test_an_update_of_nothing_is_a_first_version(raw: Path, tmp_path: Path) -> None:
    assert collect(raw).save("texts", home=tmp_path / "home", update=True).number == 1


def test_an_update_keeps_columns_that_were_added_and_adds_none(raw: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    collect(raw).clean(IdentifyLanguage()).save("texts", home=home)
    write(raw, "b.jsonl", ["the quick brown fox jumps over the lazy dog and runs away from the house"])
    with pytest.warns(UserWarning, match=r"by other steps: language\. What is new .* \(exact\)"):
        second = collect(raw).clean(DropExactDuplicates()).save("texts", home=home, update=True)
    assert second.to_table(["language"])["language"].to_pylist()[-1] is None


def test_an_update_of_which_nothing_is_kept_is_on_record_and_not_read_again(
    raw: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    first = collect(raw).clean().save("texts", home=home)
    write(raw, "b.jsonl", [texts_of(first)[0], ""])
    second = collect(raw).clean().save("texts", home=home, update=True)
    assert (second.number, second.rows, second.digest) == (2, first.rows, first.digest)
    assert [drop.reason for drop in second.drops()] == ["text:empty", "duplicate:exact"]
    pages = collect(raw).clean()
    assert pages.save("texts", home=home, update=True).number == 2
    assert pages.report is not None
    assert pages.report.collected == 0


def test_an_update_of_raw_items_counts_what_was_there_as_known(raw: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = collect(raw).save("texts", home=home)
    write(raw, "b.jsonl", [texts_of(first)[0]])
    pages = collect(raw)
    assert pages.save("texts", home=home, update=True).rows == first.rows
    assert str(pages.report) == "1 read, 0 kept, 1 dropped (1 duplicate:known)"


def test_what_was_read_stays_known_through_labels_choices_and_other_sources(
    raw: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    store = local_store(home)
    version = collect(raw).clean().save("texts", home=home)
    version = store.add_columns(version, pa.table({"id": version.ids()[:1], "label": ["a"]}))
    version = split(store, version, {"train": 1.0}, group_by=None).version
    version = store.select(version, ids=version.ids()[3:])
    write(tmp_path / "other", "c.jsonl", ["a text from elsewhere that nobody has seen before"])
    version = collect(tmp_path / "other").clean().save("texts", home=home, update=True)
    again = collect(raw).clean()
    assert again.save("texts", home=home, update=True).number == version.number == 5
    assert again.report is not None
    assert again.report.collected == 0


def test_an_update_by_the_same_steps_is_worth_no_word(raw: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    for limit in (0.8, 0.8, 0.9):
        steps = (DropNearDuplicates(text_similarity=limit),)
        collect(raw).clean(*steps).save("texts", home=tmp_path, update=True, on_note=notes.append)
    assert len(notes) == 1
    assert "these steps with other parameters" in notes[0]


def test_a_version_is_cleaned_further_and_names_its_parent(raw: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    version = collect(raw).save("texts", home=home)
    store = local_store(home)
    made, report = clean_version(
        store, "fewer", version, Saving((DropNearDuplicates(), Sample(0.5)), NOW, Running())
    )
    assert (report.collected, report.kept) == (120, made.rows)
    assert made.name == "fewer"
    assert made.parents[0].digest == version.digest
    assert set(texts_of(made)) < set(texts_of(version))


def test_images_keep_their_bytes_on_the_way(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "images"
    folder.mkdir()
    for number in range(12):
        pixels = np.random.default_rng(number).integers(0, 256, (9, 9)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    version = collect(folder).save("images", home=home)
    made, _ = clean_version(local_store(home), "some", version, Saving((Sample(0.5),), NOW, Running()))
    whole = {item.id: item.data for item in version.items()}
    assert 0 < made.rows < 12
    assert all(item.data == whole[item.id] for item in made.items())


@pytest.mark.parametrize(("text", "error"), [("", EmptySource), ("no json\n" * 5000, UnreadableSource)])
@pytest.mark.slow
def test_a_source_of_nothing_good_is_refused_in_parts_too(
    tmp_path: Path, text: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 2_000)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.jsonl").write_text(text)
    (tmp_path / "raw" / "b.jsonl").write_text("not json either\n")
    with pytest.raises((error, UnreadableSource), match="no record of"):
        collect(tmp_path / "raw").save("texts", home=tmp_path / "home", workers=1, memory="700MB")
    assert local_store(tmp_path / "home").names() == []


def test_a_source_that_cannot_tell_its_state_leaves_no_run_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(UnreadableSource):
        collect([1, 2]).save("numbers", home=home, workers=1)
    assert list(runs_of(local_store(home)).iterdir()) == []


def test_two_processes_cannot_be_at_one_run(tmp_path: Path) -> None:
    with open_run(tmp_path, "texts", "a" * 64, NOW) as run:
        assert run.began_at == NOW
        with (
            pytest.raises(Conflict, match="another process is at the same run"),
            open_run(tmp_path, "texts", "a" * 64, NOW),
        ):
            pass
        with open_run(tmp_path, "texts", "b" * 64, NOW) as other:
            assert other.id != run.id
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_run_that_is_gone_on_with_keeps_its_instant_and_id(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    with pytest.raises(Killed), open_run(tmp_path, "texts", "a" * 64, NOW) as run:
        raise Killed
    with open_run(tmp_path, "texts", "a" * 64, LATER) as again:
        assert (again.id, again.began_at) == (run.id, NOW)


def stopped_run(root: Path, name: str, identity: str, age: timedelta) -> Path:
    class Killed(Exception):
        pass

    with suppress(Killed), open_run(root, name, identity, NOW) as run:
        (run.folder.root / "rows").write_bytes(b"x" * 1000)
        raise Killed
    for path in (*run.folder.root.iterdir(), run.folder.root):
        os.utime(path, ((clock.now() - age).timestamp(),) * 2)
    return run.folder.root


def test_a_run_that_nobody_goes_on_with_goes_in_the_end(tmp_path: Path) -> None:
    old = stopped_run(tmp_path, "old", "a" * 64, timedelta(days=20))
    young = stopped_run(tmp_path, "young", "b" * 64, timedelta(days=3))
    assert [run.name for run in remove_old_runs(tmp_path, clock.now(), dry_run=True)] == [old.name]
    assert old.exists()
    with open_run(tmp_path, "another", "c" * 64, NOW):
        pass
    assert list(tmp_path.iterdir()) == [young]
    (gone,) = remove_old_runs(tmp_path, clock.now(), keep=timedelta(days=1))
    assert (gone.name, gone.size_bytes > 1000) == (young.name, True)
    assert list(tmp_path.iterdir()) == []
    assert remove_old_runs(tmp_path / "nowhere", clock.now()) == []


def test_a_run_that_a_process_is_at_stays_however_old(tmp_path: Path) -> None:
    old = stopped_run(tmp_path, "old", "a" * 64, timedelta(days=20))
    with open_run(tmp_path, "old", "a" * 64, NOW), temporary_run(tmp_path, NOW) as other:
        os.utime(other.folder.root, (0, 0))
        assert remove_old_runs(tmp_path, clock.now(), keep=timedelta()) == []
        assert old.exists()
        assert other.folder.root.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_run_killed_after_its_version_was_made_makes_no_second_one(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groundswell.organize import runs, saving

    class Killed(Exception):
        pass

    def killed(folder: Path) -> None:
        raise Killed

    home = tmp_path / "home"
    monkeypatch.setattr(saving, "InProcess", type("Other", (), {}))  # keep the folder of the run
    with monkeypatch.context() as patch:
        patch.setattr(runs, "_remove", killed)
        with pytest.raises(Killed):
            collect(raw, now=NOW).clean(*default_recipe()).save("texts", home=home)
    version = collect(raw, now=LATER).clean(*default_recipe()).save("texts", home=home)
    assert version.number == 1
    assert list(runs_of(local_store(home)).iterdir()) == []
