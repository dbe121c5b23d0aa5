"""The claim in figures: the three arms over all repetitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.demo.arms import Arm
from groundswell.demo.experiment import Repetition


@dataclass(frozen=True)
class ArmOf:
    """One of the arms that are compared: its names, and where it is in a repetition."""

    name: str
    short: str
    of: Callable[[Repetition], Arm]


ARMS = (
    ArmOf("Automatic labels alone", "Automatic", lambda r: r.automatic),
    ArmOf("Majority of three votes", "Three votes", lambda r: r.votes),
    ArmOf("Groundswell: people and model", "Groundswell", lambda r: r.groundswell),
)


@dataclass(frozen=True)
class Row:
    """One arm over all repetitions: means, with the standard deviation between repetitions."""

    name: str
    label_accuracy: float
    label_spread: float
    model_accuracy: float
    model_spread: float
    answers: float


def claim_table(repetitions: Sequence[Repetition]) -> list[Row]:
    """Return one row for each arm."""
    rows = []
    for column in ARMS:
        arms = [column.of(repetition) for repetition in repetitions]
        labels = np.array([arm.label_accuracy for arm in arms])
        models = np.array([arm.model_accuracy for arm in arms])
        answers = float(np.mean([arm.answers for arm in arms]))
        rows.append(Row(column.name, labels.mean(), _spread(labels), models.mean(), _spread(models), answers))
    return rows


def _spread(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def claim_json(repetitions: Sequence[Repetition]) -> dict[str, float]:
    """Return the claim's figures: accuracies of the trained models, answers, the first certificate and the truth."""
    auto, votes, ours = claim_table(repetitions)
    first = repetitions[0]
    figures = {
        "auto_only": auto.model_accuracy,
        "three_votes": votes.model_accuracy,
        "groundswell": ours.model_accuracy,
        "answers_three_votes": votes.answers,
        "answers_groundswell": ours.answers,
        "label_accuracy_auto_only": auto.label_accuracy,
        "label_accuracy_three_votes": votes.label_accuracy,
        "label_accuracy_groundswell": ours.label_accuracy,
        "certificate_low": first.certificate.low,
        "certificate_high": first.certificate.high,
        "true_label_accuracy": first.certified_accuracy,
        "certificates_that_hold": sum(
            r.certificate.low <= r.certified_accuracy <= r.certificate.high for r in repetitions
        ),
        "seeds": len(repetitions),
    }
    return {key: round(float(value), 4) for key, value in figures.items()}


def verdict(repetitions: Sequence[Repetition]) -> str:
    """Say in one sentence whether the claim held here, repetition by repetition."""
    n = len(repetitions)
    over_auto = sum(r.groundswell.model_accuracy > r.automatic.model_accuracy for r in repetitions)
    over_votes = sum(r.groundswell.model_accuracy > r.votes.model_accuracy for r in repetitions)
    _, votes, ours = claim_table(repetitions)
    return (
        f"The model trained on Groundswell's labels was more accurate than with automatic labels in {over_auto} of {n} "
        f"runs and than with three votes in {over_votes} of {n}, for {ours.answers / votes.answers:.0%} "
        f"of the human answers that three votes cost."
    )
