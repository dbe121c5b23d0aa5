"""Sources turn raw bytes into items: streaming, without a database, each bad record set aside."""

from groundswell.collect.columns import AS_RECORD
from groundswell.collect.csv import Csv
from groundswell.collect.digits import Digits, digit_truth
from groundswell.collect.documents import Documents
from groundswell.collect.files import Files
from groundswell.collect.good import nothing_good, require_good
from groundswell.collect.hub import Hub
from groundswell.collect.images import Images
from groundswell.collect.jsonl import Jsonl
from groundswell.collect.known import Known, cursor_of
from groundswell.collect.objects import Objects
from groundswell.collect.opening import PLUGS, open_source, plugs
from groundswell.collect.parquet import Parquet
from groundswell.collect.recordings import Recordings
from groundswell.collect.records import Records
from groundswell.collect.source import (
    MAX_ITEM_BYTES,
    Cursor,
    Divisible,
    Growing,
    Options,
    Origin,
    Place,
    Plug,
    Source,
    Stated,
)
from groundswell.collect.sql import Database, Query, Sqlite
from groundswell.collect.text import TextLines
from groundswell.collect.urls import UrlList
from groundswell.collect.warc import Warc

__all__ = [
    "AS_RECORD",
    "MAX_ITEM_BYTES",
    "PLUGS",
    "Csv",
    "Cursor",
    "Database",
    "Digits",
    "Divisible",
    "Documents",
    "Files",
    "Growing",
    "Hub",
    "Images",
    "Jsonl",
    "Known",
    "Objects",
    "Options",
    "Origin",
    "Parquet",
    "Place",
    "Plug",
    "Query",
    "Recordings",
    "Records",
    "Source",
    "Sqlite",
    "Stated",
    "TextLines",
    "UrlList",
    "Warc",
    "cursor_of",
    "digit_truth",
    "nothing_good",
    "open_source",
    "plugs",
    "require_good",
]
