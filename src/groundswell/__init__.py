"""Groundswell, the open data engine for AI training.

Collect raw data, clean it, keep it in versions, have it labelled by people and models, prove the quality of the labels,
and feed them into training:

    >>> import groundswell as gs
    >>> answers = [("t1", "ann", "cat"), ("t1", "bob", "cat"), ("t1", "eve", "dog"), ("t2", "ann", "dog")]
    >>> gs.consensus(answers).labels
    {'t1': 'cat', 't2': 'dog'}
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from groundswell.notebook import Labelling as Labelling
    from groundswell.notebook import dataset as dataset
    from groundswell.notebook import feed as feed
    from groundswell.notebook import label as label
    from groundswell.organize import Collection as Collection
    from groundswell.organize import Version as Version
    from groundswell.organize import collect as collect
    from groundswell.quality import certify as certify
    from groundswell.quality import consensus as consensus

_HOME = {
    "Collection": "groundswell.organize",
    "Labelling": "groundswell.notebook",
    "Version": "groundswell.organize",
    "certify": "groundswell.quality",
    "collect": "groundswell.organize",
    "consensus": "groundswell.quality",
    "dataset": "groundswell.notebook",
    "feed": "groundswell.notebook",
    "label": "groundswell.notebook",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import groundswell` itself costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'groundswell' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
