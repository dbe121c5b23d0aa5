"""The rule that tells a source with some bad records from a source that is not what it claims."""

from collections.abc import Iterator

from groundswell.errors import EmptySource, InputError, UnreadableSource
from groundswell.items import Drop, Item

MAX_BAD_START = 1000
"""Failed records in a row, from the first on, after which the rest is not read."""


def require_good(records: Iterator[Item | Drop], source: str) -> Iterator[Item | Drop]:
    """Pass records on; raise if there is not one good among them.

    Raises:
        EmptySource: nothing came, or nothing but refusals by rule.
        UnreadableSource: every record failed, or the first `MAX_BAD_START` did; names the first problem.
    """
    first: Drop | None = None
    count = 0
    for record in require_start(records, source):
        yield record
        if isinstance(record, Item):
            yield from records
            return
        count += 1
        if first is None or (record.failed and not first.failed):
            first = record
    raise nothing_good(source, count, first)


def require_start(records: Iterator[Item | Drop], source: str) -> Iterator[Item | Drop]:
    """Pass records on; raise if very many have failed, from the first on.

    Raises:
        UnreadableSource: the first `MAX_BAD_START` failed; names the first problem.
    """
    first: Drop | None = None
    failures = 0
    for record in records:
        yield record
        if isinstance(record, Item):
            yield from records
            return
        if record.failed:
            failures, first = failures + 1, first or record
        if failures >= MAX_BAD_START:
            raise nothing_good(source, failures, first)


def nothing_good(source: str, count: int, first: Drop | None) -> InputError:
    """Return the error that says that a source holds nothing that can be used.

    Args:
        source: what was read.
        count: how many records there were.
        first: the first that could not be read, or else the first that was left out by rule; None if there were
            none at all.
    """
    if first is None:
        return EmptySource(f"{source} holds nothing to collect")
    if not first.failed:
        return EmptySource(
            f"{source} holds nothing to collect: {count:,} left out by rule; the first, {first.locator}: {first.detail}"
        )
    return UnreadableSource(
        f"{source}: no record of {count:,} could be read; the first, {first.locator}: {first.detail}. "
        "Check that this is the file or folder you mean"
    )
