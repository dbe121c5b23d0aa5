"""The command that brings data in: collect. It needs no database."""

from collections import Counter
from typing import Any

import click

from groundswell.cli import options
from groundswell.cli.datasets import local_datasets
from groundswell.cli.output import Steps, show
from groundswell.settings import Settings


@click.command()
@click.argument("path")
@click.option("--name", help="Name of the dataset [default: from PATH].")
@click.option("--raw", is_flag=True, help="Keep everything that can be read; do not clean.")
@options.text_column
@options.records
@options.licence
@options.yes
@options.as_json
@click.pass_obj
def collect(
    settings: Settings,
    path: str,
    name: str | None,
    raw: bool,
    text_column: str | None,
    records: bool,
    licence: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Collect, clean and store raw data as a new version of a dataset.

    PATH is a folder of images, of recordings or of .txt files, or a .jsonl, .csv, .parquet or .txt file; `digits` is a
    built-in set of images. What is set aside is kept beside the version, with the reason.
    """
    from groundswell.organize import collect as collect_items

    collection = collect_items(
        path,
        text_column=text_column,
        licence=licence,
        max_item_bytes=settings.max_item_bytes,
        as_records=records,
    )
    options.refuse_if_huge(path, collection.size_bytes(), settings.max_source_bytes, confirmed=yes)
    chosen = collection if raw else collection.clean()
    with Steps().step(f"Collecting {collection.describe()}") as step:
        version = chosen.save(
            options.dataset_name(path, name), store=local_datasets(settings), on_progress=step.reach
        )
        step.outcome = str(chosen.report)
    result = {
        "dataset": version.name,
        "version": version.number,
        "rows": version.rows,
        "dropped": _reasons(version),
    }
    show(
        result,
        as_json=as_json,
        text=f"{version.rows:,} items stored as {version.name}, version {version.number}",
    )


def _reasons(version: Any) -> dict[str, int]:
    return dict(Counter(drop.reason for drop in version.drops()).most_common())
