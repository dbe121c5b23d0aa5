"""Tokens and loss masks of texts and conversations, and dataset versions made of them."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from groundswell.errors import InputError
from groundswell.feed.answers import answer_of
from groundswell.feed.chat.rendering import Rendered, Span, render
from groundswell.feed.conversations import conversation_of
from groundswell.feed.snapshot import Version

Rendering = Callable[[str | None, Mapping[str, Any] | None], Rendered]
"""From an item's text and its answer to what is tokenised."""


def tokens_and_mask(rendered: Rendered, tokenizer: Any) -> tuple[list[int], list[int]]:
    """Return the tokens of a rendered conversation, and for each 1 where the loss counts and else 0.

    A token counts where its first character does.

    Args:
        rendered: what `render` gave.
        tokenizer: a `tokenizers.Tokenizer`. Special tokens are those that the template writes; none is added.
    """
    encoding = tokenizer.encode(rendered.text, add_special_tokens=False)
    return encoding.ids, mask_of(encoding.offsets, rendered.spans)


def mask_of(offsets: Sequence[Span], spans: Sequence[Span]) -> list[int]:
    """Return for each token whether its first character lies in one of the spans, which are ascending."""
    starts = [start for start, _ in spans]
    ends = [0, *(end for _, end in spans)]
    return [int(first < last and first < ends[bisect_right(starts, first)]) for first, last in offsets]


class Tokenized:
    """A dataset version as tokens, to be made a snapshot of: `snapshot(Tokenized(version, tokenizer), folder)`.

    It has the columns `id`, `tokens` and, for conversations, `loss`. Items come in the order of the version.

    Args:
        version: what is tokenised; its items have `text`.
        tokenizer: a `tokenizers.Tokenizer`.
        template: renders items as conversations, with their `label` where that is an answer; None tokenises
            the texts as they are, and the loss counts everywhere.
        end: a token that is put at the end of every document, by its text, for example `<|endoftext|>`.
        options: of `render`: `roles`, `bos_token`, `eos_token`, ...

    Raises:
        InputError: the tokenizer has no such token as `end`.
    """

    def __init__(
        self,
        version: Version,
        tokenizer: Any,
        *,
        template: str | None = None,
        end: str | None = None,
        **options: Any,
    ) -> None:
        self._version = version
        self._tokenizer = tokenizer
        self._template = template
        self._end = [] if end is None else [_token(tokenizer, end)]
        self._options = options
        self.name, self.number, self.rows = version.name, version.number, version.rows

    @property
    def digest(self) -> str:
        """Names the version, the tokenizer and the template together."""
        how = [self._version.digest, self._tokenizer.to_str(), self._template, self._end, self._options]
        return hashlib.sha256(json.dumps(how, default=repr).encode()).hexdigest()

    def batches(
        self, columns: Sequence[str] | None = None, with_data: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Yield the items as tokens; see `Version.batches`."""
        present = set(getattr(self._version, "columns", ("label",)))
        wanted = ["id", "text", *(["label"] if self._template and "label" in present else [])]
        for batch in self._version.batches(wanted):
            made = self._encode(batch)
            yield made if columns is None else made.select(list(columns))

    def _encode(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        spans: list[tuple[Span, ...]] | None = None
        texts: Iterable[str | None] = batch.column("text").to_pylist()
        if self._template is not None:
            rendered = [self._render(row) for row in batch.to_pylist()]
            texts, spans = [each.text for each in rendered], [each.spans for each in rendered]
        encodings = self._tokenizer.encode_batch([text or "" for text in texts], add_special_tokens=False)
        kind = pa.uint16() if self._tokenizer.get_vocab_size() <= 2**16 else pa.uint32()
        columns = {
            "id": batch.column("id"),
            "tokens": pa.array([each.ids + self._end for each in encodings], pa.large_list(kind)),
        }
        if spans is not None:
            masks = [
                mask_of(encoding.offsets, each) + [1] * len(self._end)
                for encoding, each in zip(encodings, spans, strict=True)
            ]
            columns["loss"] = pa.array(masks, pa.large_list(pa.uint8()))
        return pa.RecordBatch.from_pydict(columns)

    def _render(self, row: Mapping[str, Any]) -> Rendered:
        try:
            messages = conversation_of(row["text"], answer_of(row.get("label")))
            return render(messages, str(self._template), **self._options)
        except InputError as error:
            raise InputError(f"item {row['id']}: {error}") from error


def _token(tokenizer: Any, text: str) -> int:
    number = tokenizer.token_to_id(text)
    if number is None:
        raise InputError(f"the tokenizer has no token {text!r}")
    return int(number)
