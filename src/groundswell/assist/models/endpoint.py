"""A model behind any HTTP endpoint that speaks a small contract."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from groundswell.assist.models.connection import Rejected
from groundswell.assist.models.cost import Meter, Usage
from groundswell.assist.models.predictor import checked_row
from groundswell.assist.models.remote import Answer, RemotePredictor
from groundswell.items import Item, ItemKind


class HttpPredictor(RemotePredictor):
    """Predictions from a model of your own behind HTTP: a dozen lines in any language (docs/howto/models.md).

    The request is `POST`, JSON::

        {"items": [{"id": "<sha-256>", "text": "..."},
                   {"id": "<sha-256>", "data_base64": "...", "media_type": "image/png"}],
         "classes": ["cat", "dog"],
         "instructions": "..."}

    and the answer HTTP 200, one row for each item in the same order, a column for each class::

        {"probabilities": [[0.9, 0.1], null]}

    `null` is no opinion. A row that is not K numbers of 0 or more with the sum 1 leaves its item unanswered. A batch
    that the server rejects (400, 413, 422, or 500 repeatedly), or answers with another number of rows, is asked
    again in halves. 408, 425, 429, 502, 503 and 504 are tried again, after `Retry-After` seconds where given.
    """

    batch: ClassVar[int] = 32

    def _asked(self, classes: tuple[str, ...], instructions: str) -> dict[str, Any]:
        return {"classes": list(classes), "instructions": instructions}

    def _ask(
        self, items: Sequence[Item], asked: Mapping[str, Any], classes: tuple[str, ...], meter: Meter
    ) -> list[Answer]:
        sent = Usage(items=len(items))
        body = {"items": [_sent(item) for item in items], **asked}
        answer = self._connection.post(body, meter, sent, lambda _: sent)
        rows = answer.get("probabilities") if isinstance(answer, dict) else None
        if not isinstance(rows, list) or len(rows) != len(items):
            found = f"{len(rows)} rows" if isinstance(rows, list) else "none"
            raise Rejected(f"expected `probabilities` with {len(items)} rows, found {found}")
        return [checked_row(row, len(classes)) for row in rows]


def _sent(item: Item) -> dict[str, str]:
    """Return an item as the contract has it."""
    if item.kind is ItemKind.TEXT:
        return {"id": item.id, "text": item.text or ""}
    data = base64.b64encode(item.data or b"").decode()
    return {"id": item.id, "data_base64": data, "media_type": item.media_type}
