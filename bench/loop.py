"""The product's claim over seeds: `python -m bench.loop [--seeds 5]`; the last line is one JSON object.

Real images (scikit-learn's digits), a simulated crowd, the real service on the embedded database. Three training
sets: automatic labels alone, the majority of three votes, Groundswell's people and model. For each: how many
labels are right, how accurate the model trained on them is on images never labelled, and the human answers spent.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from groundswell.app import local_member, open_app
from groundswell.cli.output import table
from groundswell.demo.claim import claim_json, claim_table, verdict
from groundswell.demo.experiment import Repetition, repeat
from groundswell.organize import collect
from groundswell.settings import Settings


async def run(seeds: int, home: Path) -> list[Repetition]:
    async with open_app(Settings(home=home)) as app:
        member = await local_member(app)
        items = collect("digits").clean().save("digits", store=app.datasets(member.org_slug))
        found = []
        for seed in range(1, seeds + 1):
            started = time.monotonic()
            found.append(await repeat(app, member, items, seed=seed))
            print(row_of(found[-1], time.monotonic() - started), flush=True)
        return found


def row_of(r: Repetition, seconds: float) -> str:
    arms = " | ".join(
        f"{name} labels {arm.label_accuracy:.4f} model {arm.model_accuracy:.4f} answers {arm.answers:5d}"
        for name, arm in (("auto", r.automatic), ("votes", r.votes), ("ours", r.groundswell))
    )
    bounds = (
        f"certificate {r.certificate.low:.4f} to {r.certificate.high:.4f}, truth {r.certified_accuracy:.4f}"
    )
    return f"seed {r.seed}: {arms} | {bounds} | {seconds:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(options.seeds, Path(folder)))
    rows = [
        [
            r.name,
            f"{r.label_accuracy:.2%} ± {r.label_spread:.2%}",
            f"{r.model_accuracy:.2%} ± {r.model_spread:.2%}",
            r.answers,
        ]
        for r in claim_table(found)
    ]
    print(table(["training set made by", "labels right", "trained model", "human answers"], rows))
    print(verdict(found))
    print(json.dumps(claim_json(found)))


if __name__ == "__main__":
    main()
