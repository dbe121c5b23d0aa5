import numpy as np
import pytest

from groundswell.quality.votes import Votes
from groundswell.quality.weighted import weighted

CAREFUL = [(task, worker, 0) for task in range(6) for worker in ("a", "b", "c")]
CARELESS = [(task, worker, 1) for task in range(6) for worker in ("x", "y")]


def test_votes_of_workers_who_agree_with_others_weigh_more():
    rows = [*CAREFUL, *CARELESS, ("new", "a", 0), ("new", "x", 1)]
    result = weighted(Votes.from_table(rows))
    assert result.labels["new"] == 0
    assert result.probability["new"] > 0.5


def test_weights_by_hand():
    result = weighted(Votes.from_table([("t", "a", 0), ("t", "b", 0), ("t", "c", 1)]))
    crowd = (2 / 3 + 2 / 3 + 1 / 3) / 3
    skill = np.array([(2 / 3 + 2 * crowd) / 3, (2 / 3 + 2 * crowd) / 3, (1 / 3 + 2 * crowd) / 3])
    assert result.skill == pytest.approx(skill)
    assert result.posterior[0, 0] == pytest.approx(skill[:2].sum() / skill.sum())
