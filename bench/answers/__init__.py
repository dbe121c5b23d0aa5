"""Benchmarks of answer types that are no classes, each against a peer: `python -m bench.answers.<name>`."""
