"""How the command line speaks: progress on stderr, results on stdout, errors in one line."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click


def say(message: str = "") -> None:
    """Tell a person something; it goes to stderr, so that stdout stays for results."""
    click.echo(message, err=True)


def show(value: Any, *, as_json: bool, text: str) -> None:
    """Print a result: one JSON document with `--json`, else the text for people."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else text)


def table(headings: list[str], rows: Iterable[Iterable[object]]) -> str:
    """Return rows as aligned columns, numbers to the right."""
    cells = [headings, *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    numeric = [all(_is_number(row[i]) for row in cells[1:]) and len(cells) > 1 for i in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return (
        f"{value:,.1f}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def _is_number(text: str) -> bool:
    return text == "-" or text.strip("%").replace(",", "").replace(".", "", 1).isdigit()


class Steps:
    """Progress of a long job: one line a step, with a bar while it runs on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False)

    @contextmanager
    def step(self, what: str, total: int | None = None) -> Iterator["Step"]:
        """Show a step while it runs, and one line of outcome when it is done."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = [
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        ]
        with Progress(*columns, console=self.console, transient=True, disable=not sys.stderr.isatty()) as bar:
            step = Step(bar, bar.add_task(what, total=total))
            yield step
        self.console.print("[green]✓[/green]", end=" ")
        self.console.print(what + (f": {step.outcome}" if step.outcome else ""), soft_wrap=True, markup=False)


class Step:
    """A running step: `advance` moves its bar, `outcome` is the line that remains."""

    def __init__(self, bar: Any, task: Any) -> None:
        self._bar = bar
        self._task = task
        self.outcome = ""

    def advance(self, amount: int = 1) -> None:
        """Move the bar by `amount`."""
        self._bar.advance(self._task, amount)

    def rename(self, what: str) -> None:
        """Say what it is at now."""
        self._bar.update(self._task, description=what)

    def reach(self, amount: int, total: int | None = None) -> None:
        """Move the bar to `amount`, of `total` where that is known by now."""
        self._bar.update(self._task, completed=amount, total=total)
