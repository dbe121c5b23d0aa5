"""Drift: whether the model that answers items alone is still as good as it claims, and as good as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import InputError
from groundswell.quality.hypergeometric import clopper_pearson
from groundswell.quality.result import Floats

WORSE = np.array([1.5, 2.0, 3.0, 5.0, 10.0])
"""Times by which the odds of a mistake may have grown: what is bet on, each with an equal part of the money."""

LEAST_DOUBT = 1e-3
"""Nobody is held to a claim of more than 0.999: a single mistake is no proof of drift."""

OVERCLAIMS = "it overclaims"
WORSE_THAN_CLAIMED = "it has become worse than it claims"
WORSE_THAN_BEFORE = "it has become worse than it was"

LARGE = 10**7
"""Population of an audit whose population is not known: its size no longer matters."""


class DriftWatch:
    """Pause automation when audits show that the model has become worse than it claims, or than it was.

    Give it audited items or gold in the order of time: whether the model was right, and the probability that it had
    claimed. Audits must be a random part of what the model settles. Three bets are kept against it:

    - *overclaims*: since the start, right less often than claimed. Its wealth exceeds `2 / false_alarm` with a chance
      of `false_alarm / 2` at most, however long and however often one looks.
    - *worse than it claims*: the same, since any moment: wealth that starts anew with every audit, added up.
    - *worse than it was*: right less often, since any moment, than the first `reference` audits show at least.

    A model that is as good as it claims and was is paused within its first T audits with a chance of
    `false_alarm + T / run_length` at most, for every T; the last two pause it after `run_length` audits on average,
    or later. No distribution is assumed: claims may differ from item to item and answers depend on the past.

    Measured (2,000 runs with the defaults; claims drawn evenly from 0.90 to 0.99): a model that is right as often as it
    claims was paused within 2,000 audits in 2.7 % of runs. One that after 300 audits is right in 60, 75, 85 or 90 %
    was paused after 16, 35, 116 or 499 audits more (medians; 28, 68, 242 and 1,201 in nine of ten runs).

    Attributes:
        audits: audits since the start, or since the last `resume`.

    Source:
        Betting against a bounded mean: Waudby-Smith and Ramdas (2024), arXiv:2010.09686; Shafer (2021),
        arXiv:1903.06991. Sums of bets started anew, and their average run length: Shin, Ramdas and Rinaldo (2024),
        "E-detectors", doi:10.51387/23-NEJSDS51. Watching a deployed model in this way: Podkopaev and Ramdas (2022),
        arXiv:2110.06177. The odds that are bet on are ours.
    """

    def __init__(
        self,
        *,
        false_alarm: float = 0.05,
        run_length: float = 2000.0,
        tolerance: float = 0.02,
        reference: int = 100,
    ) -> None:
        """Start to watch.

        Args:
            false_alarm: chance of a false alarm, above 0 and below 1; see the class.
            run_length: audits between false alarms on average, at least 1; more detects later.
            tolerance: what a model may fall short of its claim, or of what it was, before it counts; 0 to 1.
            reference: first audits that say how good the model was; 0 compares with its claims alone.

        Raises:
            InputError: a number is out of its range.
        """
        if not (0 < false_alarm < 1 <= run_length and 0 <= tolerance < 1 and reference >= 0):
            raise InputError(
                "a watch needs 0 < false_alarm < 1, run_length >= 1, 0 <= tolerance < 1 and reference >= 0; found "
                f"{false_alarm}, {run_length}, {tolerance}, {reference}"
            )
        self._false_alarm, self._run_length = false_alarm, run_length
        self._tolerance, self._reference = tolerance, reference
        self._start()

    def _start(self) -> None:
        self._right: list[bool] = []
        self._claimed: list[float] = []
        self._whole = np.ones(len(WORSE))
        self._late = np.zeros(len(WORSE))
        self._fallen = np.zeros(len(WORSE))
        self._least = 0.0  # accuracy that the reference audits show at least
        self._if_fallen: Floats | None = None  # factors of a wrong and a right audit, held to that
        self._alarm: str | None = None

    def __repr__(self) -> str:
        return f"DriftWatch: {self.why}"

    @property
    def audits(self) -> int:
        """Audits since the start, or since the last `resume`."""
        return len(self._right)

    @property
    def paused(self) -> bool:
        """Whether automation is to pause: it stays so until `resume`."""
        return self._alarm is not None

    @property
    def why(self) -> str:
        """Why it is paused or not, in words with numbers."""
        if self._alarm is not None:
            return self._alarm
        if not self._right:
            return "not paused: nothing was audited yet"
        return f"not paused: of {self.audits} audits {_shares(self._right, self._claimed)}"

    def update(self, right: Any, confidence: Any) -> bool:
        """Take in audits, in the order of time; return whether automation is to pause.

        While paused, audits are passed over: they say nothing of the model that comes next.

        Args:
            right: whether the model was right; one, or a list of them.
            confidence: the probability that it had claimed for its answer, 0 to 1; as many.

        Raises:
            InputError: lengths differ, or a confidence is no probability.
        """
        verdicts, claims = _checked(right, confidence)
        factors = _factors(verdicts, claims - self._tolerance, WORSE)
        for was_right, claimed, by in zip(verdicts.tolist(), claims.tolist(), factors, strict=True):
            if self.paused:
                break
            self._take(was_right, claimed, by)
        return self.paused

    def resume(self, right: Any, confidence: Any, *, margin: float = 0.05) -> bool:
        """Resume if a retrained model has proven itself on fresh audits; return whether it goes on.

        It must be shown that it is less than `margin` worse than it claims: a model that is worse by more than
        that is let through with a chance of `false_alarm` at most, however often this is tried. The fresh audits
        are then the first of the new watch. Items that the model was trained on are no fresh audits.

        Args:
            right: all fresh audits of the retrained model so far, in the order of time.
            confidence: as for `update`.
            margin: what it may fall short of its claims, above the tolerance and below 1; nearer takes more audits.
                A model that is right in 95 % and says so needs about 150 audits (median; 380 in nine of ten runs).

        Raises:
            InputError: as for `update`, or the margin is out of its range.
        """
        least = max(self._tolerance, LEAST_DOUBT)
        if not least < margin < 1:
            raise InputError(f"the margin must lie between {least} and 1; found {margin}")
        verdicts, claims = _checked(right, confidence)
        if not self.paused:
            return True
        factors = _factors(verdicts, claims - margin, 1 / WORSE)
        proof = np.cumprod(factors, axis=0).mean(axis=1).max(initial=0.0)
        if proof < 1 / self._false_alarm:
            return False
        self._start()
        return not self.update(verdicts, claims)

    def _take(self, right: bool, claimed: float, factors: Floats) -> None:
        self._right.append(right)
        self._claimed.append(claimed)
        self._whole = self._whole * factors
        self._late = factors * (self._late + 1)
        if self._if_fallen is not None:
            self._fallen = self._if_fallen[int(right)] * (self._fallen + 1)
        elif self.audits == self._reference:
            low, _ = clopper_pearson(LARGE, self.audits, sum(self._right), 1 - self._false_alarm)
            self._least = low / LARGE
            held_to = np.full(2, self._least - self._tolerance)
            self._if_fallen = _factors(np.array([False, True]), held_to, WORSE)
        self._decide()

    def _decide(self) -> None:
        """Pause where a bet has won."""
        start, change = 2 / self._false_alarm, 2 * self._run_length
        for name, wealth, limit in (
            (OVERCLAIMS, self._whole.mean(), start),
            (WORSE_THAN_CLAIMED, self._late.mean(), change),
            (WORSE_THAN_BEFORE, self._fallen.mean(), change),
        ):
            if wealth >= limit:
                evidence = f"(evidence {wealth:,.0f}, limit {limit:,.0f})"
                self._alarm = f"paused: {name}: {self._found(name)} {evidence}"
                return

    def _found(self, name: str) -> str:
        """Say what was found since the change, or since the start, in words."""
        if name == OVERCLAIMS:
            return f"of all {self.audits} audits {_shares(self._right, self._claimed)}"
        fallen = name == WORSE_THAN_BEFORE
        least = np.full(self.audits, self._least) if fallen else np.array(self._claimed)
        logs = np.log(_factors(np.array(self._right), least - self._tolerance, WORSE))
        logs[: self._reference if fallen else 0] = 0.0
        first = int(np.cumsum(logs[::-1], axis=0).max(axis=1)[::-1].argmax())
        words = _shares(self._right[first:], self._claimed[first:])
        was = f", and at least {self._least:.1%} were before" if fallen else ""
        return f"of the last {self.audits - first} audits {words}{was}"


def _factors(right: NDArray[np.bool_], least: Floats, odds: Floats) -> Floats:
    """Return what each audit multiplies each bet by, `[n, n_bets]`.

    The likelihood ratio of "the odds of a mistake are `odds` times those of accuracy `least`". Where the accuracy is
    `least`, its expectation is 1; where it is higher (lower, for odds below 1), less than that.
    """
    doubt = np.clip(1 - least, LEAST_DOUBT, 1.0)[:, None]
    factors: Floats = np.where(right[:, None], 1.0, odds) / (1 + (odds - 1) * doubt)
    return factors


def _shares(right: list[bool], claimed: list[float]) -> str:
    return f"{np.mean(right):.1%} were right where {np.mean(claimed):.1%} was claimed"


def _checked(right: Any, confidence: Any) -> tuple[NDArray[np.bool_], Floats]:
    verdicts, claims = np.atleast_1d(np.asarray(right)), np.atleast_1d(np.asarray(confidence, np.float64))
    if verdicts.ndim != 1 or verdicts.shape != claims.shape:
        raise InputError(
            f"audits need as many verdicts as confidences; found {verdicts.shape} and {claims.shape}"
        )
    if not np.isin(verdicts, (0, 1)).all() or not ((claims >= 0) & (claims <= 1)).all():
        raise InputError("each audit needs right or wrong, and a confidence between 0 and 1")
    return verdicts.astype(bool), claims
