"""The default recipe and the list of operators."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from groundswell.clean import PLUGS, DropExactDuplicates, default_recipe, operators, recipes

Flow = Callable[..., Any]


def test_the_default_recipe_suits_texts(flow: Flow) -> None:
    outcome = flow(["a cat", " a  cat ", "", "a dog", "A dog!"], *default_recipe(), rows=2)
    assert outcome.texts == ["a cat", "a dog"]
    assert sorted(outcome.reasons) == ["duplicate:exact", "duplicate:near", "text:empty"]


def test_operators_are_known_by_name() -> None:
    assert operators() == {plug.name: plug for plug in PLUGS}
    assert len(operators()) == len(PLUGS)
    assert {"unicode", "empty", "images", "exact", "near"} <= operators().keys()


def test_installed_packages_can_offer_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(DropExactDuplicates):
        name = "other"

    monkeypatch.setattr(recipes, "entry_points", lambda group: [SimpleNamespace(load=lambda: Other)])
    assert operators()["other"] is Other
