"""Wire types of signals."""

from msgspec import Struct

from groundswell.label.signals.model import ProjectSignals, WorkerSignal


class FindingOut(Struct):
    """What is remarkable in one worker's answers: evidence for a person to look at, not a verdict."""

    worker_id: int
    name: str
    signal: str
    p_value: float
    false_discovery_rate: float
    words: str
    numbers: dict[str, float]
    task_ids: list[int]
    others: list[int]

    @classmethod
    def of(cls, finding: WorkerSignal) -> "FindingOut":
        """Shape a finding."""
        return cls(
            worker_id=finding.worker_id,
            name=finding.name,
            signal=finding.signal,
            p_value=finding.p_value,
            false_discovery_rate=finding.false_discovery_rate,
            words=finding.words,
            numbers=dict(finding.numbers),
            task_ids=list(finding.task_ids),
            others=list(finding.others),
        )


class SignalsOut(Struct):
    """The signals of a project, and how much could be looked at."""

    items: list[FindingOut]
    answers: int
    judged: int
    tested: dict[str, int]
    level: float

    @classmethod
    def of(cls, signals: ProjectSignals) -> "SignalsOut":
        """Shape the signals of a project."""
        return cls(
            items=[FindingOut.of(finding) for finding in signals.findings],
            answers=signals.answers,
            judged=signals.judged,
            tested=dict(signals.tested),
            level=signals.level,
        )
