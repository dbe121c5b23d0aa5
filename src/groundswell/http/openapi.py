"""The OpenAPI document of `/api/v1`, made from the endpoints and their types."""

import re
from typing import Any

import msgspec

from groundswell import __version__
from groundswell.http.endpoint import Download, Endpoint

REF = "#/components/schemas/{name}"
FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}


def openapi_document(endpoints: tuple[Endpoint, ...], prefix: str) -> dict[str, Any]:
    """Describe `endpoints` below `prefix` as OpenAPI 3.1."""
    types = [
        kind
        for endpoint in endpoints
        for kind in (endpoint.body, endpoint.answer)
        if kind is not None and kind not in (Download, bytes)
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    named = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Groundswell", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "security": [{"key": []}, {"session": []}],
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "groundswell_session"},
            },
        },
    }


def _operation(endpoint: Endpoint, named: dict[type, dict[str, Any]]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}
    success: dict[str, Any] = {"description": endpoint.summary}
    if endpoint.answer is Download:
        success["content"] = FILE
    elif endpoint.answer is not None:
        success["content"] = {"application/json": {"schema": named[endpoint.answer]}}
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "description": (endpoint.handler.__doc__ or "").strip(),
        "operationId": endpoint.handler.__name__,
        "parameters": _parameters(endpoint),
        "responses": {
            "204" if endpoint.answer is None else "200": success,
            "default": {"description": "What went wrong and what to do", "content": problem},
        },
    }
    if endpoint.body is bytes:
        operation["requestBody"] = {"required": True, "content": FILE}
    elif endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": named[endpoint.body]}},
        }
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    query = [
        {"name": name, "in": "query", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in (endpoint.query or {}).items()
    ]
    return path + query
