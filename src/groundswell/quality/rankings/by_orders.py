"""Ranking from orders of several items: Plackett-Luce, weighing workers by what they are worth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import NoVotes
from groundswell.quality.rankings.by_comparisons import SPREAD, errors_of, require_spread
from groundswell.quality.rankings.crowd import TOL, Said, fit_alike, fit_crowd
from groundswell.quality.rankings.orders import Orders, Unranked
from groundswell.quality.rankings.plackett_luce import PlackettLuce
from groundswell.quality.rankings.ranking import Ranking


def rank_by_orders(
    orders: Any,
    *,
    reliability: bool = True,
    task: str = "task",
    worker: str = "worker",
    order: str = "order",
    unranked: Unranked = "below",
    per_task: bool = True,
    spread: float = SPREAD,
    tol: float = TOL,
    max_iter: int = 200,
) -> Ranking:
    """Rank items by orders of several of them, full or partial, learning whose orders to rely on.

    Each order either follows the items' scores (Plackett-Luce), turns them round (worst first), or is careless:
    any order, each as likely. How often a worker does which is learnt over all tasks and shrunk to the crowd.
    Every round raises the log-posterior (`Ranking.objective`).

    Args:
        orders: `Orders`, or any table for `Orders.from_table`: (task, worker, order), an order being a list of
            items, best first, in which an inner list is a tie, or a dict of item to place.
        reliability: False trusts all workers alike: plain Plackett-Luce, faster.
        task: name of the task column.
        worker: name of the worker column.
        order: name of the column of orders.
        unranked: what is meant by the task's items that an order leaves out: "below" all others, or "unseen".
        per_task: scores per task; False where the same names in different tasks are the same items.
        spread: standard deviation of the scores' normal prior, above 0.
        tol: gain of a round, in nats for each answer, below which the rounds stop.
        max_iter: upper bound on rounds; each is O(sum of squared lengths of orders).

    Returns:
        A `Ranking`; its groups are the tasks. `position_bias` of workers is 0: an order does not tell where the
        items stood.

    Raises:
        NoVotes: there is no order.
        InputError: the table cannot be used, or `spread` is not above 0; the message says why.

    Source:
        Plackett (1975), Applied Statistics 24(2):193-202, doi:10.2307/2346567. Partial orders and pseudo-data:
        Turner, van Etten, Firth and Kosmidis (2020), Computational Statistics 35:1027-1057,
        doi:10.1007/s00180-020-00959-3. Ties: Efron (1977), JASA 72(359):557-565,
        doi:10.1080/01621459.1977.10480613, whose likelihood has the same form. Rankers of different
        reliability in Plackett-Luce: Raman and Joachims (2014), doi:10.1145/2623330.2623654, who give each a
        temperature; the mixture of following, turning round and carelessness in its place is ours.

    Example:
        >>> from groundswell.quality.rankings import rank_by_orders
        >>> rank_by_orders([("t", "ann", ["x", "y", "z"]), ("t", "bob", ["x", ["y", "z"]])]).order("t")
        ['x', 'y', 'z']
    """
    told = orders
    if not isinstance(told, Orders):
        columns = {"task": task, "worker": worker, "order": order}
        told = Orders.from_table(told, **columns, unranked=unranked, per_task=per_task)
    if not len(told):
        raise NoVotes(f"no order of {told.n_items} items; a ranking needs at least one")
    require_spread(spread)
    model = PlackettLuce(told, spread)
    any_order = model.log_likelihood(model.start)[0]
    said = Said(told.worker, np.zeros(len(told), np.int32), np.ones(1), any_order, told.n_workers)
    fit = (fit_crowd if reliability else fit_alike)(model, said, tol, max_iter)
    error, component, exact = errors_of(fit, model, said, told.n_items, spread)
    return Ranking(
        score=fit.at,
        error=error,
        component=component,
        answers=_answers(told),
        ties=0.0,
        workers=fit.habits.rows(told.worker_names, told.worker, np.zeros(1)) if fit.habits else (),
        method="crowd_plackett_luce" if reliability else "plackett_luce",
        iterations=fit.iterations,
        converged=fit.converged,
        errors_exact=exact,
        objective=fit.objective,
        group=told.group,
        item_names=told.item_names,
        group_names=told.group_names,
    )


def _answers(orders: Orders) -> NDArray[np.int64]:
    """Return in how many orders each item stood beside another, `[n_items]`."""
    cells = np.unique(orders.stage_order[orders.stage] * np.int64(orders.n_items) + orders.item)
    return np.bincount(cells % orders.n_items, minlength=orders.n_items)
