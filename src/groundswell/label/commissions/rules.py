"""Decisions about commissions: pure functions of values."""

import contextlib
import hashlib
import ipaddress
import os
import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from groundswell.errors import InputError, InvalidName
from groundswell.hosts import AllowedHosts, allowed_for, parsed
from groundswell.label.commissions.asked import Params, Wanted
from groundswell.label.kinds.checks import is_storable
from groundswell.label.projects.model import ProjectSpec

MAX_NAME = 180
MAX_UNIQUE_ID = 500
MAX_TAGS, MAX_TAG = 100, 200
MAX_METADATA_BYTES = 10 * 1024
MAX_DEPTH = 50

SETTINGS = "groundswell"
"""The parameter under which a program says what only we know: how often a task is asked, what it pays, its reviews."""

_SETTINGS = {
    "answers": int,
    "max_answers": int,
    "target_probability": float,
    "price_cents": int,
    "lease_seconds": int,
    "priority": int,
    "review_levels": int,
    "review_share": float,
    "rereview_share": float,
    "audit_share": float,
    "models": str,
    "requirements": dict,
}

MAX_CALLBACK_ATTEMPTS = 20
CALLBACK_SPAN = timedelta(hours=24)
FIRST_PAUSE_SECONDS = 5.0


def new_public_id() -> str:
    """Return a new 24-digit number: the second of its making, then 64 random bits."""
    return (int(time.time()).to_bytes(4, "big") + os.urandom(8)).hex()


def check_text(what: str, text: Any, most: int = MAX_NAME) -> str:
    """Return a name, or refuse it.

    Raises:
        InvalidName: it is no text of 1 to `most` printable characters.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > most or not text.isprintable():
        raise InvalidName(f"{what} has 1 to {most} printable characters; got {str(text)[:80]!r}")
    return text


def check_metadata(metadata: Any) -> dict[str, Any]:
    """Return metadata, or raise `InputError`: an object of at most 10 KB."""
    if not isinstance(metadata, Mapping):
        raise InputError("metadata must be an object")
    size_bytes = len(msgspec.json.encode(metadata))
    if size_bytes > MAX_METADATA_BYTES:
        raise InputError(f"metadata has {size_bytes:,} bytes; at most {MAX_METADATA_BYTES:,} are kept")
    return dict(metadata)


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return two objects as one: what both have is that of the second, but objects are merged in turn."""
    found = dict(before)
    for name, value in after.items():
        had = found.get(name)
        both = isinstance(had, Mapping) and isinstance(value, Mapping)
        found[name] = merged(had, value) if both else value  # type: ignore[arg-type]
    return found


def check_tags(tags: Any) -> list[str]:
    """Return tags without repetition in their order, or raise `InputError`."""
    if (
        not isinstance(tags, Sequence)
        or isinstance(tags, str)
        or not all(isinstance(tag, str) for tag in tags)
    ):
        raise InputError("tags must be a list of texts")
    kept = list(dict.fromkeys(tags))
    if len(kept) > MAX_TAGS:
        raise InputError(f"a task has at most {MAX_TAGS} tags; got {len(kept)}")
    return [check_text("a tag", tag, MAX_TAG) for tag in kept]


def check_storable(value: Any, depth: int = 0) -> None:
    """Refuse what cannot be kept as it is: NUL and half characters in texts, and what is nested too deeply.

    Raises:
        InputError: the message says what.
    """
    if depth > MAX_DEPTH:
        raise InputError(f"the request is nested over {MAX_DEPTH} deep")
    if isinstance(value, str):
        if not is_storable(value):
            raise InputError(
                f"the text {value[:40]!r} has a character that cannot be kept (NUL or half a pair)"
            )
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            check_storable(name, depth)
            check_storable(inner, depth + 1)
    elif isinstance(value, Sequence):
        for inner in value:
            check_storable(inner, depth + 1)


def callback_door(url: Any, private_hosts: Sequence[str]) -> AllowedHosts:
    """Return the door through which a callback may go: by https to any public address, or to a host that is named.

    Args:
        url: where to.
        private_hosts: that the operator names: of an own network, or by plain http.

    Raises:
        InputError: it is no such address; the message says what would be.
    """
    if not isinstance(url, str) or not is_storable(url) or len(url) > 2000:
        raise InputError("callback_url must be a URL of at most 2000 characters")
    if re.fullmatch(r"[^@/\s]+@[^@/\s]+", url):
        raise InputError(
            "callbacks by e-mail are not sent by this service; give an https address as callback_url"
        )
    found = parsed(url)
    port = f":{found.port}" if found.port else ""
    door = allowed_for(url, private_hosts) or AllowedHosts([f"{found.host}{port}"])
    if not door.private:
        _require_public(found.host)
        _require_https(found.scheme, f"{found.host}{port}")
    door.check(url)
    return door


def _require_https(scheme: str, place: str) -> None:
    """Refuse plain http: labels, and the secret that customers know us by, could be read on the way."""
    if scheme == "http":
        raise InputError(
            f"callback_url http://{place} is not encrypted; give https, or let the operator of this service allow "
            f"it by GROUNDSWELL_CALLBACK_HOSTS=http://{place}"
        )


def _require_public(host: str) -> None:
    """Refuse a host that is told at once to be of an own network; where a name leads is looked up when it is called."""
    inner = host == "localhost" or host.endswith(".localhost")
    with contextlib.suppress(ValueError):
        inner = inner or not ipaddress.ip_address(host).is_global
    if inner:
        raise InputError(
            f"callback_url {host} is not public; the operator of this service may allow it by "
            "GROUNDSWELL_CALLBACK_HOSTS"
        )


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after a callback failed so many times; None where it is given up.

    Pauses double from 5 seconds, and then are equal, so that 20 tries take 24 hours.
    """
    if attempts >= MAX_CALLBACK_ATTEMPTS:
        return None
    doubled = timedelta(seconds=FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 40))
    return min(doubled, _LONGEST_PAUSE)


def _longest_pause() -> timedelta:
    """Return the pause at which the doubling ends, so that all together make the span."""
    pauses = [FIRST_PAUSE_SECONDS * 2**n for n in range(MAX_CALLBACK_ATTEMPTS - 1)]
    low, high = 0.0, CALLBACK_SPAN.total_seconds()
    for _ in range(60):
        middle = (low + high) / 2
        if sum(min(pause, middle) for pause in pauses) < CALLBACK_SPAN.total_seconds():
            low = middle
        else:
            high = middle
    return timedelta(seconds=round(high))


_LONGEST_PAUSE = _longest_pause()


def settings_of(params: Params) -> dict[str, Any]:
    """Return what a program says of how its tasks are worked on, as fields of a project.

    Raises:
        InputError: something is unknown or of another type.
    """
    given = params.get(SETTINGS) or {}
    if not isinstance(given, Mapping):
        raise InputError(f"{SETTINGS} must be an object of {', '.join(_SETTINGS)}")
    for name, value in given.items():
        kind = _SETTINGS.get(name)
        if kind is None:
            raise InputError(f"{SETTINGS}.{name[:40]} is no setting; known: {', '.join(_SETTINGS)}")
        if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
            raise InputError(f"{SETTINGS}.{name} must be of type {kind.__name__}")
    return dict(given)


def signature_of(project: int | None, spec: ProjectSpec, purpose_of: str = "") -> str:
    """Name a label schema with all that decides how its tasks are worked on: what has the same name is one project.

    Args:
        project: the program's own project, whose tasks are never mixed with another's.
        spec: the labelling project that would be.
        purpose_of: what else sets it apart.
    """
    said = {
        **{
            name: getattr(spec, name)
            for name in ("kind", "classes", "options", "instructions", "purpose", *_SETTINGS)
            if name != "audit_share" or spec.audit_share  # which came later, and names were given before it
        },
        "project": project,
        "purpose_of": purpose_of,
    }
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def spec_of(wanted: Wanted, instruction: str, settings: Mapping[str, Any]) -> ProjectSpec:
    """Return the labelling project that a label schema needs; its name and dataset are given later."""
    return ProjectSpec(
        name="",
        kind=wanted.kind,
        classes=wanted.classes,
        dataset="",
        dataset_version=0,
        instructions=instruction,
        options=wanted.options,
        **settings,
    )


def dataset_name(name: str, signature: str) -> str:
    """Return what the dataset of a labelling project is called: after what it is for, and never twice."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "tasks"
    return f"{plain}-{signature[:10]}"
