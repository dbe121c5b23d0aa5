"""Whatever is sent: an answer in Scale's shape, of a status that its clients know; never a 500, never a hang."""

import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.scale.test_tasks import text_task

from groundswell.http.scale.v1 import OPEN as V1
from groundswell.http.scale.v2 import OPEN as V2

KNOWN = {200, 400, 401, 402, 403, 404, 409}
ROUTES = [("/v1", route) for route in V1] + [("/v2", route) for route in V2]


def words(text: str) -> list[str]:
    return text.split()


PLAIN = words(
    """a a/b trial categorization imageannotation textcollection chat true -1 1e9 2026-01-01 project_0 ../.. %2F '
000000000000000000000000 task_000000000000000000000000"""
)
WORDS = st.sampled_from([*PLAIN, "", "\x00", "\ud800", "é" * 300])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
PARAMETERS = words(
    """name type params project batch metadata tags unique_id attachment attachments labels fields categories
geometries callback_url emails team_role projects batches expected_response file_url text template_variables
project_name batch_name batch_id task_id merge accepted comments instruction attachment_type groundswell choices
features criteria responses"""
)
BODIES = st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=6) | VALUES
ASKED = words(
    """limit offset next_token status project batch start_time end_time tags unique_id expand opts completed_after
customer_review_status project_id batch_id task_id annotation_id"""
)
QUERIES = st.dictionaries(st.sampled_from(ASKED), WORDS.filter(lambda word: word != "\ud800"), max_size=3)


@pytest.fixture(scope="module")
def http(service, client):
    text_task(client, unique_id="trial")
    with httpx.Client(base_url=service.url, auth=(service.key, ""), trust_env=False, timeout=10) as http:
        yield http


def _check(response: httpx.Response) -> None:
    assert response.status_code in KNOWN, (response.request.method, response.request.url, response.text)
    if response.status_code != 200:
        said = response.json()
        assert set(said) == {"status_code", "error"}
        assert said["status_code"] == response.status_code
        assert said["error"]


@pytest.mark.parametrize(("prefix", "route"), ROUTES, ids=lambda one: getattr(one, "path", one))
def test_no_body_or_query_is_more_than_a_bad_request(http, prefix, route):
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def send(data):
        path = prefix + route.path
        for segment in route.segments:
            if segment.startswith("{"):
                word = data.draw(WORDS.filter(lambda word: word not in ("", "\ud800", "../..")))
                path = path.replace(segment, quote(word, safe=""))
        content = json.dumps(data.draw(BODIES)).encode() if route.method != "GET" else b""
        _check(http.request(route.method, path, content=content, params=data.draw(QUERIES)))

    send()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 200 + b"1" + b"}" * 200, 400),
        (b'{"attachment": 1e999}', 400),
        (b'{"attachment": "' + b"x" * 2_000_000 + b'"}', 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"7", 400),
    ],
)
def test_bodies_that_are_no_json_or_too_much(http, content, status):
    response = http.post("/v1/task/categorization", content=content)
    assert response.status_code == status
    _check(response)


@pytest.mark.parametrize(
    "given", ["", "Basic", "Basic !!!", "Basic Og==", "Bearer", "Digest x", "Basic /////w=="]
)
def test_what_is_no_key_is_no_key(http, given):
    response = httpx.get(
        f"{http.base_url}/v1/tasks", headers={"Authorization": given} if given else {}, trust_env=False
    )
    assert response.status_code == 401
    _check(response)


def test_a_session_of_a_browser_is_no_key(http):
    response = httpx.get(
        f"{http.base_url}/v1/tasks", headers={"Cookie": "groundswell_session=x"}, trust_env=False
    )
    assert response.status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/v1/", "/v1/nucleus/dataset/", "/v2/deliveries", "/v1/task", "/v1/tasks/x/y/z", "/v1/%ff"],
)
def test_other_paths_are_not_found(http, path):
    response = http.get(path)
    assert response.status_code in (400, 404)
    _check(response)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--x--",
        b"--x\r\n\r\n",
        b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n\r\n--x--",
        b"\x00" * 100,
    ],
)
def test_forms_that_hold_no_file(http, content):
    response = http.post(
        "/v1/files/upload", content=content, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert response.status_code == 400
    _check(response)
    _check(http.post("/v1/files/upload", content=content, headers={"Content-Type": "multipart/form-data"}))
