"""Asking a model elsewhere about many items: from the cache what is there, the rest at once, one bad item by itself."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, ClassVar, Self

import numpy as np

from groundswell.assist.models.cache import PredictionCache, digest_of
from groundswell.assist.models.connection import Connection, Failed, Hopeless, Limits, Rejected
from groundswell.assist.models.cost import Budget, Cost, Meter, OverBudget, Price
from groundswell.assist.models.predictor import (
    BudgetSpent,
    ModelUnavailable,
    Predictions,
    Predictor,
    StoppedEarly,
    Unanswered,
    checked_classes,
)
from groundswell.hosts import AllowedHosts
from groundswell.ids import ItemId
from groundswell.items import Item
from groundswell.quality.result import Floats

Answer = Floats | str
"""Probabilities `[K]`, or why there are none."""


class RemotePredictor(Predictor, ABC):
    """What predictors behind a network share: cache, concurrency, cost, and what happens when things fail.

    Safe to use from several threads. Use it as a context manager, or `close` it.
    """

    batch: ClassVar[int] = 1

    def __init__(
        self,
        url: str,
        *,
        name: str,
        allowed: AllowedHosts,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        cache: PredictionCache | None = None,
        price: Price | None = None,
        budget: Budget | None = None,
    ) -> None:
        """See the subclass; `cache` and `budget` may be shared with other predictors, and stay open."""
        self.name = name
        self._limits, self._cache, self._budget = limits or Limits(), cache, budget
        self._price = price or Price()
        self._connection = Connection(url, allowed, key=key, headers=headers, limits=self._limits)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self._connection.url.copy_with(query=None)})"

    def close(self) -> None:
        """Close the connection to the model."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def predict(
        self, items: Iterable[Item], classes: Sequence[str], *, instructions: str = ""
    ) -> Predictions:
        """Ask the model; see `Predictor.predict`.

        Raises:
            InputError: classes that are none, or an address that is not allowed.
            BudgetSpent: the next request might have passed the budget.
            ModelUnavailable: the key or the address is wrong, or `Limits.failures` requests in a row failed.
        """
        named = checked_classes(classes)
        asked = self._asked(named, instructions)
        digest = digest_of({"url": str(self._connection.url), "name": self.name, "asked": asked})
        given = [(item.id, item) for item in items]
        run = _Run(digest, dict(given))
        meter = Meter(self._price, self._budget)
        if self._cache is not None:
            run.rows.update(self._cache.find(digest, run.items, len(named)))
            run.works = bool(run.rows)
        cached = len(run.rows)
        self._ask_all(run, asked, named, meter)
        found = self._predictions(run, [one for one, _ in given], named, replace(meter.cost, cached=cached))
        if run.stopped is not None:
            raise run.stopped[0](f"{self.name}: {run.stopped[1]}", found)
        return found

    @abstractmethod
    def _asked(self, classes: tuple[str, ...], instructions: str) -> dict[str, Any]:
        """Return all that is asked but the items: what, besides the item, decides the answer."""

    @abstractmethod
    def _ask(
        self, items: Sequence[Item], asked: Mapping[str, Any], classes: tuple[str, ...], meter: Meter
    ) -> list[Answer]:
        """Ask about at most `batch` items; one answer for each, or `Failed` for all."""

    def _ask_all(self, run: _Run, asked: Mapping[str, Any], classes: tuple[str, ...], meter: Meter) -> None:
        """Ask about every item that has no row yet, several requests at once."""
        missing = [one for one in run.items if one not in run.rows]
        batches = iter([missing[at : at + self.batch] for at in range(0, len(missing), self.batch)])
        taking = threading.Lock()

        def work() -> None:
            try:
                while not run.over.is_set():
                    with taking:
                        batch = next(batches, None)
                    if batch is None:
                        return
                    self._ask_batch(run, batch, asked, classes, meter)
            except BaseException:
                run.over.set()
                raise

        workers = min(self._limits.at_once, -(-len(missing) // self.batch))
        with ThreadPoolExecutor(max(workers, 1)) as pool:
            try:
                for done in [pool.submit(work) for _ in range(workers)]:
                    done.result()
            finally:
                run.over.set()

    def _ask_batch(
        self,
        run: _Run,
        batch: Sequence[ItemId],
        asked: Mapping[str, Any],
        classes: tuple[str, ...],
        meter: Meter,
    ) -> None:
        """Ask about one batch, and keep what is answered before anything else is asked.

        A batch that the server rejects is asked in halves, so that one bad item stands alone in the end.
        """
        if run.over.is_set():
            return
        down = False
        try:
            answers = self._ask([run.items[one] for one in batch], asked, classes, meter)
        except OverBudget as error:
            return run.stop(BudgetSpent, str(error))
        except Hopeless as error:
            return run.stop(ModelUnavailable, str(error))
        except Failed as error:
            if isinstance(error, Rejected) and len(batch) > 1:
                half = len(batch) // 2
                self._ask_batch(run, batch[:half], asked, classes, meter)
                return self._ask_batch(run, batch[half:], asked, classes, meter)
            answers, down = [str(error)] * len(batch), not isinstance(error, Rejected)
        kept = run.take(batch, answers, down=down, failures=self._limits.failures)
        if self._cache is not None and kept:
            self._cache.keep(run.digest, kept)

    def _predictions(
        self, run: _Run, ids: Sequence[ItemId], classes: tuple[str, ...], cost: Cost
    ) -> Predictions:
        nothing = np.full(len(classes), np.nan)
        rows = [run.rows.get(one, nothing) for one in ids]
        rest = "not asked: " + (run.stopped[1] if run.stopped else "")
        unanswered = [
            Unanswered(one, run.reasons.get(one, rest), one in run.passing or one not in run.reasons)
            for one in run.items
            if one not in run.rows
        ]
        return Predictions(
            items=tuple(ids),
            classes=classes,
            probabilities=np.array(rows, np.float64).reshape(len(rows), len(classes)),
            unanswered=tuple(unanswered),
            version=f"{self.name}@{run.digest[:8]}",
            cost=cost,
        )


@dataclass
class _Run:
    """One call of `predict`, shared by its threads.

    Attributes:
        digest: of what is asked.
        items: each once.
        rows: answers.
        reasons: why others have none.
        passing: those of them that the server was down for.
        stopped: which error ends the run, and its message.
        over: set when nothing more shall be asked.
        works: whether the model ever gave an answer to this question.
        failed: batches in a row without one answer; see `take`.
    """

    digest: str
    items: dict[ItemId, Item]
    rows: dict[ItemId, Floats] = field(default_factory=dict)
    reasons: dict[ItemId, str] = field(default_factory=dict)
    passing: set[ItemId] = field(default_factory=set)
    stopped: tuple[type[StoppedEarly], str] | None = None
    over: threading.Event = field(default_factory=threading.Event)
    works: bool = False
    failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(
        self, batch: Sequence[ItemId], answers: Sequence[Answer], *, down: bool, failures: int
    ) -> dict[ItemId, Floats]:
        """Note the answers of a batch; returns those that are probabilities.

        Gives up after too many batches in a row without any, where the server is down or never gave one: a server
        that works, and refuses some items, is asked on.
        """
        pairs = list(zip(batch, answers, strict=True))
        good = {one: answer for one, answer in pairs if not isinstance(answer, str)}
        with self._lock:
            self.rows.update(good)
            self.reasons.update({one: answer for one, answer in pairs if isinstance(answer, str)})
            self.passing.update(batch if down else ())
            self.works = self.works or bool(good)
            self.failed = 0 if good else self.failed + (down or not self.works)
            tired = self.failed >= failures
        if tired:
            self.stop(
                ModelUnavailable, f"{failures} requests in a row brought nothing; the last: {answers[-1]}"
            )
        return good

    def stop(self, kind: type[StoppedEarly], why: str) -> None:
        """Ask nothing more; the first reason counts."""
        with self._lock:
            self.stopped = self.stopped or (kind, why)
        self.over.set()
