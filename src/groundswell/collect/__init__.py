"""Sources turn raw bytes into items: streaming, without a database, each bad record set aside."""

from groundswell.collect.audio import Audio
from groundswell.collect.csv import Csv
from groundswell.collect.digits import Digits, digit_truth
from groundswell.collect.images import Images
from groundswell.collect.jsonl import Jsonl
from groundswell.collect.opening import PLUGS, open_source, plugs
from groundswell.collect.parquet import Parquet
from groundswell.collect.records import Records
from groundswell.collect.source import MAX_ITEM_BYTES, Options, Place, Plug, Source
from groundswell.collect.text import TextFolder, TextLines

__all__ = [
    "MAX_ITEM_BYTES",
    "PLUGS",
    "Csv",
    "Audio",
    "Digits",
    "Images",
    "Jsonl",
    "Options",
    "Parquet",
    "Place",
    "Plug",
    "Records",
    "Source",
    "TextFolder",
    "TextLines",
    "digit_truth",
    "open_source",
    "plugs",
]
