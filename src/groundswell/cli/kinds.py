"""The command that says how things can be labelled."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from groundswell.cli import options
from groundswell.cli.output import show, table

if TYPE_CHECKING:
    from groundswell.label.kinds.describing import Description


@click.command()
@click.argument("name", required=False)
@options.as_json
def kinds(name: str | None, as_json: bool) -> None:
    """List the label kinds, or show one: what it labels, its options, and an example.

    A kind's classes and options are given to `groundswell label` with --kind and --schema.
    """
    from groundswell.label.kinds import label_kind, label_kinds
    from groundswell.label.kinds.describing import describe

    if name is not None:
        found = describe(label_kind(name))
        show(asdict(found), as_json=as_json, text=_page(found))
        return
    every = [describe(kind) for kind in sorted(label_kinds().values(), key=lambda kind: kind.name)]
    rows = [(one.name, ", ".join(one.items), one.summary) for one in every]
    text = table(["kind", "items", ""], rows) + "\n\nMore about one: groundswell kinds NAME"
    show([asdict(one) for one in every], as_json=as_json, text=text)


def _page(kind: "Description") -> str:
    from groundswell.label.kinds.describing import as_lines

    parts = [f"{kind.name}, of items of kind {', '.join(kind.items)}", kind.about]
    if kind.options:
        parts.append(
            "Options:\n" + "\n".join(f"  {name}: {does}\n    {says}" for name, says, does in kind.options)
        )
    if kind.example is not None:
        parts.append("Example:\n" + as_lines(kind.example))
    return "\n\n".join(parts)
