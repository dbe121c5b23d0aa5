"""The client does each thing that the API does: right method, right path, a body that the API takes."""

import inspect
import re
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from groundswell.client import Client
from groundswell.http.api import ENDPOINTS
from groundswell.http.endpoint import Endpoint
from groundswell.http.server import PREFIX

UUID = "00000000-0000-4000-8000-000000000001"
CAT = {"choice": "cat"}
SAID = {
    "accept_labels": (1, [2]),
    "comment": (1, 2, "Is a lynx a cat?"),
    "comments": (1,),
    "propose": (1, "m", [{"item_id": "0" * 64, "answer": CAT, "probability": 0.5}]),
    "resolve_flag": (1, 2),
    "set_label": (1, 2, CAT),
    "task": (1, 2),
    "thread": (1, 2),
    "add_member": ("ann@example.org", "Ann"),
    "answer_returned": (1, CAT),
    "audit_plan": (1, {"within": 0.01}),
    "schema_of_label_studio": ("<View/>",),
    "check_schema": ("text_choice", ["cat", "dog"]),
    "audit": (1, 1, [{"task_id": 1, "verdict": "approve"}]),
    "cancel_tasks": (1, [2], {"reason": "twice"}),
    "change_classes": (1, [{"op": "add", "name": "cow"}], {"expected_version": 1}),
    "consent": ("violence",),
    "create_batch": (1, "more"),
    "create_key": ("mine",),
    "create_project": ("pets", {"dataset": "photos", "classes": ["cat", "dog"], "answers": 3}),
    "changed_items": ("pets", 1, 2, {"change": "added"}),
    "compare_versions": ("pets", 1),
    "data_card": ("pets",),
    "dataset": ("pets",),
    "dataset_version": ("pets", "gold"),
    "dataset_versions": ("pets",),
    "decide": (1, 2, "accept"),
    "decide_gold": (1, 2, {"suspended": True}),
    "export": (1, "csv"),
    "guideline_diff": (1, 1, 2),
    "hand_in": (1, 2, b"a file", {"name": "a.txt"}),
    "handed": ("0" * 64,),
    "history": (1, 2),
    "plan_change": (1, [{"op": "remove", "name": "cow"}]),
    "plan_revert": (1, 1),
    "delete_slice": ("pets", "hard"),
    "delete_tag": ("pets", "gold"),
    "describe_dataset": ("pets", {"licence": "CC0-1.0", "retention": {"keep_last": 3}}),
    "distribution": ("pets", "stars", "broken"),
    "drops": ("pets",),
    "find_items": ("pets", "broken screen", {"sort": "-stars"}),
    "item": ("pets", "0" * 64),
    "delete_predictor": (1, "spam-7"),
    "put_predictor": (1, "spam-7", {"kind": "http", "url": "https://models.example.org/predict"}),
    "publish_guidelines": (1, "# Look"),
    "retract": (1, "spam", {"project_id": 2, "since": "2030-01-01T00:00:00Z"}),
    "save_slice": ("pets", "hard", "stars<2"),
    "slices": ("pets",),
    "tag_version": ("pets", "gold", 3, {"note": "the paper's"}),
    "worker_lineage": (1, {"since": "2030-01-01T00:00:00Z"}),
    "reopen_tasks": (1, [2], {"reason": "once more"}),
    "restrict": (
        1,
        {
            "reason": "spam",
            "evidence": {"note": "seen"},
            "appeal_to": "x@example.org",
            "ends_at": "2030-01-01T00:00:00Z",
        },
    ),
    "revert_classes": (1, {"expected_version": 2}),
    "revise": (1, 2, CAT),
    "revoke_consent": ("violence",),
    "revoke_key": (UUID,),
    "set_appearance": ("Client 1",),
    "set_batch_priority": (1, 2, 3),
    "set_batch_state": (1, 2, "paused"),
    "set_content_limit": ("violence", {"per_day": 1, "per_week": 2}),
    "set_price": (1, 4),
    "set_priority": (1, 4),
    "set_review_policy": (1, {"levels": 1}),
    "set_role": (UUID, "manager"),
    "set_state": (1, "active"),
    "sign_in_token": (UUID,),
    "work": (1, {"submit": [{"task_id": 2, "answer": CAT}], "skip": [{"task_id": 3, "reason": "dark"}]}),
}
"""What each method is called with, keywords last; one that is not here takes a number for each thing it asks for."""

NOT_CALLED = {"close", "media", "download"}
ANSWER = {
    "items": [],
    "next_cursor": None,
    "summary": {},
    "project_id": 1,
    "id": 1,
    "state": "ready",
    "replies": [],
    "token": "t",
    "key": "k",
    "diff": "",
    "digest": "",
    "version": 1,
}
EXPORT = "/projects/{project_id}/exports/{export_id}"
OF_FILES = {("GET", EXPORT), ("GET", EXPORT + "/file")}
"""Called by `export` and `download`, which tests of their own drive against the service."""


def methods() -> list[str]:
    return sorted(
        name
        for name, _ in inspect.getmembers(Client, inspect.isfunction)
        if not name.startswith("_") and name not in NOT_CALLED
    )


def requests_of(name: str) -> list[httpx.Request]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ANSWER)

    with Client("http://127.0.0.1", "k", transport=httpx.MockTransport(answer)) as client:
        method = getattr(client, name)
        given = SAID.get(name)
        if given is None:
            wanted = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
            given = tuple(1 for p in wanted if p.kind is p.POSITIONAL_OR_KEYWORD)
        keywords = given[-1] if given and isinstance(given[-1], dict) and given[-1] is not CAT else {}
        done = method(*(given[:-1] if keywords else given), **keywords)
        if isinstance(done, Iterator):
            list(done)
    return seen


def endpoint_of(request: httpx.Request) -> Endpoint:
    for endpoint in ENDPOINTS:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(PREFIX + endpoint.path))
        if endpoint.method == request.method and re.fullmatch(pattern, request.url.path):
            return endpoint
    raise AssertionError(f"the API has no {request.method} {request.url.path}")


@pytest.mark.parametrize("name", methods())
def test_a_method_calls_a_route_that_is_there_with_a_body_that_it_takes(name: str) -> None:
    requests = requests_of(name)
    assert requests, "it asks nothing"
    for request in requests:
        endpoint = endpoint_of(request)
        assert set(request.url.params) <= set(endpoint.query or {}) | {"cursor", "limit"}
        if endpoint.body not in (None, bytes):
            msgspec.json.decode(request.content, type=endpoint.body)


def test_every_route_has_a_method() -> None:
    called = {(e.method, e.path) for name in methods() for r in requests_of(name) for e in [endpoint_of(r)]}
    assert {(e.method, e.path) for e in ENDPOINTS} - called == OF_FILES


def test_every_method_is_called_with_something() -> None:
    assert set(SAID) <= set(methods())
