"""Truth inference, agreement, calibration, certificates: pure arrays, no database.

`consensus` is the front door. Everything else is for those who want to choose.
"""

from groundswell.quality.agreement import Agreement, cohen_kappa, fleiss_kappa, krippendorff_alpha
from groundswell.quality.calibration import Temperature, expected_calibration_error, fit_temperature
from groundswell.quality.certificate import Certificate, audits_needed, certify
from groundswell.quality.dawid_skene import dawid_skene
from groundswell.quality.infer import AGGREGATORS, Aggregator, aggregators, consensus
from groundswell.quality.majority import majority
from groundswell.quality.result import Consensus, WorkerSkill
from groundswell.quality.shrunk import shrunk
from groundswell.quality.votes import Votes
from groundswell.quality.weighted import weighted

__all__ = [
    "AGGREGATORS",
    "Aggregator",
    "Agreement",
    "Certificate",
    "Consensus",
    "Temperature",
    "Votes",
    "WorkerSkill",
    "aggregators",
    "audits_needed",
    "certify",
    "cohen_kappa",
    "consensus",
    "dawid_skene",
    "expected_calibration_error",
    "fit_temperature",
    "fleiss_kappa",
    "krippendorff_alpha",
    "majority",
    "shrunk",
    "weighted",
]
