"""Shares of a file: what one of several processes reads of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groundswell.collect.good import require_good, require_start
from groundswell.collect.lines import COMPRESSIONS
from groundswell.collect.source import Place
from groundswell.collect.spans import Span, line_spans
from groundswell.items import Drop, Item


@dataclass(frozen=True)
class Share:
    """What is read of a file.

    Attributes:
        number: which of the shares this is; None for the whole file.
        span: the lines that are read; None for all.
        rows: the groups of rows that are read, `first` to `last`, and the number of the first row.
        column: the column of texts, where it was chosen for all shares; None to choose.
    """

    number: int | None = None
    span: Span | None = None
    rows: tuple[int, int, int] | None = None
    column: str | None = None

    def required_good(self, records: Iterator[Item | Drop], source: str) -> Iterator[Item | Drop]:
        """Pass records on; raise if the whole file has not one good record, or its start is all bad.

        Of a share nobody knows what the others hold: whether there is anything good is seen at the end.

        Raises:
            EmptySource: nothing came, of the whole file.
            UnreadableSource: every record failed, of the whole file; or very many, from its start on.
        """
        if self.number is None:
            return require_good(records, source)
        return require_start(records, source) if self.number == 0 else records


WHOLE = Share()


def shares_of_lines(place: Place, part_bytes: int, column: Callable[[], str]) -> list[Share]:
    """Return shares of a text file; one of a compressed file, which can be read from its start only.

    Args:
        place: of the file.
        part_bytes: about how much each share reads.
        column: chooses the column of texts for all of them.
    """
    if place.path.suffix.lower() in COMPRESSIONS or place.size_bytes <= part_bytes:
        return [WHOLE]
    spans = line_spans(place.path, part_bytes)
    chosen = column()
    return [Share(number, span, None, chosen) for number, span in enumerate(spans)]
