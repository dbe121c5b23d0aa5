"""What consensus of shapes says: objects with probabilities, and how good each worker is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from groundswell.quality.shapes.shape import Floats, Shape
from groundswell.quality.votes import Name


@dataclass(frozen=True, eq=False)
class ShapeObject:
    """One object that at least one worker drew.

    Attributes:
        task: the image.
        shape: the merged shape; its label is the merged class.
        probability: that the object is there.
        label_probability: that its class is right, if it is there.
        similarity: expected likeness (IoU, for areas) of the merged shape to the truth, if it is there.
        error: standard errors in pixels: of left, top, right and bottom of a box, of x, y, width and height of a
            rotated box, of keypoints and of the corners of a cuboid `[n, 2]`; None for polygons, lines and masks.
        workers: who drew it.
        asked: how many workers answered the image, those who did not draw it included.
    """

    task: Name
    shape: Shape
    probability: float
    label_probability: float
    similarity: float
    error: Floats | None = field(repr=False)
    workers: tuple[Name, ...]
    asked: int


@dataclass(frozen=True)
class ShapeWorker:
    """How good one worker is at drawing; each figure leans on the crowd's as far as the worker's answers are few.

    Attributes:
        worker: who.
        answers: images answered, those left empty included.
        shapes: shapes drawn.
        miss_rate: share of the objects there that the worker does not draw.
        miss_error: its standard error.
        false_alarms: shapes that are not there, per image.
        false_alarm_error: its standard error.
        loss: what the worker's shapes lack of a similarity of 1 to the truth (1 - IoU, for areas).
        loss_error: its standard error.
    """

    worker: Name
    answers: int
    shapes: int
    miss_rate: float
    miss_error: float
    false_alarms: float
    false_alarm_error: float
    loss: float
    loss_error: float


@dataclass(frozen=True, eq=False)
class ShapeConsensus:
    """The objects of all images, and the workers.

    Attributes:
        objects: every object that anybody drew, by task, the most probable first.
        workers: every worker who answered, by name.
        tasks: every image that was answered, empty ones too, sorted.
        iterations: rounds until the probabilities came to rest.
        converged: whether they did.
    """

    objects: tuple[ShapeObject, ...]
    workers: tuple[ShapeWorker, ...]
    tasks: tuple[Name, ...]
    iterations: int = 0
    converged: bool = True

    def shapes(self, task: Name, *, at_least: float = 0.5) -> list[Shape]:
        """Return the merged shapes of one image that are there with a probability of `at_least`.

        Raises:
            KeyError: nobody answered the image.
        """
        return [one.shape for one in self._by_task[task] if one.probability >= at_least]

    def labels(self, *, at_least: float = 0.5) -> dict[Name, list[Shape]]:
        """Return the shapes of each image, as `shapes` does; an image with none has an empty list."""
        return {task: self.shapes(task, at_least=at_least) for task in self.tasks}

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one row for each object."""
        return [
            {
                "task": one.task,
                "label": one.shape.label,
                "shape": one.shape,
                "probability": one.probability,
                "label_probability": one.label_probability,
                "similarity": one.similarity,
                "drawn_by": len(one.workers),
                "asked": one.asked,
            }
            for one in self.objects
        ]

    def __iter__(self) -> Iterator[ShapeObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __repr__(self) -> str:
        there = [one for one in self.objects if one.probability >= 0.5]
        doubt = sum(0.1 < one.probability < 0.9 for one in self.objects)
        mean = sum(one.similarity for one in there) / len(there) if there else float("nan")
        stopped = "" if self.converged else ", not converged"
        return (
            f"ShapeConsensus({len(there):,} objects on {len(self.tasks):,} images from {len(self.workers):,} workers; "
            f"{self.iterations} rounds{stopped}; expected similarity {mean:.2f}; {doubt:,} in doubt, "
            f"{len(self.objects) - len(there):,} not there)"
        )

    @cached_property
    def _by_task(self) -> dict[Name, list[ShapeObject]]:
        found: dict[Name, list[ShapeObject]] = {task: [] for task in self.tasks}
        for one in self.objects:
            found[one.task].append(one)
        return found
