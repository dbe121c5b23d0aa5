"""A model of sentences that comes whole in a package: vectors of texts, made on this machine without a download."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from groundswell.errors import MissingExtra
from groundswell.items import Item, ItemKind

SENTENCES = "wordllama-l2-supercat-256@1"
"""What vectors of this model are written down with; those of another are not compared with them."""

SIZE = 256
"""How many numbers a vector has."""

MOST_CHARACTERS = 2_000
"""How much of a text is looked at, from its start: a mean over more words says less of each."""

_AT_ONCE = 64


class Sentences:
    """Vectors of texts: what means the same is near, though it shares no word.

    They are means over vectors of words, so the order of words does not count, and English is known best. A text
    without any word has a vector of zeros, which is like no other.

    Source:
        WordLlama (github.com/dleemiller/WordLlama): token vectors of language models, trained further for sentences.
        Its weights (16 MB) are part of its package; they come from those of Llama 2, whose licence may concern you.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    name, version = SENTENCES.split("@")
    kind: ClassVar[ItemKind] = ItemKind.TEXT

    def embed(self, items: Sequence[Item]) -> NDArray[np.float32]:
        """Return a row for each text, float32 `[items, SIZE]`, of length 1 or 0.

        Raises:
            MissingExtra: WordLlama is not installed.
        """
        return sentence_vectors([item.text or "" for item in items])


def sentence_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return a row for each text, float32 `[n, SIZE]`, of length 1 or 0; the same whatever else is in the list.

    Raises:
        MissingExtra: WordLlama is not installed.
    """
    starts = [text[:MOST_CHARACTERS] for text in texts]
    order = sorted(
        range(len(starts)), key=lambda place: len(starts[place])
    )  # texts of a length waste no padding
    vectors = np.zeros((len(starts), SIZE), np.float32)
    if order:
        vectors[order] = _model().embed([starts[place] for place in order], batch_size=_AT_ONCE)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def sentence_model() -> Any:
    """Return `sentence_vectors`, with its model loaded: what `EmbedTexts` is given."""
    _model()
    return sentence_vectors


@cache
def _model() -> Any:
    try:
        import wordllama
    except ImportError as error:
        raise MissingExtra(
            "vectors of sentences need WordLlama: pip install 'groundswell[sentences]'"
        ) from error
    # Its weights and words are in the package, though it would look for the words elsewhere, and then on the network.
    here = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(dim=SIZE, cache_dir=here, disable_download=True)
