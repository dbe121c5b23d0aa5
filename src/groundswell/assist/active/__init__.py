"""Active learning: which items to ask people about next, so that few labels teach a model much.

`next_batch` asks the `adaptive` strategy, or another of `STRATEGIES`, about a `Pool`, and keeps a random share for the
audit. It chooses items for their label; how many people answer each is the matter of `plan`.
"""

from groundswell.assist.active.adaptive import adaptive, skill
from groundswell.assist.active.batch import Batch, next_batch
from groundswell.assist.active.doubt import entropy, least_confident, margin, random
from groundswell.assist.active.gradients import badge
from groundswell.assist.active.pool import Pool, Strategy
from groundswell.assist.active.spread import coreset, covering, typical

STRATEGIES: dict[str, Strategy] = {
    "adaptive": adaptive,
    "random": random,
    "margin": margin,
    "entropy": entropy,
    "least_confident": least_confident,
    "coreset": coreset,
    "typical": typical,
    "covering": covering,
    "badge": badge,
}
"""Every strategy by its name, the default first."""

__all__ = [
    "STRATEGIES",
    "Batch",
    "Pool",
    "Strategy",
    "adaptive",
    "badge",
    "coreset",
    "covering",
    "entropy",
    "least_confident",
    "margin",
    "next_batch",
    "random",
    "skill",
    "typical",
]
