"""Options and checks that several commands share."""

from pathlib import Path

import click

from groundswell.errors import InvalidName, TooLarge

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
text_column = click.option(
    "--text-column", metavar="NAME", help="The column or field that holds the text [default: found by name]."
)
records = click.option(
    "--records", is_flag=True, help="Take each JSON object or row as a record, whole, and not its text."
)
licence = click.option(
    "--licence", metavar="TEXT", help="Licence of the data, kept with every item (SPDX id)."
)
yes = click.option("--yes", is_flag=True, help="Go on even if the source is very large.")


def dataset_name(path: str, name: str | None) -> str:
    """Return the name to store a source under: the one that was given, else one made from the path."""
    if name is not None:
        return name
    stem = Path(path).resolve().name.split(".")[0].lower()
    made = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in stem).strip("-_")[:60]
    if not made:
        raise InvalidName(f"no name can be made from {path!r}; give one with --name")
    return made


def refuse_if_huge(path: str, size_bytes: int | None, limit_bytes: int, *, confirmed: bool) -> None:
    """Stop before a source is read that is over the limit by mistake.

    Raises:
        TooLarge: it is, and `--yes` was not given.
    """
    if size_bytes is not None and size_bytes > limit_bytes and not confirmed:
        raise TooLarge(
            f"{path} holds {_size(size_bytes)}, over the limit of {_size(limit_bytes)}; "
            "add --yes if that is what you want, or set GROUNDSWELL_MAX_SOURCE_BYTES"
        )


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:,.1f} GB" if size_bytes >= 1e9 else f"{size_bytes:,} bytes"
