import pytest

from groundswell.quality.intervals import wilson


def test_the_interval_is_that_of_wilson():
    """81 of 263: Newcombe (1998), table I, method 3, gives 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_nothing_seen_leaves_everything_possible():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("total", [1, 7, 100])
def test_an_interval_holds_the_share_within_0_and_1_and_mirrors(total):
    for found in range(total + 1):
        low, high = wilson(found, total)
        assert 0 <= low <= found / total <= high <= 1
        mirrored = wilson(total - found, total)
        assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))
