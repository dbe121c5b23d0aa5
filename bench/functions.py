"""Combining labelling functions, snorkel's label model beside ours: `python -m bench.functions --data DIR`.

Six sets. Three are simulated, each seed a new world of 2,000 items: `imbalance` (one class in ten, functions that
mostly say one class), `copies` (a poor function and four near copies of it beside six better ones), `sparse` (four
classes, 25 functions that each speak of one item in twenty). Three are real, with heuristics as a person writes them
before seeing labels: `kind` (Debian documentation: html, manual page, Python or plain text) and `language`
(LibreOffice's help in 13 languages), both from `dedup/documents.parquet` below DIR, and `cancer` (scikit-learn's breast
cancer set, by thresholds).

Every method gets 0, 20 or 100 gold items drawn at random, once for each of 20 seeds, and is scored on the other items
of which a function says anything. Majority and snorkel use gold for the class balance. Accuracy in per cent, log loss
in nats (probabilities held above 0.001). snorkel runs in an environment of its own; `--no-peers` leaves it out. The
last line is JSON: means over sets.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.peers.environment import peer_command, run_alone
from groundswell.assist.functions import apply, combine, keywords, matches, where
from groundswell.quality import Votes, dawid_skene, shrunk

GOLD = (0, 20, 100)
LEAST = 1e-3
OURS = "combine"


@dataclass(frozen=True)
class Case:
    """What functions say of items, the truth, and how much of it is given away."""

    name: str
    votes: Votes
    truth: np.ndarray
    gold: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """The true class of gold items, -1 elsewhere."""
        known = np.full(len(self.truth), -1)
        known[self.gold] = self.truth[self.gold]
        return known


def world(
    rng: np.random.Generator,
    balance: np.ndarray,
    functions: list[tuple[float, float, int | None]],
    items: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what simulated functions say, and the truth.

    A function is its coverage, its accuracy where it speaks, and the only class that it says (None: any). One of a
    single class speaks where that is true or where it errs, so that its accuracy is its precision.
    """
    truth = rng.choice(len(balance), items, p=balance)
    said = np.full((items, len(functions)), -1)
    for place, (coverage, accuracy, only) in enumerate(functions):
        if only is None:
            speaks = rng.random(items) < coverage
            wrong = (truth + rng.integers(1, len(balance), items)) % len(balance)
            said[speaks, place] = np.where(rng.random(items) < accuracy, truth, wrong)[speaks]
            continue
        is_true = truth == only
        budget = min(coverage, 0.9 * is_true.mean() / accuracy)
        rate = np.where(
            is_true, budget * accuracy / is_true.mean(), budget * (1 - accuracy) / (~is_true).mean()
        )
        said[rng.random(items) < rate, place] = only
    return said, truth


def imbalance(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    rare = [(0.08, precision, 1) for precision in rng.uniform(0.4, 0.9, 6)]
    common = [(0.3, precision, 0) for precision in rng.uniform(0.92, 0.99, 4)]
    return world(rng, np.array([0.9, 0.1]), [*rare, *common, (0.5, 0.85, None)], 2000)


def copies(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    better = [(0.6, accuracy, None) for accuracy in rng.uniform(0.7, 0.85, 6)]
    said, truth = world(rng, np.array([0.6, 0.4]), [(0.7, 0.6, None), *better], 2000)
    like = np.repeat(said[:, :1], 4, axis=1)
    changed = (rng.random(like.shape) < 0.03) & (like >= 0)
    return np.hstack([np.where(changed, 1 - like, like), said]), truth


def sparse(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    functions = [(0.05, rng.uniform(0.4, 0.95), int(rng.integers(4))) for _ in range(25)]
    return world(rng, np.array([0.4, 0.3, 0.2, 0.1]), functions, 2000)


SIMULATED: dict[str, Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]] = {
    "imbalance": imbalance,
    "copies": copies,
    "sparse": sparse,
}


def documents(data: Path) -> list[dict[str, Any]]:
    """Return the real documents, without those that were made up of parts of others."""
    rows = pq.read_table(data / "dedup" / "documents.parquet").to_pylist()
    return [row for row in rows if row["kind"] != "syn"]


def kind(data: Path) -> tuple[Votes, np.ndarray]:
    """Is a document a web page, a manual page, Python, or plain text?"""
    rows = documents(data)
    functions = [
        matches(r"(?m)^\s*(def|class) \w+.*:\s*$", "py", ignore_case=False, name="defines"),
        matches(r"(?m)^\s*(import \w+|from [\w.]+ import )", "py", ignore_case=False, name="imports"),
        matches(r"\bself\.\w+", "py", ignore_case=False, name="self"),
        keywords(["isinstance", "__init__", "assertequal", "kwargs"], "py", name="python words"),
        matches(r"\bSYNOPSIS\b", "man", ignore_case=False, name="synopsis"),
        matches(r"\A\W*(NAME|NOM|NOMBRE|BEZEICHNUNG|NAZWA|NOME|名前|名称)\b", "man", name="name first"),
        matches(r"\\f[A-Z0-9]|\.\\\"|\\\(\*", "man", ignore_case=False, name="roff"),
        keywords(["see also", "options", "exit status"], "man", at_least=2, name="manual sections"),
        matches(r"Navigation|Index\b|\bNext\b|\bPrev", "html", ignore_case=False, name="navigation"),
        matches(r"(?m)^\s*• ", "html", name="bullets"),
        keywords(["skip navigation", "table of contents", "index", "user guide"], "html", name="web words"),
        where("text LIKE '%LibreOffice%Help%' OR text LIKE '%Generated by%'", "html", name="generators"),
        matches(r"(?m)^[=\-~*^]{4,}\s*$", "txt", name="underlined"),
        matches(r"(?m)::\s*$|^\.\. \w+|``", "txt", name="restructured"),
        keywords(["copyright", "readme", "license", "changelog"], "txt", name="legal"),
        where("length(text) < 600", "txt", name="short"),
    ]
    votes = apply(functions, rows, classes=["html", "man", "py", "txt"]).votes
    return votes, np.array([votes.class_names.index(row["kind"]) for row in rows])


LANGUAGES = {
    "cs": ("je není pro nebo jako", "ěřů"),
    "da": ("og ikke til eller af", "æø"),
    "de": ("und nicht die oder für", "äüß"),
    "es": ("y los para una con", "ñ¿"),
    "fi": ("ja ei on tai sekä", "äö"),
    "fr": ("et les pour une vous", "êèç"),
    "hu": ("és nem egy vagy az", "őű"),
    "it": ("e gli per una sono", "ùò"),
    "nl": ("en het een niet voor", "ëï"),
    "pl": ("i nie lub jest się", "łżą"),
    "pt": ("e os para uma não", "ãõ"),
    "sv": ("och inte för eller att", "åä"),
    "tr": ("ve bir için veya bu", "ğışİ"),
}
"""Five common words and a few letters of each language, as one knows them."""


def language(data: Path) -> tuple[Votes, np.ndarray]:
    """In which language is a page of LibreOffice's help? Many are untranslated in part."""
    pattern = re.compile(r"libreoffice-help-([\w-]+)/")
    rows = [
        row for row in documents(data) if (found := pattern.match(row["source"])) and found[1] in LANGUAGES
    ]
    truth = [pattern.match(row["source"])[1] for row in rows]  # type: ignore[index]
    functions = [
        rule
        for code, (words, letters) in LANGUAGES.items()
        for rule in (
            keywords(words.split(), code, at_least=2, name=f"{code} two words"),
            keywords(words.split(), code, at_least=3, name=f"{code} three words"),
            matches(f"[{letters}]", code, name=f"{code} letters"),
        )
    ]
    votes = apply(functions, rows, classes=sorted(LANGUAGES)).votes
    return votes, np.array([sorted(LANGUAGES).index(one) for one in truth])


def cancer(data: Path) -> tuple[Votes, np.ndarray]:
    """Is a tumour malignant? Large, uneven, jagged nuclei are a bad sign. Thresholds are round numbers."""
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    names = [name.replace(" ", "_") for name in found.feature_names]
    rows = [dict(zip(names, row.tolist(), strict=True)) for row in found.data]
    large = {"mean_radius": (16, 12), "worst_perimeter": (115, 95), "worst_area": (900, 650)}
    uneven = {"mean_texture": (22, 16), "worst_smoothness": (0.15, 0.12), "worst_symmetry": (0.35, 0.25)}
    jagged = {
        "mean_concavity": (0.12, 0.05),
        "worst_concave_points": (0.16, 0.1),
        "mean_compactness": (0.15, 0.07),
    }
    functions = [
        rule
        for column, (bad, good) in (large | uneven | jagged).items()
        for rule in (
            where(f"{column} > {bad}", "malignant"),
            where(f"{column} < {good}", "benign"),
        )
    ]
    votes = apply(functions, rows, classes=["malignant", "benign"]).votes
    return votes, np.asarray(found.target)


REAL = {"kind": kind, "language": language, "cancer": cancer}


def as_votes(said: np.ndarray, classes: int) -> Votes:
    item, worker = np.nonzero(said >= 0)
    return Votes(item, worker, said[item, worker], *said.shape, classes)


def cases(data: Path, seeds: int) -> Iterator[Case]:
    """Yield every set, seed and number of gold items."""
    for name, make in SIMULATED.items():
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            said, truth = make(rng)
            votes = as_votes(said, int(truth.max()) + 1)
            for gold in GOLD:
                yield Case(name, votes, truth, rng.choice(len(truth), gold, replace=False))
    for name, load in REAL.items():
        votes, truth = load(data)
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            for gold in GOLD:
                yield Case(name, votes, truth, rng.choice(len(truth), gold, replace=False))


def majority_of_functions(case: Case) -> np.ndarray:
    """Count votes, and a single imagined one split by the class balance."""
    k = case.votes.n_classes
    balance = (np.bincount(case.truth[case.gold], minlength=k) + 1) / (len(case.gold) + k)
    return (case.votes.counts + balance) / (case.votes.votes_per_item[:, None] + 1)


def ours(case: Case) -> np.ndarray:
    votes = Votes(
        *(case.votes.item, case.votes.worker, case.votes.label),
        *(case.votes.n_items, case.votes.n_workers, case.votes.n_classes),
        item_names=tuple(range(case.votes.n_items)),
        class_names=tuple(range(case.votes.n_classes)),
    )
    return combine(votes, {int(one): int(case.truth[one]) for one in case.gold}).posterior


METHODS: dict[str, Callable[[Case], np.ndarray]] = {
    OURS: ours,
    "majority": majority_of_functions,
    "shrunk": lambda case: shrunk(case.votes, gold=case.known).posterior,
    "dawid_skene": lambda case: dawid_skene(case.votes, gold=case.known).posterior,
}


def peers(given: list[Case]) -> list[np.ndarray]:
    """Return snorkel's posterior for each case."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "cases.npz", Path(folder) / "posteriors.npz"
        columns: dict[str, Any] = {}
        for place, case in enumerate(given):
            said = np.full((case.votes.n_items, case.votes.n_workers), -1, np.int16)
            said[case.votes.item, case.votes.worker] = case.votes.label
            columns |= {f"said_{place}": said, f"classes_{place}": case.votes.n_classes}
            columns[f"gold_{place}"] = case.truth[case.gold]
        np.savez(asked, **columns)
        run_alone(peer_command("snorkel", "snorkel_functions", str(asked), str(answered)))
        with np.load(answered) as found:
            return [found[f"posterior_{place}"] for place in range(len(given))]


def score(posterior: np.ndarray, case: Case) -> tuple[float, float, float]:
    """Return accuracy, log loss, and what was claimed beyond the accuracy, over covered items that are not gold.

    Accuracy and claims are in per cent. A tie is right in part.
    """
    judged = case.votes.votes_per_item > 0
    judged[case.gold] = False
    kept = np.clip(posterior[judged], LEAST, None)
    kept /= kept.sum(axis=1, keepdims=True)
    truth = case.truth[judged]
    best = kept >= kept.max(axis=1, keepdims=True) - 1e-9
    right = best[np.arange(len(truth)), truth] / best.sum(axis=1)
    loss = -np.log(kept[np.arange(len(truth)), truth]).mean()
    return float(right.mean() * 100), float(loss), float((kept.max(axis=1) - right).mean() * 100)


Scores = dict[tuple[str, int, str], list[tuple[float, float, float]]]
"""By set, number of gold items and method: one score a seed."""


def print_table(scores: Scores) -> None:
    names = list(dict.fromkeys(name for name, _, _ in scores))
    methods = list(dict.fromkeys(method for _, _, method in scores))
    for gold in GOLD:
        print(
            f"\n{gold} gold items: accuracy / log loss (± standard error over seeds) / claimed beyond accuracy"
        )
        print(f"{'':12}" + "".join(f"{method:>34}" for method in methods))
        for name in names:
            cells = (np.array(scores[name, gold, method]) for method in methods)
            print(f"{name:12}" + "".join(f"{_cell(values):>34}" for values in cells))


def _cell(values: np.ndarray) -> str:
    mean, error = values.mean(axis=0), values.std(axis=0) / max(len(values) - 1, 1) ** 0.5
    return f"{mean[0]:.1f}±{error[0]:.1f} / {mean[1]:.3f}±{error[1]:.3f} / {mean[2]:+.1f}"


def summary(scores: Scores) -> dict[str, Any]:
    """Return the last line: means over sets."""
    methods = list(dict.fromkeys(method for _, _, method in scores))
    names = list(dict.fromkeys(name for name, _, _ in scores))
    out: dict[str, Any] = {"sets": len(names)}
    for gold in GOLD:
        means = {
            method: np.mean([np.mean(scores[name, gold, method], axis=0) for name in names], axis=0)
            for method in methods
        }
        out[f"accuracy_{gold}"] = {method: round(float(mean[0]), 2) for method, mean in means.items()}
        out[f"log_loss_{gold}"] = {method: round(float(mean[1]), 3) for method, mean in means.items()}
        out[f"claimed_too_much_{gold}"] = {method: round(float(mean[2]), 1) for method, mean in means.items()}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--no-peers", action="store_true", help="without snorkel")
    given = parser.parse_args()
    every, scores = list(cases(given.data, given.seeds)), Scores()
    for case in every:
        for method, infer in METHODS.items():
            scores.setdefault((case.name, len(case.gold), method), []).append(score(infer(case), case))
    if not given.no_peers:
        for case, posterior in zip(every, peers(every), strict=True):
            scores.setdefault((case.name, len(case.gold), "snorkel"), []).append(score(posterior, case))
    print_table(scores)
    print(json.dumps(summary(scores)))


if __name__ == "__main__":
    main()
