"""Types that several parts of `/api/v1` share."""

from typing import Annotated

from msgspec import Meta

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
