import numpy as np
import pytest

from groundswell.errors import EmptySource, InputError
from groundswell.feed.order import Order
from groundswell.feed.plan import Plan


def test_batches_are_numbered_through_all_epochs() -> None:
    plan = Plan(Order(10, seed=1), batch_size=4, epochs=2)
    assert (plan.steps_per_epoch, plan.batches) == (3, 6)
    second = np.concatenate([plan.samples(number, 1)[0] for number in (3, 4, 5)])
    assert np.array_equal(second, Order(10, seed=1).sample(1, np.arange(10)))


def test_planning_ahead_changes_nothing_and_stops_where_the_epoch_ends() -> None:
    plan = Plan(Order(10), batch_size=4, epochs=None)
    ahead = plan.samples(1, 100)
    assert [len(part) for part in ahead] == [4, 2]
    assert all(np.array_equal(part, plan.samples(1 + step, 1)[0]) for step, part in enumerate(ahead))


def test_an_endless_plan_has_no_number_of_batches() -> None:
    assert Plan(Order(10), batch_size=4, epochs=None).batches is None


def test_an_epoch_of_ten_billion_samples_is_planned_at_once() -> None:
    plan = Plan(Order(10**10), batch_size=512, epochs=3)
    assert plan.batches == 58_593_750
    assert len(plan.samples(plan.batches - 1, 8)[0]) == 512


def test_dropping_the_only_batch_is_an_error_not_an_endless_loop() -> None:
    with pytest.raises(EmptySource, match="takes 11 samples and there are 10"):
        Plan(Order(10), batch_size=11, epochs=None, tail="drop")


def test_no_epochs_at_all_are_an_error() -> None:
    with pytest.raises(InputError, match="epochs must be at least 1"):
        Plan(Order(10), batch_size=2, epochs=0)
