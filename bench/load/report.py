"""What a run of `bench.workforce` prints at its end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bench.load.checks import Found
from bench.load.steering import Measured
from groundswell.cli.output import table


def stretches(measured: Sequence[Measured]) -> str:
    """Return a table of measured stretches: rates, latencies, and where the processors' time went."""
    head = ["due/s", "cycles/s", "p50 ms", "p99 ms", "max ms", "queued"]
    head += ["service", "background", "database", "crowd"]
    return table(head, [_row(one) for one in measured]) + "\n(the last four: processor milliseconds a cycle)"


def _row(one: Measured) -> list[object]:
    cycles = max(1, round(one.cycles_per_s * one.seconds))
    spent = (one.cpu.service, one.cpu.background, one.cpu.postgres, one.crowd_cpu_seconds)
    latencies = [f"{ms:.1f}" for ms in (one.p50_ms, one.p99_ms, one.max_ms)]
    return [
        f"{one.rate:,.0f}",
        f"{one.cycles_per_s:,.0f}",
        *latencies,
        one.waiting,
        *(f"{seconds / cycles * 1000:.3f}" for seconds in spent),
    ]


def outcome(best: Measured, found: Found, *, service_mb: float, postgres_mb: float) -> str:
    """Return what happened, in words."""
    return "\n".join(
        [
            f"cores busy: {_cores(best)}; the crowd's process costs "
            f"{best.crowd_cpu_seconds / max(1, best.requests) * 1000:.3f} ms a request",
            _worked(best),
            *_turns(best.counts),
            *_answers(found),
            f"memory at most: service {service_mb:,.0f} MB, database {postgres_mb:,.0f} MB (shared pages once); "
            f"database on disk {found.size_bytes / 1e9:.2f} GB",
        ]
    )


def _cores(one: Measured) -> str:
    spent = {"service": one.cpu.service, "background": one.cpu.background, "database": one.cpu.postgres}
    spent["crowd"] = one.crowd_cpu_seconds
    spent["all else on the machine"] = max(0.0, one.cpu.machine - sum(spent.values()))
    return ", ".join(f"{name} {seconds / one.seconds:.2f}" for name, seconds in spent.items())


def _worked(one: Measured) -> str:
    commits, buffers, reads, wal, answers = one.worked
    each = max(1, answers)
    return (
        f"the database, background included: {answers / max(1, commits):.1f} answers a commit; {buffers / each:.0f} "
        f"buffers, {reads / each:.2f} of them read, and {wal / each:,.0f} bytes of WAL an answer"
    )


def _turns(counts: dict[str, Any]) -> list[str]:
    return [
        f"{counts['due']:,} turns due: {counts['idle']} began without a task, {counts['refused']} refused, "
        f"{counts['empty']} were given no task, {counts['retries']} tries repeated, {counts['failed']} given up, "
        f"{counts['unanswered']} unanswered",
        *(f"  {count:,} x {what}" for what, count in counts["trouble"].items()),
    ]


def _answers(found: Found) -> list[str]:
    different = "of different people" if found.different_workers else "NOT all of different people"
    return [
        f"{found.acknowledged:,} answers acknowledged, {found.stored:,} stored, {found.lost} lost, "
        f"{found.unseen} stored without a receipt seen",
        f"in the database: {found.answers:,} answers, {found.late:,} of them late; those to each task are {different}",
        f"{found.over_assigned} tasks with too many answers, {found.over_asked} with too many answers, leases "
        "and open slots together",
        f"settled {found.settled:,} tasks, {found.completed:,} counted as completed, {found.unsettled:,} answers "
        "not looked at yet",
    ]


def last_line(best: Measured, found: Found, *, backlog: int, rss_mb: float) -> str:
    """Return the JSON object that ends the run."""
    return json.dumps(
        {
            "annotators": found.annotators,
            "backlog": backlog,
            "cycles_per_s": round(best.cycles_per_s, 1),
            "p50_ms": round(best.p50_ms, 1),
            "p99_ms": round(best.p99_ms, 1),
            "acknowledged": found.acknowledged,
            "stored": found.stored,
            "lost": found.lost,
            "duplicates": found.duplicates,
            "over_assigned": found.over_assigned,
            "rss_mb": round(rss_mb),
        }
    )
