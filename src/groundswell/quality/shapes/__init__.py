"""Shapes on images: how alike they are, which are the same object, and what is there after all.

`consensus_of_shapes` is the front door; `distance` compares two answers, `match` groups the shapes of one image.
"""

from groundswell.quality.shapes.apart import distance
from groundswell.quality.shapes.assignment import best_pairs
from groundswell.quality.shapes.consensus import consensus_of_shapes
from groundswell.quality.shapes.matching import match
from groundswell.quality.shapes.merge import Merged, merge
from groundswell.quality.shapes.overlap import (
    box_iou,
    keypoint_similarity,
    line_distance,
    mask_iou,
    similarity,
)
from groundswell.quality.shapes.result import ShapeConsensus, ShapeObject, ShapeWorker
from groundswell.quality.shapes.shape import (
    COCO_SIGMAS,
    Box,
    Cuboid,
    Keypoints,
    Mask,
    Polygon,
    Polyline,
    RotatedBox,
    Shape,
)

__all__ = [
    "COCO_SIGMAS",
    "Box",
    "Cuboid",
    "Keypoints",
    "Mask",
    "Merged",
    "Polygon",
    "Polyline",
    "RotatedBox",
    "Shape",
    "ShapeConsensus",
    "ShapeObject",
    "ShapeWorker",
    "best_pairs",
    "box_iou",
    "consensus_of_shapes",
    "distance",
    "keypoint_similarity",
    "line_distance",
    "mask_iou",
    "match",
    "merge",
    "similarity",
]
