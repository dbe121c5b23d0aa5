"""The client, for people: one's own work, and the workforce for those who manage it."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from groundswell.client.connection import Connection


class People(Connection):
    """Methods about the caller himself, and about workers."""

    def me(self) -> dict[str, Any]:
        """Return who you are: `user` and `organization`."""
        return self._call("GET", "/session")

    def my_work(self) -> Iterator[dict[str, Any]]:
        """Yield the active projects: the price, the content, and whether you may work in each or what is missing."""
        return self._pages("/me/work")

    def my_skills(self) -> list[dict[str, Any]]:
        """Return your skill at each kind of label, with its interval and what it rests on."""
        skills: list[dict[str, Any]] = self._call("GET", "/me/skills")["items"]
        return skills

    def my_content(self) -> list[dict[str, Any]]:
        """Return the classes of content there is work with: what you agreed to, the limits, what you have seen."""
        classes: list[dict[str, Any]] = self._call("GET", "/me/content")["items"]
        return classes

    def consent(self, content: str) -> None:
        """Agree to be shown a class of content; `revoke_consent` takes it back."""
        self._send("PUT", f"/me/content/{content}", None)

    def revoke_consent(self, content: str) -> None:
        """Be shown a class of content no more."""
        self._send("DELETE", f"/me/content/{content}", None)

    def my_earnings(self, since: str | None = None, until: str | None = None) -> dict[str, Any]:
        """Return what you earned by project and day; days such as `2026-01-31`, the last 30 unless given."""
        days = {"since": since, "until": until}
        query = "&".join(f"{name}={day}" for name, day in days.items() if day)
        return self._call("GET", "/me/earnings" + (f"?{query}" if query else ""))

    def my_ledger(self) -> Iterator[dict[str, Any]]:
        """Yield every answer of yours with the seconds that were counted and what it earned, the newest first."""
        return self._pages("/me/ledger")

    def my_restrictions(self) -> Iterator[dict[str, Any]]:
        """Yield your restrictions: the reason, the evidence, the end, and whom to turn to; the newest first."""
        return self._pages("/me/restrictions")

    def workers(self) -> Iterator[dict[str, Any]]:
        """Yield the workers with their skill at each kind of label; for managers."""
        return self._pages("/workers")

    def worker(self, worker_id: int) -> dict[str, Any]:
        """Return one worker with the skill at each kind of label; for managers."""
        return self._call("GET", f"/workers/{worker_id}")

    def restrictions(self, worker_id: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield restrictions of one worker or of all, the newest first; for managers."""
        return self._pages("/restrictions", {} if worker_id is None else {"worker_id": worker_id})

    def restrict(
        self,
        worker_id: int,
        *,
        reason: str,
        evidence: Mapping[str, Any],
        appeal_to: str,
        ends_at: str,
        starts_at: str | None = None,
        project_id: int | None = None,
    ) -> int:
        """Keep a worker from new work and return the restriction's id; for managers.

        Args:
            reason: `quality`, `spam`, `account_sharing`, `confidentiality` or `conduct`.
            evidence: what it rests on; the worker reads it.
            appeal_to: an address or link to turn to.
            ends_at, starts_at: instants in ISO 8601 with a time zone; it starts now unless given.
            project_id: where; everywhere unless given.
        """
        body = {
            "worker_id": worker_id,
            "reason": reason,
            "evidence": dict(evidence),
            "appeal_to": appeal_to,
            "ends_at": ends_at,
            "starts_at": starts_at,
            "project_id": project_id,
            "idempotency_key": str(uuid.uuid4()),
        }
        restriction_id: int = self._call("POST", "/restrictions", body)["id"]
        return restriction_id

    def lift_restriction(self, restriction_id: int) -> None:
        """End a restriction before its time; it stays on record. For managers."""
        self._send("DELETE", f"/restrictions/{restriction_id}", None)

    def content_limits(self) -> list[dict[str, Any]]:
        """Return how many answers on each class of content one worker may give; for managers."""
        limits: list[dict[str, Any]] = self._call("GET", "/content-limits")["items"]
        return limits

    def set_content_limit(self, content: str, *, per_day: int, per_week: int) -> None:
        """Set how many answers on a class of content one worker may give; for managers."""
        self._send("PUT", f"/content-limits/{content}", {"per_day": per_day, "per_week": per_week})

    def gold(self, project_id: int, *, suspended: bool | None = None) -> Iterator[dict[str, Any]]:
        """Yield the tests of a project with how skilled workers did on them; for managers."""
        query = {} if suspended is None else {"suspended": str(suspended).lower()}
        return self._pages(f"/projects/{project_id}/gold", query)

    def decide_gold(self, project_id: int, task_id: int, *, suspended: bool, gold: str | None = None) -> None:
        """Suspend a test or reinstate it, and correct its key where `gold` is given; for managers."""
        self._send("POST", f"/projects/{project_id}/gold/{task_id}", {"suspended": suspended, "gold": gold})

    def organization(self) -> dict[str, Any]:
        """Return your organization with what those who label see of it; for managers."""
        return self._call("GET", "/organization")

    def set_appearance(self, pseudonym: str, *, show_name: bool = False) -> None:
        """Change what those who label see of your organization; for admins."""
        self._send("PUT", "/organization", {"pseudonym": pseudonym, "show_name": show_name})
