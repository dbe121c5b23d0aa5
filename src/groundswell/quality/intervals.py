"""An interval for a share that was counted."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(found: float, total: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return an interval for a share of which `found` of `total` were seen; 0 to 1 where nothing was seen.

    Good for few observations and for shares near 0 or 1, where the normal interval is not.

    Args:
        found: 0 to `total`; a sum of probabilities where that is what is known.
        total: how many were looked at.
        level: coverage, between 0 and 1.

    Source:
        Wilson (1927), Journal of the American Statistical Association 22(158):209-212,
        doi:10.1080/01621459.1927.10502953.
    """
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = found / total, z * z / total
    centre = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(share * (1 - share) / total + weight / (4 * total))
    return (0.0 if found == 0 else centre - half), (1.0 if found == total else centre + half)
