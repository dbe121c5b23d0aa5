import threading
import time

import pytest

from groundswell.assist.models import Budget, Price
from groundswell.assist.models.cost import Meter, OverBudget, Usage
from groundswell.errors import InputError


def test_a_price_counts_tokens_by_the_million_and_items_singly():
    price = Price(per_million_in=15, per_million_out=60, per_item=0.5)
    # 2,000 * 15 / 1e6 + 500 * 60 / 1e6 + 3 * 0.5 = 0.03 + 0.03 + 1.5
    assert price.cents(Usage(2000, 500, 3)) == pytest.approx(1.56)


@pytest.mark.parametrize(
    "bad", [{"per_item": -1}, {"per_million_in": float("nan")}, {"per_item": float("inf")}]
)
def test_prices_that_are_none_are_refused(bad):
    with pytest.raises(InputError, match="0 or more"):
        Price(**bad)


def test_a_request_is_booked_at_the_most_unless_the_model_says_what_it_used():
    meter = Meter(Price(per_million_in=1e6), None)
    with meter.request(Usage(tokens_in=7)):
        pass
    with meter.request(Usage(tokens_in=7)) as charge:
        charge.used = Usage(tokens_in=2, tokens_out=1)
    assert (meter.cost.requests, meter.cost.tokens_in, meter.cost.tokens_out) == (2, 9, 1)
    assert meter.cost.cents == 9


def test_a_request_that_might_pass_the_budget_is_not_sent():
    budget = Budget(10)
    meter = Meter(Price(per_item=4), budget)
    for _ in range(2):
        with meter.request(Usage(items=1)):
            pass
    with (
        pytest.raises(OverBudget, match=r"8 of 10 cents are spent, and the next request may cost 4"),
        meter.request(Usage(items=1)),
    ):
        raise AssertionError("must not be sent")
    assert (budget.spent, meter.cost.requests) == (8, 2)


def test_what_others_hold_is_waited_for_since_it_may_come_back():
    budget = Budget(10)
    budget.hold(8)
    threading.Timer(0.05, budget.settle, (8, 1)).start()
    started = time.monotonic()
    budget.hold(9)
    assert time.monotonic() - started > 0.03
    budget.settle(9, 9)
    assert budget.spent == 10


def test_many_threads_never_pass_a_budget_and_use_it_up():
    budget = Budget(100)
    meter = Meter(Price(per_item=1), budget)
    refused = []

    def spend():
        for _ in range(40):
            try:
                with meter.request(Usage(items=3)) as charge:
                    charge.used = Usage(items=2)
            except OverBudget as error:
                refused.append(error)
                return

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused
    assert 97 < budget.spent <= 100
    assert meter.cost.cents == budget.spent


def test_what_costs_nothing_passes_a_budget_of_nothing():
    with Meter(Price(), Budget(0)).request(Usage(1000, 1000, 10)):
        pass


@pytest.mark.parametrize("cents", [-1, float("nan"), float("inf")])
def test_a_budget_must_be_a_number(cents):
    with pytest.raises(InputError, match="number of cents"):
        Budget(cents)
