"""From a table of answers to labels: who said what, who is right how often, and how sure each label is.

Run it: python examples/consensus.py [answers.csv]     (columns: task, worker, label)
"""

import csv
import sys

import groundswell as gs

ANSWERS = [
    {"task": "t1", "worker": "ann", "label": "cat"},
    {"task": "t1", "worker": "bob", "label": "cat"},
    {"task": "t1", "worker": "eve", "label": "dog"},
    {"task": "t2", "worker": "ann", "label": "dog"},
    {"task": "t2", "worker": "bob", "label": "dog"},
    {"task": "t3", "worker": "bob", "label": "cat"},
    {"task": "t3", "worker": "eve", "label": "dog"},
]


def main() -> None:
    answers = ANSWERS
    if len(sys.argv) > 1:
        with open(sys.argv[1], newline="") as file:
            answers = list(csv.DictReader(file))

    found = gs.consensus(answers)
    print(found)

    for row in found.to_rows()[:20]:
        print(f"{row['task']}: {row['label']} ({row['probability']:.0%} sure, {row['votes']} answers)")

    for worker in sorted(found.workers, key=lambda worker: -worker.skill):
        print(f"{worker.worker}: right {worker.skill:.0%} ± {worker.error:.0%} of the time")


if __name__ == "__main__":
    main()
