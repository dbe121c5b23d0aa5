"""Peers: other libraries, each in an environment of its own, run as a process beside ours."""
