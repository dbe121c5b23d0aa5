"""Label errors: which given labels a model has good reason to doubt, ranked, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.confident import (
    Belief,
    ConfidentJoint,
    Mask,
    calibrated_joint,
    class_thresholds,
    confident_classes,
    read_belief,
    row_blocks,
)
from groundswell.quality.pruning import likely_swapped, likely_wrong
from groundswell.quality.result import Floats, names_or_codes
from groundswell.quality.votes import Codes, Name

Method = Literal["noise_rate", "class", "both", "joint"]
Score = Literal["self_confidence", "margin"]


@dataclass(frozen=True)
class LabelError:
    """One item whose label is probably wrong.

    Attributes:
        index: the item's place in what was given.
        given: its label, by name (its code, where classes are unnamed).
        suggested: the label that is more probable.
        score: belief in the given label, 0 to 1; lower is more suspicious.
        reason: why, in words.
    """

    index: int
    given: Name
    suggested: Name
    score: float
    reason: str


@dataclass(frozen=True)
class Overlap:
    """Two classes that are confused with each other.

    Attributes:
        first: one class, by name.
        second: the other.
        first_is_second: items labelled `first` that are estimated to be `second`.
        second_is_first: items labelled `second` that are estimated to be `first`.
        share: both together, out of all items labelled either way, 0 to 1.
    """

    first: Name
    second: Name
    first_is_second: int
    second_is_first: int
    share: float


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """The suspicious items, most suspicious first: a sequence of `LabelError`.

    Attributes:
        index: int64 `[n_found]`, places of the flagged items, lowest score first; of equal scores the item
            for which the model is surer of another class.
        scores: `[n_items]`, belief in every item's label, 0 to 1, in the precision of the probabilities; NaN
            for an item without a label or without an opinion of the model.
        belief: what the model thinks of each given label.
        thresholds: float64 `[n_classes]`, the model's mean probability of a class on the items labelled so;
            infinite for a class that nobody used.
        joint: how many items with each given label are of each class.
        class_names: names by code, or None.
    """

    index: NDArray[np.int64]
    scores: NDArray[Any]
    belief: Belief
    thresholds: Floats
    joint: ConfidentJoint
    class_names: tuple[Name, ...] | None = None

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[LabelError]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, place: int) -> LabelError:
        """Return the flagged item at a place of the ranking, 0 the most suspicious."""
        item = int(self.index[place])
        given, best = int(self.belief.given[item]), int(self.belief.best[item])
        names = names_or_codes(self.class_names, self.belief.n_classes)
        reason = (
            f"the model says {names[best]} with {self.belief.top[item]:.2f} and {names[given]} with "
            f"{self.belief.own[item]:.2f}; items labelled {names[given]} get {self.thresholds[given]:.2f} "
            "on average"
        )
        return LabelError(item, names[given], names[best], float(self.scores[item]), reason)

    @property
    def skipped(self) -> int:
        """Items that could not be judged: no label, or no opinion of the model."""
        return int((~self.belief.known).sum())

    def ranking(self) -> NDArray[np.int64]:
        """Return the places of all items that were judged, flagged or not, most suspicious first."""
        return _ranked(np.flatnonzero(self.belief.known), self.scores, self.belief)

    def overlaps(self) -> tuple[Overlap, ...]:
        """Return the pairs of classes that are confused with each other, the largest share first.

        Many errors in both directions point to two classes that the instructions do not tell apart; in one
        direction, to one that is not known or not offered.
        """
        joint = self.joint
        size = np.bincount(joint.given, joint.count, joint.n_classes)
        swapped = joint.given != joint.true
        found = zip(*(part[swapped].tolist() for part in (joint.given, joint.true, joint.count)), strict=True)
        moved = {(given, true): count for given, true, count in found}
        names = names_or_codes(self.class_names, joint.n_classes)
        pairs = []
        for one, other in {(min(cell), max(cell)) for cell in moved}:
            there, back = moved.get((one, other), 0), moved.get((other, one), 0)
            share = float((there + back) / (size[one] + size[other]))
            pairs.append((-share, one, other, Overlap(names[one], names[other], there, back, share)))
        return tuple(pair[-1] for pair in sorted(pairs, key=lambda pair: pair[:3]))

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each flagged item: `index`, `given`, `suggested`, `score`, `reason`."""
        return [vars(one) for one in self]

    def __repr__(self) -> str:
        judged = len(self.scores) - self.skipped
        return f"LabelErrors({len(self):,} of {judged:,} labels are doubtful; {self.skipped:,} items skipped)"


def find_label_errors(
    labels: Any,
    probabilities: Any,
    *,
    method: Method = "noise_rate",
    score: Score = "self_confidence",
    class_names: Sequence[Name] | None = None,
) -> LabelErrors:
    """Find items whose given label is probably wrong, by confident learning.

    A class counts as present where the model is at least as sure of it as it is, on average, of items that
    are labelled so. Counting those classes by given label estimates how many labels of each kind are wrong;
    that many of the least believed are flagged. Prefer it to plain disagreement with the model, which flags
    every item of a class that the model is never sure of.

    Time is linear in the probabilities, which are read in blocks and not copied; a memory map will do.
    Beside them, memory is some tens of bytes an item.

    Args:
        labels: integer codes `[n_items]`, -1 for no label.
        probabilities: `[n_items, n_classes]`, out of sample: each item judged by a model that was not trained
            on it, as by cross-validation. A row with a NaN is no opinion. Not necessarily calibrated.
        method: what to flag. `noise_rate`: for each given label and other class, as many as estimated, by
            largest margin. `class`: for each given label as many, by least belief in it. `both`: what both
            of them flag, for precision. `joint`: what was counted, without scaling up.
        score: what to rank by. `self_confidence`: probability of the given label. `margin`: that minus the
            largest other one, moved to 0 to 1; it ranks an item low only where one other class stands out.
        class_names: names by code, for the reasons.

    Returns:
        The suspicious items, ranked. None where there are no items, one class, or nothing to tell items
        apart. An item for which no class is more probable than its given label is never flagged, and of each
        used label at least one item is thought to be right.

    Raises:
        InputError: shapes or names do not fit, a label is no class, an entry is not a probability, or the
            method or the score is unknown.

    Source:
        Northcutt, Jiang and Chuang (2021), JAIR 70:1373-1411, doi:10.1613/jair.1.12125. Ours: whole numbers
        by largest remainder, that no flagged item agrees with the model, and how ties are broken.
    """
    if method not in FLAGS:
        raise InputError(f"no method {method!r}; there are {', '.join(FLAGS)}")
    if score not in ("self_confidence", "margin"):
        raise InputError(f"no score {score!r}; there are self_confidence and margin")
    given, opinion = _checked(labels, probabilities)
    names = None if class_names is None else tuple(class_names)
    if names is not None and len(names) != opinion.shape[1]:
        raise InputError(f"{len(names)} class names do not fit {opinion.shape[1]} columns of probabilities")
    belief = read_belief(given, opinion)
    thresholds = class_thresholds(belief)
    confident = confident_classes(belief, opinion, thresholds)
    joint = calibrated_joint(belief, confident)
    flagged = np.flatnonzero(FLAGS[method](belief, opinion, joint, confident))
    scores = belief.own if score == "self_confidence" else normalised_margins(belief, opinion)
    return LabelErrors(_ranked(flagged, scores, belief), scores, belief, thresholds, joint, names)


FLAGS: dict[str, Callable[[Belief, NDArray[Any], ConfidentJoint, Codes], Mask]] = {
    "noise_rate": lambda belief, opinion, joint, _: likely_swapped(belief, opinion, joint),
    "class": lambda belief, _, joint, __: likely_wrong(belief, joint),
    "both": lambda belief, opinion, joint, _: (
        likely_swapped(belief, opinion, joint) & likely_wrong(belief, joint)
    ),
    "joint": lambda belief, _, __, confident: belief.doubted & (confident >= 0) & (confident != belief.given),
}
"""How each method marks items; all but `joint` mark as many as the joint says."""


def normalised_margins(belief: Belief, probabilities: NDArray[Any]) -> NDArray[Any]:
    """Return the given label's probability minus the largest other one, moved from -1..1 to 0..1."""
    margins = np.full_like(belief.own, np.nan)
    known = np.flatnonzero(belief.known)
    for part in row_blocks(len(known), belief.n_classes):
        rows = known[part]
        block = probabilities[rows]
        block[np.arange(len(rows)), belief.given[rows]] = 0
        margins[rows] = (belief.own[rows] - block.max(axis=1) + 1) / 2
    return margins


def _ranked(items: NDArray[np.int64], scores: NDArray[Any], belief: Belief) -> NDArray[np.int64]:
    """Return items by score; of equal ones, first where the model is surer of what it prefers."""
    ranked: NDArray[np.int64] = items[np.lexsort((-belief.top[items], scores[items]))]
    return ranked


def _checked(labels: Any, probabilities: Any) -> tuple[Codes, NDArray[Any]]:
    """Return labels as int32 and probabilities as a floating array, uncopied where they are one."""
    opinion, given = np.asarray(probabilities), np.asarray(labels)
    if not np.issubdtype(opinion.dtype, np.floating):
        opinion = opinion.astype(np.float64)
    if opinion.ndim != 2 or not opinion.shape[1]:
        raise InputError(f"probabilities must be [n_items, n_classes], not {list(opinion.shape)}")
    if given.shape != opinion.shape[:1]:
        raise InputError(f"{list(given.shape)} labels do not fit {len(opinion)} rows of probabilities")
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise InputError(f"labels must be integer codes, -1 for none; not {given.dtype}")
    if given.size and not -1 <= given.min() <= given.max() < opinion.shape[1]:
        found = f"{given.min()} to {given.max()}"
        raise InputError(f"labels must be -1 to {opinion.shape[1] - 1}; found {found}")
    return given.astype(np.int32), opinion
