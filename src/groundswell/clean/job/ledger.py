"""Which tasks of a run are done: one small file each, which appears whole or not at all."""

import json
from dataclasses import replace

from groundswell.clean.job.files import RunFolder
from groundswell.clean.job.work import Entry, Task

_SUFFIX = ".done"


class Ledger:
    """The entries of a run, in its folder."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = replace(folder, root=folder.path("done"))
        self.folder.root.mkdir(parents=True, exist_ok=True)

    def read(self) -> dict[str, Entry]:
        """Return the entries by the names of their tasks."""
        paths = sorted(self.folder.root.glob(f"*{_SUFFIX}"))
        return {path.name.removesuffix(_SUFFIX): json.loads(path.read_bytes()) for path in paths}

    def keep(self, task: Task, entry: Entry) -> None:
        """Write an entry down."""
        name = f"{task.name}{_SUFFIX}"
        file = self.folder.create(name)
        file.write(json.dumps(entry).encode())
        self.folder.publish(file, name)
