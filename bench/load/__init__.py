"""The parts of `bench.workforce`: the backlog, the crowd that works on it, the service under load, the checks."""
