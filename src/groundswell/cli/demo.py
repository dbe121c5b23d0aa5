"""`groundswell demo`: the walk through the river with its progress, the comparison, the report."""

import asyncio
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from groundswell.app import App, local_member, open_app
from groundswell.cli.output import Steps, say, show, table
from groundswell.clock import now
from groundswell.collect import digit_truth
from groundswell.demo.claim import claim_json, claim_table, verdict
from groundswell.demo.experiment import Repetition, repeat
from groundswell.demo.report import report_page
from groundswell.organize import Version, collect
from groundswell.settings import Settings

NAME = "digits"
SAMPLES = 24


def run_demo(settings: Settings, *, seeds: int, report: Path | None, as_json: bool) -> None:
    """Run the demo in a new folder below the data folder, print the table and write the report."""
    started = time.monotonic()
    home = settings.home / f"demo-{now():%Y%m%d-%H%M%S}"
    page = report or home / "report.html"
    repetitions = asyncio.run(_run(replace(settings, home=home, database_url=None), seeds, page))
    rows = [
        [row.name, f"{row.label_accuracy:.1%}", f"{row.model_accuracy:.1%}", f"{row.answers:,.0f}"]
        for row in claim_table(repetitions)
    ]
    text = table(["training set made by", "labels right", "trained model", "human answers"], rows)
    found = repetitions[0].certificate
    say()
    show(
        {**claim_json(repetitions), "report": str(page), "home": str(home)},
        as_json=as_json,
        text=f"{text}\n\n{verdict(repetitions)}\n"
        f"Certificate (seed 1): {found.low:.1%} to {found.high:.1%} of the labels are right, with {found.level:.0%} "
        f"confidence; by the hidden truth {repetitions[0].certified_accuracy:.1%}.",
    )
    say(f"\nThe crowd was simulated; the images are real. {time.monotonic() - started:.0f} s in all.")
    say(f"Report    {page.absolute()}")
    say(f"Data      {home.absolute()}")
    say(f"Browse    {_command()} --home {home} up")


def _command() -> str:
    """Return what to type for this command: its name, or its path where the name is not found."""
    return "groundswell" if shutil.which("groundswell") else sys.argv[0]


async def _run(settings: Settings, seeds: int, page: Path) -> list[Repetition]:
    steps = Steps()
    with steps.step("Starting the embedded database"):
        opening = open_app(settings)
        app = await opening.__aenter__()
    try:
        items, collected = await _collect(app, steps)
        repetitions = [await _repeat(app, items, steps, seed) for seed in range(1, seeds + 1)]
        with steps.step("Writing the report") as step:
            _write(page, settings.home, repetitions, items, collected)
            step.outcome = str(page)
    finally:
        await opening.__aexit__(None, None, None)
    return repetitions


async def _collect(app: App, steps: Steps) -> tuple[Version, str]:
    store = app.datasets((await local_member(app)).org_slug)
    collection = collect("digits").clean()
    with steps.step("Collecting and cleaning images of handwritten digits") as step:
        version = await asyncio.to_thread(collection.save, NAME, store=store, on_progress=step.reach)
        step.outcome = f"{collection.report}; dataset {version.name}, version {version.number}"
    return version, str(collection.report)


async def _repeat(app: App, items: Version, steps: Steps, seed: int) -> Repetition:
    with steps.step(f"Seed {seed}") as step:
        found = await repeat(app, await local_member(app), items, seed=seed, on_labels=step.reach)
        step.outcome = (
            f"model {found.automatic.model_accuracy:.1%} by automatic labels, {found.votes.model_accuracy:.1%} by "
            f"three votes, {found.groundswell.model_accuracy:.1%} by Groundswell with {found.groundswell.answers:,} "
            f"of {found.votes.answers:,} answers"
        )
    return found


def _write(page: Path, home: Path, repetitions: Sequence[Repetition], items: Version, collected: str) -> None:
    labelled = repetitions[0].version
    labels = labelled.to_table(["label"])["label"].to_pylist()
    truth = [str(digit_truth()[item_id]) for item_id in labelled.ids()[:SAMPLES]]
    datasets = home / "datasets" / "local"
    written = {
        "clean items": f"{datasets}/{items.name}, version {items.number}",
        "what was labelled": f"{datasets}/{labelled.name}, version 1",
        "with labels and lineage": f"{datasets}/{labelled.name}, version {labelled.number}",
        "images": f"{home}/blobs/local",
        "projects, annotations, ledger": f"{home}/postgres",
        "this report": str(page),
    }
    text = report_page(
        repetitions,
        collected=collected,
        drops=list(items.drops()),
        samples=list(zip(islice(labelled.items(), SAMPLES), labels, truth, strict=False)),
        written=written,
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
