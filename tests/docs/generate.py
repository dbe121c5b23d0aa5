"""Write the generated parts of docs/reference: `make docs`. A test fails where they are out of date."""

import dataclasses
import inspect
from pathlib import Path

import click

import groundswell
from groundswell import errors
from groundswell.cli.main import main
from groundswell.http.api import ENDPOINTS
from groundswell.http.openapi import openapi_document
from groundswell.http.server import PREFIX
from groundswell.label.kinds import label_kinds
from groundswell.label.kinds.describing import as_lines, describe
from groundswell.settings import PREFIX as VARIABLE
from groundswell.settings import Settings
from tests.docs.scale import coverage_file, scale_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from the code; change the code instead. -->\n\n"


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {
        "cli.md": NOTE + cli_page(),
        "errors.md": NOTE + errors_page(),
        "settings.md": NOTE + settings_page(),
        "api.md": NOTE + api_page(),
        "python.md": NOTE + python_page(),
        "kinds.md": NOTE + kinds_page(),
        "scale.md": NOTE + scale_page(),
        "scale-coverage.json": coverage_file(),
    }


def cli_page() -> str:
    parts = ["# Command line\n"]
    for path, command in commands(main, "groundswell"):
        context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100)
        parts.append(f"## {path}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def commands(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    """Return a command and all below it, with what one types."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            found += commands(command.commands[name], f"{path} {name}")
    return found


def error_classes() -> list[type[errors.GroundswellError]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.GroundswellError) and kind.__module__ == errors.__name__
    ]


def errors_page() -> str:
    rows = [
        f"| `{kind.code}` | `{kind.__name__}` | {kind.http_status} | {kind.exit_code} | "
        f"{'yes' if kind.retryable else 'no'} | {inspect.getdoc(kind)} |"
        for kind in sorted(error_classes(), key=lambda kind: kind.code)
    ]
    return (
        "# Errors\n\nEach error has a stable code. Over HTTP it is the field `code` of an "
        "`application/problem+json` body; on the command line it is the exit code.\n\n"
        "| code | class in `groundswell.errors` | HTTP | exit | retry | meaning |\n|---|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def settings_page() -> str:
    doc = inspect.getdoc(Settings) or ""
    meaning = {}
    for line in doc.partition("Attributes:\n")[2].splitlines():
        name, _, text = line.strip().partition(": ")
        meaning[name] = text
    rows = [
        f"| `{VARIABLE}{field.metadata.get('variable', field.name.upper())}` | {meaning[field.name]} | "
        f"`{field.metadata.get('default', field.default)}` |"
        for field in dataclasses.fields(Settings)
    ]
    head = "# Settings\n\nRead from the environment once, at the start.\n\n"
    return head + "| variable | meaning | default |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def api_page() -> str:
    document = openapi_document(ENDPOINTS, PREFIX)
    parts = [
        "# HTTP API\n\nThe OpenAPI 3.1 document is served at `/api/v1/openapi.json`. Send an API key as "
        "`Authorization: Bearer gsk_...`. Errors: [errors.md](errors.md).\n"
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(f"## {method.upper()} {path}\n\n{operation['description']}\n")
            for parameter in operation["parameters"]:
                if parameter["in"] == "query":
                    parts.append(f"- `{parameter['name']}`: {parameter['description']}")
    parts.append(
        "\n## Other routes\n\n"
        "- `POST /api/v1/session`, `DELETE /api/v1/session`: sign a browser in with a sign-in link's token, and out.\n"
        "- `GET /api/v1/blobs/{digest}`: the bytes of a media item.\n"
        "- `GET /health`: whether the service and its database answer; needs no sign-in.\n"
    )
    return "\n".join(parts)


def python_page() -> str:
    parts = [
        "# Python\n\nThe public names of `import groundswell as gs`, each with an example that the tests run. The "
        "stages below them (`groundswell.collect`, `clean`, `organize`, `quality`, `assist`, `feed`) are documented in "
        "their docstrings.\n"
    ]
    for name in groundswell.__all__[1:]:
        value = getattr(groundswell, name)
        doc = inspect.getdoc(value)
        parts.append(f"## gs.{name}\n\n```\n{name}{inspect.signature(value)}\n\n{doc}\n```\n")
    return "\n".join(parts)


def kinds_page() -> str:
    parts = [
        "# Label kinds\n\nHow an item can be labelled: what a project may decide, and what an answer is on the wire. "
        "`groundswell kinds` says the same. A project takes `kind`, `classes` and `options` over HTTP, in Python "
        "(`gs.label(..., kind=..., options=...)`) and with `groundswell label --kind --schema FILE.json`; unknown "
        "options and fields are refused. Answers are stored in the canonical form that each kind describes, so that "
        "two that say the same are equal.\n"
    ]
    for kind in sorted(label_kinds().values(), key=lambda kind: kind.name):
        found = describe(kind)
        parts.append(f"## {found.name}\n\nItems: {', '.join(found.items)}.\n\n{found.about}\n")
        if found.options:
            rows = [f"| `{name}` | {does} | {says} |" for name, says, does in found.options]
            parts.append(
                "| option | what it does | what may be given |\n|---|---|---|\n" + "\n".join(rows) + "\n"
            )
        if found.example is not None:
            parts.append(f"```json\n{as_lines(found.example)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    for name, text in pages().items():
        (REFERENCE / name).write_text(text)
        print(f"wrote docs/reference/{name}")
