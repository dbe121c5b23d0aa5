"""Benchmarks: each headline number is one command, the peer beside it, a ratio, one JSON line at the end."""
