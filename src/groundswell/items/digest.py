"""Content digests: the same bytes have the same name, everywhere."""

import hashlib

from groundswell.ids import ItemId


def digest_bytes(payload: bytes) -> ItemId:
    """Return the SHA-256 of `payload` as 64 hexadecimal digits."""
    return ItemId(hashlib.sha256(payload).hexdigest())


def digest_text(text: str) -> ItemId:
    """Return the digest of `text` as UTF-8 (lone surrogates are kept, so every `str` has a digest)."""
    return digest_bytes(text.encode("utf-8", "surrogatepass"))
