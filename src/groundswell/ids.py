"""Typed identifiers, and the one place that makes new ones."""

import os
import time
import uuid
from typing import NewType

OrgId = NewType("OrgId", uuid.UUID)
UserId = NewType("UserId", uuid.UUID)
WorkerId = NewType("WorkerId", int)
ProjectId = NewType("ProjectId", int)
BatchId = NewType("BatchId", int)
TaskId = NewType("TaskId", int)
AnnotationId = NewType("AnnotationId", int)
ReviewId = NewType("ReviewId", int)
ReturnId = NewType("ReturnId", int)
ExportId = NewType("ExportId", int)
CertificateId = NewType("CertificateId", int)
RestrictionId = NewType("RestrictionId", int)
RetractionId = NewType("RetractionId", int)
CallbackId = NewType("CallbackId", int)
ItemId = NewType("ItemId", str)
"""SHA-256 of an item's payload, 64 hexadecimal digits: the same content is the same item."""


def new_uuid() -> uuid.UUID:
    """Return a version 7 UUID: unique, and in the order of creation to the millisecond.

    Source:
        RFC 9562, section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
    value[6] = (value[6] & 0x0F) | 0x70
    value[8] = (value[8] & 0x3F) | 0x80
    return uuid.UUID(bytes=bytes(value))
