"""Both faces are what their OpenAPI documents say, whatever is sent: schemathesis makes requests of them.

`SCALE_FUZZ=200 pytest tests/integration/scale/test_openapi.py` is the long form: so many requests of each kind to each
operation.
"""

import os

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.docs.scale import called
from tests.integration.scale.test_tasks import png, text_task

from groundswell.http.scale.openapi import scale_document
from groundswell.http.scale.parameters import BODY, QUERY
from groundswell.http.server import SCALE

EXAMPLES = int(os.environ.get("SCALE_FUZZ", 3))
ANSWER_SECONDS = 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for version, routes in SCALE.items()
    for operation in (
        found.ok()
        for found in schemathesis.openapi.from_dict(scale_document(version, routes)).get_all_operations()
    )
}


@pytest.fixture(scope="module")
def session(service, client):
    text_task(client, unique_id="trial")
    client.upload_file(file=png())
    with requests.Session() as session:
        session.auth = (service.key, "")
        session.trust_env = False
        yield session


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_is_sent_is_answered_as_the_document_says(service, session, name, mode):
    operation = OPERATIONS[name]
    known = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 10,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @known
    @given(operation.as_strategy(generation_mode=mode))
    def send(case):
        answer = case.call(
            base_url=service.url, session=session, timeout=ANSWER_SECONDS, allow_redirects=False
        )
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert answer.json()["status_code"] == answer.status_code
            assert answer.json()["error"]

    send()


def test_the_documents_are_served_to_anybody_and_know_every_route(service):
    for version, routes in SCALE.items():
        found = httpx.get(f"{service.url}/{version}/openapi.json", trust_env=False).json()
        assert found == scale_document(version, routes)
        told = {(method.upper(), path) for path, of in found["paths"].items() for method in of}
        assert told == {(one.method, f"/{version}{one.path}") for one in called() if one.version == version}


def test_every_parameter_that_is_described_is_taken_somewhere():
    routes = [route for each in SCALE.values() for route in each]
    assert {name for route in routes for name in route.query} == set(QUERY)
    assert {name for route in routes for name in (*route.needs, *route.takes)} == set(BODY)
