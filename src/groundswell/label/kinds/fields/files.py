"""Files in the fields of a form: whether any are asked for, and which an answer names. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from groundswell.label.kinds.fields.filling import Filled
from groundswell.label.kinds.fields.values import Spec

_DIGEST = re.compile(r"[0-9a-f]{64}")


def takes_files(specs: Sequence[Spec]) -> bool:
    """Say whether a form asks for a file, in a field or in a row."""
    return any(spec["kind"] == "file" or takes_files(spec.get("fields", ())) for spec in specs)


def digests_in(filled: Filled, specs: Sequence[Spec]) -> Iterator[str]:
    """Yield the digests of the files that the values of a form name; those that are named by an address have none."""
    for spec in specs:
        value = filled.get(spec["name"])
        values = value if isinstance(value, list) else [value]
        if spec["kind"] == "rows":
            for row in values:
                yield from digests_in(row or {}, spec["fields"])
        elif spec["kind"] == "file":
            yield from (str(one) for one in values if is_digest(one))


def with_files(filled: Filled, specs: Sequence[Spec], found: Callable[[str], Any]) -> dict[str, Any]:
    """Return the values of a form with what is `found` of each file, by its digest, in its place."""

    def told(spec: Spec, value: Any) -> Any:
        if spec["kind"] == "rows":
            return [with_files(row, spec["fields"], found) for row in value]
        if isinstance(value, list):
            return [told(spec, one) for one in value]
        return found(value) if spec["kind"] == "file" and is_digest(value) else value

    by_name = {spec["name"]: spec for spec in specs}
    return {name: told(by_name[name], value) for name, value in filled.items()}


def is_digest(value: object) -> bool:
    """Say whether the value of a file is the digest of one that was handed in, and no address."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
