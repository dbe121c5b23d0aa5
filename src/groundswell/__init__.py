"""Groundswell, the open data engine for AI training."""

__version__ = "0.1.0"
