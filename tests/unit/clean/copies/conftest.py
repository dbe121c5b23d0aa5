"""Shared by the tests of copies: a run over parts."""

from tests.unit.clean.job.conftest import go

__all__ = ["go"]
