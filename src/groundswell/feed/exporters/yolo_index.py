"""The index of a YOLO folder, `data.yaml`: which class has which number, and how many joints."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundswell.errors import InputError, SourceNotFound, UnreadableSource
from groundswell.feed.exporters.labelled import Labelled, Numbered

INDEX = "data.yaml"

_NUMBERED = re.compile(r"\s+(\d+):\s*(.*)")


@dataclass
class Classes:
    """Classes in the order of their numbers, and the joints of those that have some.

    Attributes:
        names: of the classes.
        joints: how many joints a class has, where it has its own number.
        most_joints: joints of every line; 0 where lines are no poses.
        values_of_joint: 3 with visibility, 2 without.
    """

    names: list[str] = field(default_factory=list)
    joints: dict[str, int] = field(default_factory=dict)
    most_joints: int = 0
    values_of_joint: int = 3
    _numbers: Numbered = field(default_factory=Numbered)

    def number(self, item: Labelled, shape: Mapping[str, Any]) -> int:
        """Return the number of a shape's class, and take note of its joints.

        Raises:
            InputError: no joint is seen, or the class came with another number of joints before.
        """
        label = shape["label"]
        if shape["type"] == "keypoints":
            count = len(shape["points"])
            if not any(shape["points"]):
                raise InputError(f"item {item.id}: {label!r} has no joint that is seen; leave it out")
            if self.joints.setdefault(label, count) != count:
                raise InputError(
                    f"item {item.id}: {label!r} has {count} joints here and {self.joints[label]} before; "
                    "a class has one skeleton, export as coco"
                )
            self.most_joints = max(self.most_joints, count)
        found = self._numbers(label)
        if found == len(self.names):
            self.names.append(label)
        return found

    def to_yaml(self) -> str:
        """Return the file; a JSON text is a YAML text, too."""
        lines = ["path: .", "train: images", "val: images"]
        if self.joints:
            lines += [f"kpt_shape: [{self.most_joints}, {self.values_of_joint}]", "kpt_names:"]
            for number, name in enumerate(self.names):
                named = [str(joint) for joint in range(self.joints.get(name, self.most_joints))]
                lines.append(f"  {number}: {json.dumps(named)}")
        lines.append("names:" if self.names else "names: {}")
        lines += [
            f"  {number}: {json.dumps(name, ensure_ascii=False)}" for number, name in enumerate(self.names)
        ]
        return "\n".join(lines) + "\n"

    @classmethod
    def from_yaml(cls, path: Path) -> "Classes":
        """Read a `data.yaml`, as Ultralytics documents it.

        Raises:
            SourceNotFound: there is no such file.
            UnreadableSource: it names no classes, or its `kpt_shape` is no pair of numbers.
        """
        try:
            lines = path.read_text("utf-8").splitlines()
        except OSError as error:
            raise SourceNotFound(f"{path} cannot be read: {error.strerror or error}") from error
        names = _names(lines)
        if names is None:
            raise UnreadableSource(f"{path} has no names: it says which class has which number")
        shape = _block(lines, "kpt_shape")
        if shape is None:
            return cls(names)
        plain = (line.partition("#")[0] for line in shape)
        counts = [int(value) for value in re.findall(r"\d+", " ".join(plain))]
        if len(counts) != 2 or counts[1] not in (2, 3):
            raise UnreadableSource(f"{path} has a kpt_shape that is not [joints, 2] or [joints, 3]")
        own = _counts(_block(lines, "kpt_names") or ())
        joints = {name: own.get(number, counts[0]) for number, name in enumerate(names)}
        return cls(names, joints, most_joints=counts[0], values_of_joint=counts[1])


def _block(lines: Sequence[str], key: str) -> list[str] | None:
    """Return what stands behind a key at the left margin, on its line and on the indented ones below; None without."""
    start = next((place for place, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if start is None:
        return None
    found = [lines[start].partition(":")[2].strip()]
    for line in lines[start + 1 :]:
        if not line.startswith((" ", "-")):
            break
        found.append(line)
    return found


def _names(lines: Sequence[str]) -> list[str] | None:
    """Return the classes: a list, in brackets or with dashes, or numbers with names."""
    block = _block(lines, "names")
    if block is None:
        return None
    inline, *below = block
    if inline not in ("", "{}"):
        return [_plain(name) for name in inline.strip("[]").split(",")]
    return [_plain(line.strip().lstrip("-") if "-" in line[:4] else line.partition(":")[2]) for line in below]


def _counts(block: Sequence[str]) -> dict[int, int]:
    """Return how many joints are named for each class, in brackets or with dashes below its number."""
    counts: dict[int, int] = {}
    number = -1
    for line in block:
        if found := _NUMBERED.fullmatch(line):
            number = int(found[1])
            inline = found[2].strip("[] ")
            counts[number] = inline.count(",") + 1 if inline else 0
        elif line.strip().startswith("-") and number in counts:
            counts[number] += 1
    return counts


def _plain(name: str) -> str:
    name = name.strip()
    return str(json.loads(name)) if name.startswith('"') else name.strip("'")
