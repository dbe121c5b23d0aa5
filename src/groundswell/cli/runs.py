"""The command that follows what a training run saw, both ways: trace-run."""

from pathlib import Path

import click

from groundswell.cli import options
from groundswell.cli.output import show
from groundswell.settings import Settings


@click.command("trace-run")
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--step", type=click.IntRange(min=0), help="List the items that this step saw.")
@click.option(
    "--item", "items", multiple=True, help="Find the steps and checkpoints that saw this item; repeat it."
)
@click.option(
    "--items",
    "listed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The same for the ids in a file, one a line: all that a retracted annotator has labelled, for example.",
)
@options.as_json
@click.pass_obj
def trace_run(
    settings: Settings,
    record: Path,
    step: int | None,
    items: tuple[str, ...],
    listed: Path | None,
    as_json: bool,
) -> None:
    """Show what a step of a training run saw, or which steps and checkpoints saw some items.

    RECORD is the file that `groundswell.feed.tracing.RunRecord` kept.
    """
    from groundswell.feed.tracing import (
        checkpoints_that_saw,
        feed_of_run,
        items_of_step,
        read_run,
        steps_of_items,
    )

    wanted = [*items, *(listed.read_text().split() if listed else ())]
    if (step is None) == (not wanted):
        raise click.UsageError("give --step, or items by --item and --items")
    run = read_run(record)
    feed = feed_of_run(run)
    if step is not None:
        ids = [each for sample in items_of_step(feed, step) for each in sample]
        show({"step": step, "items": ids}, as_json=as_json, text="\n".join(ids))
        return
    delivered = max((each.delivered for each in run.checkpoints), default=0)
    steps = steps_of_items(feed, wanted, delivered)
    seen = sorted({number for numbers in steps.values() for number in numbers})
    names = [each.name for each in checkpoints_that_saw(run, seen)]
    text = f"{len(seen):,} of {delivered:,} steps saw them; checkpoints to train again: {', '.join(names) or 'none'}"
    show({"steps": steps, "checkpoints": names}, as_json=as_json, text=text)
