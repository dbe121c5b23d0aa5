"""Signals that somebody's answers deserve a look by a person."""
