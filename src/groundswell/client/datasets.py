"""The client, for datasets: the catalogue, versions, items by search, lineage, retractions."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from groundswell.client.connection import Connection

NEWEST = "newest"


class Datasets(Connection):
    """Methods about datasets. `version` is a number, a tag, a branch, a date, or `newest`."""

    def datasets(self) -> Iterator[dict[str, Any]]:
        """Yield the datasets of your organization, by name."""
        return self._pages("/datasets")

    def dataset(self, name: str) -> dict[str, Any]:
        """Return what the catalogue says of a dataset, its newest version, its tags and branches."""
        return self._call("GET", _path(name))

    def describe_dataset(self, name: str, **changes: Any) -> dict[str, Any]:
        """Change `description`, `owners`, `licence` or `retention` of a dataset; for managers."""
        return self._call("PATCH", _path(name), changes)

    def dataset_versions(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the versions of a dataset, the newest first."""
        return self._pages(_path(name) + "/versions")

    def dataset_version(self, name: str, version: str | int = NEWEST) -> dict[str, Any]:
        """Return one version: its columns, parents, recipe, and what was set aside."""
        return self._call("GET", _path(name, version))

    def data_card(self, name: str, version: str | int = NEWEST) -> dict[str, Any]:
        """Return the data card of a version, as `markdown` and as data."""
        return self._call("GET", _path(name, version) + "/card")

    def find_items(
        self, name: str, query: str = "", version: str | int = NEWEST, *, sort: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the items that a query finds, the best first, fetching page after page."""
        return self._pages(_path(name, version) + "/items", _given(q=query, sort=sort))

    def item(self, name: str, item_id: str, version: str | int = NEWEST) -> dict[str, Any]:
        """Return an item with everything behind it and everything that it went into."""
        return self._call("GET", f"{_path(name, version)}/items/{quote(str(item_id), safe='')}")

    def distribution(
        self, name: str, field: str = "label", query: str = "", version: str | int = NEWEST
    ) -> list[dict[str, Any]]:
        """Return how often each value of a field occurs among what a query finds, the most frequent first."""
        path = _path(name, version) + "/distribution?" + urlencode(_given(field=field, q=query))
        values: list[dict[str, Any]] = self._call("GET", path).get("values", [])
        return values

    def drops(self, name: str, version: str | int = NEWEST) -> Iterator[dict[str, Any]]:
        """Yield what was set aside when a version was made, with the reason of each."""
        return self._pages(_path(name, version) + "/drops")

    def compare_versions(
        self, name: str, before: str | int, after: str | int = NEWEST, *, column: str = "label"
    ) -> dict[str, Any]:
        """Return how two versions differ, counted; `changed_items` lists the items."""
        return self._call("GET", _path(name) + "/diff?" + urlencode(_between(before, after, column)))

    def changed_items(
        self,
        name: str,
        before: str | int,
        after: str | int = NEWEST,
        *,
        column: str = "label",
        change: str = "relabelled",
    ) -> Iterator[dict[str, Any]]:
        """Yield the items that were `added`, `dropped`, `changed` or `relabelled` between two versions."""
        return self._pages(_path(name) + "/diff", {**_between(before, after, column), "change": change})

    # ── names ──

    def slices(self, name: str) -> list[dict[str, Any]]:
        """Return the saved queries of a dataset."""
        items: list[dict[str, Any]] = self._call("GET", _path(name) + "/slices")["items"]
        return items

    def save_slice(self, name: str, slice_name: str, query: str, description: str = "") -> dict[str, Any]:
        """Save a query under a name, in the place of one that has it."""
        return self._call(
            "PUT", f"{_path(name)}/slices/{slice_name}", {"query": query, "description": description}
        )

    def delete_slice(self, name: str, slice_name: str) -> None:
        """Forget a saved query."""
        self._send("DELETE", f"{_path(name)}/slices/{slice_name}", None)

    def tag_version(
        self, name: str, tag: str, version: str | int, *, note: str = "", move: bool = False
    ) -> dict[str, Any]:
        """Give a version a name; with `move`, take it over from another. For managers."""
        body = {"version": str(version), "note": note, "move": move}
        return self._call("PUT", f"{_path(name)}/tags/{tag}", body)

    def delete_tag(self, name: str, tag: str) -> None:
        """Take a tag away; for managers."""
        self._send("DELETE", f"{_path(name)}/tags/{tag}", None)

    # ── people ──

    def worker_lineage(
        self,
        worker_id: int,
        *,
        project: int | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Return all that rests on a worker's answers: the dry run of a retraction. For managers."""
        given = urlencode(_given(project=project, since=since, until=until))
        return self._call("GET", f"/workers/{worker_id}/lineage" + (f"?{given}" if given else ""))

    def retract(self, worker_id: int, reason: str, **which: Any) -> dict[str, Any]:
        """Let answers of a worker count no more: of a `project_id`, `since`, `until`; `ask_again`. For managers."""
        return self._call("POST", "/retractions", {"worker_id": worker_id, "reason": reason, **which})

    def retractions(self) -> Iterator[dict[str, Any]]:
        """Yield what was retracted, the newest first; for managers."""
        return self._pages("/retractions")

    def retraction(self, retraction_id: int) -> dict[str, Any]:
        """Return one retraction with what became of delivered labels; for managers."""
        return self._call("GET", f"/retractions/{retraction_id}")

    def undo_retraction(self, retraction_id: int) -> dict[str, Any]:
        """Make retracted answers count again; for managers."""
        return self._call("POST", f"/retractions/{retraction_id}/undo")


def _path(name: str, version: str | int | None = None) -> str:
    path = "/datasets/" + quote(str(name), safe="")
    return path if version is None else f"{path}/versions/{quote(str(version), safe='')}"


def _given(**query: Any) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in (None, "")}


def _between(before: str | int, after: str | int, column: str) -> dict[str, Any]:
    return {"before": before, "after": after, "column": column}
