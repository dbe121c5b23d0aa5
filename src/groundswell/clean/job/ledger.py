"""Which tasks of a run are done: one small file each, which appears whole or not at all."""

import json
from pathlib import Path

from groundswell.clean.job.files import create, publish
from groundswell.clean.job.work import Entry, Task

_SUFFIX = ".done"


class Ledger:
    """The entries of a run, in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "done"
        self.folder.mkdir(parents=True, exist_ok=True)

    def read(self) -> dict[str, Entry]:
        """Return the entries by the names of their tasks."""
        paths = sorted(self.folder.glob(f"*{_SUFFIX}"))
        return {path.name.removesuffix(_SUFFIX): json.loads(path.read_bytes()) for path in paths}

    def keep(self, task: Task, entry: Entry) -> None:
        """Write an entry down."""
        path = self.folder / f"{task.name}{_SUFFIX}"
        file = create(path)
        file.write(json.dumps(entry).encode())
        publish(file, path)
