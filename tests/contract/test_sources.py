"""The contract of a source, over every plug: stable, streaming, every record accounted for, nothing raised."""

import gzip
import html
import io
import json
import os
import pickle
import tracemalloc
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from groundswell.collect import PLUGS, Divisible, Growing, Options, Records, Source, open_source, plugs
from groundswell.errors import InputError
from groundswell.items import ITEM_SCHEMA, Drop, Item, items_of, to_batch

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TEXTS = [
    "plain",
    "caf\u00e9 \U0001f600",
    "with, comma; and\ttab",
    'with "quotes"',
    " spaces ",
    "x" * 3000,
    "last",
]


def png(place: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(place).integers(0, 256, (9, 9)).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def make_images(folder: Path) -> Path:
    (folder / "set").mkdir()
    for place in range(5):
        (folder / "set" / f"{place}.png").write_bytes(png(place))
    return folder / "set"


def make_jsonl(folder: Path) -> Path:
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps({"text": text, "n": n}) + "\n" for n, text in enumerate(TEXTS)))
    return path


def make_csv(folder: Path) -> Path:
    path = folder / "a.csv"
    quoted = [text.replace('"', '""') for text in TEXTS]
    path.write_text("n,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(quoted)))
    return path


def make_parquet(folder: Path) -> Path:
    pq.write_table(pa.table({"text": TEXTS, "n": list(range(len(TEXTS)))}), folder / "a.parquet")
    return folder / "a.parquet"


def make_text(folder: Path) -> Path:
    (folder / "a.txt").write_text("\n".join(TEXTS))
    return folder / "a.txt"


def make_texts(folder: Path) -> Path:
    (folder / "set").mkdir()
    for place, text in enumerate(TEXTS):
        (folder / "set" / f"{place}.txt").write_text(text)
    return folder / "set"


def make_recordings(folder: Path) -> Path:
    (folder / "set").mkdir()
    for place in range(3):
        with wave.open(str(folder / "set" / f"{place}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(np.random.default_rng(place).integers(0, 999, 800).astype("<i2").tobytes())
    return folder / "set"


def make_warc(folder: Path) -> Path:
    path = folder / "a.warc.gz"
    with gzip.open(path, "wb") as file:
        for number, text in enumerate(TEXTS):
            page = f"<html><body><main><p>{html.escape(text)} and the rest</p></main></body></html>".encode()
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
                f"WARC-Target-URI: http://example.org/{number}\r\nWARC-Date: 2026-01-02T00:00:00Z\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
            )
            file.write(head.encode() + answer + b"\r\n\r\n")
    return path


def make_files(folder: Path) -> Path:
    (folder / "set").mkdir()
    (folder / "set" / "a").mkdir()
    make_jsonl(folder / "set")
    make_csv(folder / "set" / "a")
    return folder / "set"


MAKERS: dict[str, Callable[[Path], Path | str]] = {
    "images": make_images,
    "recordings": make_recordings,
    "warc": make_warc,
    "files": make_files,
    "jsonl": make_jsonl,
    "csv": make_csv,
    "parquet": make_parquet,
    "text": make_text,
    "texts": make_texts,
    "digits": lambda folder: "digits",
}
TEXT_SOURCES = ["jsonl", "csv", "parquet", "text", "texts"]


@pytest.fixture(params=[*MAKERS, "records"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    if request.param == "records":
        return Records(TEXTS, Options(NOW, licence="CC0-1.0"))
    return open_source(MAKERS[request.param](tmp_path), collected_at=NOW, licence="CC0-1.0")


def test_every_plug_is_tested_here() -> None:
    elsewhere = {
        "urls",
        "objects",
        "hub",
    }  # they ask a server: tests/unit/collect/test_urls.py, test_objects.py and test_hub.py have one
    assert {plug.name for plug in PLUGS} == set(MAKERS) | elsewhere  # type: ignore[attr-defined]
    assert set(PLUGS) <= set(plugs())


def test_it_is_a_source_that_describes_itself(source: Source) -> None:
    assert isinstance(source, Source)
    assert source.describe()
    assert "\n" not in source.describe()
    assert source.size_bytes() is None or source.size_bytes() > 0


def test_reading_twice_gives_the_same_in_the_same_order(source: Source) -> None:
    assert list(source.read()) == list(source.read())


@pytest.mark.parametrize("part_bytes", [1, 40, 4000, 10**9])
def test_its_parts_give_what_it_gives(source: Source, part_bytes: int) -> None:
    parts = source.parts(part_bytes) if isinstance(source, Divisible) else [source]
    assert all(pickle.loads(pickle.dumps(part)) == part for part in parts)
    assert [record for part in parts for record in part.read()] == list(source.read())


def test_what_was_read_is_not_read_again(source: Source) -> None:
    if isinstance(source, Growing):
        cursor = json.loads(json.dumps(source.cursor()))
        assert list(source.after(cursor).read()) == []


def test_provenance_is_complete_and_locators_are_unique(source: Source) -> None:
    items = [item for item in source.read() if isinstance(item, Item)]
    assert items
    assert len({item.locator for item in items}) == len(items)
    assert {(item.licence, item.collected_at) for item in items} == {("CC0-1.0", NOW)}
    assert all(item.source and "\n" not in item.source for item in items)


def test_items_survive_the_way_into_a_batch_and_back(source: Source) -> None:
    items = [item for item in source.read() if isinstance(item, Item)]
    batch = to_batch(items)
    batch.validate(full=True)
    assert batch.schema == ITEM_SCHEMA
    assert list(items_of(batch)) == items


def test_it_streams(source: Source) -> None:
    reading = source.read()
    assert isinstance(next(reading), Item)
    assert iter(reading) is reading


@pytest.mark.parametrize("name", TEXT_SOURCES)
def test_all_texts_arrive_unchanged(name: str, tmp_path: Path) -> None:
    source = open_source(MAKERS[name](tmp_path), collected_at=NOW)
    assert [each.text for each in source.read() if isinstance(each, Item)] == TEXTS


@pytest.mark.parametrize("name", ["jsonl", "csv", "text", "parquet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(data=st.binary(min_size=1, max_size=300), at=st.floats(0, 1))
def test_noise_within_a_good_file_raises_nothing_but_input_errors(
    name: str, tmp_path: Path, data: bytes, at: float
) -> None:
    folder = tmp_path / "fuzz"
    folder.mkdir(exist_ok=True)
    path = Path(MAKERS[name](folder))
    whole = path.read_bytes()
    cut = int(at * len(whole))
    path.write_bytes(whole[:cut] + data + whole[cut:])
    records: list[Item | Drop] = []
    message = ""
    try:
        records.extend(open_source(path, collected_at=NOW, max_item_bytes=5000).read())
    except InputError as error:
        message = str(error)
    assert "\n" not in message
    to_batch([each for each in records if isinstance(each, Item)]).validate(full=True)
    assert all(each.reason.count(":") == 1 and each.detail for each in records if isinstance(each, Drop))


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "txt", "parquet"])
def test_memory_does_not_grow_with_the_file(suffix: str, tmp_path: Path) -> None:
    peaks = []
    for rows in (5_000, 50_000):
        path = tmp_path / f"{rows}.{suffix}"
        if suffix == "parquet":
            pq.write_table(
                pa.table({"text": [f"text {n} " * 20 for n in range(rows)]}), path, row_group_size=1000
            )
        else:
            line = {"jsonl": '{{"text": "{}"}}\n', "csv": "1,{}\n", "txt": "{}\n"}[suffix]
            header = "n,text\n" if suffix == "csv" else ""
            path.write_text(header + "".join(line.format(f"text {n} " * 20) for n in range(rows)))
        tracemalloc.start()
        assert sum(1 for _ in open_source(path, collected_at=NOW).read()) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        os.unlink(path)
    assert peaks[1] < peaks[0] * 1.5 + 200_000
