"""The OpenAPI document of one version of Scale's API as it is served here, made from the routes."""

import re
from collections.abc import Sequence
from typing import Any, get_origin, get_type_hints

from groundswell import __version__
from groundswell.http.scale.parameters import BODY, QUERY, JsonSchema
from groundswell.http.scale.route import Route
from groundswell.label.commissions.types import TYPES

ERROR: JsonSchema = {
    "type": "object",
    "required": ["status_code", "error"],
    "properties": {"status_code": {"type": "integer"}, "error": {"type": "string"}},
    "additionalProperties": False,
}
ERRORS = {
    400: "Something is missing or not right, or the state does not allow it; the message names it",
    401: "No valid API key",
    402: "There is no screen for this yet",
    403: "The key may not do this",
    404: "There is no such thing",
    409: "There is one of this name already",
    429: "Too many requests",
    503: "The database does not answer; try again",
}


def scale_document(version: str, routes: Sequence[Route]) -> dict[str, Any]:
    """Describe the routes of a version, such as `v1`, as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(f"/{version}{route.path}", {})[route.method.lower()] = _operation(version, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Scale's API {version}, served by Groundswell", "version": __version__},
        "paths": paths,
        "security": [{"basic": []}, {"bearer": []}],
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "the key as the user name"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(version: str, route: Route) -> dict[str, Any]:
    module = route.handler.__module__.rpartition(".")[2]
    operation: dict[str, Any] = {
        "operationId": f"{version}.{module}.{route.handler.__name__}",
        "summary": (route.handler.__doc__ or "").strip().splitlines()[0],
        "parameters": [*_of_path(route), *_of_query(route)],
        "responses": {**_success(route), **{str(status): _error(status) for status in _errors_of(route)}},
    }
    return operation | ({"requestBody": {"content": body}} if (body := _body(route)) else {})


def _of_path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _segment(name)}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _segment(name: str) -> JsonSchema:
    known = {"examples": sorted(TYPES)} if name == "type" else {}
    return {"type": "string", "minLength": 1, **known}


def _of_query(route: Route) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": QUERY[name]} for name in route.query]


def _body(route: Route) -> dict[str, Any]:
    if route.takes_file:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
        return {"multipart/form-data": {"schema": form}}
    if route.listed is not None:
        return {"application/json": {"schema": {"type": "array", "items": BODY[route.listed]["items"]}}}
    if route.method == "GET" or not (route.needs or route.takes or route.takes_any):
        return {}
    properties = {name: BODY[name] for name in (*route.needs, *route.takes)}
    schema: JsonSchema = {"type": "object", "properties": properties, "required": list(route.needs)}
    return {"application/json": {"schema": schema}}


def _success(route: Route) -> dict[str, Any]:
    answer = get_type_hints(route.handler)["return"]
    kind = {dict: "object", list: "array"}.get(get_origin(answer))
    if kind is None:
        return {"302": {"description": "The way to the file"}}
    return {"200": {"description": "Done", "content": {"application/json": {"schema": {"type": kind}}}}}


def _errors_of(route: Route) -> list[int]:
    return [status for status in ERRORS if route.duplicate or status != 409]


def _error(status: int) -> dict[str, Any]:
    return {
        "description": ERRORS[status],
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
