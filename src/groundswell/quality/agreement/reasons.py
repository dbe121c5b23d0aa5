"""Reasons: what in the answers makes agreement low, or makes it look low. Each is computed, none is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, isnan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.agreement.alpha import Ruler, alpha_of
from groundswell.quality.agreement.answers import Answers, Compared, answers_per_item
from groundswell.quality.agreement.classes import Coincidences
from groundswell.quality.agreement.outlying import LEAST_ANSWERS, LEVEL, outlying, upper_tails
from groundswell.quality.agreement.rescaled import centred
from groundswell.quality.agreement.result import Agreement, Metric, Reason
from groundswell.quality.agreement.scales import Scale
from groundswell.quality.signals.tails import false_discovery_rates
from groundswell.quality.votes import Name

RELIABLE = 0.8
"""Alpha from which no reason is looked for but a wide interval; Krippendorff (2004): customary to require."""

WIDE = 0.2
"""Width of an interval from which more tasks with two answers are asked for."""

GAIN = 0.03
"""What alpha must gain for something to be named as a reason, where there is something to take away."""

DOMINANT = 0.75
"""Share of the answers from which one class dominates."""

SURPRISE = 4.0
"""Standard errors by which a pair of classes must have more of the disagreement than chance gives it."""

LIFT = 1.2
"""How many times the share that chance gives it a pair of classes must have."""

MUCH_WORSE = 0.1
"""How much lower than elsewhere the alpha of a slice must be to be named."""

MOST_NAMED = 5
"""Workers that are named in a sentence, and pairs of classes that are tried."""


@dataclass(frozen=True, eq=False)
class Case:
    """What reasons are looked for in.

    Attributes:
        answers: all answers.
        scale: those that can be compared, and how far they are apart.
        ruler: measures any part of them.
        metric: how.
        overall: alpha.
        slices: alpha of each slice.
        in_slice: bool `[n]` for each slice, which of the compared answers are in it.
        classes: coincidences of classes; None where there are no classes.
        level: coverage of the intervals.
    """

    answers: Answers
    scale: Scale
    ruler: Ruler
    metric: Metric
    overall: Agreement
    slices: Mapping[Name, Agreement]
    in_slice: Mapping[Name, NDArray[np.bool_]]
    classes: Coincidences | None
    level: float

    @property
    def compared(self) -> Compared:
        """The answers that can be compared."""
        return self.scale.compared

    def alpha(self, compared: Compared) -> float:
        """Return alpha of some of the answers, or of changed ones; NaN where it is not defined."""
        return alpha_of(self.ruler.over(compared)).value


def find_reasons(case: Case, *, of_workers: bool) -> tuple[Reason, ...]:
    """Return what makes agreement low, each with its evidence and what to do.

    Args:
        case: the answers.
        of_workers: whether workers are looked at too.
    """
    if isnan(case.overall.value):
        return (_undefined(case),)
    looks: list[Callable[[Case], Iterator[Reason]]] = [_few_items]
    if case.overall.value < RELIABLE:
        looks += [_prevalence, *([_workers] if of_workers else []), _classes, _slices]
        looks += [_scale] if of_workers else []
    return tuple(reason for look in looks for reason in look(case))


def _undefined(case: Case) -> Reason:
    items, answers = len(case.compared.size), len(case.compared)
    if not items:
        return Reason(
            "few_items",
            f"no task has two answers ({len(case.answers.item):,} answers)",
            "let a random share of the tasks be answered by two people",
            {"items": 0.0, "answers": float(len(case.answers.item))},
        )
    same = case.answers.choices[case.compared.code[0]]
    same = same.item() if isinstance(same, np.generic) else same
    return Reason(
        "constant",
        f"all {answers:,} answers to the {items:,} tasks with two or more are the same: {same!r}",
        "where nothing varies, agreement cannot be told from habit; add tasks with another right answer, or gold",
        {"items": float(items), "answers": float(answers)},
    )


def _few_items(case: Case) -> Iterator[Reason]:
    """Name a wide interval, and how many tasks would make it narrow."""
    items, width = len(case.compared.size), case.overall.high - case.overall.low
    if not (isnan(width) or width > WIDE):
        return
    answered = int((answers_per_item(case.answers) > 0).sum())
    share = f"{items:,} of {answered:,} tasks have two answers or more"
    if isnan(width):
        words, wanted = f"{share}, too few for an interval", 20
    else:
        wanted = ceil(items * (width / WIDE) ** 2)
        words = f"{share}; the interval is {width:.2f} wide"
    yield Reason(
        "few_items",
        words,
        f"have about {wanted:,} tasks answered twice or more for an interval {WIDE:g} wide",
        {"items": float(items), "answered": float(answered), "width": width, "wanted": float(wanted)},
    )


def _prevalence(case: Case) -> Iterator[Reason]:
    """Name the class that nearly all answers are, where people agree far more than alpha says."""
    if case.metric != "nominal":
        return
    totals = np.bincount(case.compared.code, minlength=len(case.answers.choices))
    most, share = int(totals.argmax()), float(totals.max() / totals.sum())
    same, ac1 = _percent_and_ac1(case)
    if share < DOMINANT or ac1 < case.overall.value + 2 * GAIN:
        return
    name = case.answers.choices[most]
    yield Reason(
        "prevalence",
        f"{share:.0%} of the answers are {name!r}; people give the same answer {same:.0%} of the time, and "
        f"Gwet's AC1 is {ac1:.2f} where alpha is {case.overall.value:.2f}",
        "read AC1 beside alpha, and judge the rare classes by a sample in which they are common",
        {"share": share, "same": same, "ac1": ac1},
        (name,),
    )


def _percent_and_ac1(case: Case) -> tuple[float, float]:
    """Return the share of equal pairs of answers, each item counting once, and Gwet's AC1, of what is compared."""
    given, n_classes = case.compared, len(case.answers.choices)
    differ = float((np.bincount(given.item, weights=case.scale.apart) / given.size).mean())
    common = np.bincount(given.code, weights=1 / given.size[given.item], minlength=n_classes) / len(
        given.size
    )
    chance = float((common * (1 - common)).sum()) / (n_classes - 1)
    return 1 - differ, 1 - differ / (1 - chance)


def _workers(case: Case) -> Iterator[Reason]:
    """Name a few workers who disagree with everybody."""
    named = outlying(case.scale, case.ruler, len(case.answers.worker_names))
    if not len(named):
        return
    theirs = np.isin(case.compared.worker, named)
    without = case.alpha(case.compared.only(~theirs))
    if not without >= case.overall.value + GAIN:
        return
    names = tuple(case.answers.worker_names[code] for code in named.tolist())
    yield Reason(
        "workers",
        f"{_listed(names)} disagree{'s' if len(names) == 1 else ''} with everybody; without "
        f"{'this worker' if len(names) == 1 else 'them'} ({theirs.mean():.0%} of the answers) alpha is "
        f"{without:.2f} instead of {case.overall.value:.2f}",
        "look at their answers, and talk to them before anything else: they may have understood something else",
        {"workers": float(len(names)), "answers": float(theirs.sum()), "without": without},
        names,
    )


def _classes(case: Case) -> Iterator[Reason]:
    """Name classes that are mixed up with each other more than with others."""
    found = case.classes
    if found is None or (found.totals > 0).sum() < 3:
        return
    share, expected = found.share, found.expected_share
    meetings = max(float(found.items.sum()), 1.0)
    surprise = (share - expected) / np.sqrt(expected * (1 - expected) / meetings + 1e-300)
    seen = (surprise > SURPRISE) & (share > LIFT * expected) & (found.items >= LEAST_ANSWERS)
    if case.metric == "ordinal":  # only neighbours can be made one
        seen &= found.second == found.first + 1
    often = np.flatnonzero(seen)
    for at in often[np.argsort(-share[often], kind="stable")][:MOST_NAMED].tolist():
        first, second = int(found.first[at]), int(found.second[at])
        code = np.where(case.compared.code == second, np.int32(first), case.compared.code)
        merged = case.alpha(case.compared.with_codes(code))
        if merged >= case.overall.value + GAIN:
            names = (case.answers.choices[first], case.answers.choices[second])
            yield Reason(
                "classes",
                f"{names[0]!r} and {names[1]!r} are mixed up: {share[at]:.0%} of all disagreement is between them "
                f"({expected[at]:.0%} by chance); as one class, alpha is {merged:.2f} instead of "
                f"{case.overall.value:.2f}",
                "show what tells them apart in the guideline, with examples, or make them one class",
                {
                    "share": float(share[at]),
                    "expected": float(expected[at]),
                    "items": float(found.items[at]),
                    "merged": merged,
                },
                names,
            )


def _slices(case: Case) -> Iterator[Reason]:
    """Name slices that are worse than the rest."""
    told = [name for name, one in case.slices.items() if not isnan(one.high - one.low)]
    rest = {name: case.alpha(case.compared.only(~case.in_slice[name])) for name in told}
    told = [name for name in told if not isnan(rest[name])]
    wide = 2 * NormalDist().inv_cdf((1 + case.level) / 2)
    width = case.overall.high - case.overall.low
    error = [sqrt((case.slices[name].high - case.slices[name].low) ** 2 + width**2) / wide for name in told]
    lower = np.array([rest[name] - case.slices[name].value for name in told])
    rates = false_discovery_rates(upper_tails(lower / np.maximum(error, 1e-12)))
    for at in np.flatnonzero((rates <= LEVEL) & (lower >= MUCH_WORSE)).tolist():
        yield _worse_slice(case, told[at], rest[told[at]])


def _worse_slice(case: Case, name: Name, rest: float) -> Reason:
    inside, one = case.in_slice[name], case.slices[name]
    here, elsewhere = (
        float(case.scale.apart[part].mean()) / case.scale.expected for part in (inside, ~inside)
    )
    return Reason(
        "slice",
        f"in slice {name!r} ({one.items:,} tasks) alpha is {one.value:.2f}, elsewhere {rest:.2f}; answers are "
        f"{here:.2f} times as far apart there as by chance overall, elsewhere {elsewhere:.2f}",
        "look at its tasks: they may need a guideline, people or a question of their own"
        if here > elsewhere
        else "people disagree no more there: its answers vary less, so that alpha has less to explain",
        {"value": one.value, "rest": rest, "items": float(one.items), "here": here, "elsewhere": elsewhere},
        (name,),
    )


def _scale(case: Case) -> Iterator[Reason]:
    """Name workers who use the scale differently: all their answers are higher, or lower, than others'."""
    if case.metric not in ("ordinal", "interval", "ratio"):
        return
    shift = centred(case.answers, case.compared, case.metric)
    after = alpha_of(Ruler(case.metric, shift.answers, case.ruler.rng).over(shift.compared)).value
    if not after >= case.overall.value + GAIN:
        return
    far = np.argsort(-np.abs(shift.offset), kind="stable")[:MOST_NAMED]
    far = far[np.abs(shift.offset[far]) > np.abs(shift.offset).max() / 2]
    names = tuple(case.answers.worker_names[code] for code in far.tolist())
    said = ", ".join(
        f"{name}: {shift.words(offset)}"
        for name, offset in zip(names, shift.offset[far].tolist(), strict=True)
    )
    yield Reason(
        "scale",
        f"workers use the scale differently ({said}); with each worker's own offset taken out, learnt on other "
        f"tasks, alpha is {after:.2f} instead of {case.overall.value:.2f}",
        "show examples for each step of the scale, or take workers' offsets out when answers are merged",
        {"after": after, "largest": float(shift.offset[far[0]])},
        names,
    )


def _listed(names: tuple[Name, ...]) -> str:
    """Return names as a list in words, the first few by name."""
    shown = [str(name) for name in names[:MOST_NAMED]]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
