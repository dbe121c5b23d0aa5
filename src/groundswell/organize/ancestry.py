"""What a version has from those that it was made of: how far sources were read, and by which steps."""

from collections.abc import Iterator, Sequence

from groundswell.clean import Operator, fingerprint
from groundswell.collect import Cursor
from groundswell.errors import StoreError
from groundswell.organize.manifest import REMOVED, Manifest, manifest_file, read_manifest
from groundswell.organize.version import Version


def cursors_of(version: Version) -> dict[str, Cursor]:
    """Return how far each source had been read when a version was made, by what the source says of itself.

    A version that was labelled, split or chosen from another has read what that had.
    """
    for manifest in _line(version):
        if found := manifest.lineage.get("cursor"):
            return dict(found)
    return {}


def other_steps(version: Version, operators: Sequence[Operator]) -> str | None:
    """Say in one line that a version was made by other steps than these; None where it was not, or that is unknown."""
    runs = (each for each in _line(version) if "run" in each.lineage and each.recipe)
    made = next(runs, None)
    if made is None or made.recipe["fingerprint"] == fingerprint(operators):
        return None
    now = ", ".join(operator.name for operator in operators) or "none"
    before = ", ".join(step["name"] for step in made.recipe["steps"]) or "none"
    differ = "other steps" if now != before else "these steps with other parameters or of another release"
    return (
        f"version {made.number} of {version.name} was made by {differ}: {before}. What is new goes through "
        f"those of this update ({now}), what is there stays as it is. To have one rule for all, "
        "give the same steps, or collect anew without update"
    )


def _line(version: Version) -> Iterator[Manifest]:
    """Yield the manifest of a version and of those of its dataset that it goes on from, also of those removed."""
    manifest = version.manifest
    while True:
        yield manifest
        numbers = [parent.number for parent in manifest.parents if parent.name == version.name]
        if not numbers:
            return
        name = manifest_file(numbers[0])
        there = [path for path in (version.folder / name, version.folder / REMOVED / name) if path.exists()]
        if not there:
            return
        try:
            manifest = read_manifest(there[0])
        except StoreError:
            return
