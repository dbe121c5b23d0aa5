"""Models of others: behind an HTTP endpoint, a language model's server, or scikit-learn.

A `Predictor` answers items as they are; a `Model` (see `groundswell.assist`) learns from features and labels. What
a predictor says enters the consensus by `as_votes` or by `as_evidence`.
"""

from groundswell.assist.models.annotator import CalibrationReport, Evidence, as_evidence, as_votes
from groundswell.assist.models.cache import PredictionCache
from groundswell.assist.models.chat import ChatPredictor
from groundswell.assist.models.connection import Limits
from groundswell.assist.models.cost import Budget, Cost, Price
from groundswell.assist.models.endpoint import HttpPredictor
from groundswell.assist.models.estimator import SklearnModel
from groundswell.assist.models.predictor import (
    BudgetSpent,
    ModelUnavailable,
    Predictions,
    Predictor,
    StoppedEarly,
    Unanswered,
)
from groundswell.assist.models.talking import Reply, TalkingModel, most_cents
from groundswell.hosts import AllowedHosts

__all__ = [
    "AllowedHosts",
    "Budget",
    "BudgetSpent",
    "CalibrationReport",
    "ChatPredictor",
    "Cost",
    "Evidence",
    "HttpPredictor",
    "Limits",
    "ModelUnavailable",
    "PredictionCache",
    "Predictions",
    "Predictor",
    "Price",
    "Reply",
    "SklearnModel",
    "StoppedEarly",
    "TalkingModel",
    "Unanswered",
    "as_evidence",
    "as_votes",
    "most_cents",
]
