"""Tests with a known answer, and whether the answer that is held for known is right."""
