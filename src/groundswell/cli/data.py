"""Commands for data: datasets, trace. They need no database."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli import options
from groundswell.cli.output import show, table
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.organize import DatasetStore


def _store(settings: Settings) -> "DatasetStore":
    from groundswell.organize import local_store

    return local_store(settings.home)


@click.command()
@click.argument("name", required=False)
@click.option(
    "--drops", is_flag=True, help="List what was set aside on the way to the newest version of NAME, and why."
)
@options.as_json
@click.pass_obj
def datasets(settings: Settings, name: str | None, drops: bool, as_json: bool) -> None:
    """List the datasets, the versions of one, or what was set aside from it."""
    store = _store(settings)
    if drops and name is None:
        raise click.UsageError("--drops needs the NAME of a dataset")
    if drops:
        newest = store.open(str(name))
        rows = [vars(drop) for each in [newest, *store.trace(newest)] for drop in each.drops()]
        columns = ["locator", "reason", "detail"]
    elif name is not None:
        store.open(name)  # says so where there is none
        rows = [_describe(version) for version in store.versions(name)]
        columns = ["version", "rows", "columns", "created_at", "parents"]
    else:
        rows = [_describe(store.open(each)) for each in store.names()]
        columns = ["dataset", "version", "rows", "created_at"]
    empty = "Nothing was set aside." if drops else "No datasets yet. Make one: groundswell collect PATH"
    text = table(columns, [[row[column] for column in columns] for row in rows]) if rows else empty
    show(rows, as_json=as_json, text=text)


@click.command()
@click.argument("name")
@click.option("--version", "number", type=click.IntRange(min=1), help="[default: the newest]")
@options.as_json
@click.pass_obj
def trace(settings: Settings, name: str, number: int | None, as_json: bool) -> None:
    """Show where a dataset version comes from, back to the raw data."""
    store = _store(settings)
    version = store.open(name, number)
    chain = [version, *store.trace(version)]
    rows = [{**_describe(each), "lineage": dict(each.lineage), "dropped": _reasons(each)} for each in chain]
    lines = [_story(row) for row in rows]
    show(rows, as_json=as_json, text="\n".join(lines))


def _story(row: dict[str, Any]) -> str:
    line = f"{row['dataset']} version {row['version']}: {row['rows']:,} items, {row['created_at']}"
    if source := row["lineage"].get("source"):
        line += f"\n  collected from {source}: {row['lineage'].get('collected', row['rows']):,} read"
    if project := row["lineage"].get("project"):
        line += f"\n  labelled by project {project['name']!r}"
    if certificate := row["lineage"].get("certificate"):
        line += f"\n  certificate: accuracy {certificate['low']:.1%} to {certificate['high']:.1%}"
    if row["dropped"]:
        line += "\n  set aside: " + ", ".join(
            f"{count:,} {reason}" for reason, count in row["dropped"].items()
        )
    return line


def _describe(version: Any) -> dict[str, Any]:
    return {
        "dataset": version.name,
        "version": version.number,
        "rows": version.rows,
        "columns": ", ".join(version.columns),
        "created_at": version.created_at.isoformat(timespec="seconds"),
        "digest": version.digest,
        "parents": ", ".join(f"{parent.name} {parent.number}" for parent in version.parents) or "-",
    }


def _reasons(version: Any) -> dict[str, int]:
    return dict(Counter(drop.reason for drop in version.drops()).most_common())
