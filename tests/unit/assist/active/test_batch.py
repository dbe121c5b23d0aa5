import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.assist.active.toys import warm

from groundswell.assist.active import STRATEGIES, margin, next_batch
from groundswell.errors import InputError


@pytest.mark.parametrize("name", STRATEGIES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(0, 70), share=st.floats(0, 1))
def test_the_share_for_the_audit_is_kept_and_nothing_is_asked_twice(name, seed, n, share):
    pool = warm(seed)
    batch = next_batch(pool, n, np.random.default_rng(seed), strategy=STRATEGIES[name], audit_share=share)
    size = min(n, len(pool.open))
    assert len(batch) == len(set(batch.items.tolist())) == size
    assert np.isin(batch.items, pool.open).all()
    assert int(size * share) <= batch.audit.sum() <= np.ceil(size * share)


def test_small_batches_keep_the_share_on_average():
    pool, rng = warm(), np.random.default_rng(0)
    audited = [next_batch(pool, 3, rng, strategy=margin, audit_share=0.1).audit.sum() for _ in range(2000)]
    assert np.mean(audited) == pytest.approx(0.3, abs=5 * (0.21 / 2000) ** 0.5)


def test_every_open_item_has_the_same_chance_to_be_audited():
    pool, rng = warm(), np.random.default_rng(1)
    drawn = np.zeros(len(pool))
    for _ in range(2000):
        batch = next_batch(pool, 10, rng, strategy=margin, audit_share=0.5)
        drawn[batch.items[batch.audit]] += 1
    expected = 2000 * 5 / len(pool.open)
    assert drawn[pool.labelled].sum() == 0
    assert np.abs(drawn[pool.open] - expected).max() < 5 * expected**0.5


def test_what_is_not_audited_is_what_the_strategy_likes_best_of_the_rest():
    pool = warm()
    batch = next_batch(pool, 10, np.random.default_rng(2), strategy=margin, audit_share=0.2)
    rest = pool.asking(batch.items[batch.audit])
    assert batch.items[~batch.audit].tolist() == margin(rest, 8, np.random.default_rng(0)).tolist()
    assert batch.to_rows()[0] == {"item": int(batch.items[0]), "audit": False}
    assert repr(batch) == "Batch(10 items, 2 of them at random for the audit)"


@pytest.mark.parametrize(
    ("n", "share", "says"),
    [(-1, 0.1, "n must be"), (5, -0.1, "audit_share"), (5, float("nan"), "audit_share")],
)
def test_numbers_out_of_range_are_refused(n, share, says):
    with pytest.raises(InputError, match=says):
        next_batch(warm(), n, np.random.default_rng(0), audit_share=share)


@pytest.mark.parametrize(
    "wrong", [lambda pool, n, rng: pool.labelled[:n], lambda pool, n, rng: pool.open[:1].repeat(n)]
)
def test_a_strategy_that_breaks_its_promise_is_refused(wrong):
    with pytest.raises(InputError, match="different open items"):
        next_batch(warm(), 4, np.random.default_rng(0), strategy=wrong, audit_share=0.0)
