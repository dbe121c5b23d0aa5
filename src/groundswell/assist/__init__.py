"""Models that propose, what to ask next, and when to stop. It proposes and never decides: a person's answer stands.

One round, in arrays: `features_of` the items once, then `learn` from the answers so far, then `plan` the next
questions. Nothing here touches a database.
"""

from groundswell.assist.answerers import Answerer
from groundswell.assist.coverage import cover
from groundswell.assist.difficulty import Weighed, weigh
from groundswell.assist.drift import DriftWatch
from groundswell.assist.features import features_of, image_features, text_features
from groundswell.assist.folds import out_of_fold
from groundswell.assist.learning import LEAST_LABELS, Learned, ModelReport, learn, refreshed
from groundswell.assist.model import KernelModel, LeavesOneOut, Model
from groundswell.assist.questions import Questions, choose
from groundswell.assist.routing import Plan, State, has_proven_itself, plan

__all__ = [
    "LEAST_LABELS",
    "Answerer",
    "DriftWatch",
    "KernelModel",
    "Learned",
    "LeavesOneOut",
    "Model",
    "ModelReport",
    "Plan",
    "Questions",
    "State",
    "Weighed",
    "choose",
    "cover",
    "features_of",
    "has_proven_itself",
    "image_features",
    "learn",
    "out_of_fold",
    "plan",
    "refreshed",
    "text_features",
    "weigh",
]
