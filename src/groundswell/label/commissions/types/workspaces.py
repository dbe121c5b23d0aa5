"""Workspaces that run elsewhere, as fields of a form: people open one by its address, and hand in what came of it.

Nothing is run here. The program that asks says where the workspace is; what its code writes, people hand in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from groundswell.errors import InputError

TYPE = "workspace_container"

_FILE = "file"
_OUTPUTS = {"stdout_output": "Standard output", "stderr_output": "Standard error"}
_ADDRESS = re.compile(r"https?://\S{1,2000}")

Rows = Sequence[Mapping[str, str]]
"""What was handed in: each row a file, or what was written, or both."""


def columns_of(name: str, given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the columns of the table in which it is filled in what came of a workspace.

    Raises:
        InputError: it does not say where the workspace is.
    """
    address_of(name, given)
    outputs = [{"name": one, "title": title, "kind": "text"} for one, title in _OUTPUTS.items()]
    return [{"name": _FILE, "title": "File", "kind": "file"}, *outputs]


def address_of(name: str, given: Mapping[str, Any]) -> str:
    """Return where people open a workspace.

    Raises:
        InputError: there is no address.
    """
    config = given.get("workspace_config")
    address = config.get("workspace_url") if isinstance(config, Mapping) else None
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise InputError(
            f"field {name[:80]!r} of type {TYPE} needs a workspace_config with a workspace_url: where people open it"
        )
    return address


def as_lists(rows: Rows, told: Callable[[str], str]) -> list[list[str]]:
    """Return what came of a workspace as the response of a field: its files, then what each output was.

    Args:
        rows: what was handed in.
        told: returns what stands for a file.
    """
    return [[told(one) for one in files_of(rows)], *(_column(rows, name) for name in _OUTPUTS)]


def from_lists(said: Any) -> list[dict[str, Any]]:
    """Return the rows that a response of `as_lists` means; the check of the form refuses what is none."""
    lists = [one if isinstance(one, list) else [one] for one in (said if isinstance(said, list) else [said])]
    rows = zip_longest(*lists[: 1 + len(_OUTPUTS)])
    names = (_FILE, *_OUTPUTS)
    return [{name: one for name, one in zip(names, row, strict=False) if one is not None} for row in rows]


def files_of(rows: Rows) -> list[str]:
    """Return the files that were handed in, each by its digest or its address."""
    return _column(rows, _FILE)


def as_value(given: Mapping[str, Any], rows: Rows, files: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return what came of a workspace as an annotation of the second version.

    Args:
        given: the field, as the program asked for it.
        rows: what was handed in.
        files: name and address of each file.
    """
    asked = {name: given[name] for name in ("workspace_id", "workspace_config") if name in given}
    written = {name: "\n".join(_column(rows, name)) for name in _OUTPUTS}
    return {
        **asked,
        "output_files": [
            {"file_name": one["name"], "url": one["url"], "scale_url": one["url"]} for one in files
        ],
        **{name: {"content": text} for name, text in written.items() if text},
    }


def _column(rows: Rows, name: str) -> list[str]:
    return [row[name] for row in rows if name in row]
