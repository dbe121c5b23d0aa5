"""Keeping somebody from work, with due process: a reason, evidence, an end, and somebody to turn to."""
