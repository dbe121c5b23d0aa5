"""Connected sets of items: only within one can scores be compared."""

import numpy as np
from numpy.typing import NDArray

from groundswell.quality.votes import Codes


def components(n_items: int, left: NDArray[np.integer], right: NDArray[np.integer]) -> Codes:
    """Return the connected set of each item, `[n_items]`, numbered by their first items.

    Every round hangs a set's label under the smallest label that an edge shows it, then follows labels to
    their ends: about log(n_items) rounds of array operations, whatever the graph.
    """
    label = np.arange(n_items)
    while True:
        low = np.minimum(label[left], label[right])
        joined = label.copy()
        np.minimum.at(joined, label[left], low)
        np.minimum.at(joined, label[right], low)
        while (joined[joined] != joined).any():
            joined = joined[joined]
        joined = joined[label]
        if (joined == label).all():
            return np.unique(label, return_inverse=True)[1].astype(np.int32)
        label = joined
