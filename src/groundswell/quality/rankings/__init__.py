"""Consensus of preferences and rankings, weighing workers by what they are worth. Pure arrays, no database.

Comparisons of two items, orders of several, and one preference a task: `rank_by_comparisons`, `rank_by_orders`,
`consensus_of_preferences`.
"""

from groundswell.quality.rankings.by_comparisons import rank_by_comparisons
from groundswell.quality.rankings.by_orders import rank_by_orders
from groundswell.quality.rankings.comparisons import Comparisons
from groundswell.quality.rankings.habits import WorkerReliability
from groundswell.quality.rankings.orders import Orders
from groundswell.quality.rankings.preferences import PreferenceConsensus, consensus_of_preferences
from groundswell.quality.rankings.ranking import Ranking

__all__ = [
    "Comparisons",
    "Orders",
    "PreferenceConsensus",
    "Ranking",
    "WorkerReliability",
    "consensus_of_preferences",
    "rank_by_comparisons",
    "rank_by_orders",
]
