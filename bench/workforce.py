"""100,000 annotators on one small machine: `python -m bench.workforce [--quick | --find]`.

A real `groundswell up` in a process of its own, with its embedded database and durable commits, holds 10,000,000
tasks that each want three answers, in 20 projects whose sizes and popularity follow Zipf's law (not in the same
order). The crowd, another process, works through HTTP; every annotator carries a session of his own.

Open loop: annotators come when they come (a Poisson process at `--rate`), not when the service has time, each by
turns. A cycle is one `POST /projects/{id}/work` that submits the answer to the task he holds and leases the next.
Latency runs from when the turn was due to when its receipt was there, so a stall counts for all who came meanwhile.
Turns share some hundred kept-open connections, as they do behind a proxy. Before the measurement everybody has
leased a first task, and the rate grows for five seconds.

At the end the database is asked: every acknowledged key, with its worker and task, must be stored; no worker may
have answered a task twice, and no task have more answers than it asked for. Everything, the crowd too, runs
on the machine's own cores. `--find` looks for the highest rate whose p99 stays below 100 ms. The last line is JSON;
`rss_mb` is the peak of the service's memory and of the database's (shared pages counted once).
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.load.backlog import Size, load
from bench.load.checks import Found, check
from bench.load.crowd import RAMP_SECONDS
from bench.load.people import Crowd
from bench.load.report import last_line, outcome, stretches
from bench.load.service import Service, durability, serving
from bench.load.steering import Measured, Steering, steering

P99_MS = 100.0
STEP = 1.25
CLOSE_ENOUGH = 1.06
FIND_SECONDS = 30.0


def say(line: str) -> None:
    print(f"{time.monotonic() - STARTED:6.0f} s  {line}", flush=True)


STARTED = time.monotonic()


@contextlib.contextmanager
def home_of(keep: Path | None) -> Iterator[Path]:
    """Yield the data folder: the one to keep, or one that is removed at the end."""
    if keep is not None:
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="groundswell-bench-") as folder:
        yield Path(folder) / "home"


def people_of(options: argparse.Namespace, crowd: Crowd) -> int:
    """Return how many annotators the run can reach, and make sure that none of their projects runs dry."""
    turns = round((RAMP_SECONDS / 2 + options.seconds) * options.rate)
    people = len(crowd.project) if options.find else min(len(crowd.project), turns)
    projects, counts = np.unique(crowd.project[:people], return_counts=True)
    for project, count in zip(projects.tolist(), counts.tolist(), strict=True):
        wanted = count + round(1.1 * turns * count / people)
        if wanted > crowd.slots[project]:
            raise SystemExit(
                f"project {project} has {crowd.slots[project]:,} slots for about {wanted:,} leases; raise --tasks"
            )
    return people


def find(steered: Steering, rate: float, seconds: float) -> list[Measured]:
    """Search for the highest rate that the service keeps up with below `P99_MS`; returns all that was tried."""
    tried: list[Measured] = []
    low, high = 0.0, float("inf")
    while high / max(low, 1.0) > CLOSE_ENOUGH:
        tried.append(steered.measure(rate, seconds))
        good = tried[-1].p99_ms < P99_MS and tried[-1].lasting
        low, high = (rate, high) if good else (low, rate)
        rate = (low + high) / 2 if low and high < float("inf") else rate * STEP if low else rate / STEP
        say(f"{tried[-1].rate:,.0f}/s: p99 {tried[-1].p99_ms:.1f} ms, {'held' if good else 'too much'}")
    return tried


def best_of(measured: list[Measured]) -> Measured:
    """Return the fastest stretch that the service kept up with, or the first one where it never did."""
    good = [one for one in measured if one.p99_ms < P99_MS and one.lasting]
    return max(good, key=lambda one: one.rate, default=measured[0])


def drive(
    home: Path, service: Service, crowd: Crowd, people: int, options: argparse.Namespace
) -> tuple[list[Measured], Found]:
    """Let the crowd work, and check what came of it."""
    with steering(home, service, people=people, connections=options.connections, say=say) as steered:
        opened = steered.do("open")
        if opened["closed"]:
            raise SystemExit(
                f"{opened['closed']} of {opened['projects']} projects give no task; {opened['trouble']}"
            )
        say(f"{people:,} annotators lease their first task ...")
        leased = steered.do("lease", rate=options.rate)
        say(f"leased; {leased['without']:,} have none, {leased['failed']} gave up {leased['trouble'] or ''}")
        if options.find:
            measured = find(steered, options.rate, options.seconds)
        else:
            measured = [steered.measure(options.rate, options.seconds)]
        acknowledged = home / "acknowledged.npz"
        prefix = steered.do("save", path=str(acknowledged))["prefix"]
    say("checking ...")
    return measured, check(service.dsn, crowd, prefix, acknowledged)


def run(home: Path, options: argparse.Namespace) -> None:
    size = Size(options.tasks, options.annotators, options.projects, options.organizations)
    say(f"{size.tasks:,} tasks ...")
    seconds = load(home, size, say)
    say(f"loading took {seconds:.1f} s; starting the service ...")
    crowd = Crowd.read(home)
    people = people_of(options, crowd)
    with serving(home) as service:
        settings = ", ".join(f"{name} {value}" for name, value in durability(service.dsn).items())
        say(f"the service answers on port {service.port}; {settings}")
        measured, found = drive(home, service, crowd, people, options)
        service_mb, postgres_mb = service.service_peak_mb(), service.postgres_peak_mb
    best = best_of(measured)
    print(stretches(measured))
    print(outcome(best, found, service_mb=service_mb, postgres_mb=postgres_mb))
    print(last_line(best, found, backlog=size.tasks, rss_mb=service_mb + postgres_mb))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1,000,000 tasks, 60 s of load")
    parser.add_argument(
        "--find", action="store_true", help="search for the highest rate, in steps of --seconds"
    )
    parser.add_argument("--tasks", type=int, help="the backlog [default: 10,000,000]")
    parser.add_argument("--annotators", type=int, default=100_000)
    parser.add_argument("--projects", type=int, default=20)
    parser.add_argument("--organizations", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1900.0, help="turns a second")
    parser.add_argument("--seconds", type=float, help="measured, after the ramp [default: 600]")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--keep", type=Path, help="a data folder to fill once and use again, for profiling")
    options = parser.parse_args()
    options.tasks = options.tasks or (1_000_000 if options.quick else 10_000_000)
    options.seconds = options.seconds or (FIND_SECONDS if options.find else 60.0 if options.quick else 600.0)
    return options


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that nothing is left running
    options = parse()
    try:
        with home_of(options.keep) as home:
            run(home, options)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
