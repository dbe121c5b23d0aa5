"""Commands for dataset versions: datasets, diff, split, leaks, versions. They need no database."""

from typing import TYPE_CHECKING, Any

import click

from groundswell.cli import options
from groundswell.cli.output import show, table
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.organize import DatasetStore, Version


def local_datasets(settings: Settings) -> "DatasetStore":
    """Return the datasets of the local organization."""
    from groundswell.organize import local_store

    return local_store(settings.home)


@click.command()
@click.argument("name", required=False)
@click.option(
    "--drops", is_flag=True, help="List what was set aside on the way to a version of NAME, and why."
)
@click.option("--card", is_flag=True, help="Print the data card of a version of NAME, as Markdown.")
@options.as_json
@click.pass_obj
def datasets(settings: Settings, name: str | None, drops: bool, card: bool, as_json: bool) -> None:
    """List the datasets, the versions of one, what was set aside from it, or its data card.

    NAME may be a reference: reviews@3, reviews@TAG, reviews@BRANCH, reviews@2026-11-29.
    """
    store = local_datasets(settings)
    if (drops or card) and name is None:
        raise click.UsageError(f"--{'drops' if drops else 'card'} needs the NAME of a dataset")
    if card:
        from groundswell.organize import card_of

        found = card_of(store, store.open(str(name)))
        show(found.to_dict(), as_json=as_json, text=found.to_markdown())
        return
    if drops:
        rows = _drops(store, store.open(str(name)))
        columns = ["locator", "reason", "detail"]
    elif name is not None:
        rows = _versions(store, name)
        columns = ["version", "branch", "names", "rows", "columns", "created_at", "parents"]
    else:
        rows = [described(store.open(each)) for each in store.names()]
        columns = ["dataset", "version", "rows", "created_at"]
    empty = "Nothing was set aside." if drops else "No datasets yet. Make one: groundswell collect PATH"
    text = table(columns, [[row[column] for column in columns] for row in rows]) if rows else empty
    show(rows, as_json=as_json, text=text)


def _drops(store: "DatasetStore", version: "Version") -> list[dict[str, Any]]:
    return [vars(drop) for each in [version, *store.trace(version)] for drop in each.drops()]


def _versions(store: "DatasetStore", name: str) -> list[dict[str, Any]]:
    store.existing(name)
    names: dict[int, list[str]] = {}
    for ref in store.refs(name):
        number = store.heads(name)[ref.name] if ref.kind == "branch" else ref.number
        names.setdefault(number, []).append(ref.name)
    return [
        described(version) | {"names": ", ".join(names.get(version.number, [])) or None}
        for version in store.versions(name)
    ]


def described(version: "Version") -> dict[str, Any]:
    """Return a version as lists show it."""
    return {
        "dataset": version.name,
        "version": version.number,
        "branch": version.manifest.branch,
        "rows": version.rows,
        "columns": ", ".join(version.columns),
        "created_at": version.created_at.isoformat(timespec="seconds"),
        "digest": version.digest,
        "parents": ", ".join(f"{parent.name} {parent.number}" for parent in version.parents) or "-",
    }


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--column", default="label", show_default=True, help="The column whose values are compared.")
@click.option("--items", is_flag=True, help="List the items, too.")
@options.as_json
@click.pass_obj
def diff(settings: Settings, before: str, after: str, column: str, items: bool, as_json: bool) -> None:
    """Compare two versions: items added, dropped and changed, and labels that are others.

    BEFORE and AFTER are references such as reviews@3 and reviews; AFTER may be just @4 or @TAG.
    """
    from groundswell.organize import diff as compare

    store = local_datasets(settings)
    name = before.partition("@")[0]
    found = compare(
        store.open(before), store.open(name + after if after.startswith("@") else after), column=column
    )
    result: dict[str, Any] = {
        "before": f"{found.before.name}@{found.before.number}",
        "after": f"{found.after.name}@{found.after.number}",
        "added": len(found.added),
        "dropped": len(found.dropped),
        "changed": len(found.changed),
        "relabelled": len(found.relabelled),
        "moves": [{"before": old, "after": new, "items": count} for (old, new), count in found.moves.items()],
        "new_columns": list(found.new_columns),
        "lost_columns": list(found.lost_columns),
    }
    lines = [f"{result['before']} to {result['after']}: {found}"]
    lines += [
        f"  {column} {old or '(none)'} to {new or '(none)'}: {n:,}" for (old, new), n in found.moves.items()
    ]
    lines += [f"  new column {name}" for name in found.new_columns]
    lines += [f"  lost column {name}" for name in found.lost_columns]
    if items:
        listed = _listed(found)
        result["items"] = listed
        lines += [f"  {row['change']:10} {row['id'][:12]} {row['locator']}" for row in listed]
    show(result, as_json=as_json, text="\n".join(lines))


def _listed(found: Any) -> list[dict[str, Any]]:
    kinds = (
        ("added", found.after, found.added),
        ("dropped", found.before, found.dropped),
        ("changed", found.after, found.changed[:, 1]),
        ("relabelled", found.after, found.relabelled[:, 1]),
    )
    return [
        {"change": change, **row}
        for change, version, rows in kinds
        if len(rows)
        for row in version.take(rows, ["id", "source", "locator"]).to_pylist()
    ]


@click.command()
@click.argument("name")
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="NAME=SHARE",
    help="A part and its share; once for each  [default: train=0.9, test=0.1].",
)
@click.option("--seed", default=0, show_default=True, help="Another seed is another, unrelated split.")
@click.option(
    "--group-by",
    default="near copies",
    show_default=True,
    metavar="FIELD",
    help="What stays together: near copies, or items with the same value in a column or field; `nothing`: each alone.",
)
@click.option("--column", default="split", show_default=True, help="Name of the column that is added.")
@options.as_json
@click.pass_obj
def split(
    settings: Settings,
    name: str,
    parts: tuple[str, ...],
    seed: int,
    group_by: str,
    column: str,
    as_json: bool,
) -> None:
    """Divide a dataset into training and test parts that hold, as a new version.

    Each item goes where a keyed hash puts it, near copies together, so nothing tested on was nearly trained on. Run it
    again when the dataset has grown: items that have a part keep it.
    """
    from groundswell.organize import find_leaks
    from groundswell.organize import split as divide

    store = local_datasets(settings)
    shares = _shares(parts) or {"train": 0.9, "test": 0.1}
    group = None if group_by == "nothing" else group_by
    done = divide(store, store.open(name), shares, seed=seed, group_by=group, column=column)
    leaks = find_leaks(done.version, column)
    result = {
        "dataset": done.version.name,
        "version": done.version.number,
        "sizes": dict(done.sizes),
        "groups": done.groups,
        "held_out": done.held_out,
        "leaks": len(leaks),
    }
    sizes = ", ".join(f"{size:,} {part}" for part, size in done.sizes.items())
    lines = [f"{done.version.name}, version {done.version.number}: {sizes}, in {done.groups:,} groups"]
    if done.held_out:
        lines.append(f"{done.held_out:,} new items are like items of two parts and belong to none")
    lines.append(_leaks_in_words(len(leaks)))
    show(result, as_json=as_json, text="\n".join(lines))


def _shares(parts: tuple[str, ...]) -> dict[str, float]:
    try:
        return {name.strip(): float(share) for name, _, share in (part.partition("=") for part in parts)}
    except ValueError:
        raise click.UsageError("a part is written NAME=SHARE, for example --part train=0.8") from None


def _leaks_in_words(count: int) -> str:
    return (
        f"{count:,} near copies stand on two sides of it"
        if count
        else "no near copies stand on two sides of it"
    )


@click.command()
@click.argument("name")
@click.option(
    "--column", default="split", show_default=True, help="The column that says which part items belong to."
)
@options.as_json
@click.pass_obj
def leaks(settings: Settings, name: str, column: str, as_json: bool) -> None:
    """Check a split: list near copies that stand on two sides of it. Exits with 4 where there are any."""
    from groundswell.organize import find_leaks

    found = find_leaks(local_datasets(settings).open(name), column)
    rows = [vars(leak) for leak in found]
    lines = [_leaks_in_words(len(found)).capitalize() + "."]
    if found:
        head = ["item", "part", "other", "other_part", "similarity"]
        shown = [
            [leak.item[:12], leak.part, leak.other[:12], leak.other_part, f"{leak.similarity:.3f}"]
            for leak in found
        ]
        lines.append(table(head, shown))
    show(rows, as_json=as_json, text="\n".join(lines))
    if found:
        raise SystemExit(4)
