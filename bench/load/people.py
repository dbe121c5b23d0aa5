"""Who works: members with an open session each, written straight into a new database."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from groundswell.clock import now
from groundswell.ids import new_uuid
from groundswell.tenancy.service import SESSION_LIFETIME, hash_secret

SEED, PLACES = "bench-crowd.json", "bench-crowd.npz"


@dataclass(frozen=True, eq=False)
class Crowd:
    """Everybody who works: annotator i signs in with `secret(i)` and works for `project[i]` as `worker[i]`.

    Attributes:
        seed: what the secrets are made of.
        project, worker: int64 `[n]`, ids.
        slots: answers wanted by each project, by id, when it was loaded.
    """

    seed: str
    project: NDArray[np.int64]
    worker: NDArray[np.int64]
    slots: dict[int, int]

    def secret(self, annotator: int) -> str:
        """Return the session that the annotator's browser would hold: 43 characters, as the service makes them."""
        return _secret(self.seed, annotator)

    def write(self, home: Path) -> None:
        """Write the crowd into a home."""
        (home / SEED).write_text(json.dumps({"seed": self.seed, "slots": self.slots}))
        np.savez(home / PLACES, project=self.project, worker=self.worker)

    @classmethod
    def read(cls, home: Path) -> Crowd:
        """Return the crowd of a loaded home."""
        made = json.loads((home / SEED).read_text())
        slots = {int(project): count for project, count in made["slots"].items()}
        with np.load(home / PLACES) as file:
            return cls(made["seed"], file["project"], file["worker"], slots)


def write_annotators(connection: psycopg.Connection[Any], seed: str, orgs: list[Any]) -> NDArray[np.int64]:
    """Write one labeler with an open session for each of `orgs`; returns their worker ids `[n]`."""
    users = [(new_uuid(), org) for org in orgs]
    ends = now() + SESSION_LIFETIME
    _copy(
        connection,
        "users (id, email, name)",
        ((user, f"annotator-{i}@example.org", f"Annotator {i}") for i, (user, _) in enumerate(users)),
    )
    _copy(connection, "members (org_id, user_id, role)", ((org, user, "labeler") for user, org in users))
    _copy(
        connection,
        "workers (org_id, user_id, name, origin)",
        ((org, user, f"Annotator {i}", "member") for i, (user, org) in enumerate(users)),
    )
    _copy(
        connection,
        "sessions (token_hash, org_id, user_id, expires_at)",
        ((hash_secret(_secret(seed, i)), org, user, ends) for i, (user, org) in enumerate(users)),
    )
    found = dict(connection.execute("select user_id, id from workers").fetchall())
    return np.array([found[user] for user, _ in users], np.int64)


def _copy(connection: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _secret(seed: str, annotator: int) -> str:
    digest = hashlib.sha256(f"{seed} {annotator}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
