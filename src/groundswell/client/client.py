"""The client: one method for each thing that the API does, with retries that can never double an answer."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groundswell.client.connection import ServiceError
from groundswell.client.datasets import Datasets
from groundswell.client.managing import Managing
from groundswell.client.people import People
from groundswell.client.tasks import Tasks

__all__ = ["Client", "ServiceError"]


class Client(Managing, People, Tasks, Datasets):
    """A connection to a running `groundswell up`. Use it as a context manager, or call `close`.

    Args:
        url: where the service listens, for example `http://127.0.0.1:8400`.
        key: an API key (`groundswell keys create NAME`).
        timeout_seconds: for one try of one request.
        transport: how requests travel; for tests.
    """

    def projects(self) -> Iterator[dict[str, Any]]:
        """Yield every project that you may see, the newest first, fetching page after page."""
        return self._pages("/projects")

    def project(self, project_id: int) -> dict[str, Any]:
        """Return one project with its classes and instructions."""
        return self._call("GET", f"/projects/{project_id}")

    def set_state(self, project_id: int, state: str) -> dict[str, Any]:
        """Make a project `active`, `paused` or `done`."""
        return self._call("POST", f"/projects/{project_id}/state", {"state": state})

    def work(
        self,
        project_id: int,
        *,
        submit: Sequence[Mapping[str, Any]] = (),
        skip: Sequence[Mapping[str, Any]] = (),
        want: int = 1,
        holding: Sequence[int] = (),
        release: Sequence[int] = (),
    ) -> dict[str, Any]:
        """Submit answers and lease tasks in one round trip.

        An answer without an `idempotency_key` is given one, so that a retry never stores it twice.

        Args:
            holding: tasks that you hold and go on holding: their leases are extended, and they are not sent again.
            release: tasks that you give back untouched.

        Returns:
            `receipts` in the order of `submit`, `tasks` that are now leased, `progress`, and a `notice` where
            there is a reason why you are given none.
        """
        answers = [{"idempotency_key": str(uuid.uuid4()), **answer} for answer in submit]
        body = {"submit": answers, "skip": list(skip), "want": want, "holding": list(holding)}
        return self._call("POST", f"/projects/{project_id}/work", {**body, "release": list(release)})

    def reply(
        self,
        project_id: int,
        task_id: int,
        messages: Sequence[Mapping[str, str]] = (),
        *,
        idempotency_key: str | None = None,
    ) -> list[dict[str, Any]]:
        """Ask the models of a project what comes next in the conversation of a task that you hold.

        Args:
            messages: what was said after the item's own messages, the user's last word included: `role`, `content`.
            idempotency_key: the same again is answered as before, and asks nobody.
        """
        key = idempotency_key or str(uuid.uuid4())
        body = {"task_id": task_id, "messages": list(messages), "idempotency_key": key}
        found: list[dict[str, Any]] = self._call("POST", f"/projects/{project_id}/chat", body)["replies"]
        return found

    def replies(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield what models replied in a project, the newest first: to whom, and what that cost."""
        return self._pages(f"/projects/{project_id}/chat")

    def next_project(self) -> int | None:
        """Return the project that needs you most, among those that you may work in; None where there is none."""
        found: int | None = self._call("GET", "/me/project")["project_id"]
        return found

    def queue(self, project_id: int) -> dict[str, Any]:
        """Return how the queue of a project is, and the share of requests within an hour that got no task."""
        return self._call("GET", f"/projects/{project_id}/queue")

    def signals(self, project_id: int) -> dict[str, Any]:
        """Return the workers of a project whose answers deserve a look, with the evidence; for managers.

        Returns:
            `items` (worker, signal, words, numbers, tasks to look at), how many `answers` were looked at, how
            many were `judged`, and how many workers or pairs were `tested` for each signal.
        """
        return self._call("GET", f"/projects/{project_id}/signals")

    def plan_change(self, project_id: int, operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Say what a change of the classes would do to annotations, labels and tasks; nothing is written.

        Args:
            operations: such as `{"op": "rename", "old": "cat", "new": "feline"}`; also `merge` (`classes`,
                `into`), `split` (`old`, `parts`), `add` and `remove` (`name`).
        """
        return self._call("POST", f"/projects/{project_id}/ontology/plan", {"operations": list(operations)})

    def plan_revert(self, project_id: int, to: int) -> dict[str, Any]:
        """Say what going back to an earlier version of the classes would do; nothing is written."""
        return self._call("POST", f"/projects/{project_id}/ontology/plan", {"revert_to": to})

    def change_classes(
        self, project_id: int, operations: Sequence[Mapping[str, Any]], *, expected_version: int
    ) -> dict[str, Any]:
        """Change the classes of a live project as planned; `expected_version` is the plan's `version`."""
        body = {"operations": list(operations), "expected_version": expected_version}
        return self._call("POST", f"/projects/{project_id}/ontology", body)

    def revert_classes(
        self, project_id: int, *, expected_version: int, to: int | None = None
    ) -> dict[str, Any]:
        """Bring an earlier version of the classes back: the one before the last change, or `to`."""
        body = {"expected_version": expected_version, "to": to}
        return self._call("POST", f"/projects/{project_id}/ontology/revert", body)

    def ontologies(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the versions of a project's classes, the newest first, with how each came about."""
        return self._pages(f"/projects/{project_id}/ontology/versions")

    def guidelines(self, project_id: int) -> dict[str, Any]:
        """Return the instructions in force, with your watermark; that you read them is logged."""
        return self._call("GET", f"/projects/{project_id}/guidelines")

    def publish_guidelines(self, project_id: int, body: str, *, lock: bool = False) -> int:
        """Publish instructions and return their version; `lock` shuts them to all but holders of leased work."""
        answer = self._call("POST", f"/projects/{project_id}/guidelines", {"body": body, "lock": lock})
        version: int = answer["version"]
        return version

    def lock_guidelines(self, project_id: int, locked: bool = True) -> None:
        """Shut the instructions to all but managers and holders of leased work, or open them."""
        self._send("POST", f"/projects/{project_id}/guidelines/lock", {"locked": locked})

    def guideline_versions(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the versions of a project's instructions, the newest first."""
        return self._pages(f"/projects/{project_id}/guidelines/versions")

    def guideline_diff(self, project_id: int, before: int, after: int) -> str:
        """Return what changed from one version of the instructions to another, as a unified diff."""
        path = f"/projects/{project_id}/guidelines/diff?before={before}&after={after}"
        diff: str = self._call("GET", path)["diff"]
        return diff

    def guideline_views(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield who read a project's instructions, and when, the newest first; for managers."""
        return self._pages(f"/projects/{project_id}/guidelines/views")

    def review_policy(self, project_id: int) -> dict[str, Any]:
        """Return how much of a project is reviewed: `levels`, `share` and `rereview_share`."""
        return self._call("GET", f"/projects/{project_id}/review-policy")

    def set_review_policy(
        self, project_id: int, *, levels: int, share: float = 0.0, rereview_share: float = 0.0
    ) -> dict[str, Any]:
        """Change how much of a project is reviewed; `asked` says how many completed tasks that calls for now."""
        body = {"levels": levels, "share": share, "rereview_share": rereview_share}
        return self._call("POST", f"/projects/{project_id}/review-policy", body)

    def lease_reviews(self, project_id: int, *, want: int = 1) -> list[dict[str, Any]]:
        """Lease tasks to review: those that you hold, then new ones. Each has its `label` and the `answers` to it."""
        reviews: list[dict[str, Any]] = self._call("POST", f"/projects/{project_id}/reviews", {"want": want})[
            "items"
        ]
        return reviews

    def decide(
        self,
        project_id: int,
        review_id: int,
        decision: str,
        *,
        idempotency_key: str | None = None,
        **said: Any,
    ) -> dict[str, Any]:
        """Say of a leased review that you `accept` the label, `reject` answers or `fix` the label.

        Args:
            said: `answer` (the right one: needed to fix, welcome with a rejection), and to reject `reason` and
                `rejected`, the `annotation_id` of each answer that goes back.
        """
        body = {"decision": decision, "idempotency_key": idempotency_key or str(uuid.uuid4()), **said}
        return self._call("POST", f"/projects/{project_id}/reviews/{review_id}", body)

    def reviewers(self, project_id: int) -> list[dict[str, Any]]:
        """Return the reviewers of a project and how often blind second verdicts agreed; for managers."""
        reviewers: list[dict[str, Any]] = self._call("GET", f"/projects/{project_id}/reviewers")["items"]
        return reviewers

    def returned(self) -> Iterator[dict[str, Any]]:
        """Yield your own answers that reviewers have sent back, of any project, with why."""
        return self._pages("/returned")

    def answer_returned(
        self,
        return_id: int,
        answer: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        active_ms: int = 0,
    ) -> dict[str, Any]:
        """Answer what was sent back; the same answer again keeps to it, and another reviewer judges."""
        return self._call("POST", f"/returned/{return_id}", _edit(answer, idempotency_key, active_ms))

    def revise(
        self,
        project_id: int,
        annotation_id: int,
        answer: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        active_ms: int = 0,
    ) -> dict[str, Any]:
        """Change an answer of your own; what was said before stays on record."""
        path = f"/projects/{project_id}/annotations/{annotation_id}/revisions"
        return self._call("POST", path, _edit(answer, idempotency_key, active_ms))

    def history(self, project_id: int, task_id: int) -> list[dict[str, Any]]:
        """Return every revision of the answers to a task."""
        revisions: list[dict[str, Any]] = self._call(
            "GET", f"/projects/{project_id}/tasks/{task_id}/annotations"
        )["items"]
        return revisions

    def audit(self, project_id: int, dataset_version: int, verdicts: Sequence[Mapping[str, Any]]) -> None:
        """Record what the customer says of delivered labels: `task_id`, `verdict` (approve, reject), `comment`."""
        body = {"dataset_version": dataset_version, "verdicts": list(verdicts)}
        self._send("POST", f"/projects/{project_id}/audits", body)

    def audits(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the customer's verdicts, the oldest first."""
        return self._pages(f"/projects/{project_id}/audits")

    def audit_summary(self, project_id: int) -> dict[str, Any]:
        """Return the share of audited labels that the customer approved, with its 95 % interval."""
        summary: dict[str, Any] = self._call("GET", f"/projects/{project_id}/audits?limit=1")["summary"]
        return summary

    def media(self, url: str) -> bytes:
        """Return the bytes of a task's media, by the `url` of its item."""
        return self._send("GET", url.removeprefix("/api/v1"), None).content


def _edit(answer: Mapping[str, Any], idempotency_key: str | None, active_ms: int) -> dict[str, Any]:
    return {
        "answer": dict(answer),
        "idempotency_key": idempotency_key or str(uuid.uuid4()),
        "active_ms": active_ms,
    }
