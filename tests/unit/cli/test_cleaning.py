"""The commands that collect and clean, in this process: what they print, and how they end."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from groundswell.cli.main import main

ROWS = ["the first of the texts", "another one about rivers", "another one about rivers", ""]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Return a function that runs a command in a data folder and returns all that it says."""
    for name in [name for name in os.environ if name.startswith("GROUNDSWELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("raw").mkdir()
    write("raw/a.jsonl", ROWS)
    with open("raw/a.jsonl", "a") as file:
        file.write("no record\n" * 3)

    def call(*args: str, fails: bool = False) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--home", "home", *args])
        out, err = capsys.readouterr()
        assert bool(ended.value.code) == fails, err
        return out + err

    return call


def write(path: str, texts: list[str]) -> None:
    Path(path).write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def test_what_was_set_aside_is_pointed_to_and_listed(run: Callable[..., str]) -> None:
    said = run("collect", "raw")
    assert "7 read, 2 kept, 2 dropped (1 text:empty, 1 duplicate:exact), 3 failed (3 json:invalid)" in said
    assert "2 items stored as raw, version 1; what was set aside: groundswell drops raw" in said


def test_examples_are_of_each_reason_however_few_are_asked_for(run: Callable[..., str]) -> None:
    run("collect", "raw")
    found = json.loads(run("drops", "raw", "--limit", "4", "--json"))
    assert found["reasons"] == {"json:invalid": 3, "text:empty": 1, "duplicate:exact": 1}
    assert [drop["reason"] for drop in found["drops"]] == [
        "json:invalid",
        "json:invalid",
        "text:empty",
        "duplicate:exact",
    ]
    assert found["drops"][0]["locator"] == "a.jsonl line 5"


def test_a_reason_is_asked_for_by_its_first_part_and_others_are_told(run: Callable[..., str]) -> None:
    run("collect", "raw")
    assert list(json.loads(run("drops", "raw", "--reason", "json", "--json"))["reasons"]) == ["json:invalid"]
    said = run("drops", "raw", "--reason", "jsn")
    assert (
        "Nothing was set aside for 'jsn'; the reasons are duplicate:exact, json:invalid, text:empty." in said
    )


def test_an_update_without_anything_new_says_so(run: Callable[..., str]) -> None:
    run("collect", "raw")
    said = run("collect", "raw", "--update")
    assert "Nothing new to store; raw stays at version 1 with 2 items" in said
    write("raw/b.jsonl", ["a text that was not there before"])
    assert "3 items stored as raw, version 2" in run("collect", "raw", "--update")
    write("raw/c.jsonl", ["a text that was not there before"])
    said = run("collect", "raw", "--update", "--raw")
    assert "Note: version 2 of raw was made by other steps: " in said
    assert "Nothing new to store but what was set aside, which version 3 of raw lists" in said
    assert "duplicate:known" in run("drops", "raw")


def test_a_dataset_is_cleaned_further_and_evaluation_sets_are_kept_out(run: Callable[..., str]) -> None:
    write("quiz.jsonl", ["what colour has the old bridge over the river in our town at night"])
    write("raw/b.jsonl", ["He asked what colour has the old bridge over the river in our town at night."])
    assert "3 items stored as raw" in run("collect", "raw")
    said = run("clean", "raw", "--to", "fair", "--against", "quiz.jsonl")
    assert "3 read, 2 kept, 1 dropped (1 contamination:evaluation)" in said
    assert "quiz.jsonl" in run("drops", "fair")


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--recipe", "web"], "there is no recipe 'web'; there are default, web-text"),
        (["--recipe", "mine.py"], "there is no file mine.py"),
        (["--on", "spark"], "'spark' is no place to run"),
        (["--memory", "10MB"], "a memory of 10 MB is too little to work in; the least is 437 MB"),
        (["--memory", "much"], "'much' is no amount of memory"),
        (["--raw", "--recipe", "default"], "--raw does not clean"),
        (["--query", "SELECT 1"], "--query needs a --name"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_read(
    run: Callable[..., str], args: list[str], why: str
) -> None:
    assert why in run("collect", "raw", *args, fails=True)
    assert not Path("home/datasets/local/raw").exists()
