"""Simulated crowds of box drawers, with known truth."""

import numpy as np

from groundswell.quality.shapes import Box


def true_boxes(rng, images, per_image=4):
    """Boxes on each image; in cells of a grid, so that they do not overlap."""
    out = []
    for _ in range(images):
        cells = rng.choice(25, per_image, replace=False)
        corner = np.stack([cells % 5, cells // 5], 1) * 200 + rng.uniform(0, 60, (per_image, 2))
        size = rng.uniform(40, 120, (per_image, 2))
        out.append([Box(*map(float, (*at, *by))) for at, by in zip(corner, size, strict=True)])
    return out


def drawn(rng, truth, miss, alarms, jitter):
    """What one worker draws on one image: sides are off by `jitter` of the size."""
    boxes = []
    for box in truth:
        if rng.random() >= miss:
            size = np.array([box.width, box.height])
            start = np.array([box.left, box.top]) + rng.normal(0, jitter, 2) * size
            end = np.array([box.left, box.top]) + size + rng.normal(0, jitter, 2) * size
            boxes.append(Box(*map(float, (*start, *np.maximum(end - start, 1.0)))))
    for _ in range(rng.poisson(alarms)):
        boxes.append(Box(*map(float, (*rng.uniform(0, 1000, 2), *rng.uniform(40, 120, 2)))))
    return boxes


def crowd(rng, truth, workers, per_image):
    """Answers of `per_image` workers to each image; workers are (miss, alarms, jitter)."""
    rows = []
    for task, boxes in enumerate(truth):
        for who in rng.choice(len(workers), per_image, replace=False):
            rows.append((f"image {task}", f"worker {who}", drawn(rng, boxes, *workers[who])))
    return rows
