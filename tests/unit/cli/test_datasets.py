"""The commands for datasets, in this process: what they print, and how they end."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundswell.cli.main import main
from groundswell.feed import feed
from groundswell.organize import dataset

TEXTS = ["the screen is broken", "a lovely bright screen", "broken on arrival", "does what it should"] * 5


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Return a function that runs a command in a data folder and returns what it prints, as JSON where asked for."""
    for name in [name for name in os.environ if name.startswith("GROUNDSWELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    rows = [{"text": f"{text} {place}", "stars": place % 5} for place, text in enumerate(TEXTS)]
    Path("reviews.jsonl").write_text("\n".join(map(json.dumps, rows)))

    def call(*args: str, exit_code: int = 0) -> Any:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--home", "home", *args])
        out, err = capsys.readouterr()
        assert (ended.value.code or 0) == exit_code, err
        if exit_code not in (0, 4) or (exit_code == 4 and not out):
            return err
        return json.loads(out) if "--json" in args else out

    call("collect", "reviews.jsonl")
    return call


def test_versions_are_named_compared_and_brought_back(run: Callable[..., Any]) -> None:
    run("versions", "tag", "reviews", "first", "--note", "as collected")
    run("search", "reviews", "screen", "--save-to", "reviews")
    assert "10 items" in run("versions", "compact", "reviews")
    (listed,) = [row for row in run("datasets", "reviews", "--json") if row["names"]]
    assert (listed["version"], listed["names"]) == (1, "first")
    found = run("diff", "reviews@first", "@2", "--items", "--json")
    assert (found["added"], found["dropped"], len(found["items"])) == (0, 10, 10)
    assert "0 added, 10 dropped" in run("diff", "reviews@1", "reviews@2")
    assert "version 3" in run("versions", "promote", "reviews@first")
    run("versions", "branch", "reviews", "try")
    assert "reviews has no branch try any more" in run("versions", "branch", "reviews", "try", "--end")
    assert "has no version 'try'" in run("diff", "reviews@try", "reviews", exit_code=3)
    run("versions", "untag", "reviews", "first")


def test_columns_of_a_branch_come_home(run: Callable[..., Any]) -> None:
    run("versions", "branch", "reviews", "try")
    run("split", "reviews@try", "--part", "a=0.5", "--part", "b=0.5", "--column", "half")
    run("split", "reviews")
    assert "20 items" in run("versions", "merge", "reviews", "@try")
    assert {"half", "split"} <= set(dataset("reviews", home="home").columns)


def test_items_are_found_counted_and_kept(run: Callable[..., Any]) -> None:
    found = run("search", "reviews", "broken stars>=3", "--json")
    assert found["total"] == len(found["items"]) == 4
    assert "10 of 20 items of reviews, version 1" in run("search", "reviews", "screen", "--limit", "2")
    assert run("search", "reviews", "--count-by", "stars", "--json")[0]["items"] == 4
    run("search", "reviews", "broken", "--save-as", "bad")
    assert "bad" in run("slices", "reviews")
    assert run("search", "reviews", "slice:bad screen", "--json")["total"] == 5
    run("slices", "reviews", "--delete", "bad")
    assert "No slices yet" in run("slices", "reviews")
    said = run("search", "reviews", "starz:3", exit_code=2)
    assert "did you mean stars" in said


def test_a_split_that_leaks_is_told_by_the_exit_code(run: Callable[..., Any]) -> None:
    done = run("split", "reviews", "--part", "train=0.5", "--part", "test=0.5", "--json")
    assert (sum(done["sizes"].values()), done["leaks"]) == (20, 0)
    assert "No near copies stand on two sides of it." in run("leaks", "reviews")
    Path("copies.jsonl").write_text(
        "\n".join(
            json.dumps(
                {"text": f"word{n} is a sentence that says the very same thing again and again today {end}"}
            )
            for n in range(8)
            for end in ("", "!", "?")
        )
    )
    run("collect", "copies.jsonl", "--raw")
    run("split", "copies", "--group-by", "nothing", "--part", "train=0.5", "--part", "test=0.5")
    leaks = run("leaks", "copies", "--json", exit_code=4)
    assert leaks
    assert leaks[0]["part"] != leaks[0]["other_part"]
    assert "NAME=SHARE" in run("split", "reviews", "--part", "train", exit_code=2)


def test_a_dataset_is_described_and_cleaned_up(run: Callable[..., Any]) -> None:
    Path("about.md").write_text("Reviews of a shop.")
    said = run(
        "versions", "describe", "reviews", "--owner", "ann@example.org", "--licence", "CC0-1.0",
        "--description", "@about.md", "--keep-last", "1",
    )  # fmt: skip
    assert "keeps: the newest 1 of each branch" in said
    card = run("datasets", "reviews", "--card")
    assert "Reviews of a shop." in card
    assert "ann@example.org" in card
    run("split", "reviews")
    assert "1 versions, 0 media and 0 stopped runs would go" in run("versions", "clean-up", "--dry-run")
    assert run("versions", "clean-up", "--json")["datasets"][0]["versions"] == [1]
    assert "was removed" in run("trace", "reviews@1", exit_code=3)
    assert "every version" in run("versions", "describe", "reviews", "--keep-all")


def test_a_quota_is_set_and_kept_to(run: Callable[..., Any]) -> None:
    assert "bytes of any number" in run("quota")
    assert run("quota", "local", "--limit", "0.02MB", "--json")["limit_bytes"] == 20_000
    Path("long.jsonl").write_text("\n".join(json.dumps({"text": f"{n} " * 500}) for n in range(100)))
    assert "may keep 20,000 bytes" in run("collect", "long.jsonl", exit_code=4)
    assert "is no size" in run("quota", "local", "--limit", "much", exit_code=2)
    assert "no organization 'acme'" in run("quota", "acme", exit_code=3)
    assert "any number" in run("quota", "--limit", "default")


def test_an_item_and_a_sample_of_a_run_are_traced(run: Callable[..., Any]) -> None:
    version = dataset("reviews", home="home")
    item = version.ids()[3]
    told = run("trace", item[:10])
    assert f"item {item}" in told
    assert "line 4" in told
    assert "in reviews@1, row 3, after unicode" in told
    batches = feed(version, batch_size=4, seed=7, epochs=2)
    wanted = [batch["id"].tolist() for batch in batches]
    Path("state.json").write_text(json.dumps(batches.state_dict()))
    for step in (0, 4, 9):
        assert run("trace", "--feed", "state.json", "--step", str(step), "--json") == wanted[step]
    assert f"item {wanted[6][2]}" in run("trace", "--feed", "state.json", "--step", "6", "--sample", "2")
    assert "samples 0 to 3" in run(
        "trace", "--feed", "state.json", "--step", "6", "--sample", "9", exit_code=2
    )
    one = wanted[6][2]
    steps = [step for step, ids in enumerate(wanted) if one in ids]
    assert run("trace", "--feed", "state.json", "--item", one, "--json")["steps"] == {one: steps}
    assert f"2 of {len(wanted)} steps saw them" in run("trace", "--feed", "state.json", "--item", one)


def test_images_that_look_alike_are_found(run: Callable[..., Any], tmp_path: Path) -> None:
    import numpy as np
    from PIL import Image

    (tmp_path / "photos").mkdir()
    for place in range(6):
        pixels = np.random.default_rng(place // 2).integers(0, 256, (5, 5, 3)).astype(np.uint8)
        Image.fromarray(pixels).resize((40 + 20 * (place % 2),) * 2).save(
            tmp_path / "photos" / f"{place}.png"
        )
    run("collect", "photos", "--raw")
    assert run("embed", "photos", "--json")["version"] == 2
    rows = run("search", "photos", "--sort", "locator", "--json")["items"]
    assert "embedding" not in rows[0]
    found = run("search", "photos", f"like:{rows[2]['id'][:12]}", "--json")
    assert (found["total"], found["items"][0]["locator"]) == (5, "3.png")


def test_texts_that_mean_the_same_are_found(run: Callable[..., Any]) -> None:
    said = run("search", "reviews", 'like:"a horrible experience"')
    assert "the most alike first, by words" in said or "0 of" in said
    assert "with embedding" in run("embed", "reviews")
    assert "have their vectors in embedding" in run("embed", "reviews")
    assert "the most alike first, by embedding" in run("search", "reviews", 'like:"a horrible experience"')
    assert "adds one" in run("search", "reviews", "like:word", "--by", "other", exit_code=2)


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["trace"], 2, "say WHAT to trace"),
        (["trace", "nothing"], 3, "no dataset"),
        (["trace", "0" * 12], 3, "no version has an item"),
        (["trace", "--feed", "reviews.jsonl", "--step", "1"], 2, "is no state of a feed"),
        (["retract"], 2, "say whose answers"),
        (["retract", "--annotator", "ann"], 2, "give a --reason"),
        (["trace", "--annotator", "ann", "--after", "soon"], 2, "is no date"),
        (["datasets", "--card"], 2, "--card needs the NAME"),
        (["search", "nowhere"], 3, "there is no dataset 'nowhere'"),
        (["search", "reviews", "(broken"], 2, "cannot be read at character 8"),
    ],
)
def test_what_cannot_be_done_says_why(run: Callable[..., Any], args: list[str], code: int, says: str) -> None:
    assert says in run(*args, exit_code=code)
