"""The rule that tells a source with some bad records from a source that is not what it claims."""

from collections.abc import Iterator

from groundswell.errors import EmptySource, UnreadableSource
from groundswell.items import Drop, Item

MAX_BAD_START = 1000
"""Failed records in a row, from the first on, after which the rest is not read."""


def require_good(records: Iterator[Item | Drop], source: str) -> Iterator[Item | Drop]:
    """Pass records on; raise if there is not one good among them.

    Raises:
        EmptySource: nothing came, or nothing but refusals by rule.
        UnreadableSource: every record failed, or the first `MAX_BAD_START` did; names the first problem.
    """
    failures = 0
    first: Drop | None = None
    for record in records:
        yield record
        if isinstance(record, Item):
            yield from records
            return
        if record.failed:
            failures += 1
            first = first or record
        if first and failures >= MAX_BAD_START:
            break
    if first is None:
        raise EmptySource(f"{source} holds nothing to collect")
    raise UnreadableSource(
        f"{source}: no record of {failures} could be read; the first, {first.locator}: {first.detail}. "
        "Check that this is the file or folder you mean"
    )
