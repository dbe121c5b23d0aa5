"""Exporters: one file each; another package adds its own by the entry point group `groundswell.exporters`."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType

from groundswell.errors import InputError
from groundswell.feed.exporters.coco import Coco
from groundswell.feed.exporters.conll import Conll
from groundswell.feed.exporters.csv import Csv
from groundswell.feed.exporters.cvat import Cvat
from groundswell.feed.exporters.exporter import Exporter, ExportReport
from groundswell.feed.exporters.huggingface import HuggingFace
from groundswell.feed.exporters.image_folder import ImageFolder
from groundswell.feed.exporters.jsonl import Jsonl
from groundswell.feed.exporters.label_studio import LabelStudio
from groundswell.feed.exporters.mds import Mds
from groundswell.feed.exporters.parquet import Parquet
from groundswell.feed.exporters.spacy import Spacy
from groundswell.feed.exporters.spacy_docbin import SpacyDocBin
from groundswell.feed.exporters.trl import TrlChat, TrlPreference
from groundswell.feed.exporters.voc import Voc
from groundswell.feed.exporters.webdataset import WebDataset
from groundswell.feed.exporters.yolo import Yolo, YoloObb, YoloPose

__all__ = [
    "ANNOTATIONS",
    "ENTRY_POINTS",
    "EXPORTERS",
    "ExportReport",
    "Exporter",
    "all_exporters",
    "exporter_for",
]

ENTRY_POINTS = "groundswell.exporters"
"""Entry point group of exporters from other packages; each names a class that takes no arguments."""

EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        exporter.name: exporter
        for exporter in (Jsonl(), Csv(), Parquet(), ImageFolder(), HuggingFace(), WebDataset(), Mds())
    }
)
"""The exporters of whole rows that come with Groundswell, by name: every column reads back."""

ANNOTATIONS: Mapping[str, Exporter] = MappingProxyType(
    {
        exporter.name: exporter
        for exporter in (
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
"""The exporters of annotations that come with Groundswell, by name: items and their answers read back (`importers`)."""


def all_exporters() -> dict[str, Exporter]:
    """Return every exporter by name, those of other packages too; ours keep their names."""
    others = {point.name: _load(point) for point in entry_points(group=ENTRY_POINTS)}
    return {**others, **EXPORTERS, **ANNOTATIONS}


def exporter_for(name_or_path: str | Path) -> Exporter:
    """Return the exporter of a name such as `csv`, or of a path's ending such as `labels.csv`.

    Other packages are only looked into for what is not ours.

    Raises:
        InputError: no exporter has this name or writes such files; the message lists those that there are.
    """
    found = _find(name_or_path, {**EXPORTERS, **ANNOTATIONS}) or _find(name_or_path, all_exporters())
    if found is None:
        known = ", ".join(
            f"{exporter.name} ({exporter.suffix or 'folder'})" for exporter in all_exporters().values()
        )
        raise InputError(
            f"no exporter for {str(name_or_path)!r}; name one, or a file with its ending: {known}"
        )
    return found


def _find(name_or_path: str | Path, exporters: Mapping[str, Exporter]) -> Exporter | None:
    ending = Path(name_or_path).suffix.lower()
    by_ending = (exporter for exporter in exporters.values() if exporter.suffix and exporter.suffix == ending)
    return exporters.get(str(name_or_path)) or next(by_ending, None)


def _load(point: EntryPoint) -> Exporter:
    made: Exporter = point.load()()
    return made
