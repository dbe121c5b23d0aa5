"""What a caller knows by name (gold, model probabilities), brought into the arrays that methods take."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from groundswell.errors import InputError
from groundswell.quality.result import Floats
from groundswell.quality.table import sorted_names
from groundswell.quality.votes import Codes, Name, Votes


def widened(votes: Votes, evidence: Any, gold: Any, *, may_add_classes: bool) -> Votes:
    """Return the votes with the tasks, and where allowed the classes, that only evidence or gold name.

    Raises:
        InputError: something is given by name, and the votes have no names; or gold is not one class a task.
    """
    named = [given for given in (evidence, gold) if isinstance(given, Mapping)]
    if not named:
        return votes
    if votes.item_names is None or votes.class_names is None:
        raise InputError("evidence and gold by name need votes with names; give them as arrays instead")
    if isinstance(gold, Mapping):
        _check_gold(gold)
    votes = _with_items(votes, [task for given in named for task in given])
    return _with_classes(votes, _classes(evidence, gold)) if may_add_classes else votes


def gold_codes(votes: Votes, gold: Any) -> Any:
    """Return gold as int32 `[n_items]`, -1 for unknown; what is no mapping is passed on as it is.

    Raises:
        InputError: a class is not among the classes of the votes.
    """
    if not isinstance(gold, Mapping):
        return gold
    codes = np.full(votes.n_items, -1, np.int32)
    items, classes = _places(votes.item_names), _places(votes.class_names)
    for task, name in gold.items():
        codes[items[task]] = _place(classes, name, "gold")
    return codes


def evidence_rows(votes: Votes, evidence: Any) -> Any:
    """Return evidence as float64 `[n_items, n_classes]`, NaN rows where there is none; arrays are passed on.

    A class that a task's mapping leaves out has probability 0 there.

    Raises:
        InputError: a task's probabilities are no mapping of class to number, or name an unknown class.
    """
    if not isinstance(evidence, Mapping):
        return evidence
    rows: Floats = np.full((votes.n_items, votes.n_classes), np.nan)
    items, classes = _places(votes.item_names), _places(votes.class_names)
    for task, shares in evidence.items():
        if not isinstance(shares, Mapping):
            raise InputError(f"evidence on {task!r} must be a dict of class to probability, not {shares!r}")
        rows[items[task]] = 0.0
        for name, share in shares.items():
            rows[items[task], _place(classes, name, "evidence")] = share
    return rows


def _check_gold(gold: Mapping[Name, Any]) -> None:
    """Refuse gold that leaves open which class a task is of: nothing, or several that contradict each other."""
    for task, name in gold.items():
        if not isinstance(name, Hashable):
            raise InputError(
                f"gold of {task!r} is {name!r}; it must be one class: where sources contradict each other, leave "
                "the task out, or count them as answers"
            )
        if name is None or name != name:  # NaN
            raise InputError(f"gold of {task!r} is {name!r}; leave out what is not known")


def _with_items(votes: Votes, tasks: Iterable[Name]) -> Votes:
    """Return the votes with tasks added behind those that it has."""
    names = tuple(dict.fromkeys([*(votes.item_names or ()), *tasks]))
    return replace(votes, item_names=names, n_items=len(names))


def _with_classes(votes: Votes, classes: Iterable[Name]) -> Votes:
    """Return the votes with classes added, all in sorted order."""
    before = votes.class_names or ()
    names = sorted_names({*before, *classes})
    places = _places(names)
    moved = np.array([places[name] for name in before], np.int32)
    label: Codes = moved[votes.label]
    return replace(votes, label=label, class_names=names, n_classes=len(names))


def _classes(evidence: Any, gold: Any) -> set[Name]:
    """Return the classes that evidence and gold name."""
    named: set[Hashable] = set(gold.values()) if isinstance(gold, Mapping) else set()
    rows = evidence.values() if isinstance(evidence, Mapping) else ()
    return named.union(*(row for row in rows if isinstance(row, Mapping)))


def _places(names: tuple[Name, ...] | None) -> dict[Name, int]:
    return {name: place for place, name in enumerate(names or ())}


def _place(classes: Mapping[Name, int], name: Name, source: str) -> int:
    """Return the code of a class that `source` names."""
    if name not in classes:
        raise InputError(
            f"{source} names the class {name!r}; the classes are {', '.join(map(repr, classes))}"
        )
    return classes[name]
