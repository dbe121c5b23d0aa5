"""Groundswell, the open data engine for AI training.

Collect raw data, clean it, keep it in versions, have it labelled by people and models, prove the quality of the labels,
and feed them into training:

    >>> import groundswell as gs
    >>> answers = [("t1", "ann", "cat"), ("t1", "bob", "cat"), ("t1", "eve", "dog"), ("t2", "ann", "dog")]
    >>> gs.consensus(answers).labels
    {'t1': 'cat', 't2': 'dog'}
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from groundswell.feed import Feed as Feed
    from groundswell.feed import feed as feed
    from groundswell.items import Item as Item
    from groundswell.notebook import Labelling as Labelling
    from groundswell.notebook import label as label
    from groundswell.organize import Collection as Collection
    from groundswell.organize import Version as Version
    from groundswell.organize import collect as collect
    from groundswell.organize import dataset as dataset
    from groundswell.organize.search import search as search
    from groundswell.quality import certify as certify
    from groundswell.quality import consensus as consensus

_HOME = {
    "Collection": "groundswell.organize",
    "Feed": "groundswell.feed",
    "Item": "groundswell.items",
    "Labelling": "groundswell.notebook",
    "Version": "groundswell.organize",
    "certify": "groundswell.quality",
    "collect": "groundswell.organize",
    "consensus": "groundswell.quality",
    "dataset": "groundswell.organize",
    "feed": "groundswell.feed",
    "label": "groundswell.notebook",
    "search": "groundswell.organize.search",
}

__all__ = ["__version__", *_HOME]


class _Package(ModuleType):
    """This package as a module: `groundswell.collect` is the function, also once the folder of that name is imported.

    Importing a submodule makes Python bind its name in the package; for names that are public functions that
    is left out. `from groundswell.collect import ...` works as ever.
    """

    def __getattr__(self, name: str) -> Any:
        """Import a public name when it is first used, so that `import groundswell` itself costs nothing."""
        if name not in _HOME:
            raise AttributeError(f"module 'groundswell' has no attribute {name!r}")
        value = getattr(import_module(_HOME[name]), name)
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return ["__version__", *_HOME]


sys.modules[__name__].__class__ = _Package
