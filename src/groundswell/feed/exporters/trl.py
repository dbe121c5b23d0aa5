"""TRL: conversations and preferences as JSON Lines, as its trainers load them."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.conversations import conversation_of, pairs_of
from groundswell.feed.exporters.exporter import ExportReport
from groundswell.feed.exporters.folders import write_lines
from groundswell.feed.exporters.labelled import Labelled
from groundswell.feed.exporters.lines import json_lines
from groundswell.items import digest_text


class TrlChat:
    """`{"messages": [{"role": ..., "content": ...}, ...]}` for each item: what `SFTTrainer` takes.

    The item's conversation with what was answered, see `conversation_of`. It comes back as an item with the whole
    conversation as its answer; of a message only role, content, name and tool calls are kept.
    """

    name = "trl_chat"
    suffix = ".jsonl"
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write one conversation a line; see `Exporter.write`."""
        return write_lines(batches, destination, _chat, overwrite=overwrite)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the conversations; see `Importer.read`."""
        for number, row in json_lines(source, ("messages",)):
            text = json.dumps({"messages": row["messages"][:1]}, ensure_ascii=False)
            answer = {"messages": row["messages"]}
            yield Labelled(digest_text(text), answer, text=text, locator=f"line {number}")


class TrlPreference:
    """`{"prompt": [...], "chosen": [...], "rejected": [...]}` for each pair: for `DPOTrainer` and `RewardTrainer`.

    A ranking of more than two responses makes a line for each pair of which one is better, with its `margin`.
    Each line comes back as an item with two responses.
    """

    name = "trl_preference"
    suffix = ".jsonl"
    needs_data = False

    def write(
        self, batches: Iterable[pa.RecordBatch], destination: Path, *, overwrite: bool = False
    ) -> ExportReport:
        """Write one pair a line; see `Exporter.write`. The report counts items."""
        return write_lines(batches, destination, _preference, overwrite=overwrite)

    def read(self, source: Path) -> Iterator[Labelled]:
        """Yield the pairs, the chosen response first; see `Importer.read`."""
        for number, row in json_lines(source, ("prompt", "chosen", "rejected")):
            responses = [_text(row["chosen"]), _text(row["rejected"])]
            text = json.dumps({"prompt": row["prompt"], "responses": responses}, ensure_ascii=False)
            answer = {"ranking": [["a"], ["b"]]}
            yield Labelled(digest_text(text), answer, text=text, locator=f"line {number}")


_KEPT = ("role", "content", "name", "tool_calls")


def _chat(item: Labelled) -> str:
    try:
        messages = conversation_of(item.text, item.answer)
    except InputError as error:
        raise InputError(f"item {item.id}: {error}") from error
    kept = [{name: message[name] for name in _KEPT if name in message} for message in messages]
    return json.dumps({"messages": kept}, ensure_ascii=False) + "\n"


def _preference(item: Labelled) -> str:
    if item.answer is None:
        return ""
    try:
        pairs = pairs_of(item.text, item.answer)
    except InputError as error:
        raise InputError(f"item {item.id}: {error}") from error
    rows = (
        {"prompt": pair.prompt, "chosen": pair.chosen, "rejected": pair.rejected, "margin": pair.margin}
        for pair in pairs
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _text(response: object) -> str:
    """Return a response that is a text, or a list with one message."""
    if isinstance(response, str):
        return response
    if isinstance(response, list) and len(response) == 1 and isinstance(response[0], dict):
        return str(response[0].get("content"))
    raise InputError(f"a response is a text or one message, got {str(response)[:80]}")
