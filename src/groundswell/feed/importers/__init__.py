"""Importers: annotations of other tools as labelled items, and as a dataset version."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from groundswell import clock
from groundswell.errors import EmptySource, InputError, SourceNotFound
from groundswell.feed.exporters.coco import Coco
from groundswell.feed.exporters.conll import Conll
from groundswell.feed.exporters.cvat import Cvat
from groundswell.feed.exporters.label_studio import LabelStudio
from groundswell.feed.exporters.labelled import Labelled
from groundswell.feed.exporters.spacy import Spacy
from groundswell.feed.exporters.spacy_docbin import SpacyDocBin
from groundswell.feed.exporters.trl import TrlChat, TrlPreference
from groundswell.feed.exporters.voc import Voc
from groundswell.feed.exporters.yolo import Yolo, YoloObb, YoloPose
from groundswell.feed.importers.batches import to_batches

__all__ = ["IMPORTERS", "Importer", "import_annotations", "read_annotations"]


class Importer(Protocol):
    """Reads the annotations of a format.

    Attributes:
        name: how a user asks for it, for example `coco`.
    """

    name: str

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the items with their answers, as a stream.

        Raises:
            SourceNotFound: something that is read, or that an annotation names, is not there.
            UnreadableSource: it is not of this format; the message names the file and what is wrong.
        """
        ...


IMPORTERS: Mapping[str, Importer] = MappingProxyType(
    {
        importer.name: importer
        for importer in (
            Coco(),
            Yolo(),
            YoloPose(),
            YoloObb(),
            Voc(),
            Cvat(),
            LabelStudio(),
            Conll(),
            Spacy(),
            SpacyDocBin(),
            TrlChat(),
            TrlPreference(),
        )
    }
)
"""The formats that are read, by name; each is an exporter, too."""


def read_annotations(source: str | Path, format_name: str) -> Iterator[Labelled]:
    """Yield the items of an annotation format with their answers.

    Args:
        source: a folder or file as the format has it.
        format_name: one of `IMPORTERS`.

    Raises:
        InputError: there is no such format.
        SourceNotFound: there is nothing at the path.
        UnreadableSource: it is not of this format.
    """
    if format_name not in IMPORTERS:
        raise InputError(f"no importer for {format_name!r}; there are {', '.join(IMPORTERS)}")
    if not Path(source).exists():
        raise SourceNotFound(f"{source} does not exist")
    return IMPORTERS[format_name].read(Path(source))


def import_annotations(
    source: str | Path, format_name: str, name: str, *, store: Any, now: datetime | None = None
) -> Any:
    """Keep the items of an annotation format as a new version of a dataset, with the column `label`.

    A label is the answer as JSON, as every exporter of annotations takes it. An item that comes twice is kept once, as
    it came first. Nothing is kept if reading fails.

    Args:
        source: a folder or file as the format has it.
        format_name: one of `IMPORTERS`.
        name: of the dataset, new or not.
        store: the `DatasetStore` to write to.
        now: the instant that is written on every item; the present if None.

    Returns:
        The new `Version`.

    Raises:
        InputError: there is no such format.
        EmptySource: there are no items in it.
    """
    items = read_annotations(source, format_name)
    with store.draft(name) as draft:
        rows = 0
        for batch in to_batches(items, str(source), now or clock.now()):
            draft.add(batch)
            rows += batch.num_rows
        if not rows:
            raise EmptySource(f"{source} holds no items")
        return draft.commit(lineage={"source": f"{format_name} annotations in {source}", "collected": rows})
