"""What a training run saw, by the command line."""

import json

from groundswell.errors import InputError
from groundswell.feed import Feed, snapshot
from groundswell.feed.tracing import RunRecord
from groundswell.organize import collect
from tests.acceptance.command import Groundswell


def test_a_step_leads_to_its_items_and_items_to_the_checkpoints_that_saw_them(
    groundswell: Groundswell,
) -> None:
    version = collect([f"text {number}" for number in range(20)]).save("texts", home=groundswell.home)
    feed = Feed(snapshot(version, groundswell.here / "shards"), 4, seed=3, split="train")
    record = RunRecord(groundswell.here / "run.jsonl", feed)
    seen = []
    for step, batch in enumerate(feed):
        seen.append(batch["id"].tolist())
        if step in (1, 3):
            record.checkpoint(f"model-{step + 1}")
    done = groundswell.run("trace", "--feed", "run.jsonl", "--step", "2", "--json")
    assert json.loads(done.out) == seen[2]
    (groundswell.here / "ids.txt").write_text("\n".join(seen[2][:2]))
    done = groundswell.run("trace", "--feed", "run.jsonl", "--items", "ids.txt")
    assert done.out.strip() == "1 of 4 steps saw them; checkpoints to train again: model-4"
    assert groundswell.run("trace", "--feed", "run.jsonl").code == 2
    done = groundswell.run("trace-run", "run.jsonl", "--step", "2", "--json")  # the name of earlier releases
    assert json.loads(done.out) == {"step": 2, "items": seen[2]}


def test_a_run_whose_feed_cannot_be_made_again_says_so(groundswell: Groundswell) -> None:
    version = collect(["a", "b"]).save("texts", home=groundswell.home)
    RunRecord(
        groundswell.here / "run.jsonl", Feed(snapshot(version, groundswell.here / "s"), 1), {"by": "hand"}
    )
    done = groundswell.run("trace", "--feed", "run.jsonl", "--step", "0")
    assert (done.code, "make it as it was" in done.err) == (InputError.exit_code, True)
