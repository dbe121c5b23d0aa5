"""Runs in sureal's environment: `python -m bench.peers.sureal_numbers PROBLEMS.json`.

PROBLEMS.json holds a list of `{item, worker, value}` columns. Prints one JSON line for each problem: what each model
gives for every item, in the order of their codes, or why there is nothing.
"""

import contextlib
import io
import json
import sys
import warnings
from types import SimpleNamespace
from typing import Any

from sureal.dataset_reader import RawDatasetReader
from sureal.subjective_model import BiasremvMosModel, SubjectMLEModelProjectionSolver2

MODELS = {"sureal P.913": BiasremvMosModel, "sureal MLE": SubjectMLEModelProjectionSolver2}
"""Bias removal as ITU-T P.913 has it; maximum likelihood of bias and inconsistency by alternating projection."""


def dataset(problem: dict[str, list[Any]]) -> SimpleNamespace:
    """Return a problem as the package wants it: a clip for each item, with its opinion scores by observer."""
    scores: dict[int, dict[str, float]] = {}
    for item, worker, value in zip(problem["item"], problem["worker"], problem["value"], strict=True):
        scores.setdefault(item, {})[str(worker)] = value
    clips = [
        {"asset_id": item, "content_id": 0, "os": scores[item], "path": f"{item}"} for item in sorted(scores)
    ]
    reference = {"content_id": 0, "content_name": "all", "path": "all"}
    return SimpleNamespace(dataset_name="problem", dis_videos=clips, ref_videos=[reference], ref_score=5.0)


def values(model: Any, problem: dict[str, list[Any]]) -> list[float] | str:
    """Return the value of every item, or the reason for a failure."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = model(RawDatasetReader(dataset(problem))).run_modeling()
    except Exception as error:  # a peer that fails is a row of the table, whatever it raises
        return f"{type(error).__name__}: {error}"[:200]
    return [float(one) for one in result["quality_scores"]]


def main() -> None:
    """Solve every problem with every model."""
    with open(sys.argv[1]) as file:
        problems = json.load(file)
    for problem in problems:
        print(json.dumps({name: values(model, problem) for name, model in MODELS.items()}), flush=True)


if __name__ == "__main__":
    main()
