"""The client's methods for looking at tasks and deciding about their labels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from groundswell.client.connection import Connection


class Tasks(Connection):
    """What managers and reviewers see of tasks, and what they say of them."""

    def overview(self, project_id: int) -> dict[str, Any]:
        """Return how far, how fast, how good and at what price a project is; members and above."""
        return self._call("GET", f"/projects/{project_id}/overview")

    def task(self, project_id: int, task_id: int) -> dict[str, Any]:
        """Return a task with its item, its label and who said what; for managers."""
        return self._call("GET", f"/projects/{project_id}/tasks/{task_id}")

    def accept_labels(self, project_id: int, task_ids: Sequence[int]) -> dict[str, Any]:
        """Make the labels of up to 1,000 tasks final as they are; returns how many were `accepted`."""
        return self._call("POST", f"/projects/{project_id}/labels/accept", {"task_ids": list(task_ids)})

    def set_label(self, project_id: int, task_id: int, answer: Mapping[str, Any]) -> None:
        """Say what is right of a task; it overrules people and models. For managers."""
        self._call("PUT", f"/projects/{project_id}/tasks/{task_id}/label", {"answer": dict(answer)})

    def propose(self, project_id: int, model: str, proposals: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Propose answers that people are shown and correct: `item_id`, `answer`, `probability` each, up to 1,000.

        Returns:
            How many `tasks` took one; items that are no tasks are left out.
        """
        body = {"model": model, "proposals": [dict(one) for one in proposals]}
        return self._call("POST", f"/projects/{project_id}/proposals", body)

    def hand_in(self, project_id: int, task_id: int, data: bytes, *, name: str = "") -> str:
        """Hand in a file of at most 8 MB for a task of a form that asks for one.

        Returns:
            Its digest, which an answer names it by.
        """
        path = f"/projects/{project_id}/tasks/{task_id}/files?{urlencode({'name': name})}"
        digest: str = self._call("POST", path, data)["digest"]
        return digest

    def handed(self, digest: str) -> bytes:
        """Return a file that somebody handed in; what is in it is not to be trusted."""
        return self._send("GET", f"/files/{digest}", None).content

    def thread(self, project_id: int, task_id: int) -> list[dict[str, Any]]:
        """Return what was said of a task, the oldest first."""
        found: list[dict[str, Any]] = self._call("GET", f"/projects/{project_id}/tasks/{task_id}/comments")[
            "items"
        ]
        return found

    def comment(
        self, project_id: int, task_id: int, body: str, *, flag: bool = False
    ) -> list[dict[str, Any]]:
        """Say something of a task, with `flag` to ask somebody to look; returns the thread."""
        said = {"body": body, "flag": flag}
        path = f"/projects/{project_id}/tasks/{task_id}/comments"
        found: list[dict[str, Any]] = self._call("POST", path, said)["items"]
        return found

    def comments(self, project_id: int, *, only_open: bool = False) -> Iterator[dict[str, Any]]:
        """Yield what was said in a project, the newest first; with `only_open` the flags that nobody has resolved."""
        return self._pages(f"/projects/{project_id}/comments", {"open": "true"} if only_open else None)

    def resolve_flag(self, project_id: int, comment_id: int) -> None:
        """Say that somebody has looked at a flag."""
        self._call("POST", f"/projects/{project_id}/comments/{comment_id}/resolve")
