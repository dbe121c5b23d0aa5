"""From what a user points at to the source that reads it."""

from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from groundswell.collect.columns import AS_RECORD
from groundswell.collect.csv import SUFFIXES as CSV
from groundswell.collect.csv import Csv
from groundswell.collect.digits import Digits
from groundswell.collect.documents import SUFFIXES as DOCUMENTS
from groundswell.collect.documents import Documents
from groundswell.collect.endings import IMAGES, RECORDINGS
from groundswell.collect.files import Files
from groundswell.collect.folder import look, look_at_pattern
from groundswell.collect.hub import Hub
from groundswell.collect.images import Images
from groundswell.collect.jsonl import SUFFIXES as JSONL
from groundswell.collect.jsonl import Jsonl
from groundswell.collect.objects import Objects
from groundswell.collect.parquet import ARROW, PARQUET, Parquet
from groundswell.collect.recordings import Recordings
from groundswell.collect.source import MAX_ITEM_BYTES, Options, Place, Plug, Source, printable
from groundswell.collect.text import SUFFIXES as TEXT
from groundswell.collect.text import TextLines
from groundswell.collect.urls import SUFFIXES as URLS
from groundswell.collect.urls import UrlList
from groundswell.collect.warc import SUFFIXES as WARC
from groundswell.collect.warc import Warc
from groundswell.errors import EmptySource, InputError, SourceNotFound, UnreadableSource

ENTRY_POINTS = "groundswell.sources"

_MOST = 0.75
"""Of a folder of several kinds of files the kind is read that has so many of them; the others are set aside."""

PLUGS: tuple[Plug, ...] = (
    Images,
    Recordings,
    Jsonl,
    Csv,
    Parquet,
    TextLines,
    UrlList,
    Warc,
    Documents,
    Files,
    Objects,
    Hub,
    Digits,
)
"""The plugs that ship with Groundswell; at most one of them recognises a place that is not mixed."""


def plugs() -> tuple[Plug, ...]:
    """Return all plugs: our own, and those that installed packages offer under `groundswell.sources`."""
    return PLUGS + tuple(cast(Plug, entry.load()) for entry in entry_points(group=ENTRY_POINTS))


def open_source(
    spec: str | Path,
    *,
    collected_at: datetime,
    text_column: str | None = None,
    licence: str | None = None,
    max_item_bytes: int = MAX_ITEM_BYTES,
    hosts: tuple[str, ...] = (),
) -> Source:
    """Return the source that reads what `spec` points at; nothing but names and sizes is read yet.

    Args:
        spec: a file (JSONL, CSV, TSV, plain text, WARC, also compressed; Parquet, Arrow; HTML, Markdown,
            PDF; an image, a recording; `.urls`, a list of addresses), a folder or a pattern such as
            `crawl/**/*.warc.gz` of files of records, of documents, of images or of recordings, a prefix of
            an object store such as `s3://bucket/crawl/`, a data set of the hub such as `hf://datasets/acme/reviews`,
            or the name of a built-in set: `digits`.
        collected_at: the instant that is written on every item; aware.
        text_column: the column that holds the text, where it cannot be found by itself; `AS_RECORD` takes
            each object whole, as a record.
        licence: SPDX id or text, written on every item.
        max_item_bytes: records over this many bytes are set aside.
        hosts: that may be asked for what a list of addresses names.

    Raises:
        SourceNotFound: nothing is there.
        EmptySource: an empty file, or a folder without files.
        UnreadableSource: no plug reads this kind of file.
        InputError: a folder holds what different plugs read, and none reads most of it.
    """
    place = _look(spec)
    able = [plug for plug in plugs() if plug.recognises(place)]
    if text_column == AS_RECORD:
        # Beside files of records there may be many more of the images that they name.
        able = [plug for plug in able if getattr(plug, "reads_records", False)] or able
    if len(able) > 1:
        able = [plug for plug in able if _share(plug, place) >= _MOST] or able
    if len(able) > 1:
        raise InputError(f"{_name(place)} is mixed: {_census(place)}. Give each kind a folder of its own")
    if not able:
        raise _nobody_reads(place)
    if place.kind in ("file", "folder", "pattern") and place.size_bytes == 0:
        raise _empty(place)
    if text_column == AS_RECORD and not getattr(able[0], "reads_records", False):
        holders = _listed(JSONL, CSV, PARQUET, ARROW)
        raise InputError(f"{_name(place)} holds no objects to take as records; files that do: {holders}")
    return able[0].open(place, Options(collected_at, text_column, licence, max_item_bytes, hosts=hosts))


def _look(spec: str | Path) -> Place:
    if not str(spec).strip():
        raise SourceNotFound("no path was given, or an empty one; name a file, a folder or `digits`")
    try:
        place = look(spec)
        is_elsewhere = "://" in str(spec)
        return place if place.kind != "nothing" or is_elsewhere else look_at_pattern(str(spec)) or place
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, no permission, no such user
        reason = getattr(error, "strerror", None) or error
        raise SourceNotFound(f"{printable(str(spec))[:200]} cannot be looked up: {reason}") from error


def _share(plug: Plug, place: Place) -> float:
    """Return which share of the files of a folder a plug reads, where it says which files it reads."""
    suffixes = getattr(plug, "suffixes", ())
    return sum(place.suffixes.get(suffix, 0) for suffix in suffixes) / max(sum(place.suffixes.values()), 1)


def _nobody_reads(place: Place) -> InputError:
    if place.kind == "nothing":
        return SourceNotFound(f"there is nothing at {_name(place)}; check the path (now in {Path.cwd()})")
    if place.kind == "pattern" and not place.suffixes:
        return SourceNotFound(f"no file matches {_name(place)}; check the pattern (now in {Path.cwd()})")
    if place.kind == "folder" and not place.suffixes:
        return EmptySource(
            f"{_name(place)} is a folder without files; put images, recordings or texts there first"
        )
    if place.kind == "other":
        return UnreadableSource(f"{_name(place)} is neither a file nor a folder")
    if place.kind == "file" and place.size_bytes == 0:
        return _empty(place)
    return UnreadableSource(
        f"{_name(place)} ({_census(place)}) cannot be collected. "
        f"Files that can: {_listed(JSONL, CSV, PARQUET, ARROW, TEXT, WARC, URLS)} and folders of these, and documents "
        f"({_listed(DOCUMENTS)}), images ({_listed(IMAGES)}) and recordings ({_listed(RECORDINGS)})"
    )


def _empty(place: Place) -> EmptySource:
    return EmptySource(f"{_name(place)} is empty (0 bytes); check that whatever writes it has done so")


def _name(place: Place) -> str:
    return printable(place.spec)


def _census(place: Place) -> str:
    most_first = sorted(place.suffixes.items(), key=lambda entry: (-entry[1], entry[0]))
    return ", ".join(f"{count:,} {printable(suffix) or 'without suffix'}" for suffix, count in most_first[:6])


def _listed(*groups: Iterable[str]) -> str:
    return " ".join(suffix for group in groups for suffix in group)
