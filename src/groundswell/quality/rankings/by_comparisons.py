"""Ranking from comparisons of two items: Bradley-Terry with ties, weighing workers by what they are worth."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundswell.errors import InputError, NoVotes
from groundswell.quality.rankings.comparisons import TIE, Comparisons
from groundswell.quality.rankings.crowd import TOL, CrowdFit, Said, Scores, fit_alike, fit_crowd
from groundswell.quality.rankings.davidson import Davidson
from groundswell.quality.rankings.ranking import Ranking
from groundswell.quality.rankings.uncertainty import standard_errors
from groundswell.quality.result import Floats
from groundswell.quality.votes import Codes, Name

SPREAD = 2.0
"""Standard deviation of scores before any answer, in log-odds: of two random items, one is then preferred up to 17
times as often as the other in two cases of three. Weak, and enough to bound an item that never lost."""

LEANING = np.array([1.0, -1.0, 0.0])
"""What each outcome says of a preference for the left."""


def rank_by_comparisons(
    comparisons: Any,
    *,
    reliability: bool = True,
    group: str | None = None,
    worker: str = "worker",
    left: str = "left",
    right: str = "right",
    winner: str = "winner",
    tie: Name = "tie",
    spread: float = SPREAD,
    tol: float = TOL,
    max_iter: int = 200,
) -> Ranking:
    """Rank items by who preferred which of two, learning at the same time whose answers to rely on.

    Each answer either follows the items' scores (Bradley-Terry, with Davidson's ties), turns them round, or is
    careless: given without looking, with the worker's own leaning to the left, the right or a tie. How often a
    worker does which is learnt, and shrunk to the crowd. So spammers lose their weight, people who mistook the
    question count the other way round, and a preference for a place does not become one for an item.

    The objective is the log-posterior; every round raises it (`Ranking.objective`). A worker with few answers is
    taken for a usual one. Where every worker is turned round, the answers cannot show it: most are trusted.
    With a single answer for a pair of items nobody else compared, the scores follow that answer.

    Args:
        comparisons: `Comparisons`, or any table for `Comparisons.from_table`: (worker, left, right, winner).
        reliability: False trusts all workers alike: plain Bradley-Terry, faster.
        group: name of the column of the set (the task) that the compared items belong to, where items are
            compared only within sets; scores are per set, workers are judged over all.
        worker: name of the worker column.
        left: name of the column of the item on the left.
        right: name of the column of the item on the right.
        winner: name of the column of the winner: the left's name, the right's, or `tie`.
        tie: what the winner column says where neither won.
        spread: standard deviation of the scores' normal prior, above 0.
        tol: gain of a round, in nats for each answer, below which the rounds stop.
        max_iter: upper bound on rounds; each is O(comparisons).

    Returns:
        A `Ranking`: `.order()`, `.scores`, `.win_probability()`, `.workers`, `.to_rows()`. Items that no chain of
        comparisons links are in different components and cannot be compared.

    Raises:
        NoVotes: there is no comparison.
        InputError: the table cannot be used, or `spread` is not above 0; the message says why.

    Source:
        Davidson (1970), JASA 65(329):317-328, doi:10.1080/01621459.1970.10481082, for ties. Chen, Bennett,
        Collins-Thompson and Horvitz (2013), WSDM, doi:10.1145/2433396.2433420 (Crowd-BT), for answers that turn
        scores round; Bugakova et al. (2019), arXiv:1906.03711, for workers with a leaning to a place. Hunter
        (2004), Annals of Statistics 32(1):384-406, doi:10.1214/aos/1079120141, has the classical algorithm; ours
        takes Newton steps. The shrinkage of workers to a crowd is ours.

    Example:
        >>> from groundswell.quality.rankings import rank_by_comparisons
        >>> rows = [("ann", "x", "y", "x"), ("bob", "y", "x", "x"), ("ann", "y", "z", "y")]
        >>> rank_by_comparisons(rows).order()
        ['x', 'y', 'z']
    """
    told = comparisons
    if not isinstance(told, Comparisons):
        columns = {"worker": worker, "left": left, "right": right, "winner": winner}
        told = Comparisons.from_table(told, **columns, group=group, tie=tie)
    if not len(told):
        raise NoVotes(f"no comparison of {told.n_items} items; a ranking needs at least one")
    require_spread(spread)
    model = Davidson(told, spread)
    share = float((told.outcome == TIE).mean())
    usual = np.array([(1 - share) / 2, (1 - share) / 2, share])[: 2 + (share > 0)]
    said = Said(told.worker, told.outcome, _kept_open(usual), 0.0, told.n_workers)
    fit = (fit_crowd if reliability else fit_alike)(model, said, tol, max_iter)
    error, component, exact = errors_of(fit, model, said, told.n_items, spread)
    return Ranking(
        score=fit.at[: told.n_items],
        error=error,
        component=component,
        answers=np.bincount(told.left, minlength=told.n_items)
        + np.bincount(told.right, minlength=told.n_items),
        ties=model.ties(fit.at),
        workers=fit.habits.rows(told.worker_names, told.worker, LEANING[: len(usual)]) if fit.habits else (),
        method="crowd_bradley_terry" if reliability else "bradley_terry",
        iterations=fit.iterations,
        converged=fit.converged,
        errors_exact=exact,
        objective=fit.objective,
        group=told.group,
        item_names=told.item_names,
        group_names=told.group_names,
    )


def errors_of(
    fit: CrowdFit, model: Scores, said: Said, n_items: int, spread: float
) -> tuple[Floats, Codes, bool]:
    """Return standard errors, connected sets and whether the errors are exact.

    An answer of a worker of reliability `r` is taken to tell `r ** 2` of what a fully reliable one's would. It does
    so where two items are even, and tells a little less where they are not.
    """
    weight = np.ones(len(said.worker)) if fit.habits is None else fit.habits.reliability[said.worker] ** 2
    return standard_errors(n_items, model.edges(fit.at, weight), spread)


def require_spread(spread: float) -> None:
    """Refuse a prior that is none."""
    if not (np.isfinite(spread) and spread > 0):
        raise InputError(f"spread must be a standard deviation above 0, not {spread!r}")


def _kept_open(usual: Floats) -> Floats:
    """Return shares none of which is 0: where all is ties, a careless worker could still say left."""
    out: Floats = (usual + 0.01) / (usual + 0.01).sum()
    return out
