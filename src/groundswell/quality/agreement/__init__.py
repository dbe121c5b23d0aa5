"""Agreement: how far workers say the same, beyond what chance would give, for any kind of answer.

`agreement` is the door. `krippendorff_alpha` is the coefficient; kappas are for comparing with published figures.
"""

from groundswell.quality.agreement.alpha import krippendorff_alpha
from groundswell.quality.agreement.kappa import cohen_kappa, fleiss_kappa, gwet_ac
from groundswell.quality.agreement.report import agreement
from groundswell.quality.agreement.result import (
    Agreement,
    AgreementReport,
    ConfusedClasses,
    Metric,
    PairAgreement,
    Reason,
    WorkerAgreement,
)

__all__ = [
    "Agreement",
    "AgreementReport",
    "ConfusedClasses",
    "Metric",
    "PairAgreement",
    "Reason",
    "WorkerAgreement",
    "agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
]
