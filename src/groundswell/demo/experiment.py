"""One repetition of the demo: a split, a crowd, the three arms; ours goes through the real service and database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from groundswell.app import App
from groundswell.assist.features import features_of
from groundswell.collect import digit_truth
from groundswell.demo.arms import (
    CLASSES,
    Arm,
    Labels,
    accuracy_on,
    automatic_labels,
    feed_labels,
    feed_training,
    three_vote_labels,
    train,
)
from groundswell.errors import StoreError
from groundswell.feed import split_of
from groundswell.ids import ProjectId, WorkerId
from groundswell.label.delivery import deliver, issue_certificate
from groundswell.label.model import LeasedTask, ProjectSpec, ProjectState, TaskLabel
from groundswell.label.opening import open_project
from groundswell.label.programmatic import Answerer, Said, answer_open_tasks
from groundswell.label.service import get_project, labels_of, review
from groundswell.organize import Version
from groundswell.quality import Certificate
from groundswell.tenancy.model import Member, Scope
from groundswell.workforce.model import Origin, Skill
from groundswell.workforce.service import add_workers, list_skills
from groundswell.workforce.simulated import SimulatedCrowd

WORKERS = 60
GOLD = 100
AUDITS = 120
TARGET = 0.99
SPLIT = {"pool": 0.8, "test": 0.2}
INSTRUCTIONS = "Choose the digit that the image shows. **Skip** it if you cannot tell."


@dataclass
class Repetition:
    """What one repetition gave.

    Attributes:
        automatic, votes, groundswell: the three arms.
        certificate: of the consensus labels, before the audit corrected any.
        certified_accuracy: the true accuracy of what was certified, by the hidden truth.
        curve: (human answers so far, accuracy of the consensus labels then), after each round of learning.
        skills: what the project learnt of each worker, and `true_skill` what the simulation knows.
        version: the delivered labelled version.
        audit_answers: reviews among the answers of `groundswell`.
    """

    seed: int
    automatic: Arm
    votes: Arm
    groundswell: Arm
    certificate: Certificate
    certified_accuracy: float
    curve: list[tuple[int, float]]
    skills: list[Skill]
    true_skill: Mapping[int, float]
    version: Version
    crowd_answers: int
    project_id: ProjectId = field(default=ProjectId(0))


async def repeat(
    app: App,
    member: Member,
    items: Version,
    *,
    seed: int,
    on_labels: Callable[[int, int], None] | None = None,
) -> Repetition:
    """Split the items, label the pool in three ways, train on each and test on what was never labelled.

    Args:
        items: the clean digits.
        seed: draws the split, the crowd, gold, audit and the order of work; it also names the datasets.
        on_labels: called with (tasks settled, tasks) as the project goes on.
    """
    store = app.datasets(member.org_slug)
    name = f"{items.name}-seed-{seed}"
    split = split_of(items.ids(), SPLIT, seed)
    pool = store.select(items, mask=split == "pool", name=name, lineage={"split": "pool", "seed": seed})
    test = store.select(
        items, mask=split == "test", name=f"{name}-test", lineage={"split": "test", "seed": seed}
    )
    known = digit_truth()
    numbers = {item_id: number for number, item_id in enumerate(sorted(known))}
    truth = np.array([known[item_id] for item_id in pool.ids()])
    item_numbers = np.array([numbers[item_id] for item_id in pool.ids()])
    rng = np.random.default_rng(seed)
    gold = {int(place): int(truth[place]) for place in rng.choice(pool.rows, GOLD, replace=False)}
    crowd = SimulatedCrowd(WORKERS, len(CLASSES), seed=seed)

    test_images = [item.data or b"" for item in test.items()]
    test_truth = np.array([known[item_id] for item_id in test.ids()])

    def arm(labels: Labels, answers: int) -> Arm:
        network = train(feed_labels(pool, labels, seed=seed), seed=seed)
        return Arm(float((labels == truth).mean()), accuracy_on(network, test_images, test_truth), answers)

    automatic = arm(automatic_labels(features_of(pool.items()), gold), GOLD)
    votes = arm(three_vote_labels(crowd, item_numbers, truth, rng), 3 * pool.rows)

    scope = member.scope()
    project_id = await _open(app, scope, pool, name, gold)
    workers = await add_workers(
        app.db, scope, [f"simulated {i + 1}" for i in range(WORKERS)], Origin.SIMULATED
    )
    answerers = {worker: _answerer(crowd, index, numbers, known) for index, worker in enumerate(workers)}
    shares = dict(zip(workers, crowd.activity.tolist(), strict=True))
    curve = [
        point
        async for point in _label(
            app, scope, project_id, answerers, shares, truth, rng=rng, on_labels=on_labels
        )
    ]
    crowd_answers = curve[-1][0] - GOLD
    consensus = await labels_of(app.db, scope, project_id)
    certificate = await _audit(app, scope, project_id, consensus, known)
    version = await deliver(app.db, scope, store, project_id)
    delivered = np.array([int(label) for label in version.to_table(["label"])["label"].to_pylist()])
    network = train(feed_training(version, seed=seed), seed=seed)
    reviewed = sum(task.is_audit for task in consensus)
    ours = Arm(
        float((delivered == truth).mean()),
        accuracy_on(network, test_images, test_truth),
        GOLD + crowd_answers + reviewed,
    )
    return Repetition(
        seed=seed,
        automatic=automatic,
        votes=votes,
        groundswell=ours,
        certificate=certificate,
        certified_accuracy=_accuracy(consensus, truth),
        curve=curve,
        skills=await list_skills(app.db, scope, project_id),
        true_skill={worker: crowd.workers[index].accuracy for index, worker in enumerate(workers)},
        version=version,
        crowd_answers=crowd_answers,
        project_id=project_id,
    )


async def _open(app: App, scope: Scope, pool: Version, name: str, gold: Mapping[int, int]) -> ProjectId:
    ids = pool.ids()
    spec = ProjectSpec(
        name=name,
        kind="",
        classes=CLASSES,
        dataset=pool.name,
        dataset_version=pool.number,
        instructions=INSTRUCTIONS,
        target_probability=TARGET,
        audit_share=AUDITS / pool.rows,
        gold={ids[place]: CLASSES[label] for place, label in gold.items()},
    )
    return await open_project(app.db, scope, pool, spec)


def _answerer(
    crowd: SimulatedCrowd, worker: int, numbers: Mapping[Any, int], known: Mapping[Any, int]
) -> Answerer:
    def answer(task: LeasedTask) -> Said:
        label, seconds = crowd.answer(worker, numbers[task.item_id], known[task.item_id])
        return Said(CLASSES[label], seconds)

    return answer


async def _label(
    app: App,
    scope: Scope,
    project_id: ProjectId,
    answerers: Mapping[WorkerId, Answerer],
    shares: Mapping[WorkerId, float],
    truth: Labels,
    *,
    rng: np.random.Generator,
    on_labels: Callable[[int, int], None] | None,
) -> Any:
    """Learn and let the crowd answer by turns until the project is done; yields the curve."""
    answers = GOLD
    await app.workshop.learn(str(scope.org_id), project_id)
    while True:
        project, counts = await get_project(app.db, scope, project_id)
        yield answers, _accuracy(await labels_of(app.db, scope, project_id), truth)
        if on_labels is not None:
            on_labels(counts.tasks_completed, counts.tasks_total)
        if project.state == ProjectState.DONE:
            return
        stored = await answer_open_tasks(app.db, scope, project_id, answerers, shares=shares, rng=rng)
        if stored == 0:
            raise StoreError(
                f"project {project.name!r} asks for answers that nobody can give; it stays as it is"
            )
        answers += stored
        await app.workshop.learn(str(scope.org_id), project_id)


def _accuracy(tasks: list[TaskLabel], truth: Labels) -> float:
    """Return the share of all tasks whose consensus is right; a task without one is wrong."""
    right = [task.answer is not None and int(task.answer["choice"]) == truth[task.position] for task in tasks]
    return float(np.mean(right))


async def _audit(
    app: App, scope: Scope, project_id: ProjectId, tasks: list[TaskLabel], known: Mapping[Any, int]
) -> Certificate:
    """Let a simulated reviewer, who is always right, verify the audit share; then certify."""
    verdicts = [(task.task_id, {"choice": CLASSES[known[task.item_id]]}) for task in tasks if task.is_audit]
    await review(app.db, scope, project_id, verdicts, reviewer="simulated reviewer")
    return await issue_certificate(app.db, scope, project_id)
