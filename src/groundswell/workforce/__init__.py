"""People who annotate: workers, their skill with its uncertainty, the ledger of time and pay."""

from groundswell.workforce.model import Earnings, Skill

__all__ = ["Earnings", "Skill"]
