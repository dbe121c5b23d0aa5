"""Searching a million items: `python -m bench.search [--items 1000000] [--queries 20] [--no-peers]`.

Short texts of 8 to 30 words whose frequencies follow Zipf's law (60,000 words), each with a label (one of five, one of
them rare) and a number of stars in its record. Each kind of query is asked with words drawn as they occur in texts, so
frequent words are asked for frequently; every engine answers the same queries on one core and returns the 50 best rows
and the exact number of all: what a page of a dataset browser shows. Engines beside ours: SQLite's FTS5 (the standard
library's), PostgreSQL (tsvector with a GIN index, in the embedded server), and in environments of their own tantivy
and Lance. All must find the same number of items.

The last line is JSON: for each engine the seconds to index, MB on disk, p50 and p95 in milliseconds over all queries
and p95 of the slowest kind; and the p95 of ours for filtered full-text queries, which is to be under 100 ms.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa

from bench.peers.environment import peer_command, run_alone
from groundswell.items import ITEM_SCHEMA
from groundswell.organize import DatasetStore
from groundswell.organize.search import build_index, search
from groundswell.store import start_postgres
from groundswell.store.blobs import BlobStore

WORDS = 60_000
LABELS = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.0999, "rare": 0.0001}
PAGE = 50
FILTERED = ("word, label", "two words, label, stars", "word, rare label", "phrase, label")


@dataclass(frozen=True)
class Question:
    """What is asked: items with all of the words, as a phrase or in any order, and with a label and stars."""

    kind: str
    words: list[str]
    phrase: bool = False
    label: str | None = None
    least_stars: int | None = None


@dataclass(frozen=True)
class Answers:
    """What an engine took, in seconds, MB and milliseconds, and how many items it found for each question."""

    index_s: float
    mb: float
    ms: list[float]
    totals: list[int]


Ask = Callable[[Question], int]


def corpus(folder: Path, items: int) -> list[list[str]]:
    """Write the corpus as an Arrow file, with the columns row, text, label and stars; returns some of its texts."""
    rng = np.random.default_rng(1)
    words = np.array([f"w{number:x}" for number in range(WORDS)])
    shares = 1 / np.arange(1, WORDS + 1)
    schema = pa.schema(
        [("row", pa.int64()), ("text", pa.string()), ("label", pa.string()), ("stars", pa.int64())]
    )
    some: list[list[str]] = []
    with pa.OSFile(str(folder / "corpus.arrow"), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for start in range(0, items, 10_000):
            count = min(10_000, items - start)
            lengths = rng.integers(8, 31, count)
            drawn = words[rng.choice(WORDS, lengths.sum(), p=shares / shares.sum())]
            texts = np.split(drawn, np.cumsum(lengths)[:-1])
            some += [text.tolist() for text in texts[:100]]
            labels = rng.choice(list(LABELS), count, p=list(LABELS.values()))
            columns = [
                pa.array(np.arange(start, start + count)),
                pa.array([" ".join(text) for text in texts]),
                pa.array(labels),
                pa.array(rng.integers(1, 6, count)),
            ]
            writer.write_batch(pa.record_batch(columns, schema))
    return some


def questions(texts: list[list[str]], each: int) -> list[Question]:
    """Return `each` questions of every kind, with words as they occur in texts."""
    rng = np.random.default_rng(2)

    def word() -> str:
        text = texts[rng.integers(len(texts))]
        return text[rng.integers(len(text))]

    def pair() -> list[str]:
        text = texts[rng.integers(len(texts))]
        place = rng.integers(len(text) - 1)
        return text[place : place + 2]

    def label() -> str:
        return str(rng.choice(["a", "b", "c", "d"]))

    made: list[Question] = []
    for _ in range(each):
        made += [
            Question("word", [word()]),
            Question("two words", [word(), word()]),
            Question("phrase", pair(), phrase=True),
            Question("word, label", [word()], label=label()),
            Question("two words, label, stars", [word(), word()], label=label(), least_stars=4),
            Question("word, rare label", [word()], label="rare"),
            Question("phrase, label", pair(), phrase=True, label=label()),
        ]
    return made


def batches(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the corpus."""
    reader = pa.ipc.open_file(pa.memory_map(str(folder / "corpus.arrow")))
    for number in range(reader.num_record_batches):
        yield reader.get_batch(number)


def timed(ask: Ask, asked: list[Question], index_s: float, mb: float) -> Answers:
    """Ask every question once to warm up, and once more for its time."""
    taken, totals = [], []
    for question in asked:
        ask(question)
        started = time.perf_counter()
        totals.append(ask(question))
        taken.append((time.perf_counter() - started) * 1000)
    return Answers(index_s, mb, taken, totals)


def size_mb(*folders: Path) -> float:
    """Return how much is below folders."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e6


# ── engines ──────────────────────────────────────────────────────────────────────────────────────


def ours(folder: Path, asked: list[Question]) -> Answers:
    """Measure the product's own index."""
    store = DatasetStore(folder / "datasets", BlobStore(folder / "blobs"))
    version = store.write("corpus", (_items(batch) for batch in batches(folder)))
    labels = pa.concat_arrays([batch["label"] for batch in batches(folder)])
    version = store.add_columns(version, pa.table({"id": version.ids(), "label": labels}))
    started = time.perf_counter()
    build_index(version)
    index_s = time.perf_counter() - started

    def ask(question: Question) -> int:
        text = " ".join(question.words)
        parts = [f'"{text}"' if question.phrase else text]
        parts += [f"label:{question.label}"] if question.label else []
        parts += [f"stars>={question.least_stars}"] if question.least_stars else []
        return search(version, " ".join(parts), limit=PAGE).total

    return timed(ask, asked, index_s, size_mb(version.folder / "index"))


def _items(batch: pa.RecordBatch) -> pa.RecordBatch:
    count, at = batch.num_rows, datetime(2026, 1, 1, tzinfo=UTC)
    rows = batch["row"].to_pylist()
    columns = {
        "id": pa.array([hashlib.sha256(str(row).encode()).hexdigest() for row in rows]),
        "kind": pa.array(["text"] * count),
        "text": batch["text"].cast(pa.large_string()),
        "data": pa.nulls(count, pa.large_binary()),
        "media_type": pa.array(["text/plain"] * count),
        "meta": pa.array([f'{{"stars": {stars}}}' for stars in batch["stars"].to_pylist()]),
        "source": pa.array(["bench"] * count),
        "locator": pa.array([f"row {row}" for row in rows]),
        "collected_at": pa.array([at] * count, ITEM_SCHEMA.field("collected_at").type),
        "licence": pa.nulls(count, pa.string()),
        "derived_from": pa.nulls(count, pa.string()),
    }
    return pa.record_batch([columns[name] for name in ITEM_SCHEMA.names], schema=ITEM_SCHEMA)


def sqlite(folder: Path, asked: list[Question]) -> Answers:
    """Measure FTS5, with the fields beside it in an indexed table."""
    path = folder / "search.sqlite"
    database = sqlite3.connect(path)
    started = time.perf_counter()
    database.executescript(
        "pragma journal_mode = off; pragma synchronous = off;"
        "create table items (id integer primary key, label text, stars int);"
        "create virtual table words using fts5 (text, content = '', tokenize = 'unicode61 remove_diacritics 2');"
    )
    for batch in batches(folder):
        rows = list(
            zip(*(batch[name].to_pylist() for name in ("row", "label", "stars", "text")), strict=True)
        )
        database.executemany("insert into items values (?, ?, ?)", [row[:3] for row in rows])
        database.executemany(
            "insert into words (rowid, text) values (?, ?)", [(row[0], row[3]) for row in rows]
        )
    database.executescript(
        "insert into words (words) values ('optimize'); create index by_label on items (label, stars); analyze;"
    )
    database.commit()
    index_s = time.perf_counter() - started

    def ask(question: Question) -> int:
        words = " ".join(question.words)
        match = f'"{words}"' if question.phrase else words
        source, where, given = "words", "words match ?", [match]
        if question.label or question.least_stars:
            source = "words join items on items.id = words.rowid"
        if question.label:
            where, given = where + " and items.label = ?", [*given, question.label]
        if question.least_stars:
            where, given = where + " and items.stars >= ?", [*given, str(question.least_stars)]
        page = f"select words.rowid from {source} where {where} order by words.rank limit {PAGE}"
        database.execute(page, given).fetchall()
        total: int = database.execute(f"select count(*) from {source} where {where}", given).fetchone()[0]
        return total

    return timed(ask, asked, index_s, path.stat().st_size / 1e6)


def postgres(folder: Path, asked: list[Question]) -> Answers:
    """Measure PostgreSQL's own full-text search in the embedded server."""
    with (
        start_postgres(folder / "home") as running,
        psycopg.connect(running.dsn, autocommit=True) as connection,
    ):
        started = time.perf_counter()
        connection.execute("create table items (id bigint, label text, stars int, words tsvector)")
        connection.execute("create unlogged table raw (id bigint, label text, stars int, body text)")
        with connection.cursor() as cursor, cursor.copy("copy raw from stdin") as copy:
            for batch in batches(folder):
                names = ("row", "label", "stars", "text")
                for row in zip(*(batch[name].to_pylist() for name in names), strict=True):
                    copy.write_row(row)
        connection.execute("insert into items select id, label, stars, to_tsvector('simple', body) from raw")
        connection.execute("create index by_words on items using gin (words)")
        connection.execute("create index by_label on items (label)")
        connection.execute("vacuum analyze items")
        connection.execute("set max_parallel_workers_per_gather = 0; set work_mem = '256MB'")
        index_s = time.perf_counter() - started

        def ask(question: Question) -> int:
            made = "phraseto_tsquery" if question.phrase else "plainto_tsquery"
            where, given = f"words @@ {made}('simple', %(text)s)", {"text": " ".join(question.words)}
            given |= {"label": question.label, "stars": question.least_stars}
            where += " and label = %(label)s" if question.label else ""
            where += " and stars >= %(stars)s" if question.least_stars else ""
            ranked = f"ts_rank_cd(words, {made}('simple', %(text)s))"
            connection.execute(
                f"select id from items where {where} order by {ranked} desc limit {PAGE}", given
            ).fetchall()  # type: ignore[arg-type]
            row = connection.execute(f"select count(*) from items where {where}", given).fetchone()  # type: ignore[arg-type]
            assert row is not None
            return int(row[0])

        row = connection.execute("select pg_total_relation_size('items')").fetchone()
        assert row is not None
        return timed(ask, asked, index_s, row[0] / 1e6)


HERE = {"ours": ours, "FTS5": sqlite, "PostgreSQL": postgres}
PEERS = {"tantivy": "tantivy_search", "Lance": "lance_search"}


def measured(engine: str, folder: Path) -> Answers:
    """Run one engine in a process of its own."""
    if engine in HERE:
        command = [sys.executable, "-m", "bench.search", "--engine", engine, "--folder", str(folder)]
    else:
        command = peer_command(PEERS[engine].removesuffix("_search"), PEERS[engine], str(folder))
    return Answers(**json.loads(run_alone(command).splitlines()[-1]))


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=20, help="of each kind")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.engine:
        asked = [Question(**each) for each in json.loads((given.folder / "questions.json").read_text())]
        print(json.dumps(asdict(HERE[given.engine](given.folder, asked))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        asked = questions(corpus(folder, given.items), given.queries)
        (folder / "questions.json").write_text(json.dumps([asdict(each) for each in asked]))
        found: dict[str, Answers] = {}
        for engine in ["ours"] if given.no_peers else [*HERE, *PEERS]:
            try:
                found[engine] = measured(engine, folder)
            except (RuntimeError, SystemExit, subprocess.SubprocessError) as error:
                print(f"{engine} did not finish: {error}", flush=True)
                continue
            report(engine, found[engine], asked)
        differ = [name for name, one in found.items() if one.totals != found["ours"].totals]
        print(f"all find the same: {not differ}" + (f" (not {', '.join(differ)})" if differ else ""))
        filtered = [ms for ms, each in zip(found["ours"].ms, asked, strict=True) if each.kind in FILTERED]
        engines = {name: summary(one, asked) for name, one in found.items()}
        p95 = round(float(np.percentile(filtered, 95)), 1)
        print(json.dumps({"items": given.items, "engines": engines, "filtered_p95_ms": p95}))


def by_kind(one: Answers, asked: list[Question]) -> dict[str, list[float]]:
    """Return the times of each kind of question."""
    kinds: dict[str, list[float]] = {}
    for ms, question in zip(one.ms, asked, strict=True):
        kinds.setdefault(question.kind, []).append(ms)
    return kinds


def report(engine: str, one: Answers, asked: list[Question]) -> None:
    """Print what one engine took for each kind of question."""
    print(f"{engine}: indexed in {one.index_s:.1f} s, {one.mb:.0f} MB", flush=True)
    for kind, taken in by_kind(one, asked).items():
        p50, p95 = np.percentile(taken, [50, 95])
        print(f"  {kind:26} p50 {p50:8.1f} ms  p95 {p95:8.1f} ms", flush=True)


def summary(one: Answers, asked: list[Question]) -> dict[str, float]:
    """Return the figures of one engine."""
    p50, p95 = np.percentile(one.ms, [50, 95])
    slowest = max(float(np.percentile(taken, 95)) for taken in by_kind(one, asked).values())
    figures = {
        "index_s": one.index_s,
        "mb": one.mb,
        "p50_ms": p50,
        "p95_ms": p95,
        "slowest_kind_p95_ms": slowest,
    }
    return {name: round(float(value), 1) for name, value in figures.items()}


if __name__ == "__main__":
    main()
