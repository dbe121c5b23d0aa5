"""One repetition of the demo: a split, a crowd, the three arms; ours goes through the real service and database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.app import App
from groundswell.assist.features import features_of
from groundswell.collect import digit_truth
from groundswell.demo.arms import (
    CLASSES,
    VOTES,
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
from groundswell.feed import Feed, split_of
from groundswell.ids import ItemId, ProjectId, WorkerId
from groundswell.label.delivery.certificates import issue_certificate
from groundswell.label.delivery.model import TaskLabel
from groundswell.label.delivery.service import deliver, labels_of
from groundswell.label.opening import open_project
from groundswell.label.projects.model import ProjectSpec, ProjectState
from groundswell.label.projects.service import get_project
from groundswell.label.review.service import review
from groundswell.label.work.model import LeasedTask
from groundswell.label.work.programs import Answerer, Said, answer_open_tasks
from groundswell.organize import DatasetStore, Version
from groundswell.quality import Certificate
from groundswell.tenancy.model import Member, Scope
from groundswell.workforce.model import Origin, Skill
from groundswell.workforce.service import add_workers, list_skills
from groundswell.workforce.simulated import SimulatedCrowd, SimulatedWorker

WORKERS = 60
GOLD = 100
AUDITS = 120
TARGET = 0.99
SPLIT = {"pool": 0.8, "test": 0.2}
INSTRUCTIONS = "Choose the digit that the image shows. **Skip** it if you cannot tell."


@dataclass(frozen=True)
class Repetition:
    """What one repetition gave.

    Attributes:
        automatic, votes, groundswell: the three arms.
        certificate: of the consensus labels, before the audit corrected any.
        certified_accuracy: the true accuracy of what was certified, by the hidden truth.
        curve: (human answers so far, accuracy of the consensus labels then), after each round of learning.
        skills: what the project learnt of each worker.
        simulated: what the simulation knows of each worker, by id.
        version: the delivered labelled version.
    """

    seed: int
    automatic: Arm
    votes: Arm
    groundswell: Arm
    certificate: Certificate
    certified_accuracy: float
    curve: list[tuple[int, float]]
    skills: list[Skill]
    simulated: Mapping[int, SimulatedWorker]
    version: Version


@dataclass(frozen=True)
class Setting:
    """What the three arms share in one repetition: items to label, items to test on, a crowd, gold.

    Attributes:
        pool, test: dataset versions; the test items are never labelled.
        truth: int64 `[pool.rows]`, the hidden class of each item of the pool.
        numbers: int64 `[pool.rows]`, what the crowd knows each item by.
        gold: class of some items of the pool, by place.
    """

    seed: int
    pool: Version
    test: Version
    truth: Labels
    numbers: Labels
    gold: dict[int, int]
    crowd: SimulatedCrowd

    def arm(self, batches: Feed, labels: Labels, answers: int) -> Arm:
        """Train on a feed of the labels and test on what was never labelled."""
        network = train(batches, seed=self.seed)
        images = [item.data or b"" for item in self.test.items()]
        tested = accuracy_on(network, images, _truth_of(self.test))
        return Arm(float((labels == self.truth).mean()), tested, answers)


def prepare(store: DatasetStore, items: Version, seed: int) -> Setting:
    """Split the items by a keyed hash, and draw gold and a crowd."""
    name = f"{items.name}-seed-{seed}"
    split = split_of(items.ids(), SPLIT, seed)
    pool = store.select(items, mask=split == "pool", name=name, lineage={"split": "pool", "seed": seed})
    test = store.select(
        items, mask=split == "test", name=f"{name}-test", lineage={"split": "test", "seed": seed}
    )
    truth, order = _truth_of(pool), {item_id: number for number, item_id in enumerate(sorted(digit_truth()))}
    drawn = np.random.default_rng(seed).choice(pool.rows, GOLD, replace=False)
    return Setting(
        seed=seed,
        pool=pool,
        test=test,
        truth=truth,
        numbers=np.array([order[item_id] for item_id in pool.ids()], np.int64),
        gold={int(place): int(truth[place]) for place in drawn},
        crowd=SimulatedCrowd(WORKERS, len(CLASSES), seed=seed),
    )


def _truth_of(version: Version) -> Labels:
    known = digit_truth()
    return np.array([known[item_id] for item_id in version.ids()], np.int64)


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
    store, scope = app.datasets(member.org_slug), member.scope()
    setting = prepare(store, items, seed)
    rng = np.random.default_rng(seed)
    by_model = automatic_labels(features_of(setting.pool.items()), setting.gold)
    by_votes = three_vote_labels(setting.crowd, setting.numbers, setting.truth, rng)

    project_id = await _open(app, scope, setting)
    names = [f"simulated {i + 1}" for i in range(WORKERS)]
    workers = await add_workers(app.db, scope, names, Origin.SIMULATED)
    curve = await _label(app, scope, project_id, workers, setting, rng=rng, on_labels=on_labels)
    tasks = await labels_of(app.db, scope, project_id)
    certificate = await _audit(app, scope, project_id, tasks, setting)
    version = await deliver(app.db, scope, store, project_id)
    delivered = np.array([int(label) for label in version.to_table(["label"])["label"].to_pylist()], np.int64)
    answers = curve[-1][0] + sum(task.is_audit for task in tasks)
    return Repetition(
        seed=seed,
        automatic=setting.arm(feed_labels(setting.pool, by_model, seed=seed), by_model, GOLD),
        votes=setting.arm(
            feed_labels(setting.pool, by_votes, seed=seed), by_votes, VOTES * setting.pool.rows
        ),
        groundswell=setting.arm(feed_training(version, seed=seed), delivered, answers),
        certificate=certificate,
        certified_accuracy=_accuracy(tasks, setting.truth),
        curve=curve,
        skills=await list_skills(app.db, scope, project_id),
        simulated=dict(zip(workers, setting.crowd.workers, strict=True)),
        version=version,
    )


async def _open(app: App, scope: Scope, setting: Setting) -> ProjectId:
    ids = setting.pool.ids()
    spec = ProjectSpec(
        name=setting.pool.name,
        kind="",
        classes=CLASSES,
        dataset=setting.pool.name,
        dataset_version=setting.pool.number,
        instructions=INSTRUCTIONS,
        target_probability=TARGET,
        audit_share=AUDITS / setting.pool.rows,
        gold={ids[place]: CLASSES[label] for place, label in setting.gold.items()},
    )
    return await open_project(app.db, scope, setting.pool, spec)


def _answerer(setting: Setting, worker: int) -> Answerer:
    """Return what a simulated worker says of a task, and the seconds it takes."""
    place = {item_id: place for place, item_id in enumerate(setting.pool.ids())}

    def answer(task: LeasedTask) -> Said:
        item = place[ItemId(task.item_id)]
        label, seconds = setting.crowd.answer(worker, int(setting.numbers[item]), int(setting.truth[item]))
        return Said(CLASSES[label], seconds)

    return answer


async def _label(
    app: App,
    scope: Scope,
    project_id: ProjectId,
    workers: Sequence[WorkerId],
    setting: Setting,
    *,
    rng: np.random.Generator,
    on_labels: Callable[[int, int], None] | None,
) -> list[tuple[int, float]]:
    """Learn and let the crowd answer by turns until the project is done; returns the curve."""
    answerers = {worker: _answerer(setting, index) for index, worker in enumerate(workers)}
    shares = dict(zip(workers, setting.crowd.activity.tolist(), strict=True))
    answers, curve = GOLD, []
    await app.learn(scope, project_id)
    while True:
        project, counts = await get_project(app.db, scope, project_id)
        curve.append((answers, _accuracy(await labels_of(app.db, scope, project_id), setting.truth)))
        if on_labels is not None:
            on_labels(counts.tasks_completed, counts.tasks_total)
        if project.state == ProjectState.DONE:
            return curve
        stored = await answer_open_tasks(app.db, scope, project_id, answerers, shares=shares, rng=rng)
        if stored == 0:
            raise StoreError(
                f"project {project.name!r} asks for answers that nobody can give; it stays as it is"
            )
        answers += stored
        await app.learn(scope, project_id)


def _accuracy(tasks: Sequence[TaskLabel], truth: Labels) -> float:
    """Return the share of all tasks whose consensus is right; a task without one is wrong."""
    right = [task.answer is not None and int(task.answer["choice"]) == truth[task.position] for task in tasks]
    return float(np.mean(right))


async def _audit(
    app: App, scope: Scope, project_id: ProjectId, tasks: Sequence[TaskLabel], setting: Setting
) -> Certificate:
    """Let a simulated reviewer, who is always right, verify the audit share; then certify."""
    verdicts = [
        (task.task_id, {"choice": CLASSES[setting.truth[task.position]]}) for task in tasks if task.is_audit
    ]
    await review(app.db, scope, project_id, verdicts, reviewer="simulated reviewer")
    return await issue_certificate(app.db, scope, project_id)
