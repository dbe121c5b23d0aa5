"""What models cost: prices, a budget that is never exceeded, and an account of what was spent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from groundswell.errors import InputError


@dataclass(frozen=True)
class Usage:
    """What one request used.

    Attributes:
        tokens_in: tokens of the prompt.
        tokens_out: tokens of the answer.
        items: items that were sent.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    items: int = 0


@dataclass(frozen=True)
class Price:
    """What a provider asks, in cents; nothing by default, as for a model of one's own.

    Attributes:
        per_million_in: for a million tokens of prompts.
        per_million_out: for a million tokens of answers.
        per_item: for each item sent.
    """

    per_million_in: float = 0.0
    per_million_out: float = 0.0
    per_item: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 <= p < float("inf") for p in (self.per_million_in, self.per_million_out, self.per_item)):
            raise InputError(f"prices are cents, 0 or more; found {self}")

    def cents(self, used: Usage) -> float:
        """Return what this usage costs, in cents."""
        tokens = used.tokens_in * self.per_million_in + used.tokens_out * self.per_million_out
        return tokens / 1e6 + used.items * self.per_item


@dataclass(frozen=True)
class Cost:
    """What a call cost.

    A request whose usage the model did not report (a lost connection, an answer without a count) is counted
    at the most that it can have used.

    Attributes:
        requests: sent, repeats included.
        tokens_in: tokens of prompts.
        tokens_out: tokens of answers.
        cents: money, in cents.
        cached: items answered from the cache, which cost nothing.
    """

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cents: float = 0.0
    cached: int = 0

    def __str__(self) -> str:
        tokens = f"{self.tokens_in:,} tokens in and {self.tokens_out:,} out"
        return f"{self.requests:,} requests, {tokens}, {self.cents:.2f} cents; {self.cached:,} from the cache"


class OverBudget(Exception):
    """Inside this package: a request was not sent; `Predictor.predict` raises `BudgetSpent` instead."""


class Budget:
    """Cents that may be spent, by any number of predictors and calls together; safe across threads.

    Before a request is sent, the most that it can cost is set aside, and the true cost is booked when the answer is
    there: `spent` never passes `cents` as long as that bound holds.
    """

    def __init__(self, cents: float) -> None:
        """Set the limit.

        Raises:
            InputError: not a number of 0 or more.
        """
        if not 0 <= cents < float("inf"):
            raise InputError(f"a budget is a number of cents, 0 or more; found {cents}")
        self.cents = cents
        self.spent = 0.0
        self._held = 0.0
        self._holders = 0
        self._changed = threading.Condition()

    def __repr__(self) -> str:
        return f"Budget({self.cents:.2f} cents, {self.spent:.2f} spent)"

    def hold(self, cents: float) -> None:
        """Set cents aside; waits while requests under way may still leave enough.

        Raises:
            OverBudget: none are under way, and there is not enough.
        """
        with self._changed:
            while self.spent + self._held + cents > self.cents and cents > 0:
                if not self._holders:
                    left = f"{self.spent:.4g} of {self.cents:.4g} cents are spent"
                    raise OverBudget(f"{left}, and the next request may cost {cents:.4g}")
                self._changed.wait()
            self._held += cents
            self._holders += 1

    def settle(self, held: float, cents: float) -> None:
        """Book the true cost in the place of what was set aside."""
        with self._changed:
            self._holders -= 1
            self._held = self._held - held if self._holders else 0.0
            self.spent += cents
            self._changed.notify_all()


@dataclass
class Charge:
    """A request under way; `used` is the most that it can use until the model says what it did."""

    used: Usage


class Meter:
    """The account of one call: what its requests used, against a budget where there is one."""

    def __init__(self, price: Price, budget: Budget | None) -> None:
        self._price, self._budget = price, budget
        self._cost = Cost()
        self._lock = threading.Lock()

    @property
    def cost(self) -> Cost:
        """What was spent so far."""
        return self._cost

    @contextmanager
    def request(self, most: Usage) -> Iterator[Charge]:
        """Account for one request: hold the most that it can cost, then book what `used` was set to.

        Raises:
            OverBudget: before anything is sent.
        """
        held = self._price.cents(most)
        if self._budget is not None:
            self._budget.hold(held)
        charge = Charge(most)
        try:
            yield charge
        finally:
            self._book(held, charge.used)

    def _book(self, held: float, used: Usage) -> None:
        cents = self._price.cents(used)
        if self._budget is not None:
            self._budget.settle(held, cents)
        with self._lock:
            self._cost = replace(
                self._cost,
                requests=self._cost.requests + 1,
                tokens_in=self._cost.tokens_in + used.tokens_in,
                tokens_out=self._cost.tokens_out + used.tokens_out,
                cents=self._cost.cents + cents,
            )
