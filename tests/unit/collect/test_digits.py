"""The digits of scikit-learn: every image, without its answer."""

import sys
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from groundswell.collect import Digits, Options, digit_truth
from groundswell.errors import MissingExtra
from groundswell.items import Item
from groundswell.items.images import open_image

OPTIONS = Options(datetime(2026, 1, 2, tzinfo=UTC))


def test_all_images_come_with_provenance_and_without_their_digit() -> None:
    items = [item for item in Digits(OPTIONS).read() if isinstance(item, Item)]
    assert len({item.id for item in items}) == len(items) == 1797
    assert items[17].locator == "image 17"
    assert {(item.source, item.media_type, item.licence) for item in items} == {
        ("scikit-learn: digits", "image/png", "BSD-3-Clause")
    }
    assert all(item.meta == {"width": 8, "height": 8} for item in items)


def test_the_pixels_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    first = next(Digits(OPTIONS).read())
    assert isinstance(first, Item)
    pixels = np.asarray(open_image(first.data or b""))
    assert np.array_equal(np.rint(pixels / 255 * 16), load_digits().images[0])


def test_the_truth_knows_every_item() -> None:
    truth = digit_truth()
    assert [truth[item.id] for item in Digits(OPTIONS).read() if isinstance(item, Item)][:10] == list(
        range(10)
    )
    assert Counter(truth.values())[0] == 178  # the count that scikit-learn's loader gives for digit 0


def test_without_scikit_learn_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingExtra, match=r"pip install 'groundswell\[models\]'"):
        next(Digits(OPTIONS).read())
