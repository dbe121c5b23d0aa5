"""The client, for those who manage: batches, tasks and files of labels."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from groundswell.client.connection import ATTEMPTS, FIRST_PAUSE_SECONDS, Connection, ServiceError
from groundswell.client.download import Partial

POLL_SECONDS = 0.2


class Managing(Connection):
    """Methods for managers and members."""

    def schema_of_label_studio(self, xml: str) -> dict[str, Any]:
        """Return kind, classes and options for a labelling configuration of Label Studio, for `create_project`."""
        return self._call("POST", "/projects/schema/label-studio", {"xml": xml})

    def label_kinds(self) -> list[dict[str, Any]]:
        """Return the label kinds: the items that each shows, its options as JSON Schema, and an example."""
        return list(self._call("GET", "/kinds")["items"])

    def check_schema(
        self, kind: str, classes: Sequence[str] = (), options: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return `schema`, in its canonical form, or `refused`: why the kind does not take what is given."""
        body = {"kind": kind, "classes": list(classes), "options": dict(options or {})}
        return self._call("POST", "/projects/schema/check", body)

    def create_project(
        self, name: str, *, dataset: str, classes: Sequence[str], **given: Any
    ) -> dict[str, Any]:
        """Make a project over a dataset, in state draft; `set_state(id, "active")` opens it.

        Args:
            given: `answers`, `target_probability`, `gold`, `price_cents`, `purpose`, `requirements` and what else the
                API reference lists under `POST /projects`.
        """
        body = {"name": name, "dataset": dataset, "classes": list(classes), **given}
        return self._call("POST", "/projects", body)

    def set_priority(self, project_id: int, priority: int) -> dict[str, Any]:
        """Say where a project stands among others that want work: lower comes first."""
        return self._call("POST", f"/projects/{project_id}/priority", {"priority": priority})

    def set_price(self, project_id: int, price_cents: int) -> dict[str, Any]:
        """Say what an answer earns whose task is leased from now on."""
        return self._call("POST", f"/projects/{project_id}/price", {"price_cents": price_cents})

    def project_workers(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the workers of a project with their skill in it, the busiest first."""
        return self._pages(f"/projects/{project_id}/workers")

    def keys(self) -> list[dict[str, Any]]:
        """Return the API keys of the organization, without their secrets."""
        keys: list[dict[str, Any]] = self._call("GET", "/keys")["items"]
        return keys

    def create_key(self, name: str, *, test: bool = False) -> str:
        """Create an API key and return its secret, which is shown only now; with `test` one for the sandbox."""
        secret: str = self._call("POST", "/keys", {"name": name, "test": test})["key"]
        return secret

    def revoke_key(self, key_id: str) -> None:
        """End an API key at once."""
        self._send("DELETE", f"/keys/{key_id}", None)

    def jobs(self) -> list[dict[str, Any]]:
        """Return background work that waits, runs or gave up; what gave up comes first."""
        jobs: list[dict[str, Any]] = self._call("GET", "/jobs")["items"]
        return jobs

    def retry_job(self, job_id: int) -> None:
        """Give a job that gave up a fresh start, once its cause is mended."""
        self._send("POST", f"/jobs/{job_id}/retry", None)

    def callbacks(self, *, state: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield what customers' servers are and were told, the newest first.

        Args:
            state: `waiting`, `delivered` or `failed`; None for all.
        """
        return self._pages("/callbacks", {"state": state} if state else None)

    def replay_callback(self, callback_id: int) -> dict[str, Any]:
        """Tell a customer's server something anew, as it is now."""
        return self._call("POST", f"/callbacks/{callback_id}/replay")

    def callback_key(self) -> str:
        """Return what customers' servers know the organization by: the header `scale-callback-auth`."""
        key: str = self._call("GET", "/callback-key")["key"]
        return key

    def members(self) -> Iterator[dict[str, Any]]:
        """Yield the people of the organization, by e-mail address."""
        return self._pages("/members")

    def add_member(self, email: str, name: str, *, role: str = "labeler") -> dict[str, Any]:
        """Give a person a role in the organization; one who has a role keeps it."""
        return self._call("POST", "/members", {"email": email, "name": name, "role": role})

    def set_role(self, user_id: str, role: str) -> dict[str, Any]:
        """Change the role of a member, at once and everywhere."""
        return self._call("PUT", f"/members/{user_id}", {"role": role})

    def sign_in_token(self, user_id: str) -> str:
        """Return a secret that signs a member in once, in the browser at `/sign-in#token=...`."""
        token: str = self._call("POST", f"/members/{user_id}/sign-in")["token"]
        return token

    def predictors(self, project_id: int) -> list[dict[str, Any]]:
        """Return the models of others of a project: state, answers, cost and the last error of each."""
        found: list[dict[str, Any]] = self._call("GET", f"/projects/{project_id}/predictors")["items"]
        return found

    def put_predictor(
        self, project_id: int, name: str, *, kind: str, url: str, **given: Any
    ) -> dict[str, Any]:
        """Name a model of others for a project, or change it; it is asked in the background.

        Args:
            kind: `http` or `chat`.
            url: where it is, on a host that the operator allows.
            given: `model`, `instructions`, `key` (the name of a secret of the operator), `per_item`, `per_million_in`,
                `per_million_out`, `budget_cents` and `replies_per_day`.
        """
        body = {"kind": kind, "url": url, **given}
        return self._call("PUT", f"/projects/{project_id}/predictors/{name}", body)

    def delete_predictor(self, project_id: int, name: str) -> None:
        """Forget a model of others and all that it has answered."""
        self._send("DELETE", f"/projects/{project_id}/predictors/{name}", None)

    def certify(self, project_id: int, *, level: float = 0.95, by: Sequence[str] = ()) -> dict[str, Any]:
        """Certify the labels of a project whose audit share is reviewed: `all`, and each of `slices`.

        Args:
            level: share of such intervals that hold the truth.
            by: what to slice by: "label", "source" and fields of the items.
        """
        return self._call("POST", f"/projects/{project_id}/certificates", {"level": level, "by": list(by)})

    def certificates(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the certificates of a project, the newest first."""
        return self._pages(f"/projects/{project_id}/certificates")

    def audit_plan(self, project_id: int, *, within: float, **given: Any) -> dict[str, Any]:
        """Return how many audits an interval of plus or minus `within` takes.

        Args:
            within: 0.01 for plus or minus one point.
            given: `expected_accuracy` and `level`.
        """
        query = httpx.QueryParams({"within": within, **given})
        return self._call("GET", f"/projects/{project_id}/audit-plan?{query}")

    def batches(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the batches of a project with the counts of their tasks, the oldest first."""
        return self._pages(f"/projects/{project_id}/batches")

    def create_batch(self, project_id: int, name: str, **given: Any) -> dict[str, Any]:
        """Add tasks to a project, as a batch in staging.

        Args:
            given: `items` (ids; all new ones unless given), `dataset_version`, `priority`, `content`, `gold`.
        """
        return self._call("POST", f"/projects/{project_id}/batches", {"name": name, **given})

    def set_batch_state(self, project_id: int, batch_id: int, state: str) -> dict[str, Any]:
        """Make a batch `in_progress`, `paused`, `completed` or `cancelled`."""
        return self._call("POST", f"/projects/{project_id}/batches/{batch_id}/state", {"state": state})

    def set_batch_priority(self, project_id: int, batch_id: int, priority: int) -> dict[str, Any]:
        """Say where a batch stands among those of its project: lower comes first."""
        return self._call(
            "POST", f"/projects/{project_id}/batches/{batch_id}/priority", {"priority": priority}
        )

    def tasks(self, project_id: int, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yield tasks of a project, fetching page after page.

        Args:
            filters: `state`, `batch`, `label`, `min_probability`, `max_probability`, `reviewed`, `item`, `worker`,
                and `sort`: `position`, `probability` or `completed`.
        """
        given = {
            name: str(value).lower() if isinstance(value, bool) else value for name, value in filters.items()
        }
        return self._pages(f"/projects/{project_id}/tasks", {"limit": 500, **given})

    def cancel_tasks(self, project_id: int, task_ids: Sequence[int], *, reason: str) -> None:
        """Ask tasks of nobody any more; at most 1,000 at once."""
        body = {"task_ids": list(task_ids), "reason": reason}
        self._send("POST", f"/projects/{project_id}/tasks/cancel", body)

    def reopen_tasks(self, project_id: int, task_ids: Sequence[int], *, reason: str) -> None:
        """Ask tasks again that were canceled or set aside; at most 1,000 at once."""
        body = {"task_ids": list(task_ids), "reason": reason}
        self._send("POST", f"/projects/{project_id}/tasks/reopen", body)

    def exports(self, project_id: int) -> Iterator[dict[str, Any]]:
        """Yield the files of labels of a project, the newest first."""
        return self._pages(f"/projects/{project_id}/exports")

    def export(
        self, project_id: int, file_format: str, *, proposals: bool = False, wait_seconds: float = 600.0
    ) -> dict[str, Any]:
        """Have the labels of a project written to a file, and wait until it is ready.

        Args:
            file_format: `jsonl`, `csv` or `parquet`.
            proposals: include items that only a model has labelled so far.

        Raises:
            ServiceError: there is nothing to export, or it is not ready in time; it goes on being written.
        """
        path, until = f"/projects/{project_id}/exports", time.monotonic() + wait_seconds
        export = self._call("POST", path, {"format": file_format, "proposals": proposals})
        while export["state"] == "pending":
            if time.monotonic() > until:
                raise ServiceError(0, "not_ready", f"export {export['id']} is not ready; download it later")
            time.sleep(POLL_SECONDS)
            export = self._call("GET", f"{path}/{export['id']}")
        if export["state"] == "failed":
            raise ServiceError(0, "conflict", f"export {export['id']} has failed: {export['error']}")
        return export

    def download(
        self, project_id: int, export_id: int, path: Path | str, *, resume: bool = True
    ) -> dict[str, Any]:
        """Write the file of an export to `path`, in one step, once it is whole and what its digest says.

        Args:
            resume: go on with what an earlier download to the same path left behind.

        Raises:
            ServiceError: it is not ready, the service does not answer, or what came is damaged.
        """
        url = f"/projects/{project_id}/exports/{export_id}"
        export = self._call("GET", url)
        if export["state"] != "ready":
            raise ServiceError(0, "not_ready", f"export {export_id} is {export['state']}")
        file = Partial(Path(path), export["bytes"], export["sha256"], resume=resume)
        failures = 0
        while not file.part.exists() or file.missing_bytes > 0:
            try:
                file.fetch(lambda headers: self._stream(url + "/file", headers))
            except httpx.TransportError as error:
                failures += 1
                if failures == ATTEMPTS:
                    raise ServiceError(
                        0, "no_answer", f"the download broke off: {error}; try again"
                    ) from None
                time.sleep(FIRST_PAUSE_SECONDS * 2**failures)
        if not file.finish():
            raise ServiceError(0, "damaged", f"what came of export {export_id} is not what it should be")
        return export
